using System.Globalization;

namespace WildCam.Benchmarks;

/// <summary>
/// Fills databases with a history: <see cref="Cameras"/> cameras of one project in a time zone with summer time, visits
/// of four pictures ten seconds apart. A larger history is a longer one, of the same density: the past grows, a day
/// does not. Made by the server from numbers, so that it is the same in every run.
/// </summary>
static class Stock
{
    public const int Cameras = 200;

    /// <summary>Pictures of one visit.</summary>
    public const int VisitPictures = 4;

    /// <summary>From visit to visit of one camera; longer than the gap between events.</summary>
    public static readonly TimeSpan VisitEvery = TimeSpan.FromMinutes(42);

    /// <summary>When the history ends; a day in the middle of a month.</summary>
    public static readonly DateTimeOffset Now = new(2026, 6, 15, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A history of so many captures, as generate_series gives them, oldest first.</summary>
    const string Captures = """
        select wildcam_stock_id(0, i) as id, 1 + i / $VISIT$ % $CAMERAS$ as camera_id,
          $NOW$ - make_interval(secs => $SECONDS$ * ($COUNT$ / $ROUND$ - i / $ROUND$) - i % $VISIT$ * 10) as at,
          wildcam_stock_id(1, i / $VISIT$) as event_id, i
        from generate_series(0, $COUNT$ - 1) as i
        """;

    /// <summary>The project, its cameras and their sites; the project's and the cameras' ids begin at 1.</summary>
    public static async Task MakeCamerasAsync(WorldDatabase database)
    {
        await database.RunAsync(
            "insert into projects (slug, name, time_zone) values ('stock', 'Stock', 'Europe/Berlin')");
        await database.RunAsync($"""
            with made as (
              insert into cameras (project_id, code, name) select 1, 'stock-' || i, 'Camera' from
                generate_series(1, {Cameras}) i returning id),
            place as (
              insert into sites (project_id, slug, name, time_zone)
              select 1, 'site-' || i, 'Site', 'Europe/Berlin' from generate_series(1, {Cameras}) i returning id)
            insert into deployments (project_id, camera_id, site_id, from_at)
            select 1, m.id, p.id, '2000-01-01Z' from made m join place p on p.id = m.id
            """);
        await database.RunAsync("insert into camera_states (camera_id) select id from cameras");
        // Ids like those of UUID version 7: they grow with time.
        await database.RunAsync("""
            create function wildcam_stock_id(kind int, i bigint) returns uuid language sql immutable as $$
              select (lpad(to_hex(i), 12, '0') || '7' || lpad(to_hex(kind), 3, '0') || '8'
                || substr(md5(i::text), 1, 15))::uuid $$
            """);
    }

    /// <summary>Captures at rest, each with its identity, in events.</summary>
    public static async Task FillCapturesAsync(WorldDatabase database, int captures)
    {
        await MakeMonthsAsync(database, "captures", captures);
        await WithoutIndexesAsync(database, "capture_identities", () => database.RunLongAsync($"""
            insert into capture_identities (id, device_capture_id, camera_id, captured_at, size_bytes, digest)
            select id, decode('00000000' || lpad(to_hex(camera_id), 8, '0'), 'hex')
                || substr(int8send(i), 8, 1) || substr(int8send(i), 7, 1) || substr(int8send(i), 6, 1)
                || substr(int8send(i), 5, 1) || '\x00000000', camera_id, at, 200000, decode(repeat('00', 32), 'hex')
            from ({Series(captures)}) s
            """));
        await WithoutIndexesAsync(database, "captures", () => database.RunLongAsync($"""
            insert into captures (id, captured_at, project_id, camera_id, deployment_id, site_id, event_id,
              device_capture_id, received_at, clock_quality, size_bytes, sha256, blob_path, integrity, width, height,
              lightness, thumbnail_version, thumbnail_widths, stages_missing)
            select id, at, 1, camera_id, camera_id, camera_id, event_id, uuid_send(id), at, 1, 200000,
              decode(repeat('00', 32), 'hex'), 'stock/' || id || '.jpg', 1, 1600, 1200, 8, 1, array[160, 320, 640], 0
            from ({Series(captures)}) s
            """));
        await database.RunLongAsync($"""
            insert into events (id, project_id, camera_id, deployment_id, site_id, started_at, ended_at, capture_count,
              best_capture_id, best_captured_at, undecided_count)
            select event_id, 1, min(camera_id), min(camera_id), min(camera_id), min(at), max(at), count(*),
              min(id::text)::uuid, max(at), count(*)
            from ({Series(captures)}) s group by event_id, i / {VisitPictures} order by i / {VisitPictures}
            """);
    }

    /// <summary>So many detections, some to a capture, as the embedded detector files them; they all count.</summary>
    public static async Task FillDetectionsAsync(WorldDatabase database, int captures, int perCapture)
    {
        await MakeMonthsAsync(database, "wildlife_detections", captures);
        await WithoutIndexesAsync(database, "wildlife_detections", () => database.RunLongAsync($"""
            insert into wildlife_detections (capture_id, captured_at, model_id, ordinal, source, project_id, camera_id,
              site_id, event_id, category, confidence, box_x, box_y, box_width, box_height, is_current, local_date,
              local_hour)
            select id, at, 1, o, 1, 1, camera_id, camera_id, event_id, case when o = 0 then 5 else 1 end,
              0.5 + (i + o) % 50 / 100.0, 0.1, 0.1, 0.2, 0.2, true, (at at time zone 'Europe/Berlin')::date,
              extract(hour from at at time zone 'Europe/Berlin')
            from ({Series(captures)}) s, generate_series(0, {perCapture - 1}) o
            """));
        await database.RunLongAsync($"""
            insert into daily_detection_summary (camera_id, detection_date, category, taxon_id, project_id,
              detection_count, avg_confidence) {Invariants.Recount}
            """);
    }

    /// <summary>So that a run begins as a server does that has had time: with statistics, without dead rows.</summary>
    public static async Task RestAsync(WorldDatabase database)
    {
        await database.RunLongAsync("vacuum (analyze)");
        await database.RunLongAsync("checkpoint");
    }

    internal static Task MakeMonthsAsync(WorldDatabase database, string table, int captures) => database.RunAsync($"""
        select ensure_month('{table}', m::date)
        from generate_series($1::timestamptz - interval '1 month', $1::timestamptz + interval '1 month', '1 month') m
        union all
        select ensure_month('{table}', m::date)
        from generate_series($1::timestamptz - make_interval(secs => $2), $1::timestamptz, '10 days') m
        """, Now.UtcDateTime, captures / (double)(Cameras * VisitPictures) * VisitEvery.TotalSeconds);

    internal static string Series(int captures) => Captures
        .Replace("$NOW$", $"'{Now:yyyy-MM-dd HH:mm:ss}Z'::timestamptz", StringComparison.Ordinal)
        .Replace("$SECONDS$", VisitEvery.TotalSeconds.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("$COUNT$", captures.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("$ROUND$", (Cameras * VisitPictures).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("$VISIT$", VisitPictures.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("$CAMERAS$", Cameras.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    /// <summary>Takes the table's keys and indexes away, fills it, and makes them again: sorting is quicker.</summary>
    internal static async Task WithoutIndexesAsync(WorldDatabase database, string table, Func<Task> fillAsync)
    {
        // One statement that makes them again, built before they go.
        var again = await database.ReadAsync<string>($"""
            select string_agg(case when c.oid is null then replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ')
              else format('alter table {table} add constraint %I %s', c.conname, pg_get_constraintdef(c.oid)) end, '; ')
            from pg_index i left join pg_constraint c on c.conindid = i.indexrelid and c.conrelid = i.indrelid
            where i.indrelid = '{table}'::regclass
            """);
        var away = await database.ReadAsync<string>($"""
            select string_agg(case when c.oid is null then format('drop index %s', i.indexrelid::regclass)
              else format('alter table {table} drop constraint %I', c.conname) end, '; ')
            from pg_index i left join pg_constraint c on c.conindid = i.indexrelid and c.conrelid = i.indrelid
            where i.indrelid = '{table}'::regclass
            """);
        await database.RunAsync(away);
        await fillAsync();
        await database.RunLongAsync("set maintenance_work_mem = '512MB'; " + again);
    }
}
