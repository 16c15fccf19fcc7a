using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using WildCam.IntegrationTests.Api;

namespace WildCam.IntegrationTests.Cameras;

/// <summary>Cameras and sites, as programs add them and look after them.</summary>
public sealed class RegisterApiTests(ApiWorld world) : IClassFixture<ApiWorld>
{
    string Root => $"/api/v1/projects/{world.Project}";

    [Fact]
    public async Task A_camera_is_added_with_its_site_tags_board_and_policy_moved_and_looked_up()
    {
        using var client = world.As("manager");
        var (site, other, code) = (Fresh(), Fresh(), Fresh());
        await OkAsync(client.PostAsJsonAsync($"{Root}/sites", new { slug = site, name = "Ford" }));
        await OkAsync(client.PostAsJsonAsync(
            $"{Root}/sites", new { slug = other, name = "Ridge", latitude = 45.5, longitude = -120.25 }));
        var added = await OkAsync(client.PostAsJsonAsync($"{Root}/cameras", new
        {
            code, name = "By the ford", site, from = DateTimeOffset.UtcNow.AddDays(-3), board = "esp32-s3-ov2640",
            tags = new[] { "ridge", "solar" }, policy = "long-life", notes = "On the second pine",
        }));
        Assert.Equal(43, ((string?)added["credential"])!.Length);
        Assert.Equal("ridge solar 21600 4 On the second pine", await world.Hub.Database.ReadAsync<string>("""
            select concat_ws(' ', (select string_agg(tag, ' ' order by tag) from camera_tags where camera_id = c.id),
              s.desired ->> 'heartbeatSeconds', c.board, c.notes)
            from cameras c join camera_settings s on s.camera_id = c.id where c.code = $1
            """, code));
        var state = await GetAsync(client, $"{Root}/cameras/{code}/credential");
        Assert.NotNull(state["issuedAt"]);
        Assert.Null(state["firstUsedAt"]);

        var early = await client.PostAsJsonAsync(
            $"{Root}/cameras/{code}/move", new { site = other, from = DateTimeOffset.UtcNow.AddDays(-4) });
        Assert.Equal("overlaps", await CodeAsync(early, HttpStatusCode.Conflict));
        await OkAsync(client.PostAsJsonAsync($"{Root}/cameras/{code}/move", new { site = other }));
        Assert.Equal("same-site", await CodeAsync(
            await client.PostAsJsonAsync($"{Root}/cameras/{code}/move", new { site = other }),
            HttpStatusCode.Conflict));
        Assert.Equal(other, (string?)(await GetAsync(client, $"{Root}/cameras/{code}"))["site"]);

        using var edited = await client.PatchAsJsonAsync(
            $"{Root}/cameras/{code}", new { name = "On the ridge", board = "esp32-ov2640" });
        Assert.Equal(HttpStatusCode.NoContent, edited.StatusCode);
        Assert.Equal("""{"name": "By the ford", "board": 4} {"name": "On the ridge", "board": 2}""",
            await world.Hub.Database.ReadAsync<string>("""
                select before::text || ' ' || after::text from audit_entries
                where action = 'camera.edit' and subject = $1
                """, code));
        Assert.Equal("invalid-board", await CodeAsync(
            await client.PatchAsJsonAsync($"{Root}/cameras/{code}", new { board = "toaster" }),
            HttpStatusCode.BadRequest));
        Assert.Equal("invalid-overlapHours", await CodeAsync(
            await client.PostAsync($"{Root}/cameras/{code}/credential?overlapHours=99999", null),
            HttpStatusCode.BadRequest));
        using var retired = await client.PostAsJsonAsync($"{Root}/cameras/{code}/retire", new { });
        Assert.Equal(HttpStatusCode.NoContent, retired.StatusCode);
        Assert.Equal("camera-revoked", await CodeAsync(
            await client.PostAsync($"{Root}/cameras/{code}/credential", null), HttpStatusCode.Conflict));
    }

