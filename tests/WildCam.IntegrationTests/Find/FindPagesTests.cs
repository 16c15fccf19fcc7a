using System.Net;
using System.Text.RegularExpressions;
using WildCam.Hub.Hosting;

namespace WildCam.IntegrationTests.Find;

/// <summary>Views by name, one box for everything, days to jump to, the tree of species; without a browser.</summary>
public sealed partial class FindPagesTests(FindWorld world) : IClassFixture<FindWorld>
{
    [Fact]
    public async Task A_view_is_kept_by_name_and_shown_to_others_only_when_it_is_shared()
    {
        var saved = await world.PostAsync(
            "researcher", world.Root + "/views", ("name", "Night <foxes>"),
            ("query", "?hour=20-05&species=vulpes-vulpes&older=1_2&evil=%22%3E"));
        Assert.Equal(HttpStatusCode.Redirect, saved.StatusCode);
        Assert.Equal(
            world.Root + "/pictures?species=vulpes-vulpes&hour=20-05", saved.Headers.Location!.OriginalString);
        Assert.Contains("Night &lt;foxes&gt;", await world.PageAsync("researcher", world.Root + "/pictures"),
            StringComparison.Ordinal);
        Assert.DoesNotContain("Night &lt;foxes&gt;", await world.PageAsync("viewer", world.Root + "/views"),
            StringComparison.Ordinal);

        // The same name in another case is the same view; shared it is everyone's to open and the owner's to remove.
        await world.PostAsync(
            "researcher", world.Root + "/views", ("name", "night <FOXES>"), ("query", "?species=vulpes-vulpes"),
            ("shared", "1"));
        var seen = await world.PageAsync("viewer", world.Root + "/views");
        Assert.Contains("night &lt;FOXES&gt;", seen, StringComparison.Ordinal);
        Assert.Contains("shared by Test person", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("Remove night", seen, StringComparison.Ordinal);
        Assert.Equal(1L, await world.Hub.Database.ReadAsync<long>(
            "select count(*) from saved_views where lower(name) = 'night <foxes>'"));
        var id = await world.Hub.Database.ReadAsync<int>(
            "select id from saved_views where lower(name) = 'night <foxes>'");
        Assert.Equal(HttpStatusCode.NotFound, (await world.PostAsync(
            "viewer", $"{world.Root}/views/{id}/delete")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await world.PostAsync(
            "stranger", $"{world.OtherRoot}/views/{id}/delete")).StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, (await world.PostAsync(
            "manager", $"{world.Root}/views/{id}/delete")).StatusCode);
        Assert.Equal(0L, await world.Hub.Database.ReadAsync<long>(
            "select count(*) from saved_views where id = $1", id));
    }

    [Fact]
    public async Task A_viewer_keeps_views_and_cannot_share_them()
    {
        await world.PostAsync(
            "viewer", world.Root + "/views", ("name", "Mine alone"), ("query", "?category=animal"), ("shared", "1"));
        Assert.Contains("Mine alone", await world.PageAsync("viewer", world.Root + "/views"), StringComparison.Ordinal);
        Assert.DoesNotContain(
            "Mine alone", await world.PageAsync("second", world.Root + "/views"), StringComparison.Ordinal);
        var refused = await world.PostAsync("viewer", world.Root + "/views", ("name", ""), ("query", ""));
        Assert.Contains("The view was not saved", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("goupil", "/species/vulpes-vulpes", "also called Goupil roux")]
    [InlineData("REYNARD", "/species/vulpes-vulpes", "also called Reynard")]
    [InlineData("vuvu", "/species/vulpes-vulpes", "also called VUVU")]
    [InlineData("rufus", "/species/lynx-rufus", "Lynx rufus")]
    [InlineData("felid", "/pictures?taxon=felidae", "2 of this project")]
    [InlineData("mill old", "/pictures?site=old-mill", "Old Mill")]
    [InlineData("ecole", "/pictures?tag=", "École buissonnière")]
    [InlineData("limp", "/pictures/", "she is limping badly")]
    [InlineData("IMG_7.JPG", "/pictures/", "IMG_7.JPG")]
    public async Task One_box_finds_by_any_name(string text, string address, string words)
    {
        await SeedNamesAsync();
        var page = WebUtility.HtmlDecode(
            await world.PageAsync("viewer", $"{world.Root}/search?q={Uri.EscapeDataString(text)}"));
        Assert.Contains($"href=\"{world.Root}{address}", page, StringComparison.Ordinal);
        Assert.Contains(words, page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("limp")]
    [InlineData("goupil")]
    [InlineData("old mill")]
    [InlineData("IMG_7.JPG")]
    public async Task One_box_finds_nothing_of_another_project(string text)
    {
        await SeedNamesAsync();
        var page = await world.PageAsync("stranger", $"{world.OtherRoot}/search?q={Uri.EscapeDataString(text)}");
        Assert.Contains("Nothing in this project is called so.", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("' & | ! :* \\ <script>")]
    [InlineData("%_%")]
    [InlineData("a")]
    public async Task What_is_searched_for_has_no_meaning_of_its_own(string text)
    {
        var page = await world.PageAsync("viewer", $"{world.Root}/search?q={Uri.EscapeDataString(text)}");
        Assert.DoesNotContain("<script>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("/species/vulpes-vulpes", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_days_are_those_of_the_summary_and_lead_to_the_day()
    {
        var page = await world.PageAsync("viewer", world.Root + "/days?species=vulpes-vulpes");
        var days = DayLink().Matches(page).Select(m => m.Groups["day"].Value).Distinct(StringComparer.Ordinal).Order(
            StringComparer.Ordinal).ToList();
        Assert.Equal(
            await world.Hub.Database.ReadAsync<string[]>("""
                select array_agg(distinct detection_date::text order by detection_date::text)
                from daily_detection_summary where taxon_id = $1
                """, world.Taxa["vulpes-vulpes"]),
            days);

        // 20 May 15:00 in Paris is the newest; what begins at the 15th shows nothing newer, and that day first.
        var gallery = await world.PageAsync("viewer", world.Root + "/pictures?day=2026-05-15");
        Assert.Contains("data-day=\"2026-05-15\"", gallery, StringComparison.Ordinal);
        Assert.DoesNotContain("data-day=\"2026-05-16\"", gallery, StringComparison.Ordinal);
        Assert.Contains("id=\"newer\"", gallery, StringComparison.Ordinal);
        Assert.StartsWith(
            "2026-05-15", Heading().Match(gallery).Groups["day"].Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_days_of_a_site_are_those_of_the_cameras_that_stood_there()
    {
        var count = async (string query) => DayLink().Matches(
            await world.PageAsync("viewer", $"{world.Root}/days{query}")).Select(m => m.Groups["day"].Value)
            .Distinct(StringComparer.Ordinal).Count();
        var all = await count("");
        var north = await count("?site=creek-north");
        Assert.Equal(20, all);
        Assert.InRange(north, 1, all - 1);
        Assert.Equal(
            await world.Hub.Database.ReadAsync<long>("""
                select count(distinct detection_date) from daily_detection_summary
                where camera_id = $1 and detection_date >= '2026-05-05'
                """, world.Cameras[0]), north);
    }

    [Fact]
    public async Task A_group_of_species_is_one_gallery_without_holes_or_doubles()
    {
        var expected = await world.Hub.Database.ReadAsync<Guid[]>("""
            select array_agg(event_id order by started_at desc, event_id desc) from event_findings
            where taxon_id = any ($1)
            """, new[] { world.Taxa["lynx-rufus"], world.Taxa["felis-catus"] });
        Assert.Equal(expected, Cells(await world.PageAsync("viewer", world.Root + "/pictures?taxon=felidae")));
        Assert.Equal(
            expected, Cells(await world.PageAsync("viewer", world.Root + "/pictures?taxon=felidae&group=picture")));
        var carnivores = Cells(await world.PageAsync("viewer", world.Root + "/pictures?taxon=carnivora&conf=50-"));
        Assert.Equal(FindWorld.Events * 3 / 5, carnivores.Length);
        Assert.Contains(
            "This project has no such group of species",
            await world.PageAsync("viewer", world.Root + "/pictures?taxon=corvidae"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deployment_narrows_the_gallery_to_its_events()
    {
        var past = await world.Hub.Database.ReadAsync<int>(
            "select id from deployments where camera_id = $1 and until_at is not null", world.Cameras[0]);
        var expected = await world.Hub.Database.ReadAsync<Guid[]>(
            "select array_agg(id order by started_at desc, id desc) from events where deployment_id = $1", past);
        Assert.NotEmpty(expected);
        var page = await world.PageAsync("viewer", $"{world.Root}/pictures?deployment={past}");
        Assert.Equal(expected, Cells(page));
        Assert.Contains("Remove the filter Old Mill, 1 Jan 2026 to 5 May 2026", page, StringComparison.Ordinal);
        Assert.Contains("no such deployment", await world.PageAsync(
            "stranger", $"{world.OtherRoot}/pictures?deployment={past}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_tree_has_the_sums_of_what_is_below_and_a_manager_places_the_rest()
    {
        var tree = await world.PageAsync("viewer", world.Root + "/species?by=tree");
        var text = Tag().Replace(tree, " ");
        var all = FindWorld.Events;
        Assert.Matches($@"Mammalia\s+{all * 4 / 5} detections", text);
        Assert.Matches($@"Carnivora\s+{all * 3 / 5} detections", text);
        Assert.Matches($@"Felidae\s+{all * 2 / 5} detections", text);
        Assert.Contains("Not placed", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Family of Nonesuch", text, StringComparison.Ordinal);
        Assert.Contains("Family of Nonesuch", await world.PageAsync("manager", world.Root + "/species?by=tree"),
            StringComparison.Ordinal);
        var wrong = await world.PostAsync(
            "manager", world.Root + "/species/place", ("genus", "Nonesuch"), ("family", "not one"),
            ("order", "Rodentia"), ("class", "Mammalia"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
        try
        {
            await world.PostAsync(
                "manager", world.Root + "/species/place", ("genus", "Nonesuch"), ("family", "Muridae"),
                ("order", "Rodentia"), ("class", "Mammalia"));
            text = Tag().Replace(await world.PageAsync("viewer", world.Root + "/species?by=tree"), " ");
            Assert.Matches($@"Mammalia\s+{all} detections", text);
            Assert.DoesNotContain("Not placed", text, StringComparison.Ordinal);
        }
        finally
        {
            await world.Hub.Database.RunAsync("delete from genera where genus = 'Nonesuch'");
        }
    }

    [Fact]
    public async Task A_place_in_the_file_is_hidden_where_a_sensitive_species_lives()
    {
        var id = await world.Hub.Database.ReadAsync<Guid>("""
            update captures set exif = '{"Make": "Cam <b>", "gps": {"latitude": 45.1234567, "longitude": 6.5}}'
            where id = (select id from captures where site_id = $1 order by captured_at desc limit 1) returning id
            """, world.Sites[1]);
        var address = $"{world.Root}/pictures/{id}";
        Assert.Contains("45.12346, 6.50000", await world.PageAsync("researcher", address), StringComparison.Ordinal);
        await world.Hub.Database.RunAsync(
            "update project_species set is_sensitive = true where taxon_id = $1", world.Taxa["lynx-rufus"]);
        try
        {
            var hidden = await world.PageAsync("researcher", address);
            Assert.DoesNotContain("45.12346", hidden, StringComparison.Ordinal);
            Assert.Contains("Cam &lt;b&gt;", hidden, StringComparison.Ordinal);
            Assert.Contains("a sensitive species lives here", hidden, StringComparison.Ordinal);
            Assert.Contains("45.12346, 6.50000", await world.PageAsync("manager", address), StringComparison.Ordinal);

            // Without a site nobody can tell which species live there: what is sensitive anywhere hides it.
            await world.Hub.Database.RunAsync("update captures set site_id = null where id = $1", id);
            Assert.DoesNotContain("45.12346", await world.PageAsync("viewer", address), StringComparison.Ordinal);
        }
        finally
        {
            await world.Hub.Database.RunAsync("update project_species set is_sensitive = false");
            await world.Hub.Database.RunAsync("update captures set site_id = $2 where id = $1", id, world.Sites[1]);
        }
    }

    [Fact]
    public async Task The_picture_tells_of_the_nearest_check_in()
    {
        var (id, at) = (await world.Hub.Database.ReadAsync<Guid>(
            "select id from captures where camera_id = $1 order by captured_at desc limit 1", world.Cameras[0]),
            FindWorld.Newest);
        await world.Hub.Database.RunAsync("select ensure_month('telemetry', '2026-05-01')");
        await world.Hub.Database.RunAsync("""
            insert into telemetry (camera_id, received_at, boot, sequence, battery_mv, battery_percent,
              temperature_tenths, signal_dbm, spool_count, spool_bytes, spool_capacity_bytes, dead_count, dropped_count,
              free_memory_bytes, reset_cause)
            select $1, $2::timestamptz + m * interval '1 minute', 1, 100 + m, 3900 + m, 80, 112, -71, m, 0, 1, 0, 0, 1,
              0
            from unnest(array[-50, 12, 170]) m
            """, world.Cameras[0], at.UtcDateTime);
        var page = await world.PageAsync("viewer", $"{world.Root}/pictures/{id}");
        Assert.Contains("battery 3.9 V (80", page, StringComparison.Ordinal);
        Assert.Contains("12 waiting on the camera", page, StringComparison.Ordinal);
        Assert.Contains("12 min after", page, StringComparison.Ordinal);
    }

    async Task SeedNamesAsync()
    {
        var db = world.Hub.Database;
        await db.RunAsync("""
            insert into taxon_names (taxon_id, language, name, is_main)
            values ($1, 'fr', 'Goupil roux', true) on conflict do nothing
            """, world.Taxa["vulpes-vulpes"]);
        await db.RunAsync("""
            insert into species_synonyms values ($1, $2, 'Reynard') on conflict do nothing
            """, world.ProjectId, world.Taxa["vulpes-vulpes"]);
        await db.RunAsync("update project_species set code = 'VUVU' where taxon_id = $1", world.Taxa["vulpes-vulpes"]);
        await db.RunAsync("""
            insert into tags (project_id, name) values ($1, 'École buissonnière') on conflict do nothing
            """, world.ProjectId);
        await db.RunAsync("""
            insert into comments (project_id, event_id, account_id, client_key, text)
            select $1, id, $2, '0198f000-0000-7000-8000-00000000c001', 'I think she is limping badly'
            from events where project_id = $1 order by started_at desc limit 1
            on conflict do nothing
            """, world.ProjectId, world.People["researcher"].Id);
        await db.RunAsync("""
            update captures set file_name = 'IMG_7.JPG'
            where id = (select id from captures where project_id = $1 order by captured_at limit 1)
            """, world.ProjectId);

        // They came past the hub, which then knows them within the second.
        await Task.Delay(RecentReads.SharedFor);
    }

    static Guid[] Cells(string page) => [.. Cell().Matches(page).Select(m => Guid.Parse(m.Groups["id"].Value))];

    [GeneratedRegex("class=\"cell\" data-id=\"(?<id>[0-9a-f-]{36})\"", RegexOptions.ExplicitCapture, 1000)]
    internal static partial Regex Cell();

    [GeneratedRegex("day=(?<day>[0-9-]{10})\" tabindex", RegexOptions.ExplicitCapture, 1000)]
    internal static partial Regex DayLink();

    [GeneratedRegex("class=\"day\" data-day=\"(?<day>[0-9-]{10})\"", RegexOptions.ExplicitCapture, 1000)]
    internal static partial Regex Heading();

    [GeneratedRegex("<[^>]*>", RegexOptions.ExplicitCapture, 1000)]
    internal static partial Regex Tag();
}
