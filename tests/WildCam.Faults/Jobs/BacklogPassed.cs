using System.Diagnostics;
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

    public static Scenario Scenario { get; } = new(
        "backlog-passed", "a million jobs wait and are worked on; a fresh picture is done within 5 s", RunAsync);

    static async Task RunAsync(Point point)
    {
        // The backlog is made once, and copied for every point.
        var backlog = await point.Shared.GetAsync(() => MakeAsync(point.Server));
        await using var database = await point.Server.CopyLargeAsync(backlog.Name);
        var folder = Directory.CreateTempSubdirectory("wildcam-backlog-");
        try
        {
            var studio = new SceneStudio();
            var noon = new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
            var view = new SceneView((ulong)point.Chance.Next(4), Biome.Meadow, "camera", TimeZoneInfo.Utc);
            var picture = studio.Take(view, (ulong)point.Seed, 0, noon, noon).Jpeg;
            var shelf = await StoredPictures.MakeAsync(database, folder.FullName);
            var busy = await shelf.AddAsync([picture], BusyPictures, CaptureStages.All);
            foreach (var kind in StoredPictures.Kinds)
            {
                await JobBacklog.PutFirstAsync(database, kind, busy);
            }

            await using var hub = await WorldHub.StartAsync(database.ConnectionString, folder.FullName);
            await using var camera = await ScriptedCamera.RegisterAsync(database.Source, $"fresh-{point.Seed}");
            await camera.ConnectAsync(hub.MqttPort);
            await camera.HelloAsync();
            await Task.Delay(point.Chance.Next(500), point.Cancellation);
            var waiting = await JobBacklog.CountReadyAsync(database, JobKinds.Thumbnail);
            Must.Hold(waiting > JobBacklog.Million / 2, $"Only {waiting} jobs wait.");
            var fresh = new ScriptedPicture((ulong)point.Seed, 1, picture);
            var receipt = await camera.DeliverAsync(fresh);
            var clock = Stopwatch.StartNew();
            Must.Equal(ReceiptOutcomes.Stored, receipt.Outcome, "the receipt's outcome");
            await Wait.UntilAsync(
                () => database.ReadAsync<bool>("""
                    select count(*) = 1 from captures c join cameras k on k.id = c.camera_id
                    where k.code = $1 and c.stages_missing & $2 = 0
                    """, camera.Code, (int)(CaptureStages.Thumbnail | CaptureStages.Detection)),
                Timeout, () => $"The fresh picture is not done.\n{hub.Output}");
            Must.Hold(clock.Elapsed <= FreshMax, $"The fresh picture took {clock.Elapsed.TotalSeconds:0.0} s.");
            await CheckAsync(database, hub, folder, [.. shelf.Taken, new TakenPicture(camera, fresh, receipt)]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // The pictures are finished; the rest of the backlog is no part of what must hold.
    static async Task CheckAsync(
        WorldDatabase database, WorldHub hub, DirectoryInfo folder, IReadOnlyList<TakenPicture> taken)
    {
        await Wait.UntilAsync(
            () => database.ReadAsync<bool>("""
                select not exists (select from captures where stages_missing <> 0)
                  and not exists (select from event_dirty)
                """),
            Timeout, () => $"Pictures are not done.\n{hub.Output}");
        await hub.StopAsync();
        await JobBacklog.RemoveAsync(database);
        await database.SettleAsync(Timeout, () => hub.Output);
        await new Invariants(database, Path.Combine(folder.FullName, "blobs")).CheckAsync(taken);
    }

    static async Task<WorldDatabase> MakeAsync(WorldServer server)
    {
        var database = await server.CreateAsync();
        await JobBacklog.AddAsync(database, JobKinds.Thumbnail, JobBacklog.Million);
        await database.RunAsync("vacuum analyze jobs");
        // Whoever is connected stands in the way of a copy.
        database.Source.Clear();
        return database;
    }
}
