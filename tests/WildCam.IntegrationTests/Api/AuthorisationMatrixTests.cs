using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using WildCam.Storage.Accounts;
using WildCam.Storage.Cameras;

namespace WildCam.IntegrationTests.Api;

/// <summary>Every route and everyone who may knock at it. A new route without an entry fails.</summary>
public sealed partial class AuthorisationMatrixTests(ApiWorld world) : IClassFixture<ApiWorld>
{
    static readonly string[] Callers = ["anonymous", "camera", "stranger", "viewer", "researcher", "manager", "admin"];

    const string Project = "/api/v1/projects/{project}";

    /// <summary>Route, body, and the status for each caller, in their order.</summary>
    static readonly (string Route, string? Body, int[] Status)[] Matrix =
    [
        ("GET /api/v1/projects", null, [401, 401, 200, 200, 200, 200, 200]),
        ("GET /api/v1/tokens", null, [401, 401, 200, 200, 200, 200, 200]),
        ("POST /api/v1/tokens", """{"name":"x"}""", [401, 401, 201, 201, 201, 201, 201]),
        ("DELETE /api/v1/tokens/{id:int}", null, [401, 401, 204, 204, 204, 204, 204]),
        ("POST /api/v1/identifications",
            """{"captureId":"{capture}","findings":[{"category":"animal","species":"vulpes-vulpes"}]}""",
            [401, 401, 404, 403, 201, 201, 201]),
        ($"GET {Project}/cameras", null, [401, 401, 404, 200, 200, 200, 200]),
        ($"GET {Project}/cameras/{{code}}", null, [401, 401, 404, 200, 200, 200, 200]),
        ($"POST {Project}/cameras", """{"code":"{fresh}"}""", [401, 401, 404, 403, 403, 201, 201]),
        ($"POST {Project}/cameras/{{code}}/revoke", null, [401, 401, 404, 403, 403, 204, 204]),
        ($"POST {Project}/cameras/{{code}}/credential", null, [401, 401, 404, 403, 403, 200, 200]),
        ($"GET {Project}/sites", null, [401, 401, 404, 200, 200, 200, 200]),
        ($"POST {Project}/sites", """{"slug":"{fresh}","name":"Creek"}""", [401, 401, 404, 403, 403, 201, 201]),
        ($"GET {Project}/deployments", null, [401, 401, 404, 200, 200, 200, 200]),
        ($"GET {Project}/captures", null, [401, 401, 404, 200, 200, 200, 200]),
        ($"GET {Project}/captures/{{id}}", null, [401, 401, 404, 200, 200, 200, 200]),
        ($"GET {Project}/captures/{{id}}/picture", null, [401, 401, 404, 404, 404, 404, 404]), // It has no bytes here.
        ($"GET {Project}/detections", null, [401, 401, 404, 200, 200, 200, 200]),
        ($"GET {Project}/species", null, [401, 401, 404, 200, 200, 200, 200]),
        ($"GET {Project}/events", null, [401, 401, 404, 200, 200, 200, 200]),
        ($"GET {Project}/events/{{id:guid}}", null, [401, 401, 404, 200, 200, 200, 200]),
        ($"POST {Project}/cameras/{{code}}/card/preview", """{"files":[]}""", [401, 401, 404, 403, 200, 200, 200]),
        ($"POST {Project}/cameras/{{code}}/card", "{}", [401, 401, 404, 403, 400, 400, 400]),
        ($"POST {Project}/predictions", "[]", [401, 401, 404, 403, 200, 200, 200]),
        ($"GET {Project}/packages", null, [401, 401, 404, 403, 200, 200, 200]),
        ($"POST {Project}/packages", "[]", [401, 401, 404, 403, 403, 400, 400]),
        ($"DELETE {Project}/packages/{{id:guid}}", null, [401, 401, 404, 403, 403, 404, 404]),
        ($"GET {Project}/exports", null, [401, 401, 404, 403, 200, 200, 200]),
        ($"POST {Project}/exports", """{"format":"xls"}""", [401, 401, 404, 403, 400, 400, 400]),
        ($"GET {Project}/exports/{{id:guid}}", null, [401, 401, 404, 403, 404, 404, 404]),
        ($"DELETE {Project}/exports/{{id:guid}}", null, [401, 401, 404, 403, 404, 404, 404]),
        ($"GET {Project}/exports/{{id:guid}}/file", null, [401, 401, 404, 403, 404, 404, 404]),
        ("GET /api/v1/jobs", null, [401, 401, 403, 403, 403, 403, 200]),
        ("POST /api/v1/jobs/retry", "{}", [401, 401, 403, 403, 403, 403, 200]),
        ("GET /api/v1/quarantine", null, [401, 401, 403, 403, 403, 403, 200]),
        ("POST /api/v1/quarantine/{id:guid}/reprocess", "{}", [401, 401, 403, 403, 403, 403, 404]),
        ("GET /api/v1/system/health", null, [401, 401, 403, 403, 403, 403, 200]),
        ("GET /api/cameras", null, [401, 401, 200, 200, 200, 200, 200]),
        ("GET /api/detections", null, [401, 401, 200, 200, 200, 200, 200]),
        ("GET /api/health", null, [200, 200, 200, 200, 200, 200, 200]),
        ("GET /api/{documentName}/openapi.json", null, [200, 200, 200, 200, 200, 200, 200]),
        ("* /api/{**rest}", null, [404, 404, 404, 404, 404, 404, 404]),
        ("GET /health", null, [200, 200, 200, 200, 200, 200, 200]),
        ("GET /health/live", null, [200, 200, 200, 200, 200, 200, 200]),
        ("GET /health/ready", null, [200, 200, 200, 200, 200, 200, 200]),
        ("GET /metrics", null, [401, 401, 403, 403, 403, 403, 200]),
    ];

