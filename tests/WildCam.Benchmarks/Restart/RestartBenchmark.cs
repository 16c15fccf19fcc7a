using System.Diagnostics;
using WildCam.Wire;

namespace WildCam.Benchmarks.Restart;

/// <summary>
/// From SIGKILL to the first picture that is durable again: the next hub is started at once, and a camera tries until
/// it holds a receipt. Once the hub dies alone, once its PostgreSQL with it.
/// </summary>
static class RestartBenchmark
{
    const int StoredCaptures = 300_000;
    const int PictureBytes = 200 * 1024;

    /// <summary>Rows written after the last checkpoint, so that recovery has something to do.</summary>
    const int RowsToRecover = 100_000;

    const double TargetSeconds = 5;
    static readonly TimeSpan ReceiptTimeout = TimeSpan.FromSeconds(60);

    public static Benchmark Benchmark { get; } = new(
        "restart",
        "SIGKILL of the hub to the first receipt of the next one; and of PostgreSQL with it, where the peer is pg_ctl",
        RunAsync);

    static async Task RunAsync(Bench bench)
    {
        var server = await bench.ServerAsync();
        await using var database = await server.CreateAsync();
        await using var camera = await ScriptedCamera.RegisterAsync(database.Source, "restart-1");
        await FillAsync(database);
        bench.Say($"{StoredCaptures} captures are stored");
        var hub = await WorldHub.StartAsync(database.ConnectionString, Path.Combine(bench.Folder, "hub"));
        try
        {
            var next = 0;
            async Task<double> DieAsync(Func<Task> dieTooAsync)
            {
                var picture = ScriptedPicture.Random(71, (ulong)++next, PictureBytes);
                var clock = Stopwatch.StartNew();
                await hub.KillAsync();
                var dying = dieTooAsync();
                var dead = hub;
                var starting = dead.StartAgainAsync();
                var receipt = await camera.DeliverThroughAsync(picture, () => dead.MqttPort, ReceiptTimeout);
                var seconds = clock.Elapsed.TotalSeconds;
                Must.Equal(ReceiptOutcomes.Stored, receipt.Outcome, "what became of the picture");
                await dying;
                hub = await starting;
                await dead.DisposeAsync();
                return seconds;
            }

            var alone = new List<double>();
            for (var round = 0; round <= Bench.CountedRounds; round++)
            {
                var seconds = await DieAsync(() => Task.CompletedTask);
                bench.Say($"{(round == 0 ? "warm-up" : $"round {round}")}: the hub alone {seconds:0.00} s");
                if (round > 0)
                {
                    alone.Add(seconds);
                }
            }

            bench.ClaimUnder("SIGKILL of the hub to the first receipt", "s", new Spread(alone), TargetSeconds);
            var both = await bench.AlternateAsync(
                "s",
                async () =>
                {
                    await WriteUnsavedAsync(database);
                    return await DieAsync(() => server.RestartAsync(crash: true, away: TimeSpan.Zero));
                },
                "pg_ctl",
                async () =>
                {
                    await WriteUnsavedAsync(database);
                    var clock = Stopwatch.StartNew();
                    await server.RestartAsync(crash: true, away: TimeSpan.Zero);
                    return clock.Elapsed.TotalSeconds;
                });
            bench.ClaimUnder("the same with PostgreSQL killed too", "s", both.Ours, TargetSeconds);
            bench.ClaimAtMost("the same beside the recovery of PostgreSQL alone", "s", both, ratioMax: 2);
            database.Source.Clear();
            Must.Equal(
                StoredCaptures + (long)next, await database.ReadAsync<long>("select count(*) from captures"),
                "captures in the end");
        }
        finally
        {
            await hub.DisposeAsync();
        }
    }

    static Task WriteUnsavedAsync(WorldDatabase database)
    {
        // Its connections died with the server.
        database.Source.Clear();
        return database.RunAsync($"""
            insert into telemetry (camera_id, received_at, boot, sequence, spool_count, spool_bytes,
              spool_capacity_bytes, dead_count, dropped_count, free_memory_bytes, reset_cause)
            select c.id, now(), 1, i, 0, 0, 0, 0, 0, 0, 0
            from generate_series(1, {RowsToRecover}) i, (select min(id) as id from cameras) c
            """);
    }

    static async Task FillAsync(WorldDatabase database)
    {
        await database.RunAsync("select ensure_month('telemetry', now()::date)");
        await database.RunAsync("select ensure_month('captures', (now() - interval '1 month' * m)::date)"
            + " from generate_series(0, 12) m");
        var series = $"""
            select ('01900000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid as id,
              decode(lpad(to_hex(i), 32, '0'), 'hex') as device_id, now() - interval '100 seconds' * i as at
            from generate_series(1, {StoredCaptures}) i
            """;
        await database.RunAsync($"""
            insert into capture_identities (id, device_capture_id, camera_id, captured_at, size_bytes, digest)
            select id, device_id, (select min(id) from cameras), at, 200000, decode(repeat('00', 32), 'hex')
            from ({series}) s
            """);
        await database.RunAsync($"""
            insert into captures (id, captured_at, project_id, camera_id, device_capture_id, received_at, clock_quality,
              size_bytes, sha256, blob_path, stages_missing)
            select s.id, at, c.project_id, c.id, device_id, at, 1, 200000, decode(repeat('00', 32), 'hex'),
              'old/' || s.id || '.jpg', 0
            from ({series}) s, (select min(id) as id, min(project_id) as project_id from cameras) c
            """);
        await database.RunAsync("vacuum (analyze)");
        await database.RunAsync("checkpoint");
    }
}
