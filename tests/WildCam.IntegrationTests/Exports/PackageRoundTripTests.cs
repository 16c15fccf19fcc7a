using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using WildCam.Hub.Hosting;
using WildCam.IntegrationTests.Api;
using WildCam.Storage.Accounts;
using WildCam.Storage.Exports;
using WildCam.Storage.Imports;

namespace WildCam.IntegrationTests.Exports;

/// <summary>The standard's own example comes in and goes out again, row for row.</summary>
public sealed class PackageRoundTripTests(ApiWorld world) : IClassFixture<ApiWorld>
{
    static readonly string[] Keys = ["deploymentID", "mediaID", "observationID"];

    string Address => $"/api/v1/projects/{world.Project}";

    [Fact]
    public async Task The_standards_example_keeps_every_row()
    {
        using var client = world.As("manager");
        var preview = await PostAsync(client, "", await ExampleAsync());
        Assert.Equal(
            (4, 423, 549),
            ((int)preview["deployments"]!, (int)preview["media"]!, (int)preview["observations"]!));
        Assert.Equal(0, (int)preview["wrong"]!);
        Assert.Empty((await client.GetFromJsonAsync<JsonArray>($"{Address}/packages"))!);

        var taken = await PostAsync(client, "?commit=true", await ExampleAsync());
        Assert.Equal(4 + 423 + 549, (int)taken["added"]!);
        var again = await PostAsync(client, "?commit=true", await ExampleAsync());
        Assert.Equal(0, (int)again["added"]!);

        await using var export = await ExportWorld.OfAsync(world.Hub.Database, world.World);
        var (tables, descriptor) = await export.ExportPackageAsync(
            new ExportWish("camtrap-dp") { People = PeopleChoice.Show });
        Assert.Empty(CamtrapSchema.Problems(tables, descriptor));
        var original = new ZipArchive(new MemoryStream(await ExampleAsync()));
        foreach (var (name, key) in new[] { "deployments", "media", "observations" }.Zip(Keys))
        {
            await using var csv = original.GetEntry(name + ".csv")!.Open();
            var before = await Table.ReadAsync(csv);
            var after = tables[name];
            Assert.Equal(before.Columns, after.Columns);
            var at = before.Columns.ToList().IndexOf(key);
            var rows = after.Rows.ToDictionary(r => r[at], StringComparer.Ordinal);
            foreach (var row in before.Rows)
            {
                Assert.Equal(row, rows[row[at]]);
            }
        }

        Assert.Contains(descriptor["taxonomic"]!.AsArray(), t => (string)t!["scientificName"]! == "Anas platyrhynchos"
            && (string?)t["vernacularNames"]!["nld"] == "wilde eend");

        await LookAsync(original);

        // Without people and to the kilometre, the same example tells less.
        var (shy, shyDescriptor) = await export.ExportPackageAsync(
            new ExportWish("camtrap-dp") { CoordinateDecimals = 1 });
        Assert.Empty(CamtrapSchema.Problems(shy, shyDescriptor));
        Assert.DoesNotContain("human", shy["observations"].All("observationType"));
        Assert.Contains("51.5", shy["deployments"].All("latitude"));

        var id = (string)(await client.GetFromJsonAsync<JsonArray>($"{Address}/packages"))!.Single()!["id"]!;
        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync($"{Address}/packages/{id}")).StatusCode);
        Assert.Equal(0L, await world.Hub.Database.ReadAsync<long>("select count(*) from package_rows"));
    }

    /// <summary>The page of a package tells its species and deployments, as they are counted here once more.</summary>
    async Task LookAsync(ZipArchive original)
    {
        await using var csv = original.GetEntry("observations.csv")!.Open();
        var observations = await Table.ReadAsync(csv);
        var contents = new PackageContentsTable(world.Hub.Database.Source);
        var package = Assert.Single(await contents.ListTitlesAsync(world.ProjectId, default));
        var species = await contents.ListSpeciesAsync(world.ProjectId, package.Id, default);
        Assert.Equal(
            observations.All("observationType")
                .Zip(observations.All("scientificName"), (kind, name) => $"{kind} {name}")
                .GroupBy(o => o).Select(g => $"{g.Key} {g.Count()}").Order(StringComparer.Ordinal),
            species.Select(s => $"{s.Kind} {s.ScientificName} {s.Observations}").Order(StringComparer.Ordinal));
        var deployments = await contents.ListDeploymentsAsync(world.ProjectId, package.Id, default);
        Assert.Equal(
            (4, 423L, 549L),
            (deployments.Count, deployments.Sum(d => d.Media), deployments.Sum(d => d.Observations)));

        var (session, _) = await new SessionsTable(world.Hub.Database.Source).OpenAsync(
            world.People["viewer"].Id, default);
        using var viewer = world.Hub.CreateClient();
        viewer.DefaultRequestHeaders.Add("Cookie", $"{SessionCookie.Name}={session}");
        var page = await viewer.GetStringAsync($"/p/{world.Project}/packages/{package.Id}");
        Assert.Contains("Anas platyrhynchos", page, StringComparison.Ordinal);
        Assert.Contains("count in none of this project", page, StringComparison.Ordinal);
        Assert.Contains(
            $"/packages/{package.Id}", await viewer.GetStringAsync($"/p/{world.Project}/species"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_that_are_wrong_are_told_by_their_line_and_the_others_count()
    {
        var media = "mediaID,deploymentID,timestamp,filePath,filePublic,fileMediatype\n"
            + "m1,d1,2026-05-01T10:00:00Z,https://x/1.jpg,true,image/jpeg\n"
            + "m2,d9,2026-05-01T10:00:00Z,https://x/2.jpg,true,image/jpeg\n"
            + "m1,d1,2026-05-01T10:00:00Z,https://x/3.jpg,true,image/jpeg\n"
            + "m4,d1\n";
        using var client = world.As("manager");
        var told = await PostAsync(client, "", Zip(media));
        Assert.Equal(1, (int)told["media"]!);
        Assert.Equal(3, (int)told["wrong"]!);
        Assert.Equal(
            ["3 its deploymentID is not in deployments", "4 its mediaID is there twice",
                "5 it has 2 fields, and the head has 6"],
            told["problems"]!.AsArray().Select(p => $"{p!["line"]} {p["reason"]}"));
    }

    [Theory]
    [InlineData("no zip at all", "It is no zip")]
    public async Task What_is_no_package_says_so(string text, string reason)
    {
        using var client = world.As("manager");
        using var content = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(text));
        using var answer = await client.PostAsync($"{Address}/packages", content);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(reason, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    async Task<JsonNode> PostAsync(HttpClient client, string query, byte[] zip)
    {
        using var content = new ByteArrayContent(zip);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/zip");
        using var answer = await client.PostAsync($"{Address}/packages{query}", content);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    static async Task<byte[]> ExampleAsync()
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var name in new[] { "datapackage.json", "deployments.csv", "media.csv", "observations.csv" })
            {
                await using var entry = zip.CreateEntry(name).Open();
                await using var file = File.OpenRead(Components.RequireSharedData($"camtrap-dp/example/{name}"));
                await file.CopyToAsync(entry);
            }
        }

        return bytes.ToArray();
    }

    static byte[] Zip(string media)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            void Add(string name, string text)
            {
                using var writer = new StreamWriter(zip.CreateEntry("folder/" + name).Open());
                writer.Write(text);
            }

            Add("datapackage.json", """
                {"name":"small","resources":[{"name":"deployments","path":"d.csv"},{"name":"media","path":"m.csv"},
                {"name":"observations","path":"o.csv"}]}
                """);
            Add("d.csv", "deploymentID,latitude,longitude,deploymentStart,deploymentEnd\nd1,1,2,2026-05-01T00:00:00Z,"
                + "2026-05-02T00:00:00Z\n");
            Add("m.csv", media);
            Add("o.csv", "observationID,deploymentID,mediaID,eventStart,eventEnd,observationLevel,observationType\n");
        }

        return bytes.ToArray();
    }
}
