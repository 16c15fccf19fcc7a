using WildCam.Hub.Ingest;
using WildCam.SimulatedHardware;
using WildCam.Storage.Blobs;

namespace WildCam.IntegrationTests.Devices;

/// <summary>Program.Main of the device, from the motion sensor to the hub's receipt, whatever breaks between.</summary>
public sealed class DeviceDeliveryTests(ITestOutputHelper output)
{
    const ulong MotionPin = 1UL << 33;
    const int RoughLives = 8;

    [Fact]
    public async Task A_picture_goes_from_the_motion_sensor_over_tls_to_the_hub_and_leaves_the_card()
    {
        await using var field = await DeviceField.StartAsync(seed: 1);
        var first = await field.LiveAsync(WakeKind.Power);
        Assert.Equal((LifeEndKind.DeepSleep, MotionPin), (first.Kind, first.WakePins));
        var joins = field.Board.Wifi.Joins;
        Assert.True(joins > 0, "The first run told the hub nothing.");

        var second = await field.PassAsync();
        Assert.Equal(LifeEndKind.DeepSleep, second.Kind);
        Assert.Equal(joins, Assert.Single(field.JoinsAtShutter)); // the shutter came before the Wi-Fi
        Assert.Equal(1, await field.StoredAsync(Assert.Single(field.Taken)));
        Assert.Equal(0, field.Spooled);
        Assert.Empty(field.Board.Camera.Faults);
        Assert.Equal(1, field.Board.Camera.Bursts);
        Assert.InRange(field.Board.Card.LargestWrite, 1, 8192);
        // Its own clock began at 1970 and was set by the hub in the first run; the sleep kept it.
        Assert.Equal(1, await field.World.Database.ReadAsync<long>("""
            select count(*) from captures where clock_quality = 1 and now() - captured_at < interval '2 minutes'
            """));
    }

    [Fact]
    public async Task A_board_that_was_flashed_with_a_code_enrols_and_delivers_as_its_camera()
    {
        await using var field = await DeviceField.StartAsync(seed: 11, enrols: true);
        Assert.Equal(LifeEndKind.DeepSleep, (await field.LiveAsync(WakeKind.Power)).Kind);
        Assert.Equal(1, await field.World.Database.ReadAsync<long>(
            "select count(*) from camera_enrolments where spent_at is not null"));

        // The next run knows who it is from the flash alone: the code would open nothing any more.
        Assert.Equal(LifeEndKind.DeepSleep, (await field.PassAsync()).Kind);
        Assert.Equal(1, await field.StoredAsync(Assert.Single(field.Taken)));
        Assert.Equal(field.World.Cameras[0].Code, await field.World.Database.ReadAsync<string>(
            "select c.code from captures k join cameras c on c.id = k.camera_id"));
    }

    [Fact]
    public async Task Without_wifi_a_picture_waits_on_the_card_and_goes_when_there_is_one_again()
    {
        await using var field = await DeviceField.StartAsync(seed: 2);
        field.Board.Wifi.IsThere = false;
        var away = await field.PassAsync();
        Assert.Equal((LifeEndKind.DeepSleep, 1), (away.Kind, field.Spooled));
        field.Board.Wifi.IsThere = true;
        field.Board.Wifi.HasNames = false;
        Assert.Equal(LifeEndKind.DeepSleep, (await field.LiveAsync(field.Board.PassTime(away))).Kind);
        Assert.Equal(1, field.Spooled);

        field.Board.Wifi.HasNames = true;
        Assert.Equal(LifeEndKind.DeepSleep, (await field.LiveAsync(WakeKind.Timer)).Kind);
        Assert.Equal(1, await field.StoredAsync(Assert.Single(field.Taken)));
        Assert.Equal(0, field.Spooled);
    }

