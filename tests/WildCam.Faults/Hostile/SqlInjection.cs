using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using WildCam.Mqtt;

namespace WildCam.Faults.Hostile;

/// <summary>
/// A seeded fuzzer over everything that the API's document and the pages' addresses let a visitor write: a filter means
/// what it says or is refused, nothing breaks, nothing sleeps in the database, and no row changes unasked.
/// </summary>
static class SqlInjection
{
    const int RequestsMax = 220;
    static readonly TimeSpan SlowestMax = TimeSpan.FromSeconds(8);

    /// <summary>Stands for an escaped half of a surrogate pair, which no library writes.</summary>
    const string LoneHalf = "lone-half";

    static readonly string[] Words =
    [
        "'", "''", "\"", "\\", "' or '1'='1", "' or 1=1 --", "1; drop table captures; --", "'; select pg_sleep(30); --",
        "1 union select null, email, password_hash from accounts",
        "' union all select token_hash::text from sessions--",
        "$1", "%", "_", "%%", "{}", "[]", "null", "0", "-1", "2147483648", "9223372036854775808", "1e309", "NaN",
        "Infinity", "-0.0000001", "true", "\0", "a\0b", "\ud800", "\ufffe", "\u202e", "$$;select 1;$$", "/*", "--",
        "chr(65)||chr(66)", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999+14:00", "0001-01-01T00:00:00-14:00",
        "2026-02-30", "infinity", "now()", "animal", "Animal,person", "1", "99999999999999999999_0", "1_" + "a",
        "00000000-0000-0000-0000-000000000000", LoneHalf,
        "vulpes-vulpes' and (select count(*) from accounts) > 0 and 'a'='a",
    ];

    static readonly string[] PageParameters =
    [
        "species", "category", "camera", "site", "from", "to", "hour", "hour-from", "hour-to", "conf", "group", "view",
        "size", "at", "older", "newer", "in", "retried", "link", "v",
    ];

    public static Scenario Scenario { get; } = new(
        "sql-injection", "every filter, cursor, body and form with SQL in it: literal or refused, never broken",
        RunAsync);

    static async Task RunAsync(Point point)
    {
        var ground = await point.Shared.GetAsync(() => Ground.StartAsync(point));
        var world = ground.World;
        await world.SettleAsync(Grounds.Timeout);
        using var admin = await Grounds.AdminAsync(world);
        using var browser = await Grounds.AdminAsync(world, asBrowser: true);
        var before = await FingerprintAsync(world);
        var document = JsonNode.Parse(await admin.GetStringAsync("/api/v1/openapi.json"))!;
        var api = new RawHttp(world.Hub.WebPort, $"Authorization: {admin.DefaultRequestHeaders.Authorization}\r\n");
        var pages = new RawHttp(world.Hub.WebPort, string.Concat(
            browser.DefaultRequestHeaders.Select(h => $"{h.Key}: {string.Join(", ", h.Value)}\r\n")));
        var stranger = new RawHttp(world.Hub.WebPort, "Sec-Fetch-Site: same-origin\r\nAccept: text/html\r\n");
        var tries = ApiReads(document, point.Chance).Select(t => (api, t))
            .Concat(ApiWrites(document, point.Chance).Select(t => (api, t)))
            .Concat(PageReads(point.Chance).Select(t => (pages, t)))
            .Concat(Forms(point.Chance).Select(t => (point.Chance.Next(2) == 0 ? pages : stranger, t)));
        var wrong = new List<string>();
        foreach (var (way, request) in tries.OrderBy(_ => point.Chance.Next()).Take(RequestsMax))
        {
            if (await TryAsync(way, request) is { } problem)
            {
                wrong.Add(problem);
            }
        }

        Must.Hold(wrong.Count == 0, string.Join('\n', wrong));

        await world.SettleAsync(Grounds.Timeout);
        Must.Equal(before, await FingerprintAsync(world), "rows that no request was to change");
        await TryCameraNamesAsync(world, point);
        await Grounds.InvariantsOf(world).CheckAsync(ground.Taken);
        await Grounds.CheckHubAsync(world);
    }

    /// <summary>What was wrong with the answer; null: nothing.</summary>
    static async Task<string?> TryAsync(RawHttp way, Request request)
    {
        var clock = Stopwatch.StartNew();
        var answer = await way.AskAsync(request.Method, request.Target, request.Body, request.Type);
        var wrong = answer.Status is < 200 or >= 500 ? "broke"
            : clock.Elapsed > SlowestMax ? $"took {clock.Elapsed}"
            : answer.Text.Contains("Npgsql", StringComparison.Ordinal)
                || answer.Text.Contains("syntax error", StringComparison.Ordinal) ? "tells of the database"
            : answer.Status == 200 && request.IsEmptyExpected
                && !answer.Text.Contains("\"items\":[]", StringComparison.Ordinal) ? "its filter found something"
            : null;
        var said = answer.Text[..Math.Min(50, answer.Text.Length)];
        return wrong is null ? null : $"{request.Method} {request.Target} {request.Body}: {wrong}: {said}";
    }

