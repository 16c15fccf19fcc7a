using System.Security.Cryptography;
using WildCam.Wire;

namespace WildCam.IntegrationTests.Ingest;

public sealed class HubDeathTests
{
    const int Cameras = 10;
    const int PicturesPerCamera = 5;
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task A_hub_killed_amid_fifty_uploads_loses_and_doubles_nothing()
    {
        await using var database = new TestDatabase();
        await database.InitializeAsync();
        var folder = Directory.CreateTempSubdirectory("wildcam-hub-").FullName;
        var hub = await WorldHub.StartAsync(database.ConnectionString, folder);
        try
        {
            var port = hub.MqttPort;
            var receipts = 0;
            var cameras = new List<ScriptedCamera>();
            for (var i = 0; i < Cameras; i++)
            {
                cameras.Add(await ScriptedCamera.RegisterAsync(database.Source, $"death-{i}"));
            }

            var deliveries = cameras.Select((camera, i) => Task.Run(async () =>
            {
                for (var n = 1; n <= PicturesPerCamera; n++)
                {
                    var picture = Picture(i, n);
                    var receipt = await camera.DeliverThroughAsync(picture, () => Volatile.Read(ref port), Timeout);
                    Assert.True(
                        receipt.Outcome is ReceiptOutcomes.Stored or ReceiptOutcomes.Duplicate,
                        $"{receipt.Outcome}/{receipt.Code}");
                    Interlocked.Increment(ref receipts);
                }
            })).ToList();
            var all = Task.WhenAll(deliveries);

            // Three deaths, each with uploads under way.
            foreach (var until in new[] { 8, 20, 35 })
            {
                await Wait.UntilAsync(
                    () => Volatile.Read(ref receipts) >= until || all.IsCompleted, Timeout,
                    () => $"{receipts} receipts\n{hub.Output}");
                Assert.False(all.IsCompleted, "All was over before the hub could be killed.");
                await hub.KillAsync();
                await hub.DisposeAsync();
                hub = await WorldHub.StartAsync(database.ConnectionString, folder);
                Volatile.Write(ref port, hub.MqttPort);
            }

            await all;
            await CheckAsync(database, folder);
            foreach (var camera in cameras)
            {
                await camera.DisposeAsync();
            }
        }
        finally
        {
            await hub.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    static ScriptedPicture Picture(int camera, int number) =>
        ScriptedPicture.Random((ulong)(100 + camera), (ulong)number, 120_000 + number);

    static async Task CheckAsync(TestDatabase database, string folder)
    {
        Assert.Equal(Cameras * PicturesPerCamera, await database.ReadAsync<long>("select count(*) from captures"));
        Assert.Equal(
            Cameras * PicturesPerCamera, await database.ReadAsync<long>("select count(*) from capture_identities"));
        for (var i = 0; i < Cameras; i++)
        {
            for (var n = 1; n <= PicturesPerCamera; n++)
            {
                var picture = Picture(i, n);
                var path = await database.ReadAsync<string>(
                    "select blob_path from captures where device_capture_id = $1 and sha256 = $2",
                    picture.DeviceCaptureId, SHA256.HashData(picture.Bytes));
                Assert.Equal(picture.Bytes, await File.ReadAllBytesAsync(Path.Combine(folder, "blobs", path)));
            }
        }
    }
}
