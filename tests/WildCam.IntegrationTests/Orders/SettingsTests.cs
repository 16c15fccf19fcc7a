using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using WildCam.Hub.Orders;
using WildCam.Storage.Accounts;
using WildCam.Storage.Cameras;
using WildCam.Storage.Orders;
using WildCam.Wire;

namespace WildCam.IntegrationTests.Orders;

/// <summary>What is wanted of cameras and what they do: versions, drift, refusals, two people at once.</summary>
public sealed class SettingsTests(OrdersWorld world) : IClassFixture<OrdersWorld>
{
    [Fact]
    public async Task A_change_is_sent_taken_and_in_force()
    {
        await using var camera = await ConnectAsync("set-1");
        Assert.Equal("as-built", (string?)(await world.SettingsAsync("set-1"))["state"]);
        var changed = await world.ChangeAsync("set-1", new
        {
            burstCount = 3, heartbeatSeconds = 900, quietFrom = "22:00", quietUntil = "04:30",
        });
        Assert.Equal("waiting", (string?)changed["state"]);
        Assert.Equal(1, (int)changed["version"]!);
        Assert.Equal(
            ["burstCount 1 3", "quietFrom 00:00 22:00", "quietUntil 00:00 04:30", "siteOffsetMinutes 0 180",
                "heartbeatSeconds 3600 900"],
            changed["waiting"]!.AsArray().Select(w => $"{w!["setting"]} {w["from"]} {w["to"]}"));

        var config = await OrdersWorld.HearConfigAsync(camera);
        Assert.Equal((1u, 3, 900u, 22 * 60, (4 * 60) + 30, 180), (
            config.ConfigVersion, config.BurstCount, config.HeartbeatSeconds, config.QuietFromMinute,
            config.QuietUntilMinute, config.SiteOffsetMinutes));
        await OrdersWorld.ReportAsync(camera, config);
        await world.SettingsStateAsync("set-1", "in-force");
        Assert.Empty((await world.SettingsAsync("set-1"))["waiting"]!.AsArray());
        Assert.Equal(900, await world.Database.ReadAsync<int>(
            "select heartbeat_seconds from cameras where code = 'set-1'"));
        Assert.Equal("3", await world.Database.ReadAsync<string>("""
            select after -> 'settings' ->> 'burstCount' from audit_entries
            where action = 'camera.settings' and subject = 'set-1'
            """));
    }

    [Fact]
    public async Task A_sleeping_camera_gets_them_before_the_time_and_only_if_it_lacks_them()
    {
        await using var camera = await world.RegisterAsync("set-asleep");
        await world.ChangeAsync("set-asleep", new { preset = "long-life" });
        await camera.ConnectAsync(world.OtherHub.MqttPort);
        var (_, configs) = await OrdersWorld.WakeAsync(camera);
        var config = Assert.Single(configs);
        Assert.Equal(UploadModes.LowResolutionFirst, config.UploadMode);
        await OrdersWorld.ReportAsync(camera, config);
        await world.SettingsStateAsync("set-asleep", "in-force");
        Assert.Equal("long-life", (string?)(await world.SettingsAsync("set-asleep"))["preset"]);

        Assert.Empty((await OrdersWorld.WakeAsync(camera, session: 2, configVersion: 1)).Configs);

        // It lost its memory: its hello says so, and its report.
        Assert.Single((await OrdersWorld.WakeAsync(camera, session: 3, configVersion: 0)).Configs);
        await OrdersWorld.ReportAsync(camera, CameraConfig.BuiltIn());
        await world.SettingsStateAsync("set-asleep", "waiting");
    }

    [Fact]
    public async Task Refused_fields_are_told_with_their_reasons_and_the_rest_is_in_force()
    {
        await using var camera = await ConnectAsync("set-refuses");
        await world.ChangeAsync(
            "set-refuses", new { uploadMode = "batched", uploadHours = new[] { 6, 18 }, burstCount = 2 });
        var config = await OrdersWorld.HearConfigAsync(camera);
        config.UploadMode = UploadModes.AtOnce;
        await OrdersWorld.ReportAsync(camera, config, (ConfigFields.UploadMode, RefusalCodes.NotSupported));
        await world.SettingsStateAsync("set-refuses", "partly-refused");
        var told = await world.SettingsAsync("set-refuses");
        var refused = Assert.Single(told["refused"]!.AsArray());
        Assert.Equal("uploadMode", (string?)refused!["setting"]);
        Assert.Equal("This firmware or board cannot do it.", (string?)refused["reason"]);
        Assert.Equal(2, (int)told["reported"]!["burstCount"]!);
        Assert.Equal("at-once", (string?)told["reported"]!["uploadMode"]);
    }

