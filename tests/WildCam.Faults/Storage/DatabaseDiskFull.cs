using System.Net;

namespace WildCam.Faults.Storage;

/// <summary>The database's disk is full, of its tables or of its log, amid uploads.</summary>
static class DatabaseDiskFull
{
    const int Cameras = 6;
    const int PicturesPerCamera = 8;
    const int DiskMegabytes = 320;
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    public static Scenario Scenario { get; } = new(
        "database-disk-full",
        "no space for tables or for PostgreSQL's log: nothing is receipted that is not committed, freed it goes on",
        RunAsync);

    static async Task RunAsync(Point point)
    {
        using var disk = SmallDisk.Mount(DiskMegabytes);
        await using var server = await OwnServer.StartAsync(
            new DirectoryInfo(disk.Folder), ("max_wal_size", "32MB"), ("min_wal_size", "32MB"),
            ("wal_recycle", "off"), ("restart_after_crash", "on"));
        await using var world = await FleetWorld.StartAsync(server, 0);
        using var visitor = await world.VisitAsync(asBrowser: true);
        await using var load = await Load.OfAsync(point, world.Database, Cameras, () => world.Hub.MqttPort);
        await using var watch = new HealthWatch(world.Hub);
        var running = load.RunAsync(PicturesPerCamera);
        await load.UntilAsync(point.Chance.Next(Cameras * PicturesPerCamera / 3), running, () => world.Hub.Output);

        // A session that is due to be noted must not stand in the way of looking.
        await world.Database.RunAsync("update sessions set seen_at = now() - interval '1 hour'");
        disk.Fill(leaveBytes: 0);
        var ofLog = point.Chance.Next(2) == 0;
        if (ofLog)
        {
            // The log needs a new segment and has no room: PostgreSQL panics and recovers, or ends.
            await IgnoreAsync(() => world.Database.RunAsync(
                "begin; insert into page_events (project_id, kind, subject) values (0, '', ''); commit; "
                + "select pg_switch_wal(); insert into page_events (project_id, kind, subject) values (0, '', '')"));
        }
        else
        {
            await IgnoreAsync(() => world.Database.RunAsync("""
                create table ballast as select repeat(md5(n::text), 20) from generate_series(1, 200000) n
                """));
            using var answer = await visitor.GetAsync(
                new Uri($"/p/{FleetWorld.Project}/pictures", UriKind.Relative), point.Cancellation);
            Must.Equal(HttpStatusCode.OK, answer.StatusCode, "the pictures' page while the database is full");
        }

        await Task.Delay(TimeSpan.FromSeconds(0.5 + 1.5 * point.Chance.NextDouble()), point.Cancellation);
        disk.Free();
        await server.StartAgainAsync();
        world.Database.Source.Clear();
        await running.WaitAsync(Timeout, point.Cancellation);
        await Wait.UntilAsync(watch.IsReadyAsync, Timeout, () => $"The hub stays unready.\n{world.Hub.Output}");
        await Settling.HurryLeasesAsync(world.Database);
        await world.SettleAsync(Timeout);
        await Settling.CheckAsync(world, load);
    }

    static async Task IgnoreAsync(Func<Task> statement)
    {
        try
        {
            await statement();
        }
        catch (Npgsql.NpgsqlException)
        {
            // The disk is full; that is what it is for.
        }
    }
}
