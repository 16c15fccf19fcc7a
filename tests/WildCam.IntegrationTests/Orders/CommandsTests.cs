using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using WildCam.Storage.Accounts;
using WildCam.Storage.Cameras;
using WildCam.Wire;

namespace WildCam.IntegrationTests.Orders;

/// <summary>Commands on their way to a camera, wherever it is, and what becomes of them.</summary>
public sealed class CommandsTests(OrdersWorld world) : IClassFixture<OrdersWorld>
{
    [Fact]
    public async Task A_connected_camera_is_told_at_once_and_the_states_follow_it()
    {
        await using var camera = await ConnectAsync("told-1");
        var asked = await world.AskAsync("told-1", new { kind = "capture-now" });

        // The camera may have it before the answer is written.
        Assert.Contains((string?)asked["state"], new[] { "queued", "delivered" });
        Assert.Equal("Manager", (string?)asked["askedBy"]);

        var command = await OrdersWorld.HearCommandAsync(camera);
        Assert.Equal((ulong)(long)asked["id"]!, command.CommandId);
        Assert.Equal(CommandKinds.CaptureNow, command.Kind);
        Assert.InRange(command.ExpiresSeconds, 86_000u, 86_400u);
        Assert.InRange(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - command.SentUnixSeconds, -1, 10);
        await world.StateAsync("told-1", "delivered");

        await OrdersWorld.ResultAsync(camera, command.CommandId, CommandStates.Done);
        var done = await world.NewestAsync("told-1");
        Assert.Equal("done", (string?)done["state"]);
        Assert.NotNull(done["endedAt"]);

        // Said again, as cameras do when their acknowledgement was lost, and contradicted: nothing changes.
        await OrdersWorld.ResultAsync(camera, command.CommandId, CommandStates.Done);
        await OrdersWorld.ResultAsync(camera, command.CommandId, CommandStates.Refused, RefusalCodes.Sensor);
        Assert.Equal(done.ToJsonString(), (await world.NewestAsync("told-1")).ToJsonString());
    }

    [Fact]
    public async Task A_sleeping_camera_has_its_commands_before_it_may_act()
    {
        await using var camera = await world.RegisterAsync("asleep-1");
        await world.AskAsync("asleep-1", new { kind = "upload-backlog" });
        await world.AskAsync("asleep-1", new { kind = "identify" });
        Assert.Equal("queued", (string?)(await world.NewestAsync("asleep-1"))["state"]);

        await camera.ConnectAsync(world.Hub.MqttPort);
        var (commands, _) = await OrdersWorld.WakeAsync(camera);
        Assert.Equal([CommandKinds.UploadBacklog, CommandKinds.Identify], commands.Select(c => c.Kind));
        await world.StateAsync("asleep-1", "delivered");
    }

    [Fact]
    public async Task A_command_given_at_one_hub_reaches_a_camera_at_the_other()
    {
        await using var camera = await world.RegisterAsync("elsewhere-1");
        await camera.ConnectAsync(world.OtherHub.MqttPort);
        await camera.HelloAsync();
        await world.AskAsync("elsewhere-1", new { kind = "reboot" });
        var command = await OrdersWorld.HearCommandAsync(camera);
        Assert.Equal(CommandKinds.Reboot, command.Kind);

        // It wakes up at the first hub and tells there.
        await camera.DisposeAsync();
        await camera.ConnectAsync(world.Hub.MqttPort);
        await camera.HelloAsync(session: 2);
        await OrdersWorld.ResultAsync(camera, command.CommandId, CommandStates.Done);
        Assert.Equal("done", (string?)(await world.NewestAsync("elsewhere-1"))["state"]);
    }

    [Fact]
    public async Task A_lost_notice_costs_seconds()
    {
        await using var camera = await ConnectAsync("unnoticed-1");
        await world.Database.RunAsync("""
            insert into camera_commands (camera_id, kind, request_id, expires_at)
            select id, 'identify', gen_random_uuid(), now() + interval '1 hour' from cameras where code = 'unnoticed-1'
            """);
        Assert.Equal(CommandKinds.Identify, (await OrdersWorld.HearCommandAsync(camera)).Kind);
    }