    [Fact]
    public async Task Two_people_at_once_see_each_other()
    {
        await using var camera = await world.RegisterAsync("set-two");
        using var ana = world.As("manager");
        using var ben = world.As("ben", atOther: true);
        var address = OrdersWorld.Address("set-two", "settings");
        var answers = await Task.WhenAll(
            ana.PatchAsJsonAsync(address, new { burstCount = 2, seenVersion = 0 }),
            ben.PatchAsJsonAsync(address, new { burstCount = 5, seenVersion = 0 }));
        var won = Assert.Single(answers, a => a.StatusCode == HttpStatusCode.OK);
        var lost = Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Conflict);
        var problem = await lost.Content.ReadFromJsonAsync<JsonNode>();
        Assert.Equal("settings-changed", (string?)problem!["code"]);
        var winner = won == answers[0] ? "Manager" : "Ben";
        Assert.Equal(winner, (string?)problem["current"]!["desiredBy"]);
        Assert.Equal(winner == "Ben" ? 5 : 2, (int)problem["current"]!["desired"]!["burstCount"]!);
        Assert.Equal(1, (int)(await world.SettingsAsync("set-two"))["version"]!);

        // Having seen it, the other one puts theirs on top.
        using var second = await ana.PatchAsJsonAsync(address, new { burstCount = 7, seenVersion = 1 });
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal(2L, await world.Database.ReadAsync<long>(
            "select count(*) from audit_entries where action = 'camera.settings' and subject = 'set-two'"));
    }

    [Fact]
    public async Task A_change_is_withdrawn_also_when_it_is_on_its_way()
    {
        await using var camera = await ConnectAsync("set-back");
        await world.ChangeAsync("set-back", new { captureMode = "off" });
        var sent = await OrdersWorld.HearConfigAsync(camera);
        using var client = world.As("manager");
        using var answer = await client.PostAsync(OrdersWorld.Address("set-back", "settings/withdraw"), null);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var second = await OrdersWorld.HearConfigAsync(camera);
        Assert.True(second.ConfigVersion > sent.ConfigVersion);
        Assert.Equal(CaptureModes.Motion, second.CaptureMode);

        // The camera took the withdrawn one first: its report is not what is wanted.
        await OrdersWorld.ReportAsync(camera, sent);
        await Wait.UntilAsync(
            async () => (long?)(await world.SettingsAsync("set-back"))["reportedVersion"] == sent.ConfigVersion,
            OrdersWorld.Soon, () => "The report is not noted.");
        Assert.Equal("waiting", (string?)(await world.SettingsAsync("set-back"))["state"]);
        await OrdersWorld.ReportAsync(camera, second);
        await world.SettingsStateAsync("set-back", "in-force");
    }

    [Fact]
    public async Task A_version_that_the_camera_knows_from_another_life_is_not_given_again()
    {
        await using var camera = await ConnectAsync("set-before");
        var old = CameraConfig.BuiltIn();
        old.ConfigVersion = 41;
        old.BurstCount = 9;
        await OrdersWorld.ReportAsync(camera, old);
        await Wait.UntilAsync(
            async () => (long?)(await world.SettingsAsync("set-before"))["reportedVersion"] == 41,
            OrdersWorld.Soon, () => "The report is not noted.");
        var changed = await world.ChangeAsync("set-before", new { jpegQuality = 70 });
        Assert.Equal(42, (int)changed["version"]!);
        Assert.Equal(9, (int)changed["desired"]!["burstCount"]!);
        Assert.Equal(42u, (await OrdersWorld.HearConfigAsync(camera)).ConfigVersion);
    }

    [Fact]
    public async Task Settings_by_tag_change_each_camera_from_its_own()
    {
        await using var one = await world.RegisterAsync("set-tag-1");
        await using var two = await world.RegisterAsync("set-tag-2");
        using var client = world.As("manager");
        foreach (var code in new[] { "set-tag-1", "set-tag-2" })
        {
            using var set = await client.PutAsJsonAsync(
                OrdersWorld.Address(code, "tags"), new { tags = new[] { "valley" } });
            Assert.Equal(HttpStatusCode.OK, set.StatusCode);
        }

        await world.ChangeAsync("set-tag-1", new { burstCount = 4 });
        var all = $"/api/v1/projects/{OrdersWorld.Project}/settings";
        using var answer = await client.PatchAsJsonAsync(all, new { tag = "valley", heartbeatSeconds = 1800 });
        var body = await answer.Content.ReadFromJsonAsync<JsonNode>();
        Assert.Equal(["set-tag-1", "set-tag-2"], body!["cameras"]!.AsArray().Select(c => (string)c!));
        var first = (await world.SettingsAsync("set-tag-1"))["desired"]!;
        Assert.Equal((4, 1800), ((int)first["burstCount"]!, (int)first["heartbeatSeconds"]!));
        Assert.Equal(1, (int)(await world.SettingsAsync("set-tag-2"))["desired"]!["burstCount"]!);
        using var wrong = await client.PatchAsJsonAsync(all, new { tag = "No such", heartbeatSeconds = 1800 });
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
    }

    [Theory]
    [InlineData("""{"burstCount":0}""", "burstCount")]
    [InlineData("""{"burstCount":300}""", "burstCount")]
    [InlineData("""{"burstGapMilliseconds":70000}""", "burstGapMilliseconds")]
    [InlineData("""{"jpegQuality":101}""", "jpegQuality")]
    [InlineData("""{"captureMode":"dance"}""", "captureMode")]
    [InlineData("""{"captureMode":"timelapse"}""", "timelapseSeconds")]
    [InlineData("""{"resolution":"1x1"}""", "resolution")]
    [InlineData("""{"quietFrom":"25:00"}""", "quietFrom")]
    [InlineData("""{"quietUntil":"noon"}""", "quietUntil")]
    [InlineData("""{"uploadMode":"batched","uploadHours":[]}""", "uploadHours")]
    [InlineData("""{"uploadHours":[24]}""", "uploadHours")]
    [InlineData("""{"uploadMode":"low-resolution-first","resolution":"640x480"}""", "uploadMode")]
    [InlineData("""{"heartbeatSeconds":29}""", "heartbeatSeconds")]
    [InlineData("""{"heartbeatSeconds":86401}""", "heartbeatSeconds")]
    [InlineData("""{"timelapseSeconds":-1}""", "timelapseSeconds")]
    public async Task What_no_camera_would_take_is_refused_by_field(string body, string field)
    {
        var camera = $"wrong-{Guid.NewGuid().ToString("N")[..8]}";
        await using var registered = await world.RegisterAsync(camera);
        using var client = world.As("manager");
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await client.PatchAsync(OrdersWorld.Address(camera, "settings"), content);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonNode>();
        Assert.Equal([field], problem!["settings"]!.AsArray().Select(f => (string)f!));
        Assert.Contains($"{field}: ", (string?)problem["detail"], StringComparison.Ordinal);
        Assert.Equal(0, (int)(await world.SettingsAsync(camera))["version"]!);
    }

    [Fact]
    public async Task Cameras_follow_the_clock_of_their_site()
    {
        await using var camera = await ConnectAsync("set-clock");
        await world.ChangeAsync("set-clock", new { quietFrom = "22:00", quietUntil = "05:00" });
        var config = await OrdersWorld.HearConfigAsync(camera);
        Assert.Equal(180, config.SiteOffsetMinutes);
        await OrdersWorld.ReportAsync(camera, config);

        var project = await world.Database.ReadAsync<int>("select id from projects where slug = 'test'");
        var site = await new SitesTable(world.Database.Source).InsertAsync(
            project, "kathmandu", "Kathmandu", 27.7, 85.3, "Asia/Kathmandu", CancellationToken.None);
        var id = await world.Database.ReadAsync<int>("select id from cameras where code = 'set-clock'");
        await using (var connection = await world.Database.Source.OpenConnectionAsync())
        {
            await new DeploymentsTable(world.Database.Source).OpenAsync(
                connection, project, id, site!.Value, null, CancellationToken.None);
        }

        var work = new FollowSiteTime(new SettingsTable(world.Database.Source), TimeProvider.System);
        // Cameras of other tests may move with it.
        Assert.EndsWith(" told.", await work.RunAsync(CancellationToken.None), StringComparison.Ordinal);
        Assert.Equal("All know it.", await work.RunAsync(CancellationToken.None));
        var moved = await OrdersWorld.HearConfigAsync(camera);
        Assert.Equal((345, 22 * 60), (moved.SiteOffsetMinutes, moved.QuietFromMinute));
        Assert.Equal("hub", await world.Database.ReadAsync<string>("""
            select came_from from audit_entries where action = 'camera.settings' and subject = 'set-clock'
            order by id desc limit 1
            """));
    }

    [Fact]
    public async Task A_report_that_is_none_changes_nothing()
    {
        await using var camera = await ConnectAsync("set-odd");
        await camera.SendAsync(Topics.Config, new byte[CameraConfig.Bytes]);
        await camera.SendAsync(Topics.Config, new byte[300]);
        var strange = CameraConfig.BuiltIn();
        strange.CaptureMode = 77;
        strange.QuietFromMinute = 9999;
        strange.UploadHours = uint.MaxValue;
        strange.HeartbeatSeconds = uint.MaxValue;
        await OrdersWorld.ReportAsync(camera, strange);
        await Wait.UntilAsync(
            async () => (await world.SettingsAsync("set-odd"))["reported"] is not null, OrdersWorld.Soon,
            () => "The report is not noted.");
        Assert.Equal("77", (string?)(await world.SettingsAsync("set-odd"))["reported"]!["captureMode"]);
        Assert.Equal(3600, await world.Database.ReadAsync<int>(
            "select heartbeat_seconds from cameras where code = 'set-odd'"));
        Assert.True(camera.IsConnected);
    }

    async Task<ScriptedCamera> ConnectAsync(string code)
    {
        var camera = await world.RegisterAsync(code);
        await camera.ConnectAsync(world.Hub.MqttPort);
        await camera.HelloAsync();
        return camera;
    }
}
