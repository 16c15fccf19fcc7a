using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace WildCam.Benchmarks.Jobs;

/// <summary>The peer: the queue's own statements, sent by PostgreSQL's load generator, prepared once.</summary>
static partial class PgBench
{
    // What JobsTable.ClaimNextAsync and CompleteAsync send, with the claimed ids kept in a variable in between.
    const string Script = """
        with seen as (
          select id, is_alone from jobs
          where kind = 'peer' and state = 1
          order by priority desc, run_at, id
          limit {batch}
          for update skip locked),
        numbered as (select id, is_alone, row_number() over () as place from seen),
        leased as (
          select nextval('job_lease_sequence') as token, set_config('synchronous_commit', 'off', true) as unforced),
        claimed as (
          update jobs set state = 2, attempts = attempts + 1, lease_token = leased.token,
            lease_until = now() + make_interval(secs => 130), updated_at = now()
          from numbered, leased
          where jobs.id = numbered.id
            and (place = 1 or not (numbered.is_alone or (select is_alone from numbered where place = 1)))
          returning jobs.id, jobs.kind, jobs.subject, jobs.captured_at, jobs.attempts, jobs.lease_token,
            jobs.priority, jobs.created_at)
        select coalesce(array_agg(id), '{}') as ids, coalesce(max(lease_token), 0) as token from claimed
        \gset
        delete from jobs where id = any(:ids::bigint[]) and state = 2
          and (id, lease_token) in (
            select * from unnest(:ids::bigint[], array_fill(:token::bigint, array[cardinality(:ids::bigint[])])))
          and not run_again
        returning id, lease_token;
        """;

    public static string? Find() => new[] { "/usr/bin/pgbench" }
        .Concat(Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(f => Path.Combine(f, "bin", "pgbench"))
            : [])
        .FirstOrDefault(File.Exists);

    /// <summary>Claims and completes so many batches over so many connections; batches a second.</summary>
    public static async Task<double> RunAsync(Bench bench, WorldDatabase database, int batches)
    {
        var program = Find()
            ?? throw new CannotRunException("pgbench is not installed (apt-get install postgresql-contrib).");
        var script = Path.Combine(bench.Folder, "cycle.sql");
        await File.WriteAllTextAsync(
            script, Script.Replace("{batch}", $"{JobsBenchmark.BatchMax}", StringComparison.Ordinal),
            bench.Cancellation);
        var to = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        using var process = Process.Start(new ProcessStartInfo(program,
        [
            "-n", "-M", "prepared", "-c", $"{JobsBenchmark.ParallelMax}", "-j", "2",
            "-t", $"{batches / JobsBenchmark.ParallelMax}", "-f", script, "-h", to.Host!, "-p", $"{to.Port}",
            "-U", to.Username!, to.Database!,
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
        var tps = Rate().Match(output);
        return process.ExitCode == 0 && tps.Success
            ? double.Parse(tps.Groups["tps"].Value, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"pgbench ended with {process.ExitCode}: {output}{await errors}");
    }

    [GeneratedRegex(@"tps = (?<tps>[0-9.]+) \(without", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    internal static partial Regex Rate();
}
