namespace WildCam.Faults.Storage;

/// <summary>The work that makes the months' partitions has not run for a season.</summary>
static class PartitionsNotMade
{
    const int Cameras = 4;
    const int PicturesPerCamera = 5;
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    public static Scenario Scenario { get; } = new(
        "partitions-not-made",
        "the partition job has not run for three months and no month is there: made on demand, and the hub says so",
        RunAsync);

    static async Task RunAsync(Point point)
    {
        await using var world = await FleetWorld.StartAsync(point.Server, 0);
        await Wait.UntilAsync(
            () => world.Database.ReadAsync<bool>(
                "select exists (select from recurring_runs where name = 'partitions' and ended_at is not null)"),
            Timeout, () => $"The partition job never ran.\n{world.Hub.Output}");
        await using var load = await Load.OfAsync(point, world.Database, Cameras, () => world.Hub.MqttPort);
        var isAmidUploads = point.Chance.Next(2) == 0;
        if (isAmidUploads)
        {
            // The hub has seen months that are gone in the next moment, where nothing was in them yet.
            var running = load.RunAsync(PicturesPerCamera);
            await Task.Delay(point.Chance.Next(300), point.Cancellation);
            await SabotageAsync(world.Database);
            await running.WaitAsync(Timeout, point.Cancellation);
            await world.KillAndRestartHubAsync();
        }
        else
        {
            await SabotageAsync(world.Database);
            await world.KillAndRestartHubAsync();
            await load.RunAsync(PicturesPerCamera).WaitAsync(Timeout, point.Cancellation);
        }

        await Wait.UntilAsync(
            () => world.Hub.Output.Contains("Recurring work partitions", StringComparison.Ordinal), Timeout,
            () => $"Nobody says that the partition job does not run.\n{world.Hub.Output}");
        await world.SettleAsync(Timeout);
        await Settling.CheckAsync(world, load);
        Must.Equal(
            1L, await world.Database.ReadAsync<long>("""
                select count(*) from pg_inherits
                where inhparent = 'captures'::regclass
                  and pg_relation_size(inhrelid) > 0
                """),
            "months with captures");
    }

    // Three months later nobody has made this month; what is not empty is not taken away.
    static Task SabotageAsync(WorldDatabase database) => Settling.RunPastDeadlocksAsync(database, """
        do $$
        declare part regclass; is_empty boolean;
        begin
          lock table captures, wildlife_detections, telemetry in access exclusive mode;
          update qrtz_triggers set trigger_state = 'PAUSED' where trigger_name = 'partitions';
          update recurring_runs set started_at = now() - interval '92 days', ended_at = now() - interval '92 days'
            where name = 'partitions';
          for part in select inhrelid::regclass from pg_inherits
            where inhparent in ('captures'::regclass, 'wildlife_detections'::regclass, 'telemetry'::regclass)
          loop
            execute format('select not exists (select from %s)', part) into is_empty;
            if is_empty then execute format('drop table %s', part); end if;
          end loop;
        end $$
        """);
}
