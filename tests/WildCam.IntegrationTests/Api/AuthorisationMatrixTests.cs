using System.Text;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using WildCam.Hub.Desk;
using WildCam.Hub.Hosting;
using WildCam.Storage.Accounts;
using WildCam.Storage.Cameras;

namespace WildCam.IntegrationTests.Api;

/// <summary>
/// Every route of the running hub and everyone who may knock at it, by the lines of Api/Routes. A route without a line
/// fails, and a line without a route.
/// </summary>
public sealed class AuthorisationMatrixTests(ApiWorld world) : IClassFixture<ApiWorld>
{
    const int OtherSite = 403;

    readonly RouteThings _things = new(world);

    [Fact]
    public void Every_route_has_a_line_and_every_line_a_route()
    {
        var files = world.Hub.Services.GetRequiredService<DeskAssets>().Names.Select(n => $"GET /{n}")
            .ToHashSet(StringComparer.Ordinal);
        var routes = Routes().Where(r => !files.Contains(r)).Order(StringComparer.Ordinal).ToList();
        var lines = RouteEntry.ReadAll().Select(e => e.Name).Order(StringComparer.Ordinal).ToList();
        var missing = routes.Except(lines, StringComparer.Ordinal).Select(r => $"{r} has no line in Api/Routes")
            .Concat(lines.Except(routes, StringComparer.Ordinal).Select(l => $"{l} is no route of the hub"))
            .Concat(lines.GroupBy(l => l, StringComparer.Ordinal).Where(g => g.Count() > 1)
                .Select(g => $"{g.Key} has several lines"));
        Assert.Equal("", string.Join('\n', missing));
    }

    [Fact]
    public async Task Each_caller_gets_the_status_of_the_matrix()
    {
        var wrong = new List<string>();
        foreach (var entry in RouteEntry.ReadAll())
        {
            foreach (var caller in RouteEntry.Nobodies.Concat(RouteEntry.Somebodies))
            {
                using var client = await ClientAsync(caller);
                var (got, location) = await AskAsync(client, entry, caller, world.Project, "same-origin");
                var due = entry.StatusFor(caller);
                if (got != due)
                {
                    wrong.Add($"{entry.Name} as {caller}: {got}, not {due}");
                }
                else if (due == 302 && entry.Least != "open" && RouteEntry.Nobodies.Contains(caller)
                    && location?.StartsWith("/sign-in?to=", StringComparison.Ordinal) != true)
                {
                    wrong.Add($"{entry.Name} as {caller} leads to {location}, not to the sign-in");
                }
            }
        }

        Assert.Equal("", string.Join('\n', wrong));
    }

    [Fact]
    public async Task A_thing_of_one_project_is_not_there_below_the_address_of_another()
    {
        var wrong = new List<string>();
        using var client = await ClientAsync("stranger");
        foreach (var entry in RouteEntry.ReadAll().Where(e => e.NamesAThing))
        {
            var (got, _) = await AskAsync(client, entry, "stranger", "other", "same-origin");
            if (got != 404)
            {
                wrong.Add($"{entry.Name} below the stranger's own project: {got}, not 404");
            }
        }

        Assert.Equal("", string.Join('\n', wrong));
        Assert.Equal(1L, await world.Hub.Database.ReadAsync<long>(
            "select count(*) from cameras where code = $1 and revoked_at is null", world.Camera));
    }

    [Fact]
    public async Task A_page_of_another_site_changes_nothing_with_a_session_of_ours()
    {
        var wrong = new List<string>();
        foreach (var entry in RouteEntry.ReadAll().Where(e => e.Changes))
        {
            var who = entry.Least == "admin" ? "admin" : "manager";
            var (session, _) = await new SessionsTable(world.Hub.Database.Source)
                .OpenAsync(world.People[who].Id, default);
            using var client = world.Hub.ClientOf(null);
            client.DefaultRequestHeaders.Add("Cookie", $"{SessionCookie.Name}={session}");
            var (got, _) = await AskAsync(client, entry, who, world.Project, "cross-site");
            if (got != OtherSite)
            {
                wrong.Add($"{entry.Name} from another site: {got}, not {OtherSite}");
            }
        }

        Assert.Equal("", string.Join('\n', wrong));
    }

    async Task<HttpClient> ClientAsync(string caller)
    {
        switch (caller)
        {
            case "anonymous": return world.Hub.ClientOf(null);
            case "camera": return world.Hub.ClientOf(CameraCredential.Create().Credential);
            case "expired":
                var (token, text) = (await new ApiTokensTable(world.Hub.Database.Source)
                    .CreateAsync(world.People["manager"].Id, "expired", TimeSpan.FromDays(1), default))!.Value;
                await world.Hub.Database.RunAsync(
                    "update api_tokens set expires_at = now() - interval '1 second' where id = $1", token.Id);
                return world.Hub.ClientOf(text);
            default: return world.As(caller);
        }
    }

    async Task<(int Status, string? Location)> AskAsync(
        HttpClient client, RouteEntry entry, string caller, string project, string site)
    {
        var path = entry.Route;
        foreach (var (name, thing) in entry.Values)
        {
            path = path.Replace(name, await _things.MakeAsync(thing, caller), StringComparison.Ordinal);
        }

        path = path.Replace("{project}", project, StringComparison.Ordinal);
        if (path.Contains("{code}", StringComparison.Ordinal))
        {
            path = path.Replace("{code}", await _things.MakeAsync("camera", caller), StringComparison.Ordinal);
        }

        using var request = new HttpRequestMessage(
            new HttpMethod(entry.Method == "*" ? "GET" : entry.Method), RouteEntry.Placeholder().Replace(path, "1"));
        request.Headers.Add("Sec-Fetch-Site", site);
        if (entry.Kind != "api")
        {
            request.Headers.Accept.ParseAdd("text/html");
        }

        if (entry.Changes)
        {
            request.Content = await ContentAsync(entry, caller);
        }

        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return ((int)answer.StatusCode, answer.Headers.Location?.OriginalString);
    }

    async Task<StringContent?> ContentAsync(RouteEntry entry, string caller)
    {
        var body = entry.Body;
        foreach (var thing in RouteThings.Names)
        {
            if (body.Contains($"${thing}", StringComparison.Ordinal))
            {
                body = body.Replace($"${thing}", await _things.MakeAsync(thing, caller), StringComparison.Ordinal);
            }
        }

        return body.StartsWith('{') || body.StartsWith('[')
            ? new StringContent(body, Encoding.UTF8, "application/json")
            : entry.Kind == "api" && body.Length == 0
            ? null
            : new StringContent(body, Encoding.UTF8, "application/x-www-form-urlencoded");
    }

    IEnumerable<string> Routes() => world.Hub.Services.GetServices<EndpointDataSource>()
        .SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
        .SelectMany(route => (route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["*"])
            .Select(method => $"{method} /{route.RoutePattern.RawText!.TrimStart('/')}"))
        .Distinct(StringComparer.Ordinal);
}