    /// <summary>Pages that everyone may open; files of the pages have a dot in their name.</summary>
    static readonly string[] OpenPages = ["/sign-in", "/setup", "/sign-out"];

    [Fact]
    public void Every_route_for_programs_has_an_entry_and_every_entry_a_route()
    {
        var routes = Routes().Where(r => !IsPage(r)).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(Matrix.Select(m => m.Route).Order(StringComparer.Ordinal), routes);
    }

    [Fact]
    public async Task Each_caller_gets_the_status_of_the_matrix()
    {
        var wrong = new List<string>();
        foreach (var (route, body, status) in Matrix)
        {
            for (var i = 0; i < Callers.Length; i++)
            {
                var got = (int)await AskAsync(route, body, Callers[i]);
                if (got != status[i])
                {
                    wrong.Add($"{route} as {Callers[i]}: {got}, not {status[i]}");
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task No_page_opens_without_a_session_but_those_that_let_in()
    {
        var open = new List<string>();
        foreach (var route in Routes().Where(IsPage))
        {
            var path = route.Split(' ')[1];
            if (OpenPages.Contains(path, StringComparer.Ordinal)
                || (Path.HasExtension(path) && path.LastIndexOf('/') == 0))
            {
                continue;
            }

            if (await AskAsync(route, null, "anonymous") is HttpStatusCode.OK or HttpStatusCode.Created
                or HttpStatusCode.NoContent or HttpStatusCode.InternalServerError)
            {
                open.Add(route);
            }
        }

        Assert.True(open.Count == 0, string.Join('\n', open));
    }

    [Fact]
    public async Task A_capture_of_another_project_is_not_there()
    {
        var foreign = await world.Hub.Database.ReadAsync<string>("select slug from projects where slug = 'other'");
        using var client = world.As("stranger");
        foreach (var address in new[]
            {
                $"captures/{world.Captures[0]}", $"captures/{world.Captures[0]}/picture", $"cameras/{world.Camera}",
                $"events/{await EventAsync()}",
            })
        {
            using var answer = await client.GetAsync($"/api/v1/projects/{foreign}/{address}");
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await client.PostAsync(
            $"/api/v1/projects/{foreign}/cameras/{world.Camera}/revoke", null)).StatusCode);
        Assert.Equal(1L, await world.Hub.Database.ReadAsync<long>(
            "select count(*) from cameras where code = $1 and revoked_at is null", world.Camera));
    }

    async Task<HttpStatusCode> AskAsync(string route, string? body, string caller)
    {
        var parts = route.Split(' ');
        using var client = caller switch
        {
            "anonymous" => world.Hub.ClientOf(null),
            "camera" => world.Hub.ClientOf(CameraCredential.Create().Credential),
            _ => world.As(caller),
        };
        var fresh = "c" + Guid.NewGuid().ToString("n")[..20];
        await world.Hub.Database.RunAsync(
            "insert into cameras (project_id, code, name) values ($1, $2, 'Fresh')", world.ProjectId, fresh);
        var token = world.People.TryGetValue(caller, out var who)
            ? (await new ApiTokensTable(world.Hub.Database.Source)
                .CreateAsync(who.Id, "fresh", TimeSpan.FromDays(1), default))!.Value.Token.Id
            : 1;
        var path = parts[1].Replace("{project}", world.Project, StringComparison.Ordinal)
            .Replace("{code}", fresh, StringComparison.Ordinal)
            .Replace("{id:int}", token.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{id}", world.Captures[0].ToString(), StringComparison.Ordinal)
            .Replace("{id:guid}", (await EventAsync()).ToString(), StringComparison.Ordinal)
            .Replace("{captureId:guid}", world.Captures[0].ToString(), StringComparison.Ordinal)
            .Replace("{documentName}", "v1", StringComparison.Ordinal);
        using var request = new HttpRequestMessage(
            new HttpMethod(parts[0] == "*" ? "GET" : parts[0]), Placeholder().Replace(path, "1"));
        if (body is not null)
        {
            var text = body.Replace("{capture}", world.Captures[0].ToString(), StringComparison.Ordinal)
                .Replace("{fresh}", "n" + Guid.NewGuid().ToString("n")[..20], StringComparison.Ordinal);
            request.Content = new StringContent(text, Encoding.UTF8, "application/json");
        }

        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return answer.StatusCode;
    }

    async Task<Guid> EventAsync()
    {
        var id = Guid.Parse("0198f000-0000-7000-8000-000000000001");
        await world.Hub.Database.RunAsync("""
            insert into events (id, project_id, camera_id, started_at, ended_at, capture_count)
            values ($1, $2, $3, '2026-05-20 11:00Z', '2026-05-20 11:01Z', 1) on conflict do nothing
            """, id, world.ProjectId, world.CameraId);
        return id;
    }

    IEnumerable<string> Routes() => world.Hub.Services.GetServices<EndpointDataSource>()
        .SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
        .SelectMany(route => (route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["*"])
            .Select(method => $"{method} /{route.RoutePattern.RawText!.TrimStart('/')}"))
        .Distinct(StringComparer.Ordinal);

    static bool IsPage(string route)
    {
        var path = route[(route.IndexOf(' ', StringComparison.Ordinal) + 1)..];
        return !path.StartsWith("/api", StringComparison.Ordinal)
            && !path.StartsWith("/health", StringComparison.Ordinal) && path != "/metrics";
    }

    [GeneratedRegex(@"\{[^}]*\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    internal static partial Regex Placeholder();
}
