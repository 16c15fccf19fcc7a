using System.Security.Cryptography;
using WildCam.Simulator.Cameras;

namespace WildCam.IntegrationTests.Simulator;

/// <summary>The camera's real brain against the real hub, the one that ships.</summary>
public sealed class SimulatedFleetTests(ITestOutputHelper output)
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(150);

    [Fact]
    public async Task Cameras_with_accidents_and_a_past_are_stored_once_under_their_times()
    {
        await using var database = new TestDatabase();
        await database.InitializeAsync();
        var folder = Directory.CreateTempSubdirectory("wildcam-hub-").FullName;
        var hub = await WorldHub.StartAsync(database.ConnectionString, folder);
        try
        {
            var accounts = new List<CameraAccount>();
            for (var n = 1; n <= 4; n++)
            {
                await using var camera = await ScriptedCamera.RegisterAsync(database.Source, $"sim-{n}");
                accounts.Add(new CameraAccount(camera.Code, camera.Credential));
            }

            var options = new SimulationOptions
            {
                Hub = new HubEndpoint { Host = "127.0.0.1", Port = hub.MqttPort },
                Cameras = accounts,
                Seed = 3,
                TriggerSeconds = 0,
                PicturesPerCamera = 5,
                HistoryPictures = 4,
                HistoryDays = 6,
                PictureWidth = 640,
                ChunkBytes = 4096,
                Faults = FaultOptions.Rough with { Drop = 0, PowerCut = 0.2, LinkCut = 0.01, Clock1970 = 0 },
                DrainTimeout = Timeout,
            };
            using var stop = new CancellationTokenSource(Timeout);
            var report = await new SimulatedFleet(options).RunAsync(stop.Token);
            output.WriteLine($"{report.Seed} {report.Faults} {report.Progress}");
            Assert.True(report.IsComplete, $"{report.Progress}\n{hub.Output}");
            Assert.Equal(36, report.Captures.Count);
            Assert.Equal(36, await database.ReadAsync<long>("select count(*) from captures"));
            foreach (var capture in report.Captures)
            {
                await CheckAsync(database, folder, capture);
            }
        }
        finally
        {
            await hub.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    static async Task CheckAsync(TestDatabase database, string folder, CaptureRecord capture)
    {
        var id = Convert.FromHexString(capture.DeviceCaptureId!);
        var path = await database.ReadAsync<string>(
            "select blob_path from captures where device_capture_id = $1 and sha256 = $2",
            id, Convert.FromHexString(capture.Sha256));
        var bytes = await File.ReadAllBytesAsync(Path.Combine(folder, "blobs", path));
        Assert.Equal(capture.Sha256, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        var off = await database.ReadAsync<double>(
            "select extract(epoch from captured_at - $2)::float8 from captures where device_capture_id = $1",
            id, capture.CapturedAt);
        Assert.True(Math.Abs(off) < 60, $"{capture.Camera} {capture.DeviceCaptureId} is dated {off} s off.");
    }
}
