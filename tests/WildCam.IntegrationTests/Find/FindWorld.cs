using WildCam.IntegrationTests.Captures;
using WildCam.IntegrationTests.Hosting;
using WildCam.Storage;

namespace WildCam.IntegrationTests.Find;

/// <summary>
/// A hub with a project of two cameras, five species and 40 events over 20 days, newest at <see cref="Newest"/>; the
/// daily summary counts them.
/// </summary>
public sealed class FindWorld : IAsyncLifetime
{
    public const int Events = 40;

    /// <summary>Of the first event, in the middle of a day of the project's clock; the others are 12 h apart.</summary>
    public static readonly DateTimeOffset Newest = new(2026, 5, 20, 13, 0, 0, TimeSpan.Zero);

    /// <summary>By turns, so that event n shows Species[n % 5].</summary>
    public static readonly (string Slug, string Name)[] Species =
    [
        ("vulpes-vulpes", "Vulpes vulpes"), ("lynx-rufus", "Lynx rufus"), ("felis-catus", "Felis catus"),
        ("odocoileus-hemionus", "Odocoileus hemionus"), ("nonesuch-minor", "Nonesuch minor"),
    ];

    public TestHub Hub { get; } = new();

    public int ProjectId { get; private set; }

    public string Root { get; private set; } = "";

    public string OtherRoot => "/p/find-other";

    public Dictionary<string, int> Taxa { get; } = new(StringComparer.Ordinal);

    /// <summary>Even events are of the first, odd ones of the second.</summary>
    public int[] Cameras { get; private set; } = [];

    public int[] Sites { get; private set; } = [];

    public Dictionary<string, (int Id, string Token)> People { get; } = new(StringComparer.Ordinal);

    internal CaptureWorld World { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await Hub.InitializeAsync();
        World = await CaptureWorld.MakeAsync(Hub.Database);
        ProjectId = World.ProjectId;
        Root = "/p/" + await Hub.Database.ReadAsync<string>("select slug from projects where id = $1", ProjectId);
        Cameras = [await World.AddCameraAsync(), await World.AddCameraAsync()];
        Sites = [await AddSiteAsync("creek-north", "Creek North"), await AddSiteAsync("old-mill", "Old Mill")];
        foreach (var (slug, name) in Species)
        {
            Taxa[slug] = await World.AddTaxonAsync(slug);
            await Hub.Database.RunAsync(
                "update taxa set scientific_name = $2 where id = $1", Taxa[slug], name);
            await Hub.Database.RunAsync("insert into project_species values ($1, $2)", ProjectId, Taxa[slug]);
        }

        for (var camera = 0; camera < 2; camera++)
        {
            await Hub.Database.RunAsync("""
                insert into deployments (project_id, camera_id, site_id, from_at)
                values ($1, $2, $3, $4)
                """, ProjectId, Cameras[camera], Sites[camera],
                new DateTime(2026, 1 + 4 * (1 - camera), 5, 0, 0, 0, DateTimeKind.Utc));
        }

        // The first camera stood elsewhere before its fifth of May; the second never moved.
        await Hub.Database.RunAsync("""
            insert into deployments (project_id, camera_id, site_id, from_at, until_at)
            values ($1, $2, $3, '2026-01-01Z', '2026-05-05Z')
            """, ProjectId, Cameras[0], Sites[1]);
        await AddEventsAsync();
        foreach (var role in new[] { Role.Viewer, Role.Researcher, Role.Manager })
        {
            People[role.ToString().ToLowerInvariant()] = await Hub.AddPersonAsync(isAdmin: false, (ProjectId, role));
        }

        People["second"] = await Hub.AddPersonAsync(isAdmin: false, (ProjectId, Role.Viewer));
        var other = await Hub.AddProjectAsync("find-other");
        People["stranger"] = await Hub.AddPersonAsync(isAdmin: false, (other, Role.Manager));
    }

    public ValueTask DisposeAsync() => Hub.DisposeAsync();

