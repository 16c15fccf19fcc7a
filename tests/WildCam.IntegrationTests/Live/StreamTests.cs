using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using WildCam.IntegrationTests.Orders;
using WildCam.Storage.Accounts;
using WildCam.Storage.Cameras;
using WildCam.Wire;

namespace WildCam.IntegrationTests.Live;

/// <summary>Live previews: asked for once, whoever watches, at whichever hub, and only while somebody does.</summary>
public sealed class StreamTests(OrdersWorld world) : IClassFixture<OrdersWorld>
{
    const int PartBytes = 4096;

    [Fact]
    public async Task Two_who_watch_at_two_hubs_cost_the_camera_one_preview()
    {
        await using var camera = await ConnectAsync("live-1");
        await using var here = await OpenAsync("manager", "live-1", atOther: false);
        var asked = await OrdersWorld.HearCommandAsync(camera);
        Assert.Equal((CommandKinds.Preview, 60u), (asked.Kind, asked.Argument));
        await using var there = await OpenAsync("ben", "live-1", atOther: true);

        // Frames go on until both have seen one; how the second one's watch is noticed takes its time.
        using var sending = new CancellationTokenSource();
        var frames = SendFramesAsync(camera, sending.Token);
        var first = await here.ReadAsync();
        var second = await there.ReadAsync();
        Assert.Equal(20_000, first.Length);
        Assert.Equal(20_000, second.Length);
        Assert.Equal(0xD8, first[1]);
        await sending.CancelAsync();
        await frames;
        Assert.Equal(1, camera.Heard(Topics.Command));

        await here.DisposeAsync();
        await there.DisposeAsync();
        var ended = await OrdersWorld.HearCommandAsync(camera);
        Assert.Equal((CommandKinds.Preview, 0u), (ended.Kind, ended.Argument));
        Assert.Equal(2L, await world.Database.ReadAsync<long>(
            "select count(*) from audit_entries where action = 'camera.watch' and subject = 'live-1'"));
        await Wait.UntilAsync(
            async () => await world.Database.ReadAsync<long>("""
                select count(*) from camera_watches w join cameras c on c.id = w.camera_id where c.code = 'live-1'
                """) == 0,
            OrdersWorld.Soon, () => "A watch is left.");
    }

    [Fact]
    public async Task A_sleeping_camera_begins_when_it_wakes_up()
    {
        await using var camera = await world.RegisterAsync("live-asleep");
        await using var stream = await OpenAsync("manager", "live-asleep", atOther: false);
        await camera.ConnectAsync(world.OtherHub.MqttPort);
        await camera.HelloAsync();
        Assert.Equal(1, camera.Heard(Topics.Command));
        using var sending = new CancellationTokenSource();
        var frames = SendFramesAsync(camera, sending.Token);
        Assert.NotEmpty(await stream.ReadAsync());
        await sending.CancelAsync();
        await frames;
    }

    [Fact]
    public async Task A_wall_has_several_cameras_on_one_stream()
    {
        await using var one = await ConnectAsync("live-w1");
        await using var two = await ConnectAsync("live-w2");
        await using var wall = await OpenAsync("manager", "?cameras=live-w1,live-w2", atOther: false);
        using var sending = new CancellationTokenSource();
        var frames = Task.WhenAll(SendFramesAsync(one, sending.Token), SendFramesAsync(two, sending.Token));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (seen.Count < 2)
        {
            await wall.ReadAsync();
            seen.Add(wall.Camera);
        }

        Assert.Equal(["live-w1", "live-w2"], seen.Order(StringComparer.Ordinal));
        await sending.CancelAsync();
        await frames;
    }

    [Fact]
    public async Task Frames_that_nobody_asked_for_and_frames_with_a_lost_part_are_dropped()
    {
        await using var camera = await ConnectAsync("live-odd");
        await SendFrameAsync(camera, 1, Frame(20_000));
        await using var stream = await OpenAsync("manager", "live-odd", atOther: false);
        await OrdersWorld.HearCommandAsync(camera);
        var whole = Frame(12_000);
        await SendFrameAsync(camera, 2, Frame(20_000), skip: 1);
        await SendFrameAsync(camera, 3, new byte[9000]);
        await camera.SendAsync(Topics.Preview, new byte[PreviewHeader.Bytes]);
        await camera.SendAsync(Topics.Preview, [1, 2, 3]);
        await SendFrameAsync(camera, 4, whole);
        Assert.Equal(whole, await stream.ReadAsync());
    }