    [Fact]
    public async Task What_is_unanswered_is_told_again_at_the_next_hello()
    {
        await using var camera = await ConnectAsync("again-1");
        await world.AskAsync("again-1", new { kind = "capture-now" });
        var first = await OrdersWorld.HearCommandAsync(camera);
        camera.Abort();
        await camera.ConnectAsync(world.Hub.MqttPort);
        var (again, _) = await OrdersWorld.WakeAsync(camera, session: 2);
        Assert.Equal(first.CommandId, Assert.Single(again).CommandId);
    }

    [Fact]
    public async Task A_camera_never_holds_more_than_it_can_and_gets_the_next_one_with_each_result()
    {
        await using var camera = await ConnectAsync("many-1");
        var ids = new List<ulong>();
        for (var i = 0; i < 5; i++)
        {
            ids.Add((ulong)(long)(await world.AskAsync("many-1", new { kind = "identify" }))["id"]!);
        }

        foreach (var id in ids)
        {
            var command = await OrdersWorld.HearCommandAsync(camera);
            Assert.Equal(id, command.CommandId);
            Assert.True(camera.Heard(Topics.Command) - ids.IndexOf(id) <= 3, "It was sent more than it can hold.");
            await OrdersWorld.ResultAsync(camera, id, CommandStates.Done);
        }

        Assert.Equal(5, camera.Heard(Topics.Command));
        Assert.Equal(5L, await CountAsync("many-1", 2));
    }

    [Fact]
    public async Task The_next_command_comes_before_the_sleep_is_acknowledged()
    {
        await using var camera = await world.RegisterAsync("staying-1");
        for (var i = 0; i < 4; i++)
        {
            await world.AskAsync("staying-1", new { kind = "identify" });
        }

        await camera.ConnectAsync(world.Hub.MqttPort);
        var (commands, _) = await OrdersWorld.WakeAsync(camera);
        Assert.Equal(3, commands.Count);
        var sleep = new byte[Sleep.Bytes];
        new Sleep { Boot = 1, Session = 1, NextContactSeconds = 3600 }.Write(sleep, 0);
        var told = OrdersWorld.ResultAsync(camera, commands[0].CommandId, CommandStates.Done);
        await camera.SendAsync(Topics.Sleep, sleep);
        Assert.Equal(4, camera.Heard(Topics.Command));
        await told;
    }

    [Fact]
    public async Task A_camera_with_no_room_is_told_again_and_a_refusal_has_its_reason()
    {
        await using var camera = await ConnectAsync("busy-1");
        await world.AskAsync("busy-1", new { kind = "capture-now" });
        var command = await OrdersWorld.HearCommandAsync(camera);
        await OrdersWorld.ResultAsync(camera, command.CommandId, CommandStates.Refused, RefusalCodes.Busy);
        Assert.NotEqual("refused", (string?)(await world.NewestAsync("busy-1"))["state"]);
        await OrdersWorld.ResultAsync(camera, command.CommandId, CommandStates.Refused, RefusalCodes.Sensor);
        var refused = await world.NewestAsync("busy-1");
        Assert.Equal("refused", (string?)refused["state"]);
        Assert.Equal("The sensor gave no picture.", (string?)refused["reason"]);
    }

