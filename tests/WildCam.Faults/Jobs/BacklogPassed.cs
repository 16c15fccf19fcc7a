using System.Diagnostics;
using System.Runtime.CompilerServices;
using WildCam.Simulator.Scenes;
using WildCam.Storage;
using WildCam.Wire;

namespace WildCam.Faults.Jobs;

/// <summary>A million jobs wait and a hub works on them; a fresh picture does not wait for them.</summary>
static class BacklogPassed
{
    const int BusyPictures = 60;
    static readonly TimeSpan FreshMax = TimeSpan.FromSeconds(5);
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    static readonly ConditionalWeakTable<WorldServer, Task<WorldDatabase>> Backlogs = [];

    public static Scenario Scenario { get; } = new(
        "backlog-passed", "a million jobs wait (one backlog for all points); a fresh picture is done within 5 s",
        RunAsync);

    static async Task RunAsync(Point point)
    {
        // Made once a server, and dropped with it.
        var database = await Backlogs.GetValue(point.Server, MakeAsync);
        var folder = Directory.CreateTempSubdirectory("wildcam-backlog-");
        try
        {
            var studio = new SceneStudio();
            var noon = new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
            var view = new SceneView((ulong)point.Chance.Next(4), Biome.Meadow, "camera", TimeZoneInfo.Utc);
            var picture = studio.Take(view, (ulong)point.Seed, 0, noon, noon).Jpeg;
            await database.RunAsync("update projects set slug = 'used-' || id where slug = 'shelf'");
            await database.RunAsync("update cameras set code = 'used-' || id where code = 'shelf-1'");
            var shelf = await StoredPictures.MakeAsync(database, folder.FullName);
            var busy = await shelf.AddAsync([picture], BusyPictures, CaptureStages.Thumbnail);
            await JobBacklog.PutFirstAsync(database, JobKinds.Thumbnail, busy);
            await using var hub = await WorldHub.StartAsync(database.ConnectionString, folder.FullName);
            await using var camera = await ScriptedCamera.RegisterAsync(database.Source, $"fresh-{point.Seed}");
            await camera.ConnectAsync(hub.MqttPort);
            await camera.HelloAsync();
            await Task.Delay(point.Chance.Next(500), point.Cancellation);
            var waiting = await JobBacklog.CountReadyAsync(database, JobKinds.Thumbnail);
            Must.Hold(waiting > JobBacklog.Million / 2, $"Only {waiting} jobs wait.");
            var receipt = await camera.DeliverAsync(new ScriptedPicture((ulong)point.Seed, 1, picture));
            var clock = Stopwatch.StartNew();
            Must.Equal(ReceiptOutcomes.Stored, receipt.Outcome, "the receipt's outcome");
            await Wait.UntilAsync(
                () => database.ReadAsync<bool>("""
                    select count(*) = 1 from captures c join cameras k on k.id = c.camera_id
                    where k.code = $1 and c.stages_missing & $2 = 0
                    """, camera.Code, (int)(CaptureStages.Thumbnail | CaptureStages.Detection)),
                Timeout, () => $"The fresh picture is not done.\n{hub.Output}");
            Must.Hold(clock.Elapsed <= FreshMax, $"The fresh picture took {clock.Elapsed.TotalSeconds:0.0} s.");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static async Task<WorldDatabase> MakeAsync(WorldServer server)
    {
        var database = await server.CreateAsync();
        await JobBacklog.AddAsync(database, JobKinds.Thumbnail, JobBacklog.Million);
        await database.RunAsync("analyze jobs");
        return database;
    }
}