    /// <summary>A page as somebody sees it.</summary>
    public async Task<string> PageAsync(string who, string address)
    {
        using var client = Hub.ClientOf(People[who].Token);
        client.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        using var answer = await client.GetAsync(address);
        Assert.True(answer.IsSuccessStatusCode, $"{address} answered {answer.StatusCode}");
        return await answer.Content.ReadAsStringAsync();
    }

    public async Task<HttpResponseMessage> PostAsync(string who, string address, params (string, string)[] fields)
    {
        using var client = Hub.ClientOf(People[who].Token);
        client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        client.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        using var form = new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Item1, f.Item2)));
        return await client.PostAsync(address, form);
    }

    Task<int> AddSiteAsync(string slug, string name) => Hub.Database.ReadAsync<int>("""
        insert into sites (project_id, slug, name, latitude, longitude, time_zone)
        values ($1, $2, $3, 45.1234, 6.5678, 'Europe/Paris') returning id
        """, ProjectId, slug, name);

    async Task AddEventsAsync()
    {
        await Hub.Database.RunAsync($"""
            create table seeded as
            select n, gen_random_uuid() as id, $1::timestamptz - n * interval '12 hours' as at,
              ($2::int[])[1 + n % 2] as camera_id, ($3::int[])[1 + n % 2] as site_id, ($4::int[])[1 + n % 5] as taxon_id
            from generate_series(0, {Events - 1}) n
            """.Replace("$1", $"'{Newest:O}'", StringComparison.Ordinal)
            .Replace("$2", Array(Cameras), StringComparison.Ordinal)
            .Replace("$3", Array(Sites), StringComparison.Ordinal)
            .Replace("$4", Array([.. Species.Select(s => Taxa[s.Slug])]), StringComparison.Ordinal));
        string[] statements =
        [
            """
            insert into capture_identities (id, device_capture_id, camera_id, captured_at, size_bytes, digest)
            select id, uuid_send(id), camera_id, at, 100, decode(repeat('00', 32), 'hex') from seeded
            """,
            """
            insert into events (id, project_id, camera_id, site_id, deployment_id, started_at, ended_at, capture_count,
              best_capture_id, best_captured_at)
            select s.id, $P, s.camera_id, s.site_id, d.id, at, at, 1, s.id, at
            from seeded s join deployments d on d.camera_id = s.camera_id and at >= d.from_at
              and (d.until_at is null or at < d.until_at)
            """,
            """
            insert into captures (id, captured_at, project_id, camera_id, site_id, deployment_id, event_id,
              device_capture_id, received_at, clock_quality, size_bytes, sha256, blob_path, stages_missing)
            select s.id, at, $P, s.camera_id, s.site_id, e.deployment_id, s.id, uuid_send(s.id), at, 1, 100,
              decode(repeat('00', 32), 'hex'), s.id || '.jpg', 0 from seeded s join events e on e.id = s.id
            """,
            """
            insert into wildlife_detections (capture_id, captured_at, model_id, source, project_id, camera_id, site_id,
              event_id, category, taxon_id, confidence, is_current, local_date, local_hour)
            select id, at, 1, 1, $P, camera_id, site_id, id, 1, taxon_id, 0.9, true,
              (at at time zone 'Europe/Paris')::date, extract(hour from at at time zone 'Europe/Paris') from seeded
            """,
            """
            insert into event_findings (event_id, category, taxon_id, project_id, site_id, camera_id, started_at,
              local_hour, source, confidence, count, best_capture_id, best_captured_at)
            select id, 1, taxon_id, $P, site_id, camera_id, at, 1, 1, 0.9, 1, id, at from seeded
            """,
            """
            insert into summary_dirty (camera_id, detection_date)
            select camera_id, (at at time zone 'Europe/Paris')::date from seeded
            """,
            "select refresh_daily_summary(1000)",
            "drop table seeded",
        ];
        foreach (var statement in statements)
        {
            await Hub.Database.RunAsync(statement.Replace("$P", $"{ProjectId}", StringComparison.Ordinal));
        }
    }

    static string Array(int[] numbers) => $"array[{string.Join(',', numbers)}]";
}