    [Fact]
    public async Task What_came_too_late_is_expired_and_not_sent_but_the_cameras_word_counts()
    {
        await using var camera = await world.RegisterAsync("late-1");
        var id = (ulong)(long)(await world.AskAsync("late-1", new { kind = "identify", expiresInSeconds = 60 }))["id"]!;
        await world.Database.RunAsync(
            "update camera_commands set expires_at = now() - interval '1 second' where id = $1", (long)id);
        Assert.Equal("expired", (string?)(await world.NewestAsync("late-1"))["state"]);
        await camera.ConnectAsync(world.Hub.MqttPort);
        await camera.HelloAsync();
        Assert.Equal(0, camera.Heard(Topics.Command));
        await OrdersWorld.ResultAsync(camera, id, CommandStates.Expired);
        Assert.Equal("expired", (string?)(await world.NewestAsync("late-1"))["state"]);
        await OrdersWorld.ResultAsync(camera, id, CommandStates.Done);
        Assert.Equal("done", (string?)(await world.NewestAsync("late-1"))["state"]);
    }

    [Fact]
    public async Task A_command_is_withdrawn_until_the_camera_has_it()
    {
        await using var camera = await world.RegisterAsync("withdrawn-1");
        var first = (long)(await world.AskAsync("withdrawn-1", new { kind = "reboot" }))["id"]!;
        Assert.Equal(HttpStatusCode.NoContent, await WithdrawAsync("withdrawn-1", first));
        Assert.Equal("withdrawn", (string?)(await world.NewestAsync("withdrawn-1"))["state"]);
        Assert.Equal(HttpStatusCode.Conflict, await WithdrawAsync("withdrawn-1", first));
        var second = (long)(await world.AskAsync("withdrawn-1", new { kind = "identify" }))["id"]!;
        await camera.ConnectAsync(world.Hub.MqttPort);
        await camera.HelloAsync();
        Assert.Equal(1, camera.Heard(Topics.Command));
        await world.StateAsync("withdrawn-1", "delivered");
        Assert.Equal(HttpStatusCode.Conflict, await WithdrawAsync("withdrawn-1", second));
        Assert.Equal(HttpStatusCode.NotFound, await WithdrawAsync("withdrawn-1", 9_999_999));
    }

