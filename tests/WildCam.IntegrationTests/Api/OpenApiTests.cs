using System.Text.Json.Nodes;

namespace WildCam.IntegrationTests.Api;

public sealed class OpenApiTests(ApiWorld world) : IClassFixture<ApiWorld>
{
    [Fact]
    public async Task Bodies_have_examples_that_the_hub_would_take()
    {
        using var client = world.Hub.ClientOf(null);
        var paths = JsonNode.Parse(await client.GetStringAsync("/api/v1/openapi.json"))!["paths"]!.AsObject();
        var examples = paths.SelectMany(p => p.Value!.AsObject(), (p, o) => (Path: p.Key, Verb: o.Key,
            Body: o.Value!["requestBody"]?["content"]?["application/json"]?["example"]))
            .Where(e => e.Body is not null).ToList();
        Assert.True(examples.Count >= 7, $"{examples.Count} examples");
        using var manager = world.As("manager");
        foreach (var (path, _, body) in examples)
        {
            var address = path.Replace("{project}", world.Project, StringComparison.Ordinal)
                .Replace("{code}", world.Camera, StringComparison.Ordinal);
            using var answer = await manager.PostAsync(
                address, new StringContent(body!.ToJsonString(), System.Text.Encoding.UTF8, "application/json"));
            // What an example names need not be here; that it cannot be read would be a mistake.
            Assert.True(
                answer.IsSuccessStatusCode || answer.StatusCode is System.Net.HttpStatusCode.NotFound
                || (await answer.Content.ReadAsStringAsync()).Contains("\"invalid-site\"", StringComparison.Ordinal),
                $"{address}: {await answer.Content.ReadAsStringAsync()}");
        }
    }

    [Fact]
    public async Task The_document_in_the_tree_is_what_the_hub_says_of_its_API()
    {
        var file = Path.Combine(Components.Root, "hub", "WildCam.Hub", "openapi.json");
        using var client = world.Hub.ClientOf(null);
        var said = JsonNode.Parse(await client.GetStringAsync("/api/v1/openapi.json"))!;
        var text = said.ToJsonString(ApiWorld.Indented) + "\n";
        if (Environment.GetEnvironmentVariable("WILDCAM_UPDATE_SNAPSHOTS") == "1")
        {
            await File.WriteAllTextAsync(file, text);
        }

        Assert.Equal(await File.ReadAllTextAsync(file), text);
    }
}
