using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using WildCam.Storage.Exports;

namespace WildCam.IntegrationTests.Exports;

public sealed class ExportFormatsTests : IAsyncLifetime
{
    readonly TestDatabase _database = new();
    ExportWorld _world = null!;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        _world = await ExportWorld.MakeAsync(_database);
    }

    public async ValueTask DisposeAsync()
    {
        await _world.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData(PeopleChoice.LeaveOut, 5)]
    [InlineData(PeopleChoice.Blur, 2)]
    [InlineData(PeopleChoice.Show, 0)]
    public async Task A_package_is_valid_by_the_schemas_of_the_standard(PeopleChoice people, int decimals)
    {
        var (tables, descriptor) = await _world.ExportPackageAsync(
            new ExportWish("camtrap-dp") { People = people, CoordinateDecimals = decimals });
        Assert.Empty(CamtrapSchema.Problems(tables, descriptor));
        Assert.Equal(2, tables["deployments"].Rows.Count);
        Assert.Contains("media", tables["observations"].All("observationLevel"));
        Assert.Contains("event", tables["observations"].All("observationLevel"));
        Assert.Contains(
            "effort:11.00 camera-days", tables["deployments"][0, "deploymentTags"], StringComparison.Ordinal);
        Assert.Equal("2026-05-20T05:00:00-07:00", tables["media"][0, "timestamp"]);
    }

    [Fact]
    public async Task Accepted_gaps_are_no_effort_and_are_told_and_proposed_ones_are_not()
    {
        await _world.Database.RunAsync("""
            insert into operational_gaps (project_id, camera_id, silent_from, from_at, until_at, cause, state)
            select d.project_id, d.camera_id, g.from_at, g.from_at, g.until_at, 1, g.state
            from deployments d join sites s on s.id = d.site_id and s.slug = 'creek', (values
              ('2026-05-21 00:00Z'::timestamptz, '2026-05-23 00:00Z'::timestamptz, 2),
              ('2026-05-22 00:00Z', '2026-05-24 00:00Z', 2), ('2026-05-26 00:00Z', '2026-05-27 00:00Z', 1))
              as g (from_at, until_at, state)
            where d.project_id = $1
            """, _world.World.ProjectId);
        var (tables, descriptor) = await _world.ExportPackageAsync(new ExportWish("camtrap-dp"));
        Assert.Empty(CamtrapSchema.Problems(tables, descriptor));
        Assert.Equal(
            "effort:8.00 camera-days | gap:2026-05-20T17:00:00-07:00/2026-05-23T17:00:00-07:00 | ongoing",
            tables["deployments"].All("deploymentTags").First(t => !t.Contains("snapped", StringComparison.Ordinal)));
        Assert.Contains(
            tables["deployments"].All("deploymentTags"),
            t => t.StartsWith("effort:11.00 camera-days |", StringComparison.Ordinal)
                && !t.Contains("gap:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_package_tells_what_was_seen_and_by_whom()
    {
        var (tables, descriptor) = await _world.ExportPackageAsync(
            new ExportWish("camtrap-dp") { People = PeopleChoice.Show });
        var seen = tables["observations"];
        var fox = seen.All("mediaID").IndexOf(_world.Captures["fox"].ToString());
        Assert.Equal("Vulpes vulpes", seen[fox, "scientificName"]);
        Assert.Equal("animal", seen[fox, "observationType"]);
        Assert.Equal("0.92", seen[fox, "classificationProbability"]);
        Assert.Equal("machine", seen[fox, "classificationMethod"]);
        Assert.StartsWith("foxfinder", seen[fox, "classifiedBy"], StringComparison.Ordinal);
        Assert.Equal("0.125", seen[fox, "bboxWidth"]);
        var person = seen.All("mediaID").IndexOf(_world.Captures["person"].ToString());
        Assert.Equal("human", seen[person, "observationType"]);
        Assert.Equal(
            ["Homo sapiens", "Lynx lynx", "Vulpes vulpes"],
            descriptor["taxonomic"]!.AsArray().Select(t => (string)t!["scientificName"]!)
                .Order(StringComparer.Ordinal));
        Assert.Equal("Red fox", (string?)descriptor["taxonomic"]!.AsArray()
            .Single(t => (string)t!["scientificName"]! == "Vulpes vulpes")!["vernacularNames"]!["eng"]);
        Assert.Equal(1, _world.Written.LeftOut); // The camera that stands nowhere.
    }

    [Fact]
    public async Task People_that_are_left_out_are_nowhere_in_the_package()
    {
        var (tables, _) = await _world.ExportPackageAsync(new ExportWish("camtrap-dp"));
        Assert.DoesNotContain("human", tables["observations"].All("observationType"));
        Assert.DoesNotContain(_world.Captures["person"].ToString(), tables["media"].All("mediaID"));
        // Nobody looked at this one, so that nobody knows who is on it.
        Assert.DoesNotContain(_world.Captures["unseen"].ToString(), tables["media"].All("mediaID"));
        Assert.Contains(_world.Captures["fox"].ToString(), tables["media"].All("mediaID"));
    }

    [Fact]
    public async Task Pictures_of_people_who_are_to_be_blurred_have_the_address_of_the_blurred_one()
    {
        var (tables, _) = await _world.ExportPackageAsync(new ExportWish("camtrap-dp") { People = PeopleChoice.Blur });
        var paths = tables["media"].All("mediaID").Zip(tables["media"].All("filePath"))
            .ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal);
        Assert.EndsWith("/veiled/1600.jpg", paths[_world.Captures["person"].ToString()], StringComparison.Ordinal);
        Assert.EndsWith("/picture", paths[_world.Captures["fox"].ToString()], StringComparison.Ordinal);
        Assert.Contains("human", tables["observations"].All("observationType"));
    }

    [Fact]
    public async Task Places_of_sensitive_species_are_snapped_and_others_rounded()
    {
        var (tables, _) = await _world.ExportPackageAsync(new ExportWish("camtrap-dp") { CoordinateDecimals = 3 });
        var places = tables["deployments"];
        var (creek, ridge) = (places.All("locationID").IndexOf("creek"), places.All("locationID").IndexOf("ridge"));
        Assert.Equal(("45.123", "-120.568"), (places[creek, "latitude"], places[creek, "longitude"]));
        Assert.Equal(("45.95", "-120.05"), (places[ridge, "latitude"], places[ridge, "longitude"]));
        Assert.True(int.Parse(places[ridge, "coordinateUncertainty"], CultureInfo.InvariantCulture) > 7_000);
        var (exact, _) = await _world.ExportPackageAsync(new ExportWish("camtrap-dp") { ExactSensitive = true });
        Assert.Equal("45.98765", exact["deployments"][ridge, "latitude"]);
    }

    [Fact]
    public async Task Only_what_was_wished_is_in_it()
    {
        var (sure, _) = await _world.ExportPackageAsync(new ExportWish("camtrap-dp") { MinConfidence = 0.7 });
        Assert.DoesNotContain(_world.Captures["doubtful"].ToString(), sure["observations"].All("mediaID"));
        Assert.Contains(_world.Captures["fox"].ToString(), sure["observations"].All("mediaID"));
        var (decided, _) = await _world.ExportPackageAsync(new ExportWish("camtrap-dp") { OnlyDecided = true });
        Assert.Empty(decided["observations"].Rows);
        var (later, _) = await _world.ExportPackageAsync(
            new ExportWish("camtrap-dp") { From = new DateOnly(2026, 5, 21) });
        Assert.Empty(later["media"].Rows);
    }

    [Fact]
    public async Task A_table_holds_no_formulas_and_keeps_its_columns()
    {
        var bytes = await _world.ExportAsync(new ExportWish("csv") { People = PeopleChoice.Show });
        Assert.Contains(
            "\"'=HYPERLINK(\"\"http://evil\"\")\"", Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
        var table = await Table.ReadAsync(new MemoryStream(bytes));
        Assert.Equal(6, table.Rows.Count);
        Assert.Contains("Ridge, upper", table.All("site_name"));
        Assert.Contains("Red fox", table.All("common_name"));
        Assert.Equal(_world.Written.Rows, table.Rows.Count);
    }

    [Fact]
    public async Task Darwin_Core_names_its_columns_and_holds_animals_that_have_names()
    {
        using var zip = new ZipArchive(new MemoryStream(await _world.ExportAsync(new ExportWish("darwin-core"))));
        await using var csv = zip.GetEntry("occurrence.csv")!.Open();
        var table = await Table.ReadAsync(csv);
        await using var meta = zip.GetEntry("meta.xml")!.Open();
        var fields = XDocument.Load(meta).Descendants().Where(e => e.Name.LocalName == "field")
            .Select(e => ((string)e.Attribute("term")!).Split('/')[^1]).ToList();
        Assert.Equal(table.Columns, fields);
        Assert.Equal(4, table.Rows.Count);
        Assert.All(table.All("scientificName"), n => Assert.Contains(n, new[] { "Vulpes vulpes", "Lynx lynx" }));
        var lynx = table.All("scientificName").IndexOf("Lynx lynx");
        Assert.Equal("45.95", table[lynx, "decimalLatitude"]);
        Assert.Contains("sensitive", table[lynx, "informationWithheld"], StringComparison.Ordinal);
        Assert.NotNull(zip.GetEntry("eml.xml"));
    }

    [Fact]
    public async Task A_map_has_a_point_an_event()
    {
        var map = JsonNode.Parse(await _world.ExportAsync(new ExportWish("geojson")))!;
        Assert.Equal("FeatureCollection", (string)map["type"]!);
        var features = map["features"]!.AsArray();
        Assert.Equal(4, features.Count);
        Assert.All(features, f => Assert.InRange((double)f!["geometry"]!["coordinates"]![1]!, 45, 46));
        Assert.DoesNotContain(features, f => (string?)f!["properties"]!["category"] == "person");
    }

    [Fact]
    public async Task MegaDetector_results_follow_their_format()
    {
        var results = JsonNode.Parse(await _world.ExportAsync(
            new ExportWish("megadetector") { People = PeopleChoice.Show }))!;
        Assert.Equal("1.6", (string)results["info"]!["format_version"]!);
        Assert.Equal("animal", (string)results["detection_categories"]!["1"]!);
        var images = results["images"]!.AsArray();
        Assert.Equal(6, images.Count); // The one that nobody looked at is not among them.
        var fox = images.Single(i => ((string)i!["file"]!).EndsWith($"{_world.Captures["fox"]}.jpg",
            StringComparison.Ordinal))!["detections"]![0]!;
        Assert.Equal("1", (string)fox["category"]!);
        Assert.Equal(0.92, (double)fox["conf"]!, 3);
        Assert.Equal([0.25, 0.5, 0.125, 0.25], fox["bbox"]!.AsArray().Select(v => (double)v!));
        var species = (string)fox["classifications"]![0]![0]!;
        Assert.Equal("Vulpes vulpes", (string)results["classification_categories"]![species]!);
        var blank = images.Single(i => ((string)i!["file"]!).EndsWith($"{_world.Captures["blank"]}.jpg",
            StringComparison.Ordinal))!;
        Assert.Empty(blank["detections"]!.AsArray());
    }

    [Fact]
    public async Task Microsofts_list_has_corners_in_pixels()
    {
        var list = JsonNode.Parse(await _world.ExportAsync(
            new ExportWish("microsoft") { People = PeopleChoice.Show }))!.AsArray();
        var fox = list.Single(i => ((string)i!["file"]!).EndsWith($"{_world.Captures["fox"]}.jpg",
            StringComparison.Ordinal))!["detections"]![0]!;
        Assert.Equal("animal", (string)fox["category"]!);
        Assert.Equal([400, 600, 600, 900], fox["bbox"]!.AsArray().Select(v => (double)v!));
    }

    [Fact]
    public async Task SpeciesNets_predictions_have_one_label_a_picture()
    {
        var all = JsonNode.Parse(await _world.ExportAsync(
            new ExportWish("speciesnet") { People = PeopleChoice.Show }))!["predictions"]!.AsArray();
        var fox = all.Single(i => ((string)i!["filepath"]!).EndsWith($"{_world.Captures["fox"]}.jpg",
            StringComparison.Ordinal))!;
        Assert.Equal(";;;;vulpes;vulpes;red fox", (string)fox["prediction"]!);
        Assert.Equal(7, ((string)fox["prediction"]!).Split(';').Length);
        Assert.Contains(all, p => ((string)p!["prediction"]!).EndsWith(";blank", StringComparison.Ordinal));
        Assert.Contains(all, p => ((string)p!["prediction"]!).EndsWith(";human", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_project_without_coordinates_is_told_what_to_do()
    {
        await _database.RunAsync("update sites set latitude = null where project_id = $1", _world.World.ProjectId);
        var cannot = await Assert.ThrowsAsync<WildCam.Hub.Exports.ExportException>(
            () => _world.ExportAsync(new ExportWish("camtrap-dp")));
        Assert.Contains("Give the sites their coordinates, or choose CSV", cannot.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_lost_between_pages()
    {
        await _database.RunAsync("""
            with made as (
              insert into capture_identities (id, device_capture_id, camera_id, captured_at, size_bytes, digest)
              select gen_random_uuid(), decode(md5('many' || i), 'hex'),
                (select min(id) from cameras where project_id = $1),
                timestamptz '2026-05-20 13:00Z' + make_interval(secs => i / 7), 100, decode(repeat('00', 32), 'hex')
              from generate_series(1, 5003) i returning id, captured_at, camera_id, device_capture_id),
            filed as (
              insert into captures (id, captured_at, project_id, camera_id, device_capture_id, received_at,
                clock_quality, size_bytes, sha256, blob_path, stages_missing)
              select id, captured_at, $1, camera_id, device_capture_id, captured_at, 1, 100,
                decode(repeat('00', 32), 'hex'), id || '.jpg', 0 from made)
            insert into wildlife_detections (capture_id, captured_at, model_id, source, project_id, camera_id, category,
              confidence, is_current, local_date, local_hour)
            select id, captured_at, $2, 1, $1, camera_id, 1, 0.9, true, '2026-05-20', 6 from made
            """, _world.World.ProjectId, _world.Model);
        var table = await Table.ReadAsync(new MemoryStream(await _world.ExportAsync(new ExportWish("csv"))));
        var ids = table.All("capture_id");
        Assert.Equal(5003 + 5, ids.Count);
        Assert.Equal(ids.Count, ids.Distinct(StringComparer.Ordinal).Count());
    }
}