    [Theory]
    [InlineData("new")]
    [InlineData("many")]
    [InlineData("-x")]
    [InlineData("a b")]
    public async Task A_code_that_no_page_could_show_is_refused(string code)
    {
        using var client = world.As("manager");
        Assert.Equal("invalid-code", await CodeAsync(
            await client.PostAsJsonAsync($"{Root}/cameras", new { code }), HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task A_sheet_is_looked_at_first_and_stored_whole()
    {
        using var client = world.As("manager");
        var (one, two, site) = (Fresh(), Fresh(), Fresh());
        var csv = $"""
            Code,Name,Site,Latitude,Longitude,Time zone,From,Tags,Policy,Notes
            {one.ToUpperInvariant()},"Ford, north",{site},45.1234,-120.5678,America/Denver,2026-05-01 14:30,a b,,
            {two},,{site},,,,,,,'=1+1
            """;
        var preview = await OkAsync(client.PostAsJsonAsync($"{Root}/cameras/sheet/preview", new { csv }));
        Assert.Equal((2, 1, 0),
            ((int)preview["cameras"]!, (int)preview["newSites"]!, (int)preview["faultsInAll"]!));
        Assert.Equal(0L, await CountAsync(one, two));
        var added = (await OkAsync(client.PostAsJsonAsync($"{Root}/cameras/sheet", new { csv }))).AsArray();
        Assert.Equal([one, two], added.Select(a => (string?)a!["code"]));
        Assert.Equal(2L, await CountAsync(one, two));
        // The site's clock: half past two in Denver's summer.
        Assert.Equal("Ford, north|2026-05-01 20:30|=1+1", await world.Hub.Database.ReadAsync<string>("""
            select concat_ws('|', c.name, to_char(d.from_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI'),
              (select notes from cameras where code = $2))
            from cameras c join deployments d on d.camera_id = c.id where c.code = $1
            """, one, two));
        Assert.Equal("invalid-sheet", await CodeAsync(
            await client.PostAsJsonAsync($"{Root}/cameras/sheet", new { csv }), HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task Each_wrong_cell_of_a_sheet_is_told_and_nothing_is_stored()
    {
        using var client = world.As("manager");
        var good = Fresh();
        var csv = $"""
            code,name,site,latitude,longitude,time_zone,from,board,tags,policy,notes,colour
            {good},Good,,,,,,,,,,
            {good},Twice,,,,,,,,,,
            ,No code,,,,,,,,,,
            {world.Camera},Taken,,,,,,,,,,
            new,Word,,,,,,,,,,
            {Fresh()},{new string('n', 101)},,,,,,,,,,
            {Fresh()},Nowhere,Moon base,,,,,,,,,
            {Fresh()},Half,Half way,45,,,,,,,,
            {Fresh()},Pole,North pole,91,-181,Mars/Olympus,,,,,,
            {Fresh()},Time,,,,,2026-13-01,,,,,
            {Fresh()},Future,Future,1,1,,2199-01-01,,,,,
            {Fresh()},Words,,,,,,toaster,no_tag,lazy,,
            {Fresh()},Cells,,,,,,,,,,,more
            """;
        var preview = await OkAsync(client.PostAsJsonAsync($"{Root}/cameras/sheet/preview", new { csv }));
        var faults = preview["faults"]!.AsArray().Select(f => $"{f!["row"]} {f["column"]}").ToList();
        Assert.Equal(
            [
                "1 colour", "3 code", "4 code", "5 code", "6 code", "7 name", "8 site", "9 longitude", "10 latitude",
                "10 longitude", "10 time_zone", "11 from", "12 from", "13 board", "13 policy", "13 tags", "14 ",
            ],
            faults);
        Assert.All(preview["faults"]!.AsArray(), f => Assert.NotEmpty((string)f!["why"]!));
        Assert.Equal("invalid-sheet", await CodeAsync(
            await client.PostAsJsonAsync($"{Root}/cameras/sheet", new { csv }), HttpStatusCode.BadRequest));
        Assert.Equal(0L, await CountAsync(good));
    }

    [Theory]
    [InlineData("")]
    [InlineData("name\nFord")]
    [InlineData("code")]
    [InlineData("code,name\n\"a,b")]
    public async Task A_file_that_is_no_sheet_says_so(string csv)
    {
        using var client = world.As("manager");
        var preview = await OkAsync(client.PostAsJsonAsync($"{Root}/cameras/sheet/preview", new { csv }));
        Assert.Equal(0, (int)preview["cameras"]!);
        Assert.Equal(0, (int)preview["faults"]!.AsArray().Single()!["row"]!);
    }

    [Fact]
    public async Task A_site_is_corrected_with_both_coordinates_or_none()
    {
        using var client = world.As("manager");
        var slug = Fresh();
        await OkAsync(client.PostAsJsonAsync($"{Root}/sites", new { slug, name = "Old" }));
        using var corrected = await client.PatchAsJsonAsync(
            $"{Root}/sites/{slug}", new { name = "New", latitude = 1.5, longitude = 2.5 });
        Assert.Equal(HttpStatusCode.NoContent, corrected.StatusCode);
        Assert.Equal("New 1.5 2.5", await world.Hub.Database.ReadAsync<string>(
            "select concat_ws(' ', name, latitude, longitude) from sites where slug = $1", slug));
        Assert.Equal("invalid-latitude", await CodeAsync(
            await client.PatchAsJsonAsync($"{Root}/sites/{slug}", new { name = "Half", latitude = 1.5 }),
            HttpStatusCode.BadRequest));
        Assert.Equal(2L, await world.Hub.Database.ReadAsync<long>(
            "select count(*) from audit_entries where subject = $1 and action like 'site.%'", slug));
    }

    Task<long> CountAsync(params string[] codes) => world.Hub.Database.ReadAsync<long>(
        "select count(*) from cameras where code = any($1)", (object)codes);

    static string Fresh() => "r" + Guid.NewGuid().ToString("n")[..12];

    static async Task<JsonNode> GetAsync(HttpClient client, string path) =>
        (await client.GetFromJsonAsync<JsonNode>(path))!;

    static async Task<JsonNode> OkAsync(Task<HttpResponseMessage> asked)
    {
        using var answer = await asked;
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode}: {text}");
        return JsonNode.Parse(text)!;
    }

    static async Task<string?> CodeAsync(HttpResponseMessage answer, HttpStatusCode status)
    {
        using (answer)
        {
            Assert.Equal(status, answer.StatusCode);
            return (string?)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["code"];
        }
    }
}
