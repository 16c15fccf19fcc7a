using WildCam.Storage;

namespace WildCam.IntegrationTests.Captures;

/// <summary>A project with cameras and captures, made by plain SQL, for tests of what happens later.</summary>
sealed class CaptureWorld(TestDatabase database)
{
    public static DateTimeOffset Noon { get; } = new(2026, 5, 20, 12, 0, 0, TimeSpan.Zero);

    public int ProjectId { get; private set; }

    /// <summary>Seeds of random tests: WILDCAM_SEED, or a new one; printed.</summary>
    public static Random SeededRandom()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("WILDCAM_SEED"), out var given)
            ? given
            : Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"WILDCAM_SEED={seed}");
        return new Random(seed);
    }

    public static async Task<CaptureWorld> MakeAsync(TestDatabase database, string timeZone = "Europe/Paris")
    {
        var world = new CaptureWorld(database);
        foreach (var month in new[] { -1, 0, 1 })
        {
            foreach (var table in new[] { "captures", "wildlife_detections" })
            {
                await database.RunAsync(
                    "select ensure_month($1, $2)", table, DateOnly.FromDateTime(Noon.AddMonths(month).Date));
            }
        }

        world.ProjectId = await database.ReadAsync<int>(
            "insert into projects (slug, name, time_zone) values ($1, 'Test', $2) returning id",
            "p" + Guid.NewGuid().ToString("n"), timeZone);
        return world;
    }

    public Task<int> AddCameraAsync() => database.ReadAsync<int>(
        "insert into cameras (project_id, code, name) values ($1, $2, 'Camera') returning id",
        ProjectId, "c" + Guid.NewGuid().ToString("n")[..20]);

    public Task<int> AddAccountAsync(int kind = 1) => database.ReadAsync<int>(
        "insert into accounts (kind, email, name) values ($1, $2, 'Somebody') returning id",
        (short)kind, Guid.NewGuid() + "@example.org");

    public Task<int> AddTaxonAsync(string slug) => database.ReadAsync<int>("""
        insert into taxa (slug, scientific_name) values ($1, $1)
        on conflict (slug) do update set slug = excluded.slug returning id
        """, slug);

    public Task<int> AddModelAsync(string name) => database.ReadAsync<int>(
        "insert into models (name, version, family, manifest) values ($1, '1', 'yolox', '{}') returning id", name);

    public async Task<Guid> AddCaptureAsync(
        int cameraId, DateTimeOffset at, CaptureStages missing = CaptureStages.All, int receivedMinutesAgo = 0)
    {
        var id = Guid.CreateVersion7();
        await database.RunAsync("""
            with identity as (
              insert into capture_identities (id, device_capture_id, camera_id, captured_at, size_bytes, digest)
              values ($1, $2, $3, $4, 100, $5))
            insert into captures (id, captured_at, project_id, camera_id, device_capture_id, received_at, clock_quality,
              size_bytes, sha256, blob_path, stages_missing)
            values ($1, $4, $6, $3, $2, now() - make_interval(mins => $8), 1, 100, $5, $1::text || '.jpg', $7)
            """, id, id.ToByteArray(), cameraId, at.UtcDateTime, new byte[32], ProjectId, (int)missing,
            receivedMinutesAgo);
        return id;
    }

    /// <summary>A row of a model's run, settled as the detection handler does.</summary>
    public async Task AddModelRowAsync(
        Guid captureId, int modelId, Category category, float confidence, int ordinal = 0, int? taxonId = null)
    {
        await using var connection = await database.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = new Npgsql.NpgsqlCommand("""
            with identity as (select id, captured_at from capture_identities where id = $1 for share)
            insert into wildlife_detections (capture_id, captured_at, model_id, ordinal, source, project_id, camera_id,
              event_id, category, taxon_id, confidence, is_current, local_date, local_hour)
            select c.id, c.captured_at, $2, $5, 1, c.project_id, c.camera_id, c.event_id, $3, $6, $4, false,
              (c.captured_at at time zone p.time_zone)::date, extract(hour from c.captured_at at time zone p.time_zone)
            from identity i join captures c on c.id = i.id and c.captured_at = i.captured_at
            join projects p on p.id = c.project_id
            """, connection)
        {
            Parameters =
            {
                new() { Value = captureId },
                new() { Value = modelId },
                new() { Value = (short)category },
                new() { Value = confidence },
                new() { Value = (short)ordinal },
                new() { Value = (object?)taxonId ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Integer },
            },
        };
        await command.ExecuteNonQueryAsync();
        await using var settle = new Npgsql.NpgsqlCommand("""
            select settle_detections(array[id], array[captured_at]) from capture_identities where id = $1
            """, connection)
        { Parameters = { new() { Value = captureId } } };
        await settle.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
    }

    /// <summary>Waits until a query gives true.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what, int seconds = 30)
    {
        var deadline = DateTime.UtcNow.AddSeconds(seconds);
        while (!await condition())
        {
            Assert.True(DateTime.UtcNow < deadline, $"Not within {seconds} s: {what}");
            await Task.Delay(20);
        }
    }
}
