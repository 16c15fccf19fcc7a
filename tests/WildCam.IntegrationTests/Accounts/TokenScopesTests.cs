using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using WildCam.IntegrationTests.Api;

namespace WildCam.IntegrationTests.Accounts;

/// <summary>A token with scopes may do less than its account.</summary>
public sealed class TokenScopesTests(ApiWorld world) : IClassFixture<ApiWorld>
{
    string Project => $"/api/v1/projects/{world.Project}";

    [Fact]
    public async Task A_token_that_reads_changes_nothing()
    {
        using var reader = await TokenAsync("manager", "read");
        Assert.Equal(HttpStatusCode.OK, (await reader.GetAsync($"{Project}/captures")).StatusCode);
        foreach (var (address, body) in new[]
            {
                ($"{Project}/sites", """{"slug":"x","name":"X"}"""), ($"{Project}/exports", """{"format":"csv"}"""),
                ("/api/v1/tokens", """{"name":"wider"}"""), ($"{Project}/predictions?commit=true", "[]"),
                ("/api/v1/identifications",
                    $$"""{"captureId":"{{world.Captures[0]}}","findings":[{"category":"blank"}]}"""),
            })
        {
            using var answer = await reader.PostAsync(address, Json(body));
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            Assert.Equal("scope-missing", (string)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["code"]!);
        }
    }

    [Fact]
    public async Task Each_scope_opens_its_own_door_and_no_other()
    {
        using var exporter = await TokenAsync("researcher", "export");
        using var asked = await exporter.PostAsync($"{Project}/exports", Json("""{"format":"csv"}"""));
        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await exporter.GetAsync($"{Project}/exports")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await exporter.GetAsync($"{Project}/captures")).StatusCode);
        using var importer = await TokenAsync("researcher", "import");
        Assert.Equal(HttpStatusCode.OK, (await importer.PostAsync($"{Project}/predictions", Json("[]"))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await importer.GetAsync($"{Project}/exports")).StatusCode);
    }

    [Fact]
    public async Task A_token_makes_no_wider_one()
    {
        using var manager = await TokenAsync("manager", "manage", "read");
        using var wider = await manager.PostAsync("/api/v1/tokens", Json("""{"name":"all"}"""));
        Assert.Equal(HttpStatusCode.BadRequest, wider.StatusCode);
        using var same = await manager.PostAsync("/api/v1/tokens", Json("""{"name":"less","scopes":["read"]}"""));
        Assert.Equal(HttpStatusCode.Created, same.StatusCode);
    }

    [Fact]
    public async Task A_scope_that_is_none_is_refused()
    {
        using var client = world.As("viewer");
        using var answer = await client.PostAsync("/api/v1/tokens", Json("""{"name":"x","scopes":["root"]}"""));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("invalid-scopes", (string)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["code"]!);
    }

    async Task<HttpClient> TokenAsync(string who, params string[] scopes)
    {
        using var client = world.As(who);
        using var answer = await client.PostAsJsonAsync("/api/v1/tokens", new { name = "scoped", scopes });
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return world.Hub.ClientOf((string)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["secret"]!);
    }

    static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