    [Fact]
    public async Task A_hub_that_is_killed_amid_the_chunks_gets_the_picture_in_the_same_run()
    {
        await using var field = await DeviceField.StartAsync(seed: 3);
        await field.LiveAsync(WakeKind.Power);
        var chunks = 0;
        Task? death = null;
        field.Board.Published = (topic, _) =>
        {
            if (topic.EndsWith("/chunk", StringComparison.Ordinal) && ++chunks == 4)
            {
                death = Task.Run(field.World.KillAndRestartHubAsync);
            }
        };
        var end = await field.PassAsync();
        Assert.NotNull(death);
        await death;
        // The board may have slept over it where the hub took long to come back.
        for (var lives = 0; field.Spooled > 0 && lives < 3; lives++)
        {
            end = await field.LiveAsync(field.Board.PassTime(end));
        }

        Assert.Equal(1, await field.StoredAsync(Assert.Single(field.Taken)));
        Assert.Equal(0, field.Spooled);
    }

    [Fact]
    public async Task Power_cuts_at_random_lose_and_double_nothing_that_was_on_the_card()
    {
        var seed = Environment.GetEnvironmentVariable("WILDCAM_SEED") is { Length: > 0 } given
            ? int.Parse(given, System.Globalization.CultureInfo.InvariantCulture)
            : Random.Shared.Next();
        output.WriteLine($"WILDCAM_SEED={seed}");
        var chance = new Random(seed);
        await using var field = await DeviceField.StartAsync(seed);
        var end = await field.LiveAsync(WakeKind.Power);
        var mayBeLost = 0;
        for (var life = 0; life < RoughLives; life++)
        {
            var drive = chance.Next(4) == 0 ? field.Board.Flash : field.Board.Card;
            drive.CutAtChange = drive.Changes + 1 + chance.Next(30);
            end = end.Kind == LifeEndKind.PowerCut ? await field.PassAfterPowerOnAsync() : await field.PassAsync();
            drive.CutAtChange = 0;
            mayBeLost += end.Kind == LifeEndKind.PowerCut ? 1 : 0;
            field.Board.PassTime(end);
        }

        for (var lives = 0; field.Spooled > 0 && lives < 3; lives++)
        {
            end = await field.LiveAsync(end.Kind == LifeEndKind.PowerCut ? WakeKind.Power : WakeKind.Timer);
        }

        Assert.Equal(0, field.Spooled);
        var stored = 0;
        foreach (var picture in field.Taken)
        {
            var times = await field.StoredAsync(picture);
            Assert.InRange(times, 0, 1);
            stored += (int)times;
        }

        output.WriteLine($"{field.Taken.Count} taken, {stored} stored, {mayBeLost} runs were cut.");
        Assert.InRange(stored, field.Taken.Count - mayBeLost, field.Taken.Count);
        Assert.Equal(stored, await field.World.Database.ReadAsync<long>("select count(*) from captures"));
    }

    [Fact]
    public async Task A_card_that_is_taken_out_imports_under_the_ids_that_the_camera_delivers_later()
    {
        await using var field = await DeviceField.StartAsync(seed: 5);
        field.Board.Wifi.IsThere = false;
        await field.PassAsync();
        await field.PassAsync();
        Assert.Equal(2, field.Spooled);
        var folder = Path.Combine(field.World.DataFolder, "card");
        foreach (var (path, bytes) in field.Board.Card.Files)
        {
            var file = Path.Combine(folder, path["D:\\".Length..].Replace('\\', '/'));
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllBytesAsync(file, bytes);
        }

        var report = await ImportRun.ImportAsync(
            field.World.Database.Source, new FolderBlobStore(field.World.BlobFolder, TimeProvider.System),
            new IngestOptions(), folder, field.World.Cameras[0].Code, null, CancellationToken.None);
        Assert.Equal((2, 2, 0), (report!.Files, report.Stored, report.Refusals.Count));

        field.Board.Wifi.IsThere = true;
        await field.LiveAsync(WakeKind.Timer);
        Assert.Equal(0, field.Spooled);
        foreach (var picture in field.Taken)
        {
            Assert.Equal(1, await field.StoredAsync(picture));
        }
    }
}