    [Theory]
    [InlineData("manager", "no-such-camera", HttpStatusCode.NotFound)]
    [InlineData("manager", "2147483647", HttpStatusCode.NotFound)]
    [InlineData("manager", "..%2F..%2Fetc%2Fpasswd", HttpStatusCode.NotFound)]
    [InlineData("stranger", "live-closed", HttpStatusCode.NotFound)]
    [InlineData("viewer", "live-closed", HttpStatusCode.Forbidden)]
    [InlineData("researcher", "live-closed", HttpStatusCode.Forbidden)]
    [InlineData("stranger", "?cameras=live-closed", HttpStatusCode.NotFound)]
    [InlineData("manager", "?cameras=live-closed,no-such-camera", HttpStatusCode.NotFound)]
    [InlineData("manager", "?cameras=", HttpStatusCode.BadRequest)]
    [InlineData("manager", "?cameras=a,b,c,d,e,f,g,h,i,j,k,l,m", HttpStatusCode.BadRequest)]
    public async Task Only_managers_of_the_camera_watch_it(string who, string named, HttpStatusCode status)
    {
        await world.Database.RunAsync("""
            insert into cameras (project_id, code, name) select id, 'live-closed', 'Closed' from projects
            where slug = 'test' on conflict do nothing
            """);
        using var client = world.As(who);
        using var answer = await client.GetAsync(
            Path(named), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(0L, await world.Database.ReadAsync<long>("""
            select count(*) from camera_watches w join cameras c on c.id = w.camera_id where c.code = 'live-closed'
            """));
    }

    [Fact]
    public async Task A_stream_is_known_by_the_cameras_number_too_and_a_revoked_one_has_none()
    {
        await using var camera = await ConnectAsync("live-number");
        var id = await world.Database.ReadAsync<int>("select id from cameras where code = 'live-number'");
        await using (await OpenAsync("manager", $"{id}", atOther: false))
        {
            Assert.Equal(CommandKinds.Preview, (await OrdersWorld.HearCommandAsync(camera)).Kind);
        }

        await new CameraRegistration(world.Database.Source).RevokeAsync(
            "live-number", Actor.CommandLine, CancellationToken.None);
        using var client = world.As("manager");
        using var answer = await client.GetAsync(Path("live-number"), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Equal("camera-revoked", (string?)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["code"]);
    }

    async Task<ScriptedCamera> ConnectAsync(string code)
    {
        var camera = await world.RegisterAsync(code);
        await camera.ConnectAsync(world.Hub.MqttPort);
        await camera.HelloAsync();
        return camera;
    }

    async Task<FrameStream> OpenAsync(string who, string named, bool atOther)
    {
        var client = world.As(who, atOther);
        var answer = await client.GetAsync(Path(named), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.StartsWith("multipart/", answer.Content.Headers.ContentType!.MediaType, StringComparison.Ordinal);
        return new FrameStream(client, answer, await answer.Content.ReadAsStreamAsync());
    }

    static string Path(string named) => named.StartsWith('?') ? $"/api/stream{named}" : $"/api/stream/{named}";

    static byte[] Frame(int sizeBytes)
    {
        var frame = new byte[sizeBytes];
        Random.Shared.NextBytes(frame);
        (frame[0], frame[1], frame[2]) = (0xFF, 0xD8, 0xFF);
        return frame;
    }

    static async Task SendFramesAsync(ScriptedCamera camera, CancellationToken stop)
    {
        try
        {
            for (uint number = 1; !stop.IsCancellationRequested; number++)
            {
                await SendFrameAsync(camera, number, Frame(20_000));
                await Task.Delay(200, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // Both have seen enough.
        }
    }

    static async Task SendFrameAsync(ScriptedCamera camera, uint number, byte[] frame, int? skip = null)
    {
        for (var (at, part) = (0, 0); at < frame.Length; at += PartBytes, part++)
        {
            var count = Math.Min(PartBytes, frame.Length - at);
            var message = new byte[PreviewHeader.Bytes + count];
            new PreviewHeader
            {
                Frame = number, FrameBytes = (uint)frame.Length, Offset = (uint)at, Length = (ushort)count,
            }.Write(message, 0);
            frame.AsSpan(at, count).CopyTo(message.AsSpan(PreviewHeader.Bytes));
            if (part != skip)
            {
                await camera.SendAsync(Topics.Preview, message);
            }
        }
    }

    /// <summary>A stream that a program reads.</summary>
    sealed class FrameStream(HttpClient client, HttpResponseMessage answer, Stream body) : IAsyncDisposable
    {
        readonly MultipartReader _parts = new("frame", body);

        /// <summary>The camera of the last frame.</summary>
        public string Camera { get; private set; } = "";

        public async Task<byte[]> ReadAsync()
        {
            using var timeout = new CancellationTokenSource(OrdersWorld.Soon);
            var part = await _parts.ReadNextSectionAsync(timeout.Token);
            Assert.NotNull(part);
            Assert.Equal("image/jpeg", part.ContentType);
            Camera = part.Headers!["X-Camera"].ToString();
            var bytes = new byte[int.Parse(
                part.Headers["Content-Length"].ToString(), System.Globalization.CultureInfo.InvariantCulture)];
            await part.Body.ReadExactlyAsync(bytes, timeout.Token);
            return bytes;
        }

        public async ValueTask DisposeAsync()
        {
            await body.DisposeAsync();
            answer.Dispose();
            client.Dispose();
        }
    }
}
