using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using WildCam.IntegrationTests.Api;
using WildCam.IntegrationTests.Captures;
using WildCam.Storage.Exports;

namespace WildCam.IntegrationTests.Exports;

/// <summary>Predictions of other tools come in as a model's, matched by name, id or hash.</summary>
public sealed class PredictionsApiTests : IAsyncLifetime
{
    readonly ApiWorld _world = new();
    Guid _ofCard;

    public async ValueTask InitializeAsync()
    {
        await _world.InitializeAsync();
        _ofCard = await _world.World.AddCaptureAsync(_world.CameraId, CaptureWorld.Noon.AddHours(1));
        await _world.Hub.Database.RunAsync("""
            update captures set file_name = 'DCIM/100/IMG_0001.JPG', source = 2, width = 2000, height = 1000,
              sha256 = sha256('card') where id = $1
            """, _ofCard);
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task MegaDetector_results_are_previewed_then_filed_and_count()
    {
        const string name = "E:\\\\cards\\\\june\\\\DCIM\\\\100\\\\IMG_0001.JPG";
        var file = $$$"""
            {"info":{"format_version":"1.6","detector":"md_v5a.0.0.pt"},
            "detection_categories":{"1":"animal","2":"person","3":"vehicle"},
            "classification_categories":{"7":"Vulpes-vulpes","8":"Nobody knows"},
            "images":[
              {"file":"{{{name}}}","detections":[
                {"category":"1","conf":0.9,"bbox":[0.1,0.2,0.3,0.4],"classifications":[["7",0.8],["8",0.1]]},
                {"category":"2","conf":0.4,"bbox":[0.5,0.5,0.1,0.1]}]},
              {"file":"x/{{{_world.Captures[1]}}}.jpg","detections":[]},
              {"file":"gone.jpg","detections":[]},
              {"file":"broken.jpg","failure":"Failure image access","detections":null},
              {"file":"x/{{{_world.Captures[3]}}}.jpg","detections":[{"category":"1","conf":7,"bbox":[0,0,1,1]}]},
              {"file":"x/{{{_world.Captures[5]}}}.jpg","detections":[{"category":"1","conf":0.5,"bbox":[0.9,0,1,1]}]}]}
            """;
        var preview = await PostAsync("", file);
        Assert.Equal("megadetector", (string)preview["format"]!);
        Assert.Equal((6, 2, 4, 0), ((int)preview["pictures"]!, (int)preview["matched"]!, (int)preview["wrong"]!,
            (int)preview["filed"]!));
        Assert.Equal([3, 4, 5, 6], preview["problems"]!.AsArray().Select(p => (int)p!["entry"]!));
        Assert.Equal(0L, await RowsAsync());

        var filed = await PostAsync("?commit=true", file);
        Assert.Equal(2, (int)filed["filed"]!);
        Assert.Equal("md_v5a.0.0.pt 1", (string)filed["model"]!);
        Assert.Equal(0, (int)(await PostAsync("?commit=true", file))["filed"]!); // Again is harmless.
        Assert.Equal(3L, await RowsAsync());
        Assert.Equal("animal:True:vulpes-vulpes:0.3, person:True::0.1", await SaidOfAsync(_ofCard));
        Assert.Equal("blank:True::", await SaidOfAsync(_world.Captures[1]));

        // Where the active model spoke, it goes on counting; a person's decision counts before both.
        await PostAsync("?commit=true", file.Replace($"{_world.Captures[1]}", $"{_world.Captures[0]}",
            StringComparison.Ordinal));
        Assert.Equal(1L, await _world.Hub.Database.ReadAsync<long>("""
            select count(*) from wildlife_detections d join models m on m.id = d.model_id
            where d.capture_id = $1 and d.is_current and m.name = 'test'
            """, _world.Captures[0]));
    }

    [Fact]
    public async Task Microsofts_list_and_SpeciesNet_are_understood()
    {
        var list = """
            [{"file":"/data/DCIM/100/IMG_0001.JPG","detections":[
              {"category":"animal","confidence":0.8,"bbox":[500,250,1500,750]}]}]
            """;
        Assert.Equal(1, (int)(await PostAsync("?commit=true&model=mdv6", list))["filed"]!);
        Assert.Equal(0.25, await NumberAsync("box_x"), 4);
        Assert.Equal(0.5, await NumberAsync("box_height"), 4);
        var species = """
            {"predictions":[{"filepath":"x/DCIM/100/IMG_0001.JPG","prediction_score":0.7,"model_version":"4.0.1a",
              "prediction":"abc;mammalia;carnivora;canidae;vulpes;vulpes;red fox",
              "detections":[{"category":"1","label":"animal","conf":0.95,"bbox":[0.1,0.1,0.2,0.2]}]},
             {"filepath":"IMG_0001.JPG","prediction":"f1856211-cfb7-4a5b-9158-c0f72fd09ee6;;;;;;blank"}]}
            """;
        await _world.Hub.Database.RunAsync(
            "update taxa set scientific_name = 'Vulpes vulpes' where slug = 'vulpes-vulpes'");
        var told = await PostAsync("?commit=true", species);
        // IMG_0001.JPG alone is no name on this card: it has folders.
        Assert.Equal((1, 1), ((int)told["matched"]!, (int)told["wrong"]!));
        Assert.Equal("speciesnet 4.0.1a 1", (string)told["model"]!);
        Assert.Equal("animal:True:vulpes-vulpes:0.2", await SaidOfAsync(_ofCard, "speciesnet 4.0.1a"));
    }

    [Fact]
    public async Task A_file_is_matched_by_its_hash_too()
    {
        var sha = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("card"u8));
        var told = await PostAsync("", $$"""[{"file":"cache/{{sha}}.jpg","detections":[]}]""");
        Assert.Equal(1, (int)told["matched"]!);
    }

