using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using WildCam.IntegrationTests.Api;

namespace WildCam.IntegrationTests.Exports;

/// <summary>Exports through the API: asked for, made by the queue, fetched, resumed, and closed to others.</summary>
public sealed class ExportsApiTests(ApiWorld world) : IClassFixture<ApiWorld>
{
    string Address => $"/api/v1/projects/{world.Project}/exports";

    [Fact]
    public async Task An_export_is_made_in_the_background_and_fetched_in_pieces()
    {
        var export = await MakeAsync("researcher", """{"format":"csv","people":"Blur"}""");
        using var client = world.As("researcher");
        var whole = await client.GetByteArrayAsync($"{Address}/{export}/file");
        using var rest = new HttpRequestMessage(HttpMethod.Get, $"{Address}/{export}/file");
        rest.Headers.Range = new RangeHeaderValue(100, null);
        using var answer = await client.SendAsync(rest);
        Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
        Assert.Equal(whole[100..], await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition?.DispositionType);
    }

    [Fact]
    public async Task A_file_is_for_its_asker_and_for_managers()
    {
        var export = await MakeAsync("manager", """{"format":"csv","exactSensitive":true}""");
        foreach (var (who, status) in new[]
            {
                ("researcher", HttpStatusCode.NotFound), ("viewer", HttpStatusCode.Forbidden),
                ("stranger", HttpStatusCode.NotFound), ("admin", HttpStatusCode.OK),
            })
        {
            using var client = world.As(who);
            using var answer = await client.GetAsync($"{Address}/{export}/file");
            Assert.Equal(status, answer.StatusCode);
        }

        // Another project's export is not there, even for somebody of that project.
        using var stranger = world.As("stranger");
        using var foreign = await stranger.GetAsync($"/api/v1/projects/other/exports/{export}/file");
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
    }

    [Theory]
    [InlineData("""{"format":"xls"}""", "invalid-format")]
    [InlineData("""{"format":"csv","from":"2026-05-02","to":"2026-05-01"}""", "invalid-to")]
    [InlineData("""{"format":"csv","minConfidence":7}""", "invalid-minConfidence")]
    [InlineData("""{"format":"csv","coordinateDecimals":9}""", "invalid-coordinateDecimals")]
    [InlineData("""{"format":"csv","exactSensitive":true}""", "invalid-exactSensitive")]
    public async Task What_cannot_be_wished_says_why(string wish, string code)
    {
        using var client = world.As("researcher");
        using var answer = await client.PostAsync(Address, new StringContent(
            wish, System.Text.Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(code, (string)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["code"]!);
    }

    [Fact]
    public async Task A_deleted_export_is_gone()
    {
        var export = await MakeAsync("researcher", """{"format":"geojson"}""");
        using var client = world.As("researcher");
        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync($"{Address}/{export}")).StatusCode);
        using var answer = await client.GetAsync($"{Address}/{export}/file");
        Assert.Equal(HttpStatusCode.Gone, answer.StatusCode);
    }

    async Task<string> MakeAsync(string who, string wish)
    {
        using var client = world.As(who);
        using var asked = await client.PostAsync(Address, new StringContent(
            wish, System.Text.Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        var id = (string)(await asked.Content.ReadFromJsonAsync<JsonNode>())!["id"]!;
        JsonNode? state = null;
        await Wait.UntilAsync(
            async () => (string?)(state = await client.GetFromJsonAsync<JsonNode>($"{Address}/{id}"))!["state"]
                is "ready" or "failed",
            TimeSpan.FromSeconds(60), () => $"the export is not made: {state}");
        Assert.Equal("ready", (string)state!["state"]!);
        return id;
    }
}
