using System.Diagnostics;
using Npgsql;
using WildCam.Cli.Machine;
using WildCam.Storage;
using WildCam.Storage.Detection;

namespace WildCam.Benchmarks;

/// <summary>
/// A model's answers on pictures at rest, by the writer that the hub files them with: checked, each capture locked,
/// read and asked for what the model said before, its days and events marked. The peer copies the same rows, text
/// that is ready on the disk, into an empty table with the same months and indexes, and does nothing else.
/// </summary>
static class DetectionsBenchmark
{
    const int Captures = 80_000;
    const int CapturesPerFiling = 4_000;
    const int FilingsAtOnce = 2;
    const string Columns = """
        capture_id, captured_at, model_id, identification_id, ordinal, source, project_id, camera_id, site_id, event_id,
        category, taxon_id, confidence, box_x, box_y, box_width, box_height, count, sex, life_stage, behavior,
        is_current, local_date, local_hour, created_at
        """;

    // Created_at is when a row was filed, which differs.
    const string Checksum = """
        select count(*)::text || ' ' || coalesce(sum(hashtextextended((to_jsonb(d) - 'created_at')::text, 0)), 0)::text
        from wildlife_detections d
        """;

    public static Benchmark Benchmark { get; } = new(
        "detections",
        "detections of 80,000 captures through the hub's writer; the peer is psql \\copy of the same rows (90 s)",
        RunAsync);

    static async Task RunAsync(Bench bench)
    {
        var psql = Path.Combine(
            PostgresCluster.FindPrograms()
                ?? throw new CannotRunException("psql is missing: apt-get install postgresql-15"),
            "psql");
        var server = await bench.ServerAsync();
        await using var ours = await server.CreateAsync();
        await using var peer = await server.CreateAsync();
        foreach (var database in new[] { ours, peer })
        {
            await Stock.MakeCamerasAsync(database);
            await Stock.FillCapturesAsync(database, Captures);
            await Stock.FillDetectionsAsync(database, Captures, perCapture: 1);
            await Stock.RestAsync(database);
        }

        var found = await ReadAnswersAsync(ours);
        var rows = found.Sum(f => f.Rows.Count);
        var text = Path.Combine(bench.Folder, "detections.txt");
        bench.Say(
            $"{Captures} captures, {rows} detections, {CapturesPerFiling} captures a transaction, "
            + $"{FilingsAtOnce} at once");
        var pairs = await bench.AlternateAsync(
            "rows/s",
            async () =>
            {
                await EmptyAsync(ours);
                var clock = Stopwatch.StartNew();
                await FileAsync(ours, found);
                var rate = rows / clock.Elapsed.TotalSeconds;
                await FileAsync(ours, found.Take(CapturesPerFiling));
                Must.Equal((long)rows, await ours.ReadAsync<long>("select count(*) from wildlife_detections"), "rows");
                if (!File.Exists(text))
                {
                    await RunAsync(psql, ours, $"\\copy (select {Columns} from wildlife_detections) to '{text}'");
                }

                return rate;
            },
            "psql \\copy",
            async () =>
            {
                await EmptyAsync(peer);
                var clock = Stopwatch.StartNew();
                await RunAsync(psql, peer, $"\\copy wildlife_detections ({Columns}) from '{text}'");
                return rows / clock.Elapsed.TotalSeconds;
            });
        Must.Equal(
            await peer.ReadAsync<string>(Checksum), await ours.ReadAsync<string>(Checksum), "rows of both tables");
        bench.ClaimAtLeast("detections filed", "rows/s", pairs, ratioMin: 0.8, floor: 50_000);
    }

    static async Task EmptyAsync(WorldDatabase database)
    {
        await database.RunAsync("truncate wildlife_detections, summary_dirty, event_dirty");
        await database.RunAsync("checkpoint");
    }

    // As a hub does: several batches are at work at once, each in a transaction of its own.
    static Task FileAsync(WorldDatabase database, IEnumerable<CaptureDetections> found)
    {
        var table = new DetectionsTable(database.Source);
        var options = new ParallelOptions { MaxDegreeOfParallelism = FilingsAtOnce };
        return Parallel.ForEachAsync(found.Chunk(CapturesPerFiling), options, async (filing, cancellation) =>
        {
            await using var connection = await database.Source.OpenConnectionAsync(cancellation);
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            var filed = await table.CompleteDetectionsAsync(connection, filing, cancellation);
            await transaction.CommitAsync(cancellation);
            Must.Equal(filing.Length, filed.Count, "captures filed");
        });
    }

    /// <summary>As a detector answers: one to five boxes a picture, in any order of the pictures' age.</summary>
    static async Task<List<CaptureDetections>> ReadAnswersAsync(WorldDatabase database)
    {
        var random = new Random(20260615);
        var found = new List<CaptureDetections>(Captures);
        await using var command = database.Source.CreateCommand("select id from captures order by captured_at, id");
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var boxes = new DetectionRow[random.Next(1, 6)];
            for (var i = 0; i < boxes.Length; i++)
            {
                boxes[i] = new DetectionRow(
                    (Category)random.Next(1, 4), MathF.Round(random.NextSingle(), 3), random.NextSingle() / 2,
                    random.NextSingle() / 2, random.NextSingle() / 2, random.NextSingle() / 2);
            }

            found.Add(new CaptureDetections(reader.GetGuid(0), 1, boxes));
        }

        return found;
    }

    static async Task RunAsync(string psql, WorldDatabase database, string command)
    {
        var to = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var start = new ProcessStartInfo(psql)
        {
            ArgumentList =
            {
                "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", to.Host!, "-p", $"{to.Port}", "-U", to.Username!,
                "-d", to.Database!, "-c", command,
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
