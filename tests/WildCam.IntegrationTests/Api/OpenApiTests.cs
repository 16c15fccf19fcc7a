using System.Text.Json.Nodes;

namespace WildCam.IntegrationTests.Api;

public sealed class OpenApiTests(ApiWorld world) : IClassFixture<ApiWorld>
{
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
