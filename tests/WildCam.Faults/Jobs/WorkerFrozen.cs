using WildCam.Simulator.Scenes;
using WildCam.Storage;

namespace WildCam.Faults.Jobs;

/// <summary>
/// A hub freezes with jobs in its hands; their lease runs out and another hub carries them out; then the first one
/// wakes and goes on where it was. Its token is refused, and nothing is done or filed twice.
/// </summary>
static class WorkerFrozen
{
    const int Pictures = 30;
    const int IdleTransactionSeconds = 5;
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    public static Scenario Scenario { get; } = new(
        "worker-frozen", "a hub freezes past its lease and finishes late; another did the work, its result is refused",
        RunAsync);

    static async Task RunAsync(Point point)
    {
        var folder = Directory.CreateTempSubdirectory("wildcam-frozen-");
        try
        {
            await using var database = await point.Server.CreateAsync();
            var shelf = await StoredPictures.MakeAsync(database, folder.FullName);
            // Its locks stand in the other's way until the server ends its transaction; not for the usual minute here.
            await using var zombie = await WorldHub.StartAsync(
                database.ConnectionString, folder.FullName,
                ("WildCam__IdleTransactionSeconds", $"{IdleTransactionSeconds}"));
            var held = await FreezeAtWorkAsync(point, database, shelf, zombie);
            await using var other = await WorldHub.StartAsync(database.ConnectionString, folder.FullName);
            // The two minutes of the lease are not sat out.
            await database.RunAsync("update jobs set lease_until = now() where lease_token = any($1)", held);
            await SettleAsync(database, other);
            zombie.Wake();
            await Wait.UntilAsync(
                () => zombie.Output.Contains("results refused", StringComparison.Ordinal), Timeout,
                () => $"The woken hub was not refused.\n{zombie.Output}");
            await SettleAsync(database, zombie);
            Must.Equal(
                0L, await database.ReadAsync<long>("""
                    select count(*) from captures
                    where integrity <> 1 or thumbnail_widths <> '{200,400,800,1600}' or stages_missing <> 0
                    """),
                "captures that are not as one worker leaves them");
            Must.Equal(
                0L, await database.ReadAsync<long>("""
                    select count(*) from (
                      select from wildlife_detections group by capture_id, model_id, ordinal having count(*) > 1) x
                    """),
                "findings filed twice");
            // What the woken hub had in hand of other kinds ends with it; the other one counts what that leaves.
            await zombie.StopAsync();
            await SettleAsync(database, other);
            await other.StopAsync();
            await SettleAsync(database, other);
            await new Invariants(database, Path.Combine(folder.FullName, "blobs")).CheckAsync(shelf.Taken);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // Stopped at a random moment; where it held nothing just then, it is woken and given more.
    static async Task<long[]> FreezeAtWorkAsync(
        Point point, WorldDatabase database, StoredPictures shelf, WorldHub hub)
    {
        var studio = new SceneStudio();
        var noon = new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
        var view = new SceneView((ulong)point.Chance.Next(4), Biome.Meadow, "camera", TimeZoneInfo.Utc);
        IReadOnlyList<byte[]> pictures = [studio.Take(view, 1, 0, noon, noon).Jpeg];
        for (var round = 0; round < 20; round++)
        {
            await shelf.EnqueueAsync(await shelf.AddAsync(pictures, Pictures, CaptureStages.All));
            await Wait.UntilAsync(
                async () => (await HeldAsync(database)).Length > 0, Timeout,
                () => $"Nothing is claimed.\n{hub.Output}");
            await Task.Delay(point.Chance.Next(60), point.Cancellation);
            hub.Freeze();
            // What it had sent before is done by the database now; what is held after that stays held.
            await Task.Delay(100, point.Cancellation);
            if (await HeldAsync(database) is { Length: > 0 } held)
            {
                return held;
            }

            hub.Wake();
            await SettleAsync(database, hub);
        }

        throw new WorldException("The hub never froze with jobs in its hands.");
    }

    static async Task<long[]> HeldAsync(WorldDatabase database) => await database.ReadAsync<long[]>("""
        select coalesce(array_agg(distinct lease_token), '{}') from jobs where state = 2
        """);

    static Task SettleAsync(WorldDatabase database, WorldHub hub) => database.SettleAsync(Timeout, () => hub.Output);
}
