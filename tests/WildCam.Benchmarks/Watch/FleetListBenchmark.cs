using System.Diagnostics;
using System.Globalization;
using Npgsql;
using WildCam.Benchmarks.Jobs;
using WildCam.Storage.Watch;

namespace WildCam.Benchmarks.Watch;

/// <summary>
/// The cameras' list as a browser gets it, with 10,000 cameras in the project: first and later pages, chips and a
/// search. The peer is pgbench sending the statement that reads the fleet, which pages share for a second or two.
/// </summary>
static class FleetListBenchmark
{
    const int Cameras = 10_000;
    const int RequestsPerRound = 400;
    const int Depths = 20;
    const double MillisecondsMax = 50;

    public static Benchmark Benchmark { get; } = new(
        "fleet-list",
        $"99th percentile of the cameras' page with {Cameras} cameras; the peer is pgbench with the fleet's statement",
        RunAsync);

    static async Task RunAsync(Bench bench)
    {
        await using var world = await FleetWorld.StartAsync(await bench.ServerAsync(), cameras: 1);
        await SeedAsync(world);
        using var visitor = await world.VisitAsync(asBrowser: true);
        var addresses = await AddressesAsync(visitor, bench.Cancellation);
        bench.Say($"{addresses.Count} different addresses of the list");
        var pairs = await bench.AlternateAsync(
            "ms", () => AskAsync(visitor, addresses, bench.Cancellation), "pgbench",
            () => PeerAsync(bench, world));
        bench.ClaimUnder(
            $"99th percentile of the cameras' page, {Cameras} cameras", "ms", pairs.Ours, MillisecondsMax);
        bench.Tell("the page beside the fleet's statement alone", "ms", pairs);
    }

    /// <summary>Pages as deep as the list goes by its own links, and what chips and searches show.</summary>
    static async Task<List<string>> AddressesAsync(HttpClient visitor, CancellationToken cancellationToken)
    {
        var root = $"/p/{FleetWorld.Project}/cameras";
        List<string> addresses =
        [
            root, root + "?state=silent", root + "?state=visit", root + "?state=working", root + "?q=camera%20123",
            root + "?q=old%20mill", root + "?q=nowhere",
        ];
        var next = root;
        for (var depth = 0; depth < Depths; depth++)
        {
            var page = await visitor.GetStringAsync(next, cancellationToken);
            var at = page.IndexOf($"{root}?after=", StringComparison.Ordinal);
            Must.Hold(at > 0, $"The page {next} leads to no further one.");
            next = System.Net.WebUtility.HtmlDecode(page[at..page.IndexOf('"', at)]);
            addresses.Add(next);
        }

        return addresses;
    }

    static async Task<double> AskAsync(
        HttpClient visitor, List<string> addresses, CancellationToken cancellationToken)
    {
        var milliseconds = new List<double>(RequestsPerRound);
        for (var i = 0; i < RequestsPerRound; i++)
        {
            var clock = Stopwatch.GetTimestamp();
            using var answer = await visitor.GetAsync(addresses[i % addresses.Count], cancellationToken);
            Must.Hold(answer.IsSuccessStatusCode, $"{addresses[i % addresses.Count]} answered {answer.StatusCode}.");
            _ = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
            milliseconds.Add(Stopwatch.GetElapsedTime(clock).TotalMilliseconds);
        }

        return Percentile(milliseconds);
    }

