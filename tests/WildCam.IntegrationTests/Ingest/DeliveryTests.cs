using WildCam.Wire;

namespace WildCam.IntegrationTests.Ingest;

/// <summary>One hub for the class; each test has cameras of its own.</summary>
public sealed class RunningHub : IAsyncLifetime
{
    readonly string _folder = Directory.CreateTempSubdirectory("wildcam-hub-").FullName;

    public TestDatabase Database { get; } = new();

    internal WorldHub Hub { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await Database.InitializeAsync();
        Hub = await WorldHub.StartAsync(Database.ConnectionString, _folder,
            ("WildCam__Ingest__AssemblyBytesMax", $"{4 << 20}"));
    }

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        await Database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    internal async Task<ScriptedCamera> ConnectAsync(string code)
    {
        var camera = await ScriptedCamera.RegisterAsync(Database.Source, code);
        await camera.ConnectAsync(Hub.MqttPort);
        return camera;
    }

    internal string BlobFile(string path) => Path.Combine(Hub.DataFolder, "blobs", path);
}

public sealed class DeliveryTests(RunningHub running) : IClassFixture<RunningHub>
{
    [Fact]
    public async Task A_picture_is_stored_with_its_bytes_and_its_time()
    {
        await using var camera = await running.ConnectAsync("whole-1");
        var time = await camera.HelloAsync(epoch: 1, seconds: 5000);
        Assert.NotEqual(0UL, time.IssuedSpoolId);
        var picture = ScriptedPicture.Random(time.IssuedSpoolId, 1, 200_000);
        Assert.Equal(ReceiptOutcomes.Stored, (await camera.DeliverAsync(picture)).Outcome);

        var id = picture.DeviceCaptureId;
        var path = await running.Database.ReadAsync<string>(
            "select blob_path from captures where device_capture_id = $1", id);
        Assert.Equal(picture.Bytes, await File.ReadAllBytesAsync(running.BlobFile(path)));
        Assert.StartsWith("test/whole-1/", path, StringComparison.Ordinal);
        Assert.Equal(1, await running.Database.ReadAsync<short>(
            "select clock_quality from captures where device_capture_id = $1", id));
        var hubTime = DateTimeOffset.FromUnixTimeMilliseconds(time.UnixMilliseconds).AddSeconds(-4000);
        var capturedAt = await running.Database.ReadAsync<DateTime>(
            "select captured_at from captures where device_capture_id = $1", id);
        Assert.InRange((capturedAt - hubTime.UtcDateTime).Duration(), TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_duplicate_costs_one_round_trip()
    {
        await using var camera = await running.ConnectAsync("double-1");
        await camera.HelloAsync();
        var picture = ScriptedPicture.Random(11, 1, 50_000);
        await camera.DeliverAsync(picture);
        var wants = camera.Heard(Topics.Want);
        var (word, payload) = await camera.OfferAsync(picture);
        Assert.Equal(Topics.Receipt, word);
        var receipt = ScriptedCamera.ReadReceipt(payload);
        Assert.Equal(ReceiptOutcomes.Duplicate, receipt.Outcome);
        Assert.Equal(camera.Attempts, receipt.Attempt);
        Assert.Equal(wants, camera.Heard(Topics.Want));
        Assert.Equal(1, await running.Database.ReadAsync<long>(
            "select count(*) from captures where device_capture_id = $1", picture.DeviceCaptureId));
    }

    [Fact]
    public async Task Another_picture_under_a_taken_id_is_a_conflict()
    {
        await using var camera = await running.ConnectAsync("conflict-1");
        await camera.HelloAsync();
        await camera.DeliverAsync(ScriptedPicture.Random(12, 1, 30_000));
        var other = new ScriptedPicture(12, 1, ScriptedPicture.Random(12, 2, 30_000).Bytes);
        var receipt = await camera.DeliverAsync(other);
        Assert.Equal((ReceiptOutcomes.Conflict, ReceiptCodes.IdTaken), (receipt.Outcome, receipt.Code));
    }

    [Fact]
    public async Task A_broken_off_picture_goes_on_where_it_stopped()
    {
        await using var camera = await running.ConnectAsync("resume-1");
        await camera.HelloAsync();
        var picture = ScriptedPicture.Random(13, 1, 100_000);
        var (_, payload) = await camera.OfferAsync(picture);
        Want.TryRead(payload, 0, payload.Length, out var want);
        await camera.SendWantedAsync(picture, want, chunksMax: 5);
        camera.Client.Abort();

        await camera.ConnectAsync(running.Hub.MqttPort);
        (_, payload) = await camera.OfferAsync(picture);
        Assert.True(Want.TryRead(payload, 0, payload.Length, out want));
        Assert.Equal(camera.Attempts, want.Attempt);
        Assert.Equal(want.ChunkCount - 5, Enumerable.Range(0, want.ChunkCount).Count(want.IsMissing));
        await camera.SendWantedAsync(picture, want);
        var receipt = ScriptedCamera.ReadReceipt(await camera.HearAsync(Topics.Receipt));
        Assert.Equal(ReceiptOutcomes.Stored, receipt.Outcome);
    }

    [Fact]
    public async Task Bytes_that_twice_miss_their_digest_are_held_in_quarantine()
    {
        await using var camera = await running.ConnectAsync("corrupt-1");
        await camera.HelloAsync();
        var picture = ScriptedPicture.Random(14, 1, 40_000) with { Digest = new byte[32] };
        var receipt = await camera.DeliverAsync(picture);
        Assert.Equal(
            (ReceiptOutcomes.Quarantined, ReceiptCodes.CorruptOnCamera), (receipt.Outcome, receipt.Code));
        Assert.True(camera.Heard(Topics.Want) >= 2, "Everything is wanted again after the first time.");
        var path = await running.Database.ReadAsync<string>(
            "select blob_path from quarantine_entries where device_capture_id = $1", picture.DeviceCaptureId);
        Assert.Equal(picture.Bytes, await File.ReadAllBytesAsync(running.BlobFile(path)));
    }

    [Fact]
    public async Task When_memory_is_short_the_camera_is_put_off_and_later_served()
    {
        // 4 MB are for pictures in flight here: two of 1.9 MB and no third.
        await using var camera = await running.ConnectAsync("memory-1");
        await camera.HelloAsync();
        var pictures = Enumerable.Range(1, 3)
            .Select(i => ScriptedPicture.Random(15, (ulong)i, 1_900_000)).ToList();
        var (_, first) = await camera.OfferAsync(pictures[0]);
        Assert.Equal(Topics.Want, (await camera.OfferAsync(pictures[1])).Word);
        var (word, payload) = await camera.OfferAsync(pictures[2]);
        Assert.Equal(Topics.Later, word);
        Assert.True(Later.TryRead(payload, 0, payload.Length, out var later));
        Assert.Equal(ReceiptCodes.Memory, later.Code);
        Assert.InRange(later.Seconds, 1u, 120u);

        Want.TryRead(first, 0, first.Length, out var want);
        await camera.SendWantedAsync(pictures[0], want);
        Assert.Equal(
            ReceiptOutcomes.Stored, ScriptedCamera.ReadReceipt(await camera.HearAsync(Topics.Receipt)).Outcome);
        Assert.Equal(Topics.Want, (await camera.OfferAsync(pictures[2])).Word);
        foreach (var picture in pictures.Skip(1))
        {
            Assert.Equal(ReceiptOutcomes.Stored, (await camera.DeliverAsync(picture)).Outcome);
        }
    }

    [Theory]
    [InlineData(0u, (ushort)8192, ReceiptCodes.BadBegin)]
    [InlineData(9_000_000u, (ushort)8192, ReceiptCodes.TooLarge)]
    [InlineData(uint.MaxValue, (ushort)8192, ReceiptCodes.TooLarge)]
    [InlineData(10_000u, (ushort)0, ReceiptCodes.BadBegin)]
    [InlineData(10_000u, ushort.MaxValue, ReceiptCodes.BadBegin)]
    public async Task An_impossible_offer_is_refused_for_good(uint sizeBytes, ushort chunkBytes, ushort code)
    {
        await using var camera = await running.ConnectAsync($"never-{sizeBytes}-{chunkBytes}");
        await camera.HelloAsync();
        var (word, payload) = await camera.OfferAsync(ScriptedPicture.Random(16, 1, 1000), b =>
        {
            b.SizeBytes = sizeBytes;
            b.ChunkBytes = chunkBytes;
        });
        Assert.Equal(Topics.Receipt, word);
        var receipt = ScriptedCamera.ReadReceipt(payload);
        Assert.Equal((ReceiptOutcomes.Never, code), (receipt.Outcome, receipt.Code));
    }

    [Theory]
    [InlineData("dead-1970", 0L)]
    [InlineData("dead-2000", 946_684_800L)]
    [InlineData("dead-2106", 4_294_967_295L)]
    [InlineData("dead-max", long.MaxValue)]
    public async Task An_absurd_clock_is_stored_under_the_time_of_arrival(string code, long deviceSeconds)
    {
        await using var camera = await running.ConnectAsync(code);
        await camera.HelloAsync();
        var picture = ScriptedPicture.Random(17, (ulong)deviceSeconds, 20_000);
        var (_, payload) = await camera.OfferAsync(picture, b =>
        {
            b.ClockEpoch = 99; // never anchored
            b.DeviceUnixSeconds = deviceSeconds;
        });
        Want.TryRead(payload, 0, payload.Length, out var want);
        await camera.SendWantedAsync(picture, want);
        await camera.HearAsync(Topics.Receipt);
        Assert.True(await running.Database.ReadAsync<bool>("""
            select clock_quality = 4 and captured_at = received_at from captures where device_capture_id = $1
            """, picture.DeviceCaptureId));
    }
}