    [Fact]
    public async Task The_same_request_is_the_same_command_and_only_so_many_wait()
    {
        await using var camera = await world.RegisterAsync("bounded-1");
        var request = Guid.NewGuid();
        var first = await world.AskAsync("bounded-1", new { kind = "identify", requestId = request });
        var again = await world.AskAsync("bounded-1", new { kind = "identify", requestId = request });
        Assert.Equal((long)first["id"]!, (long)again["id"]!);
        using var client = world.As("manager");
        var codes = await Task.WhenAll(Enumerable.Range(0, 30).Select(async _ =>
        {
            using var answer = await client.PostAsJsonAsync(
                OrdersWorld.Address("bounded-1", "commands"), new { kind = "identify" });
            return answer.StatusCode;
        }));
        Assert.Equal(19, codes.Count(c => c == HttpStatusCode.Created));
        Assert.Equal(11, codes.Count(c => c == HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task A_revoked_camera_is_told_nothing_and_its_commands_are_withdrawn()
    {
        await using var camera = await ConnectAsync("revoked-orders");
        await world.AskAsync("revoked-orders", new { kind = "identify" });
        await OrdersWorld.HearCommandAsync(camera);
        await world.AskAsync("revoked-orders", new { kind = "reboot" });
        await new CameraRegistration(world.Database.Source).RevokeAsync(
            "revoked-orders", Actor.CommandLine, CancellationToken.None);
        Assert.Equal("withdrawn", (string?)(await world.NewestAsync("revoked-orders"))["state"]);
        using var client = world.As("manager");
        using var refused = await client.PostAsJsonAsync(
            OrdersWorld.Address("revoked-orders", "commands"), new { kind = "identify" });
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Equal("camera-revoked", (string?)(await refused.Content.ReadFromJsonAsync<JsonNode>())!["code"]);
    }

    [Fact]
    public async Task A_camera_cannot_answer_for_another()
    {
        await using var camera = await ConnectAsync("honest-1");
        await using var liar = await ConnectAsync("liar-1");
        await world.AskAsync("honest-1", new { kind = "identify" });
        var command = await OrdersWorld.HearCommandAsync(camera);
        await world.StateAsync("honest-1", "delivered");
        await OrdersWorld.ResultAsync(liar, command.CommandId, CommandStates.Done);
        Assert.Equal("delivered", (string?)(await world.NewestAsync("honest-1"))["state"]);
        await liar.SendAsync(Topics.Result, [1, 2, 3]);
        await liar.SendAsync(Topics.Result, new byte[300]);
        Assert.True(liar.IsConnected);
    }

    [Fact]
    public async Task A_command_by_tag_goes_to_all_that_have_it()
    {
        await using var one = await world.RegisterAsync("tagged-1");
        await using var two = await world.RegisterAsync("tagged-2");
        await using var gone = await world.RegisterAsync("tagged-3");
        using var client = world.As("manager");
        foreach (var code in new[] { "tagged-1", "tagged-2", "tagged-3" })
        {
            using var set = await client.PutAsJsonAsync(
                OrdersWorld.Address(code, "tags"), new { tags = new[] { "ridge", "solar" } });
            Assert.Equal(HttpStatusCode.OK, set.StatusCode);
        }

        await new CameraRegistration(world.Database.Source).RevokeAsync(
            "tagged-3", Actor.CommandLine, CancellationToken.None);
        using var answer = await client.PostAsJsonAsync(
            $"/api/v1/projects/{OrdersWorld.Project}/commands", new { kind = "upload-backlog", tag = "ridge" });
        var body = await answer.Content.ReadFromJsonAsync<JsonNode>();
        Assert.Equal(["tagged-1", "tagged-2"], body!["cameras"]!.AsArray().Select(c => (string)c!));
        Assert.Equal("queued", (string?)(await world.NewestAsync("tagged-2"))["state"]);
        Assert.Equal(1L, await world.Database.ReadAsync<long>("""
            select count(*) from audit_entries
            where action = 'command.ask' and subject = 'tagged-1' and after ->> 'kind' = 'upload-backlog'
            """));
    }

    [Theory]
    [InlineData("""{"kind":"dance"}""", "invalid-kind")]
    [InlineData("""{"kind":"preview","seconds":121}""", "invalid-seconds")]
    [InlineData("""{"kind":"reboot","seconds":5}""", "invalid-seconds")]
    [InlineData("""{"kind":"full-frame"}""", "invalid-captureId")]
    [InlineData("""{"kind":"reboot","captureId":"0198f000-0000-7000-8000-000000000001"}""", "invalid-captureId")]
    [InlineData("""{"kind":"reboot","expiresInSeconds":5}""", "invalid-expiresInSeconds")]
    [InlineData("""{"kind":"full-frame","captureId":"0198f000-0000-7000-8000-000000000001"}""", "no-stand-in")]
    public async Task What_no_camera_could_do_is_refused(string body, string code)
    {
        var camera = $"wrong-{Guid.NewGuid().ToString("N")[..8]}";
        await using var registered = await world.RegisterAsync(camera);
        using var client = world.As("manager");
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(OrdersWorld.Address(camera, "commands"), content);
        Assert.Equal(code, (string?)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["code"]);
        Assert.Equal(0L, await world.Database.ReadAsync<long>(
            "select count(*) from camera_commands c join cameras k on k.id = c.camera_id where k.code = $1", camera));
    }

    async Task<ScriptedCamera> ConnectAsync(string code)
    {
        var camera = await world.RegisterAsync(code);
        await camera.ConnectAsync(world.Hub.MqttPort);
        await camera.HelloAsync();
        return camera;
    }

    async Task<HttpStatusCode> WithdrawAsync(string camera, long id)
    {
        using var client = world.As("manager");
        using var answer = await client.PostAsync(OrdersWorld.Address(camera, $"commands/{id}/withdraw"), null);
        return answer.StatusCode;
    }

    Task<long> CountAsync(string camera, short state) => world.Database.ReadAsync<long>("""
        select count(*) from camera_commands c join cameras k on k.id = c.camera_id where k.code = $1 and c.state = $2
        """, camera, state);
}
