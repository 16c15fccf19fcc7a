using System.Diagnostics;
using Npgsql;
using WildCam.Cli.Machine;
using WildCam.Hub.Exports;
using WildCam.Storage.Blobs;
using WildCam.Storage.Exports;
using WildCam.Storage.Imports;

namespace WildCam.Benchmarks.Exports;

/// <summary>
/// A Camtrap DP of a million observations, written by the code of the export's job into a folder, compressed, page by
/// page. The peer copies the same columns of the same rows by psql into a file, in one statement and plain.
/// </summary>
static class CamtrapExportBenchmark
{
    const int Captures = 250_000;
    const int PerCapture = 4;
    const int Rows = Captures * PerCapture;
    const int SampleMilliseconds = 20;

    /// <summary>What memory a large export may take beyond one a tenth as large.</summary>
    const double MemoryRatioMax = 1.3;

    const string Copied = """
        select d.capture_id || '-m' || d.model_id || '-' || d.ordinal as "observationID", p.id as "deploymentID",
          d.capture_id as "mediaID", d.event_id as "eventID",
          to_char(d.captured_at at time zone s.time_zone, 'YYYY-MM-DD"T"HH24:MI:SS') as "eventStart",
          to_char(d.captured_at at time zone s.time_zone, 'YYYY-MM-DD"T"HH24:MI:SS') as "eventEnd",
          'media' as "observationLevel",
          case d.category when 1 then 'animal' when 2 then 'human' when 3 then 'vehicle' when 4 then 'blank'
            else 'unclassified' end as "observationType",
          t.scientific_name as "scientificName", d.count, d.life_stage as "lifeStage", d.sex, d.behavior,
          d.box_x as "bboxX", d.box_y as "bboxY", d.box_width as "bboxWidth", d.box_height as "bboxHeight",
          case when d.source = 2 then 'human' else 'machine' end as "classificationMethod",
          coalesce(a.name, m.name || ' ' || m.version) as "classifiedBy",
          to_char(coalesce(i.created_at, d.created_at) at time zone s.time_zone, 'YYYY-MM-DD"T"HH24:MI:SS')
            as "classificationTimestamp",
          d.confidence as "classificationProbability"
        from wildlife_detections d
        join deployments p on p.camera_id = d.camera_id and d.captured_at >= p.from_at
          and (p.until_at is null or d.captured_at < p.until_at)
        join sites s on s.id = p.site_id
        left join taxa t on t.id = d.taxon_id
        left join models m on m.id = d.model_id
        left join identifications i on i.id = d.identification_id
        left join accounts a on a.id = i.account_id
        where d.project_id = 1 and d.is_current
        """;

    public static Benchmark Benchmark { get; } = new(
        "camtrap-export",
        "a Camtrap DP of a million observations; the peer is psql \\copy of the same columns (3 min)",
        RunAsync);

    static async Task RunAsync(Bench bench)
    {
        var psql = Path.Combine(
            PostgresCluster.FindPrograms()
                ?? throw new CannotRunException("psql is missing: apt-get install postgresql-15"),
            "psql");
        await using var database = await (await bench.ServerAsync()).CreateAsync();
        await Stock.MakeCamerasAsync(database);
        await Stock.FillCapturesAsync(database, Captures);
        await Stock.FillDetectionsAsync(database, Captures, PerCapture);
        await database.RunAsync("update sites set latitude = 45 + id / 1000.0, longitude = 7 + id / 1000.0");
        await Stock.RestAsync(database);
        var blobs = new FolderBlobStore(Path.Combine(bench.Folder, "blobs"), TimeProvider.System);
        var tenth = await database.ReadAsync<DateTime>(
            $"select captured_at from captures order by captured_at desc offset {Captures / 10} limit 1");
        var from = DateOnly.FromDateTime(tenth);
        bench.Say($"{Captures} captures, {Rows} observations");

        var (_, small) = await WatchAsync(() => ExportAsync(bench, database, blobs, from));
        var peak = 0.0;
        var pairs = await bench.AlternateAsync(
            "rows/s",
            async () =>
            {
                var (seconds, most) = await WatchAsync(async () =>
                    Must.Equal(Rows, (int)await ExportAsync(bench, database, blobs, null), "observations exported"));
                peak = Math.Max(peak, most);
                return Rows / seconds;
            },
            "psql \\copy",
            async () =>
            {
                var file = Path.Combine(bench.Folder, "copied.csv");
                var clock = Stopwatch.StartNew();
                await CopyAsync(psql, database, file);
                var seconds = clock.Elapsed.TotalSeconds;
                Must.Equal(Rows + 1, File.ReadLines(file).Count(), "rows copied, and their head");
                return Rows / seconds;
            });
        bench.ClaimAtLeast("a million observations, zipped, with their media", "rows/s", pairs, 0.5);
        bench.ClaimAtMost(
            "memory for a million beside a hundred thousand", "MB resident",
            new Pairs(new Spread([peak]), "a hundred thousand", new Spread([small])), MemoryRatioMax);
    }

    static async Task<long> ExportAsync(Bench bench, WorldDatabase database, IBlobStore blobs, DateOnly? from)
    {
        var id = Guid.CreateVersion7();
        var written = await ExportRun.WriteAsync(
            new ExportRowsTable(database.Source), new PackagesTable(database.Source), blobs, id, 1,
            new ExportWish("camtrap-dp") { People = PeopleChoice.Show, From = from }, "https://bench.example.org",
            Stock.Now.AddDays(1), (_, _) => Task.CompletedTask, bench.Cancellation);
        if (from is null)
        {
            await using var file = ExportRun.Open(blobs, id, written.Bytes);
            var head = new byte[4];
            await file.ReadExactlyAsync(head);
            Must.Hold(head is [(byte)'P', (byte)'K', 3, 4], "The export is no zip.");
        }

        await ExportRun.DeleteAsync(blobs, id, bench.Cancellation);
        return written.Rows;
    }

    /// <summary>How long something takes, and the most memory that this process had meanwhile.</summary>
    static async Task<(double Seconds, double Megabytes)> WatchAsync(Func<Task> work)
    {
        GC.Collect();
        var clock = Stopwatch.StartNew();
        var working = work();
        var most = 0L;
        while (!working.IsCompleted)
        {
            most = Math.Max(most, Environment.WorkingSet);
            await Task.WhenAny(working, Task.Delay(SampleMilliseconds));
        }

        await working;
        return (clock.Elapsed.TotalSeconds, most / (double)(1 << 20));
    }

    static async Task CopyAsync(string psql, WorldDatabase database, string file)
    {
        var to = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var statement = Copied.ReplaceLineEndings(" ");
        var start = new ProcessStartInfo(psql)
        {
            ArgumentList =
            {
                "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", to.Host!, "-p", $"{to.Port}", "-U", to.Username!,
                "-d", to.Database!, "-c", $"\\copy ({statement}) to '{file}' with (format csv, header)",
            },
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["PGPASSWORD"] = to.Password;
        using var process = Process.Start(start)!;
        var complaint = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Must.Hold(process.ExitCode == 0, $"psql ended with {process.ExitCode}: {complaint}");
    }
}