    /// <summary>Each read of the API, each of its parameters in turn.</summary>
    static IEnumerable<Request> ApiReads(JsonNode document, Random chance)
    {
        foreach (var (path, operations) in document["paths"]!.AsObject())
        {
            if (operations!["get"] is not { } get)
            {
                continue;
            }

            var parameters = get["parameters"]?.AsArray().Select(p => p!).ToList() ?? [];
            foreach (var hit in parameters)
            {
                var (name, isPath) = ((string)hit["name"]!, (string)hit["in"]! == "path");
                var word = Word(chance);
                var target = path;
                foreach (var other in parameters.Where(p => (string)p["in"]! == "path"))
                {
                    var value = other == hit ? Escape(word)
                        : (string)other["name"]! == "project" ? FleetWorld.Project : "1";
                    target = target.Replace($"{{{(string)other["name"]!}}}", value, StringComparison.Ordinal);
                }

                // A filter by a name that nothing has must find nothing; limits and times may well mean something.
                yield return new Request("GET", isPath ? target : $"{target}?{name}={Escape(word)}")
                {
                    IsEmptyExpected = name.ToLowerInvariant() is "species" or "camera" or "site"
                        && !word.All(char.IsAsciiLetterOrDigit),
                };
            }
        }
    }

    /// <summary>Each write, with SQL in its texts; what it may make are rows of its own, and never many.</summary>
    static IEnumerable<Request> ApiWrites(JsonNode document, Random chance)
    {
        foreach (var (path, operations) in document["paths"]!.AsObject())
        {
            foreach (var method in new[] { "post", "delete", "put", "patch" })
            {
                // A revoked camera or a new credential would be what was asked for.
                if (operations![method] is not { } operation || path.EndsWith("/revoke", StringComparison.Ordinal)
                    || path.EndsWith("/credential", StringComparison.Ordinal))
                {
                    continue;
                }

                var target = path.Replace("{project}", FleetWorld.Project, StringComparison.Ordinal)
                    .Replace("{code}", Escape(Word(chance)), StringComparison.Ordinal)
                    .Replace("{id}", Escape(Word(chance)), StringComparison.Ordinal);
                var schema = operation["requestBody"]?["content"]?["application/json"]?["schema"];
                for (var i = 0; i < 6; i++)
                {
                    yield return new Request(method.ToUpperInvariant(), target)
                    {
                        Body = schema is null ? null : Fill(document, schema, chance)?.ToJsonString()
                            .Replace(LoneHalf, "\\ud800", StringComparison.Ordinal),
                        Type = "application/json",
                    };
                }
            }
        }
    }

    static JsonNode? Fill(JsonNode document, JsonNode schema, Random chance)
    {
        while (schema["$ref"] is { } reference)
        {
            var named = (string)reference!;
            schema = document["components"]!["schemas"]![named[(named.LastIndexOf('/') + 1)..]]!;
        }

        if (schema["oneOf"] is JsonArray choices)
        {
            return Fill(document, choices[^1]!, chance);
        }

        if (schema["properties"] is JsonObject properties)
        {
            var filled = new JsonObject();
            foreach (var (name, part) in properties)
            {
                if (chance.Next(5) > 0)
                {
                    filled[name] = Fill(document, part!, chance);
                }
            }

            return filled;
        }

        if (schema["items"] is { } item)
        {
            return new JsonArray(Fill(document, item, chance), Fill(document, item, chance));
        }

        var types = schema["type"]?.ToJsonString() ?? "";
        return types.Contains("integer", StringComparison.Ordinal) && chance.Next(3) > 0
                ? JsonValue.Create(chance.Next(-2, 5))
            : types.Contains("number", StringComparison.Ordinal) && chance.Next(3) > 0
                ? JsonValue.Create(chance.NextDouble())
            : types.Contains("boolean", StringComparison.Ordinal) ? JsonValue.Create(chance.Next(2) == 0)
            : JsonValue.Create(Word(chance));
    }

    static IEnumerable<Request> PageReads(Random chance)
    {
        string[] paths =
        [
            "/p/valley/", "/p/valley/pictures", "/p/valley/gallery", "/p/valley/species", "/p/valley/cameras",
            "/server/jobs", "/sign-in", "/setup",
        ];
        foreach (var path in paths)
        {
            for (var i = 0; i < 8; i++)
            {
                var query = string.Join('&', Enumerable.Range(0, chance.Next(1, 5)).Select(_ =>
                    $"{PageParameters[chance.Next(PageParameters.Length)]}={Escape(Word(chance))}"));
                yield return new Request("GET", $"{path}?{query}");
            }
        }

        for (var i = 0; i < 20; i++)
        {
            yield return new Request("GET", $"/p/valley/cameras/{Escape(Word(chance))}");
            yield return new Request("GET", $"/p/valley/species/{Escape(Word(chance))}");
            yield return new Request("GET", $"/p/{Escape(Word(chance))}/pictures");
        }
    }

