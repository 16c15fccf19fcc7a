using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using WildCam.Storage;

namespace WildCam.IntegrationTests.Api;

public sealed class ApiTests(ApiWorld world) : IClassFixture<ApiWorld>
{
    string Root => $"/api/v1/projects/{world.Project}";

    [Fact]
    public async Task Pages_of_captures_follow_each_other_without_gap_or_repeat()
    {
        var found = new List<Guid>();
        string? cursor = null;
        do
        {
            var next = cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor);
            var page = await world.GetAsync("viewer", $"{Root}/captures?limit=3{next}");
            var items = page["items"]!.AsArray();
            Assert.InRange(items.Count, 1, 3);
            found.AddRange(items.Select(i => i!["id"]!.GetValue<Guid>()));
            cursor = page["next"]?.GetValue<string>();
        }
        while (cursor is not null);

        Assert.Equal(world.Captures, found);
    }

    [Theory]
    [InlineData("species=vulpes-vulpes", 4)]
    [InlineData("category=animal", 4)]
    [InlineData("category=person", 0)]
    [InlineData("species=vulpes-vulpes&minConfidence=0.65", 2)]
    [InlineData("species=lynx-lynx", 0)]
    [InlineData("from=2026-05-20T11:57:00Z", 4)]
    [InlineData("from=2026-05-20T11:57:00Z&to=2026-05-20T12:00:00Z", 3)]
    [InlineData("camera=no-such", 0)]
    [InlineData("site=no-such", 0)]
    public async Task Filters_choose_captures(string filter, int count)
    {
        var page = await world.GetAsync("viewer", $"{Root}/captures?{filter}");
        Assert.Equal(count, page["items"]!.AsArray().Count);
        if (!filter.StartsWith("from", StringComparison.Ordinal))
        {
            var detections = await world.GetAsync("viewer", $"{Root}/detections?{filter}");
            Assert.Equal(count, detections["items"]!.AsArray().Count);
        }
    }

    [Fact]
    public async Task Pages_of_detections_follow_each_other()
    {
        var first = await world.GetAsync("viewer", $"{Root}/detections?species=vulpes-vulpes&limit=3");
        var next = Uri.EscapeDataString(first["next"]!.GetValue<string>());
        var second = await world.GetAsync("viewer", $"{Root}/detections?species=vulpes-vulpes&limit=3&cursor={next}");
        Assert.Null(second["next"]);
        var ids = first["items"]!.AsArray().Concat(second["items"]!.AsArray())
            .Select(i => i!["captureId"]!.GetValue<Guid>());
        Assert.Equal(world.Captures.Where((_, i) => i % 2 == 0), ids);
    }

    [Fact]
    public async Task A_cursor_that_was_altered_or_belongs_to_another_list_is_refused()
    {
        var page = await world.GetAsync("viewer", $"{Root}/captures?limit=1");
        var cursor = page["next"]!.GetValue<string>();
        var altered = cursor[..^2] + (cursor[^2] == 'A' ? 'B' : 'A') + cursor[^1];
        foreach (var address in new[]
            {
                $"{Root}/captures?limit=1&cursor={altered}", $"{Root}/captures?limit=1&cursor=nonsense",
                $"{Root}/captures?limit=1&category=animal&cursor={cursor}", $"{Root}/events?limit=1&cursor={cursor}",
                $"{Root}/detections?cursor={cursor}", $"{Root}/captures?cursor={new string('A', 2000)}",
            })
        {
            await AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-cursor", address);
        }
    }

    [Theory]
    [InlineData("limit=0", "invalid-limit")]
    [InlineData("limit=501", "invalid-limit")]
    [InlineData("limit=many", "bad-request")]
    [InlineData("category=lion", "invalid-category")]
    [InlineData("category=1", "invalid-category")]
    [InlineData("minConfidence=2", "invalid-minConfidence")]
    [InlineData("minConfidence=NaN", "invalid-minConfidence")]
    [InlineData("from=yesterday", "bad-request")]
    [InlineData("species=' or 1=1 --", "invalid-species")]
    [InlineData("camera=%00", "invalid-camera")]
    [InlineData("site=..%2f", "invalid-site")]
    public async Task What_means_nothing_is_refused_with_a_code(string filter, string code) =>
        await AssertProblemAsync(HttpStatusCode.BadRequest, code, $"{Root}/captures?{filter}");

    [Fact]
    public async Task A_capture_is_found_by_its_own_and_by_its_devices_id()
    {
        var byId = await world.GetAsync("viewer", $"{Root}/captures/{world.Captures[0]}");
        var device = byId["capture"]!["deviceCaptureId"]!.GetValue<string>();
        var byDevice = await world.GetAsync("viewer", $"{Root}/captures/{device}");
        Assert.Equal(byId.ToJsonString(), byDevice.ToJsonString());
        Assert.Equal("vulpes-vulpes", byId["detections"]![0]!["species"]!.GetValue<string>());
        foreach (var id in new[] { "x", Guid.NewGuid().ToString(), new string('0', 32), "..%2f..%2fetc", "%01" })
        {
            await AssertProblemAsync(HttpStatusCode.NotFound, "no-such-capture", $"{Root}/captures/{id}");
        }
    }

    [Fact]
    public async Task An_identification_counts_from_then_on_and_names_its_author()
    {
        var own = await Captures.CaptureWorld.MakeAsync(world.Hub.Database);
        var (_, token) = await world.Hub.AddPersonAsync(isAdmin: false, (own.ProjectId, Role.Researcher));
        var capture = await own.AddCaptureAsync(await own.AddCameraAsync(), Captures.CaptureWorld.Noon);
        var device = Convert.ToHexStringLower(await world.Hub.Database.ReadAsync<byte[]>(
            "select device_capture_id from capture_identities where id = $1", capture));
        using var client = world.Hub.ClientOf(token);
        using var answer = await client.PostAsJsonAsync("/api/v1/identifications", new
        {
            deviceCaptureId = device,
            findings = new[]
            {
                new
                {
                    category = "animal", scientificName = "Lynx pardinus", commonName = "Iberian lynx", count = 2,
                    box = new[] { 0.1, 0.2, 0.3, 0.4 },
                },
            },
        });
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        var detail = await ApiWorld.GetAsync(world.Hub.ClientOf(token), answer.Headers.Location!.ToString());
        var said = detail["detections"]![0]!;
        Assert.Equal("lynx-pardinus", said["species"]!.GetValue<string>());
        Assert.Equal("person", said["source"]!.GetValue<string>());
        Assert.Equal("Test person", said["author"]!.GetValue<string>());
        Assert.True(said["isCurrent"]!.GetValue<bool>());
        Assert.Equal(0.3, said["box"]!["width"]!.GetValue<double>(), 5);
        var found = await ApiWorld.GetAsync(
            world.Hub.ClientOf(token), $"/api/v1/projects/{own.ProjectId}/captures?species=lynx-pardinus");
        Assert.Single(found["items"]!.AsArray());
    }

    [Theory]
    [InlineData("""{"findings":[{"category":"animal"}]}""", 400, "invalid-captureId")]
    [InlineData("""{"deviceCaptureId":"00000000000000000000000000000000","findings":[{"category":"blank"}]}""", 404,
        "no-such-capture")]
    [InlineData("""{"captureId":"{id}","findings":[]}""", 400, "invalid-findings")]
    [InlineData("""{"captureId":"{id}","findings":[{"category":"lion"}]}""", 400, "invalid-category")]
    [InlineData("""{"captureId":"{id}","findings":[{"category":"person","species":"vulpes-vulpes"}]}""", 400,
        "invalid-findings")]
    [InlineData("""{"captureId":"{id}","findings":[{"category":"animal","species":"no-such"}]}""", 400,
        "invalid-species")]
    [InlineData("""{"captureId":"{id}","findings":[{"category":"animal","scientificName":"<b>"}]}""", 400,
        "invalid-species")]
    [InlineData("""{"captureId":"{id}","findings":[{"category":"animal","box":[1,2]}]}""", 400, "invalid-findings")]
    [InlineData("""{"captureId":"{id}","findings":[{"category":"animal","box":[0.5,0.5,0.6,0.6]}]}""", 400,
        "invalid-findings")]
    [InlineData("""{"captureId":"{id}","findings":[{"category":"blank"},{"category":"animal"}]}""", 400,
        "invalid-findings")]
    [InlineData("not json", 400, "bad-request")]
    public async Task An_identification_that_contradicts_itself_is_refused(string body, int status, string code)
    {
        using var client = world.As("researcher");
        var text = body.Replace("{id}", world.Captures[1].ToString(), StringComparison.Ordinal);
        using var content = new StringContent(text, System.Text.Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync("/api/v1/identifications", content);
        Assert.Equal(status, (int)answer.StatusCode);
        var problem = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.Equal(code, problem["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_camera_is_added_with_a_credential_shown_once_and_revoked()
    {
        using var client = world.As("manager");
        using var added = await client.PostAsJsonAsync($"{Root}/cameras", new { code = "North-1", name = "North" });
        Assert.Equal(HttpStatusCode.Created, added.StatusCode);
        var credential = (await added.Content.ReadFromJsonAsync<JsonNode>())!["credential"]!.GetValue<string>();
        Assert.Equal(43, credential.Length);
        using var again = await client.PostAsJsonAsync($"{Root}/cameras", new { code = "north-1" });
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        var shown = await world.GetAsync("viewer", $"{Root}/cameras/north-1");
        Assert.DoesNotContain(credential, shown.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NoContent,
            (await client.PostAsync($"{Root}/cameras/north-1/revoke", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict,
            (await client.PostAsync($"{Root}/cameras/north-1/revoke", null)).StatusCode);
        Assert.Equal(1L, await world.Hub.Database.ReadAsync<long>(
            "select count(*) from audit_entries where action = 'camera.revoke' and subject = 'north-1'"));
    }

    [Fact]
    public async Task The_short_addresses_answer_quickly_enough_for_a_monitor()
    {
        Assert.Equal("ready", (await ApiWorld.GetAsync(world.Hub.ClientOf(null), "/api/health"))["status"]!.ToString());
        Assert.NotEmpty((await world.GetAsync("viewer", "/api/cameras")).AsArray());
        var newest = (await world.GetAsync("viewer", "/api/detections?limit=2")).AsArray();
        Assert.Equal(2, newest.Count);
        Assert.Empty((await world.GetAsync("stranger", "/api/detections?limit=2")).AsArray());
        Assert.Empty((await world.GetAsync("stranger", "/api/cameras")).AsArray());
    }

    [Fact]
    public async Task Readiness_names_the_part_that_is_not_ready_and_only_an_admin_reads_why()
    {
        await world.Hub.Database.RunAsync("alter table schema_migrations rename to hidden");
        try
        {
            using var client = world.Hub.ClientOf(null);
            HttpResponseMessage? answer = null;
            await Captures.CaptureWorld.UntilAsync(async () =>
            {
                answer = await client.GetAsync("/health/ready");
                return answer.StatusCode == HttpStatusCode.ServiceUnavailable;
            }, "readiness notices");
            var text = await answer!.Content.ReadAsStringAsync();
            Assert.Contains("migrations is not ready", text, StringComparison.Ordinal);
            Assert.DoesNotContain("wildcam db migrate", text, StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/live")).StatusCode);
            using var admin = world.As("admin");
            var full = await (await admin.GetAsync("/api/v1/system/health")).Content.ReadAsStringAsync();
            Assert.Contains("wildcam db migrate", full, StringComparison.Ordinal);
        }
        finally
        {
            await world.Hub.Database.RunAsync("alter table hidden rename to schema_migrations");
            await Captures.CaptureWorld.UntilAsync(async () =>
            {
                using var client = world.Hub.ClientOf(null);
                return (await client.GetAsync("/health/ready")).IsSuccessStatusCode;
            }, "readiness comes back");
        }
    }

    [Fact]
    public async Task Every_answer_carries_the_guards_of_the_browser()
    {
        using var client = world.Hub.ClientOf(null);
        using var answer = await client.GetAsync("/api/health");
        var policy = string.Join(' ', answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("script-src 'self'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
    }

    [Theory]
    [InlineData("cross-site", null, HttpStatusCode.Forbidden)]
    [InlineData("same-site", null, HttpStatusCode.Forbidden)]
    [InlineData("same-origin", null, HttpStatusCode.Created)]
    [InlineData(null, "http://evil.example", HttpStatusCode.Forbidden)]
    [InlineData(null, "http://localhost", HttpStatusCode.Created)]
    public async Task A_page_of_another_site_changes_nothing_with_the_session(
        string? site, string? origin, HttpStatusCode expected)
    {
        var (session, _) = await new WildCam.Storage.Accounts.SessionsTable(world.Hub.Database.Source)
            .OpenAsync(world.People["viewer"].Id, default);
        using var client = world.Hub.ClientOf(null);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/tokens");
        request.Content = JsonContent.Create(new { name = "x" });
        request.Headers.Add("Cookie", $"wildcam_session={session}");
        if (site is not null)
        {
            request.Headers.Add("Sec-Fetch-Site", site);
        }

        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        using var answer = await client.SendAsync(request);
        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task Metrics_are_in_the_format_of_Prometheus_with_the_names_of_the_checklist()
    {
        await world.Hub.Database.RunAsync("""
            insert into camera_states (camera_id, last_seen_at) values ($1, now())
            on conflict (camera_id) do update set last_seen_at = now()
            """, world.CameraId);
        var metrics = (WildCam.Hub.Hosting.Metrics.WildlifeMetrics)world.Hub.Services.GetService(
            typeof(WildCam.Hub.Hosting.Metrics.WildlifeMetrics))!;
        metrics.RecordDetections("c\"1\n", TimeSpan.FromSeconds(0.3), ["vulpes-vulpes", "vulpes-vulpes"]);
        metrics.UpdateCameras(
            await new WildCam.Storage.Cameras.CamerasTable(world.Hub.Database.Source).ListAsync(null, default),
            DateTimeOffset.UtcNow);
        using var client = world.As("admin");
        await client.GetAsync("/api/health");
        var text = await client.GetStringAsync("/metrics");
        foreach (var expected in new[]
            {
                """wildcam_wildlife_detections_total{camera_id="c\"1\n",species="vulpes-vulpes"} 2""",
                """wildcam_detection_processing_seconds_bucket{camera_id="c\"1\n",le="0.5"} 1""",
                "wildcam_active_cameras_total 1",
                "wildcam_camera_last_seen_timestamp{camera_id=\"" + world.Camera + "\",location=\"\"} ",
                "http_requests_total{method=\"GET\",route=\"/api/health\",status=\"200\"} ",
                "# TYPE wildcam_detection_processing_seconds histogram",
            })
        {
            Assert.Contains(expected, text, StringComparison.Ordinal);
        }
    }

    async Task AssertProblemAsync(HttpStatusCode status, string code, string address)
    {
        using var client = world.As("viewer");
        using var answer = await client.GetAsync(address);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == status, $"{address}: {answer.StatusCode} {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(code, JsonNode.Parse(text)!["code"]!.GetValue<string>());
    }
}