    [Fact]
    public async Task Two_cards_with_the_same_names_are_told_apart_by_the_camera()
    {
        var other = await _world.World.AddCameraAsync();
        var twin = await _world.World.AddCaptureAsync(other, CaptureWorld.Noon.AddHours(2));
        await _world.Hub.Database.RunAsync(
            "update captures set file_name = 'DCIM/100/IMG_0001.JPG' where id = $1", twin);
        const string file = """[{"file":"DCIM/100/IMG_0001.JPG","detections":[]}]""";
        var told = await PostAsync("", file);
        Assert.Contains("2 pictures have this name", (string)told["problems"]![0]!["reason"]!,
            StringComparison.Ordinal);
        Assert.Equal(1, (int)(await PostAsync($"?camera={_world.Camera}", file))["matched"]!);
    }

    [Fact]
    public async Task What_goes_out_comes_in_again()
    {
        await using var world = await ExportWorld.OfAsync(_world.Hub.Database, _world.World);
        foreach (var format in new[] { "megadetector", "speciesnet" })
        {
            var file = Encoding.UTF8.GetString(
                await world.ExportAsync(new ExportWish(format) { People = PeopleChoice.Show }));
            var told = await PostAsync("", file);
            Assert.Equal((4, 4, 0), ((int)told["pictures"]!, (int)told["matched"]!, (int)told["wrong"]!));
        }
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"images\":3}")]
    [InlineData("{\"images\":[]}")]
    [InlineData("not json")]
    [InlineData("")]
    public async Task What_is_no_file_of_predictions_is_refused(string text)
    {
        using var client = _world.As("researcher");
        using var answer = await client.PostAsync(
            $"/api/v1/projects/{_world.Project}/predictions",
            new StringContent(text, Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Another_projects_pictures_cannot_be_named()
    {
        using var stranger = _world.As("stranger");
        using var answer = await stranger.PostAsync(
            "/api/v1/projects/other/predictions?commit=true",
            new StringContent($$"""[{"file":"{{_world.Captures[0]}}.jpg","detections":[]}]""", Encoding.UTF8,
                "application/json"));
        var told = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.Equal((0, 0), ((int)told["matched"]!, (int)told["filed"]!));
    }

    async Task<JsonNode> PostAsync(string query, string file)
    {
        using var client = _world.As("researcher");
        using var answer = await client.PostAsync(
            $"/api/v1/projects/{_world.Project}/predictions{query}",
            new StringContent(file, Encoding.UTF8, "application/json"));
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    Task<long> RowsAsync() => _world.Hub.Database.ReadAsync<long>("""
        select count(*) from wildlife_detections d join models m on m.id = d.model_id where m.family = 'imported'
        """);

    Task<string> SaidOfAsync(Guid capture, string model = "%") => _world.Hub.Database.ReadAsync<string>("""
        select string_agg(case d.category when 1 then 'animal' when 2 then 'person' else 'blank' end || ':'
          || case when d.is_current then 'True' else 'False' end || ':' || coalesce(t.slug, '') || ':'
          || coalesce(round(d.box_width::numeric, 3)::real::text, ''), ', ' order by d.ordinal)
        from wildlife_detections d join models m on m.id = d.model_id left join taxa t on t.id = d.taxon_id
        where d.capture_id = $1 and m.family = 'imported' and m.name like $2
        """, capture, model);

    async Task<double> NumberAsync(string column) => double.Parse(await _world.Hub.Database.ReadAsync<string>(
        $"select {column}::text from wildlife_detections where capture_id = $1", _ofCard),
        CultureInfo.InvariantCulture);
}