    static IEnumerable<Request> Forms(Random chance)
    {
        (string Path, string[] Fields)[] forms =
        [
            ("/sign-in", ["email", "password", "to"]),
            ("/setup", ["link", "name", "email", "password", "project", "zone", "species"]),
            ("/server/jobs/retry", ["kind", "reason"]),
            ("/p/valley/cameras/new", ["code", "name", "site", "site-name", "latitude", "longitude", "zone"]),
        ];
        foreach (var (path, fields) in forms)
        {
            for (var i = 0; i < 10; i++)
            {
                yield return new Request("POST", path)
                {
                    Body = string.Join('&', fields.Select(f => $"{f}={Escape(Word(chance))}")),
                    Type = "application/x-www-form-urlencoded",
                };
            }
        }
    }

    /// <summary>A camera's name reaches the database too.</summary>
    static async Task TryCameraNamesAsync(FleetWorld world, Point point)
    {
        for (var i = 0; i < 10; i++)
        {
            var name = Word(point.Chance).Replace("\0", "", StringComparison.Ordinal)
                .Replace("\ud800", "", StringComparison.Ordinal);
            try
            {
                await using var client = await MqttClient.ConnectAsync(
                    new MqttClientOptions
                    {
                        Host = "127.0.0.1",
                        Port = world.Hub.MqttPort,
                        ClientId = "a",
                        UserName = name,
                        Password = "' or '1'='1"u8.ToArray(),
                    },
                    CancellationToken.None);
                throw new WorldException($"The hub let '{name}' in.");
            }
            catch (MqttException)
            {
                // As it must be.
            }
        }
    }

    /// <summary>Everything that no request of the fuzzer may change, as one text.</summary>
    static Task<string> FingerprintAsync(FleetWorld world) => world.Database.ReadAsync<string>("""
        select concat_ws(' ',
          (select md5(string_agg(c::text, '|' order by id)) from captures c),
          (select md5(string_agg(i::text, '|' order by id)) from capture_identities i),
          (select md5(string_agg(d::text, '|' order by capture_id)) from wildlife_detections d),
          (select md5(string_agg(a.id || a.email || a.is_admin || coalesce(a.password_hash, ''), '|' order by a.id))
            from accounts a),
          (select md5(string_agg(p::text, '|' order by id)) from projects p),
          (select md5(string_agg(m::text, '|' order by account_id)) from memberships m),
          (select md5(string_agg(k.code || k.name || coalesce(k.revoked_at::text, ''), '|' order by id))
            from cameras k where code = 'valley-1'),
          (select count(*) from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace))
        """);

    static string Word(Random chance)
    {
        var word = Words[chance.Next(Words.Length)];
        return chance.Next(6) switch
        {
            0 => word + Words[chance.Next(Words.Length)],
            1 => chance.Next().ToString(CultureInfo.InvariantCulture) + word,
            _ => word,
        };
    }

    static string Escape(string word) => string.Concat(
        System.Text.Encoding.UTF8.GetBytes(word).Select(b => $"%{b:X2}"));

    /// <summary>A hub with some pictures, the same for all points: none may change it.</summary>
    sealed class Ground(FleetWorld world, IReadOnlyList<TakenPicture> taken) : IAsyncDisposable
    {
        const int Pictures = 3;

        public FleetWorld World { get; } = world;

        public IReadOnlyList<TakenPicture> Taken { get; } = taken;

        public static async Task<Ground> StartAsync(Point point)
        {
            var world = await FleetWorld.StartAsync(
                point.Server, cameras: 1, ("WildCam__RateLimits__ApiPerSecond", "100000"),
                ("WildCam__RateLimits__ApiBurst", "100000"), ("WildCam__RateLimits__SignInPerSecond", "1000"));
            await using var camera = await Grounds.ConnectAsync(world, world.Cameras[0]);
            var taken = new List<TakenPicture>();
            for (var i = 1; i <= Pictures; i++)
            {
                taken.Add(await Grounds.DeliverAsync(
                    camera, new ScriptedPicture(1, (ulong)i, CraftedJpeg.Picture(point.Chance, 160, 120))));
            }

            return new Ground(world, taken);
        }

        public ValueTask DisposeAsync() => World.DisposeAsync();
    }

    sealed record Request(string Method, string Target)
    {
        public string? Body { get; init; }

        public string Type { get; init; } = "";

        public bool IsEmptyExpected { get; init; }
    }
}
