using System.Net;
using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using WildCam.Hub.Hosting;
using WildCam.Storage.Accounts;

namespace WildCam.IntegrationTests.Desk;

/// <summary>The charts: their numbers are SQL's own, their bars open the pictures behind them.</summary>
public sealed class ChartPagesTests(DeskHub hub) : IClassFixture<DeskHub>
{
    const string Fox = "species=vulpes-vulpes";

    public static TheoryData<string, string> Charts() => new()
    {
        { "activity", Fox }, { "time", Fox + ",procyon-lotor" }, { "effort", "" }, { "rates", Fox },
        { "abundance", "" }, { "accumulation", "" }, { "heat", Fox }, { "overlap", Fox + ",odocoileus-hemionus" },
        { "occupancy", Fox }, { "movement", "" }, { "seasonal", "" },
    };

    [Theory]
    [MemberData(nameof(Charts))]
    public async Task A_chart_is_drawn_and_listed_and_breaks_no_rule_of_access(string name, string query)
    {
        foreach (var (scheme, width) in new[] { (ColorScheme.Light, 1440), (ColorScheme.Dark, 360) })
        {
            var page = await hub.OpenAsync(width, 800, scheme);
            var complaints = new List<string>();
            page.Console += (_, message) =>
            {
                if (message.Type == "error")
                {
                    complaints.Add(message.Text);
                }
            };
            await page.GotoAsync($"/p/creek/charts/{name}?{query}");
            if (name is not "seasonal")
            {
                await Assertions.Expect(page.Locator("svg.chart")).ToBeVisibleAsync();
                Assert.True(await page.Locator("table.list tbody tr").CountAsync() > 0);
            }

            Assert.Empty(complaints);
            var axe = await page.RunAxe();
            Assert.True(axe.Violations.Length == 0, string.Join('\n', axe.Violations.Select(v =>
                $"{v.Id}: {v.Help} {string.Join(' ', v.Nodes.Take(3).Select(n => n.Html))}")));
            Assert.True(await page.EvaluateAsync<bool>(
                "document.documentElement.scrollWidth <= document.documentElement.clientWidth"));
            if (Environment.GetEnvironmentVariable("WILDCAM_SCREENSHOTS") is { Length: > 0 } folder)
            {
                await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"chart-{name}-{width}.png") });
            }

            await page.Context.CloseAsync();
        }
    }

    [Fact]
    public async Task Activity_by_hour_is_what_sql_counts()
    {
        var rows = await CsvAsync("activity", Fox);
        var expected = await ExpectedAsync("extract(hour from local_at)::int", 30);
        var shown = rows.Where(r => r[3] != "0")
            .ToDictionary(r => int.Parse(r[2], Invariant), r => int.Parse(r[3], Invariant));
        Assert.Equal(expected, shown);
        Assert.True(expected.Count > 5);
    }

    [Fact]
    public async Task Events_closer_than_the_interval_count_once()
    {
        // The seed's cameras see something every few hours; a day's interval leaves out most of it.
        var rows = await CsvAsync("activity", Fox + "&interval=1440");
        var expected = await ExpectedAsync("extract(hour from local_at)::int", 1440);
        Assert.Equal(
            expected.Values.Sum(), rows.Sum(r => int.Parse(r[3], Invariant)));
        Assert.True(expected.Values.Sum() < (await ExpectedAsync("1", 30)).Values.Sum());
    }

    [Fact]
    public async Task Rates_are_events_by_effort_and_no_effort_is_not_zero()
    {
        var rows = await CsvAsync("rates", Fox);
        var events = await ExpectedAsync("coalesce(site_id, 0)", 30);
        foreach (var row in rows)
        {
            var site = await hub.Database.ReadAsync<int>($"select id from sites where name = '{row[0]}'");
            var (count, days) = (int.Parse(row[1], Invariant), double.Parse(row[2], Invariant));
            Assert.Equal(events.GetValueOrDefault(site), count);
            Assert.Equal(count * 100 / days, double.Parse(row[3], Invariant), 1);
        }

        var before = await CsvAsync("rates", Fox + "&from=2024-01-01&to=2024-02-01");
        Assert.All(before, r => Assert.Equal(("0", "0", ""), (r[1], r[2], r[3])));
    }

    [Fact]
    public async Task Accepted_gaps_are_no_effort_and_proposed_ones_are()
    {
        const string span = "from=2026-03-01&to=2026-03-10";
        var before = await CsvAsync("effort", span);
        await hub.Database.RunAsync("""
            insert into operational_gaps (project_id, camera_id, silent_from, from_at, until_at, cause, state)
            select project_id, id, '2026-03-04Z', '2026-03-04Z', '2026-03-06Z', 1,
              case code when 'c-017' then 2 else 1 end
            from cameras where code in ('c-017', 'c-022')
            """);
        var after = await CsvAsync("effort", span);
        Assert.Equal(DaysOf(before, "c-017") - 2, DaysOf(after, "c-017"), 3);
        Assert.Equal(DaysOf(before, "c-022"), DaysOf(after, "c-022"), 3);
    }

    static double DaysOf(List<string[]> rows, string camera) =>
        rows.Where(r => r[1] == camera).Sum(r => double.Parse(r[4], Invariant));

    [Fact]
    public async Task A_bar_opens_the_pictures_behind_it()
    {
        var page = await hub.OpenAsync();
        await page.GotoAsync($"/p/creek/charts/activity?{Fox}");
        var first = page.Locator("svg.chart a").First;
        var title = await first.GetAttributeAsync("aria-label");
        await page.GotoAsync((await first.GetAttributeAsync("href"))!);
        var hour = System.Text.RegularExpressions.Regex.Match(title!, "[0-9]{2}(?=:00)").Value;
        var times = await page.Locator(".cell .when").AllInnerTextsAsync();
        Assert.NotEmpty(times);
        Assert.All(times, t => Assert.Contains(hour + ":", t, StringComparison.Ordinal));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_chart_is_saved_as_a_picture()
    {
        var page = await hub.OpenAsync();
        await page.GotoAsync($"/p/creek/charts/activity?{Fox}");
        var download = await page.RunAndWaitForDownloadAsync(
            () => page.GetByRole(AriaRole.Button, new() { Name = "Picture (PNG)" }).ClickAsync());
        var bytes = await File.ReadAllBytesAsync((await download.PathAsync())!);
        Assert.Equal([0x89, 0x50, 0x4E, 0x47], bytes[..4]);
        // Width in the header's first field: twice that of the drawing.
        Assert.Equal(1440, System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(16)));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_chart_of_another_project_does_not_exist()
    {
        var page = await hub.OpenAsync();
        foreach (var path in new[] { "/p/none/charts", "/p/none/charts/activity", "/p/none/charts/activity.csv",
            "/p/creek/charts/nothing", "/p/creek/charts/nothing.svg" })
        {
            var answer = await page.APIRequest.GetAsync(path);
            Assert.Equal(404, answer.Status);
        }

        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_report_is_written_by_a_job_and_its_numbers_are_those_of_sql()
    {
        const string from = "2026-02-01", to = "2026-05-31";
        await hub.Database.RunAsync("""
            insert into operational_gaps (project_id, camera_id, silent_from, from_at, until_at, cause, state)
            select project_id, id, '2026-04-10Z', '2026-04-10Z', '2026-04-13Z', 1, 2 from cameras where code = 'c-022'
            """);
        using var client = await ClientAsync();
        using var answer = await client.GetAsync(await ReportAsync(client, from, to));
        Assert.StartsWith(
            "default-src 'none'; style-src 'unsafe-inline'",
            answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        var html = await answer.Content.ReadAsStringAsync();
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(" src=", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<link", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("/media/", html, StringComparison.Ordinal);
        Assert.Equal(7, Regex.Count(html, "<svg class=\"chart\""));

        var expected = await hub.Database.ReadAsync<string>($"""
            with local as (
              select f.*, f.started_at at time zone coalesce(s.time_zone, 'America/Denver') as local_at
              from event_findings f left join sites s on s.id = f.site_id
              where f.category = 1 and f.taxon_id <> 0 and (f.source <> 1 or f.confidence >= 0.7)),
            counted as (
              select * from local l where local_at::date between '{from}' and '{to}' and not exists (
                select from local b
                where b.taxon_id = l.taxon_id and b.site_id is not distinct from l.site_id
                  and (b.site_id is not null or b.camera_id = l.camera_id)
                  and b.started_at < l.started_at and b.started_at > l.started_at - interval '30 minutes'))
            select string_agg(line, ';' order by line) from (
              select concat_ws('|', coalesce((
                  select name || ' ' from taxon_names n where n.taxon_id = t.id limit 1), '') || t.scientific_name,
                count(*), sum(count), count(distinct site_id),
                to_char(min(local_at), 'FMDD Mon YYYY'), to_char(max(local_at), 'FMDD Mon YYYY')) as line
              from counted c join taxa t on t.id = c.taxon_id group by t.id) lines
            """);
        var rows = RowsOf(html, "species-list");
        Assert.Equal(
            expected.Split(';').Order(StringComparer.Ordinal),
            rows.Select(r => string.Join('|', r[0], Plain(r[1]), Plain(r[2]), r[3], r[5], r[6]))
                .Order(StringComparer.Ordinal));
        Assert.True(rows.Count >= 3);
        Assert.Equal(rows.Sum(r => int.Parse(Plain(r[1]), Invariant)), Number("events"));
        Assert.Equal(rows.Count, Number("species"));

        const string days = $"""
            (started_at at time zone coalesce((select time_zone from sites where id = site_id), 'America/Denver'))::date
              between '{from}' and '{to}'
            """;
        Assert.Equal(
            await hub.Database.ReadAsync<long>($"select count(*) from events where merged_into is null and {days}"),
            Number("visits"));
        Assert.Equal(
            await hub.Database.ReadAsync<long>($"""
                select count(*) from captures where
                {days.Replace("started_at", "captured_at", StringComparison.Ordinal)}
                """),
            Number("pictures"));
        Assert.Equal(
            await hub.Database.ReadAsync<long>(
                $"select count(distinct event_id) from event_findings where category = 2 and {days}"),
            Number("with-people"));

        // Three deployments over the whole span, less three accepted days; the project's clock leaps in March.
        var effort = await hub.Database.ReadAsync<double>($"""
            select (3 * extract(epoch from timestamp '{to} 24:00' at time zone 'America/Denver'
              - timestamp '{from}' at time zone 'America/Denver') / 86400 - 3)::float8
            """);
        var gaps = await hub.Database.ReadAsync<double>($"""
            select coalesce(sum(extract(epoch from until_at - from_at)) / 86400, 0)::float8 from operational_gaps
            where state = 2 and from_at >= '{from}' and until_at <= '{to}' and silent_from <> '2026-04-10Z'
            """);
        Assert.Equal(effort - gaps, Number("camera-days"), 0.06);

        var page = await hub.OpenAsync(360, 800);
        await page.GotoAsync(answer.RequestMessage!.RequestUri!.ToString());
        Assert.True(await page.EvaluateAsync<bool>(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"));
        var axe = await page.RunAxe();
        Assert.True(axe.Violations.Length == 0, string.Join('\n', axe.Violations.Select(v =>
            $"{v.Id}: {v.Help} {string.Join(' ', v.Nodes.Take(3).Select(n => n.Html))}")));
        await page.Context.CloseAsync();

        double Number(string id) => double.Parse(
            Plain(Regex.Match(html, $"<dd id=\"{id}\">([^< ]+)").Groups[1].Value), Invariant);
    }

    [Fact]
    public async Task A_report_tells_sensitive_places_coarsely_also_to_a_manager()
    {
        await hub.Database.RunAsync("""
            insert into project_species (project_id, taxon_id, is_sensitive)
            select p.id, t.id, true from projects p, taxa t where p.slug = 'creek' and t.slug = 'vulpes-vulpes'
            on conflict (project_id, taxon_id) do update set is_sensitive = true
            """);
        try
        {
            using var client = await ClientAsync();
            var html = await client.GetStringAsync(await ReportAsync(client, "2026-03-01", "2026-03-31"));
            var rows = RowsOf(html, "site-list");
            Assert.Equal(3, rows.Count);
            Assert.All(rows, r => Assert.Equal("about 45.15, -120.55", r[1]));
            Assert.DoesNotContain("45.1234", html, StringComparison.Ordinal);
        }
        finally
        {
            await hub.Database.RunAsync("update project_species set is_sensitive = false");
        }
    }

    /// <summary>Asks for a report by the form, waits for the job, and gives the address of the page.</summary>
    async Task<string> ReportAsync(HttpClient client, string from, string to)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["from"] = from,
            ["to"] = to,
            ["interval"] = "30",
        });
        using var asked = await client.PostAsync("/p/creek/reports", form);
        Assert.Equal(HttpStatusCode.OK, asked.StatusCode);
        var newest = "select id from reports order by created_at desc limit 1";
        await Wait.UntilAsync(
            () => hub.Database.ReadAsync<bool>($"select state = 3 from reports where id = ({newest})"),
            TimeSpan.FromSeconds(120), () => "the report is not ready");
        var address = $"/p/creek/reports/{await hub.Database.ReadAsync<Guid>(newest)}";
        Assert.Contains(address, await client.GetStringAsync("/p/creek/reports"), StringComparison.Ordinal);
        return address;
    }

    async Task<HttpClient> ClientAsync()
    {
        var (session, _) = await new SessionsTable(hub.Database.Source).OpenAsync(
            await hub.Database.ReadAsync<int>("select id from accounts where email = 'ana@example.org'"), default);
        var client = new HttpClient { BaseAddress = new Uri(hub.Address) };
        client.DefaultRequestHeaders.Add("Cookie", $"{SessionCookie.Name}={session}");
        client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        return client;
    }

    /// <summary>The texts of a table's cells, row by row.</summary>
    static List<string[]> RowsOf(string html, string id)
    {
        const RegexOptions Cells = RegexOptions.Singleline | RegexOptions.ExplicitCapture;
        var table = Regex.Match(html, $"<table id=\"{id}\">.*?<tbody>(?<rows>.*?)</tbody>", Cells).Groups["rows"];
        return
        [
            .. Regex.Matches(table.Value, "<tr>(?<row>.*?)</tr>", Cells).Select(row => Regex
                .Matches(row.Groups["row"].Value, "<t[hd][^>]*>(?<cell>.*?)</t[hd]>", Cells)
                .Select(c => WebUtility.HtmlDecode(Regex.Replace(c.Groups["cell"].Value, "<[^>]+>", "")).Trim())
                .ToArray()),
        ];
    }

    static string Plain(string number) => number.Replace(",", "", StringComparison.Ordinal);

    static readonly System.Globalization.CultureInfo Invariant = System.Globalization.CultureInfo.InvariantCulture;

    async Task<List<string[]>> CsvAsync(string name, string query)
    {
        var page = await hub.OpenAsync();
        var answer = await page.APIRequest.GetAsync($"/p/creek/charts/{name}.csv?{query}");
        Assert.Equal(200, answer.Status);
        var lines = (await answer.TextAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        await page.Context.CloseAsync();
        return [.. lines.Skip(1).Select(l => l.Split(','))];
    }

    /// <summary>The same count over the last year, written as plainly as can be: a look back for each event.</summary>
    async Task<Dictionary<int, int>> ExpectedAsync(string class_, int minutes)
    {
        var pairs = await hub.Database.ReadAsync<string>($"""
            with local as (
              select f.*, f.started_at at time zone coalesce(s.time_zone, 'America/Denver') as local_at
              from event_findings f join taxa t on t.id = f.taxon_id left join sites s on s.id = f.site_id
              where t.slug = 'vulpes-vulpes' and (f.source <> 1 or f.confidence >= 0.7))
            select coalesce(string_agg(class || '=' || events, ';'), '') from (
              select {class_} as class, count(*) as events from local l
              where local_at::date > (now() at time zone 'America/Denver')::date - 365
                and not exists (select from local b where b.site_id is not distinct from l.site_id
                  and (b.site_id is not null or b.camera_id = l.camera_id)
                  and b.started_at < l.started_at and b.started_at > l.started_at - interval '{minutes} minutes')
              group by 1) counts
            """);
        return pairs.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('='))
            .ToDictionary(p => int.Parse(p[0], Invariant), p => int.Parse(p[1], Invariant));
    }
}