    static async Task<double> PeerAsync(Bench bench, FleetWorld world)
    {
        var program = PgBench.Find()
            ?? throw new CannotRunException("pgbench is not installed (apt-get install postgresql-contrib).");
        var sql = FleetListTable.FactsSql.Replace("$1", $"{world.ProjectId}", StringComparison.Ordinal)
            .Replace("$2", "now()", StringComparison.Ordinal);
        var script = Path.Combine(bench.Folder, "list.sql");
        await File.WriteAllTextAsync(script, sql + ";\n", bench.Cancellation);
        var log = Path.Combine(bench.Folder, "list-log");
        var to = new NpgsqlConnectionStringBuilder(world.Database.ConnectionString);
        using var process = Process.Start(new ProcessStartInfo(program,
        [
            "-n", "-M", "prepared", "-c", "1", "-t", $"{RequestsPerRound}", "-f", script, "-l", "--log-prefix", log,
            "-h", to.Host!, "-p", $"{to.Port}", "-U", to.Username!, to.Database!,
        ])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["PGPASSWORD"] = to.Password ?? "" },
        })!;
        var errors = process.StandardError.ReadToEndAsync(bench.Cancellation);
        var output = await process.StandardOutput.ReadToEndAsync(bench.Cancellation);
        await process.WaitForExitAsync(bench.Cancellation);
        Must.Hold(process.ExitCode == 0, $"pgbench ended with {process.ExitCode}: {output}{await errors}");

        // A line a transaction: client, number, microseconds, ...
        var milliseconds = new List<double>();
        foreach (var file in Directory.GetFiles(bench.Folder, "list-log.*"))
        {
            milliseconds.AddRange(File.ReadLines(file)
                .Select(l => double.Parse(l.Split(' ')[2], CultureInfo.InvariantCulture) / 1000));
            File.Delete(file);
        }

        Must.Equal(RequestsPerRound, milliseconds.Count, "transactions in pgbench's log");
        return Percentile(milliseconds);
    }

    static double Percentile(List<double> values)
    {
        values.Sort();
        return values[(int)(values.Count * 0.99)];
    }

    // A fleet as it is: most are well, some are late, silent, weak or full; each has a site, a week and a past.
    static async Task SeedAsync(FleetWorld world)
    {
        await world.Database.RunAsync("""
            insert into cameras (project_id, code, name, heartbeat_seconds)
            select $1, 'fleet-' || n, 'Camera ' || n, 3600 from generate_series(2, $2) n
            """, world.ProjectId, Cameras);
        await world.Database.RunAsync("""
            insert into sites (project_id, slug, name, latitude, longitude, time_zone)
            select $1, 'site-' || n, 'Site ' || n, 45 + n / 1000.0, 6 + n / 1000.0, 'Europe/Paris'
            from generate_series(1, 500) n
            """, world.ProjectId);
        await world.Database.RunAsync("""
            insert into deployments (project_id, camera_id, site_id, from_at)
            select c.project_id, c.id, s.id, now() - interval '100 days' from cameras c
            join sites s on s.slug = 'site-' || 1 + c.id % 500
            where c.project_id = $1 and not exists (select from deployments d where d.camera_id = c.id)
            """, world.ProjectId);
        await world.Database.RunAsync("""
            insert into camera_states (camera_id, last_seen_at, last_capture_at, next_contact_at, firmware, battery_mv,
              battery_percent, battery_days, temperature_tenths, signal_dbm, spool_count, spool_bytes,
              spool_capacity_bytes, clock_offset_ms, send_bytes_per_second)
            select id, now() - case when id % 50 = 0 then interval '5 days' when id % 47 = 0 then interval '90 minutes'
                else id % 60 * interval '1 minute' end,
              now(), now() + interval '1 hour' * (case when id % 3 = 0 then 1 else -1 end), '1.0.0', 3900,
              case when id % 41 = 0 then 15 else 80 end, 60, 120, -70, id % 30, id % 30 * 300000, 8000000000, id % 3000,
              20000
            from cameras where project_id = $1
            on conflict (camera_id) do update set last_seen_at = excluded.last_seen_at
            """, world.ProjectId);
        await world.Database.RunAsync("""
            insert into daily_detection_summary (camera_id, detection_date, category, taxon_id, project_id,
              detection_count)
            select c.id, current_date - d, 1, 0, c.project_id, 1 + (c.id + d) % 9
            from cameras c, generate_series(0, 13) d where c.project_id = $1
            """, world.ProjectId);
        await world.Database.RunAsync("""
            insert into camera_resets (camera_id, boot, at, cause)
            select id, b, now() - b * interval '1 hour', 6 from cameras, generate_series(1, 6) b
            where project_id = $1 and id % 100 = 7
            """, world.ProjectId);
        await world.Database.RunAsync("analyze");
    }
}
