using Npgsql;
using NpgsqlTypes;
using WildCam.Storage.Captures;

namespace WildCam.Storage.Detection;

/// <summary>A capture to be looked at. It needs a look if its stage is missing or the model has no row of it.</summary>
/// <param name="Camera">The code of its camera.</param>
public sealed record CaptureToDetect(
    Guid Id, DateTimeOffset CapturedAt, int ProjectId, int CameraId, string Camera, string BlobPath, bool NeedsLook);

/// <summary>A capture of the same camera, as history for a comparison.</summary>
public readonly record struct NeighbourCapture(Guid Id, string BlobPath, short ThumbnailVersion, short Width);

/// <summary>One thing found; the box is 0 to 1 of the picture as shown, from top left. A blank has no box.</summary>
public readonly record struct DetectionRow(
    Category Category, float? Confidence, float? X, float? Y, float? Width, float? Height);

/// <summary>What a model says of one capture.</summary>
public sealed record CaptureDetections(Guid CaptureId, int ModelId, IReadOnlyList<DetectionRow> Rows)
{
    /// <summary>Most rows of one model on one capture.</summary>
    public const int RowsMax = 1000;

    // A box that reaches over the edge by rounding is none that lies outside.
    const float EdgeSlack = 0.001f;

    /// <summary>Why this cannot be filed, or null.</summary>
    public string? Problem =>
        Rows.Count > RowsMax ? $"It has {Rows.Count} rows, over RowsMax ({RowsMax})."
        : Rows.Select(ProblemOf).FirstOrDefault(p => p is not null);

    static string? ProblemOf(DetectionRow row)
    {
        var (category, confidence, x, y, width, height) = row;
        var hasBox = x is not null;
        return category is < Category.Animal or > Category.Movement
            ? $"There is no category {(int)category}."
            : confidence is not (null or (>= 0 and <= 1))
            ? $"A confidence is 0 to 1, not {confidence}."
            : (y is not null) != hasBox || (width is not null) != hasBox || (height is not null) != hasBox
            ? "A box has all of its four numbers or none."
            : hasBox && !(x >= 0 && y >= 0 && width >= 0 && height >= 0
                && x + width <= 1 + EdgeSlack && y + height <= 1 + EdgeSlack)
            ? $"The box {x} {y} {width} {height} does not lie within the picture."
            : null;
    }
}

/// <summary>What models find on captures.</summary>
public sealed class DetectionsTable(NpgsqlDataSource database)
{
    /// <summary>Most captures of one filing; more make its locks long, and no row cheaper.</summary>
    public const int CapturesMax = 10_000;

    const short SourceModel = 1;

    /// <summary>Furthest time from which a neighbour is taken: vegetation and light change.</summary>
    static readonly TimeSpan s_neighbourhood = TimeSpan.FromDays(14);

    readonly MonthPartitions _months = new(database, "wildlife_detections");

    /// <summary>Makes the months of these captures' findings, before the transaction that writes them.</summary>
    public Task EnsureMonthsAsync(IEnumerable<CaptureToDetect> captures, CancellationToken cancellationToken) =>
        _months.EnsureAsync(captures.Select(c => c.CapturedAt), cancellationToken);

    /// <summary>The stored captures among these.</summary>
    public async Task<IReadOnlyDictionary<Guid, CaptureToDetect>> FindMissingDetectionsAsync(
        Guid[] ids, int modelId, CancellationToken cancellationToken)
    {
        var found = new Dictionary<Guid, CaptureToDetect>();
        await using var command = database.Command("""
            select c.id, c.captured_at, c.project_id, c.camera_id, m.code, c.blob_path,
              c.stages_missing & $2 <> 0 or not exists (
                select from wildlife_detections d
                where d.capture_id = c.id and d.captured_at = c.captured_at and d.model_id = $3)
            from capture_identities i
            join captures c on c.id = i.id and c.captured_at = i.captured_at
            join cameras m on m.id = i.camera_id
            where i.id = any($1) and i.state = 1
            """, ids, (int)CaptureStages.Detection, modelId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(reader.GetGuid(0), new CaptureToDetect(
                reader.GetGuid(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetInt32(2), reader.GetInt32(3),
                reader.GetString(4), reader.GetString(5), reader.GetBoolean(6)));
        }

        return found;
    }

    /// <summary>
    /// The captures of a camera nearest before and after a time, by day or by infrared, that have a thumbnail. Those
    /// with movement come last: a picture with an animal is a poor background.
    /// </summary>
    public async Task<IReadOnlyList<NeighbourCapture>> FindNeighboursAsync(
        CaptureToDetect capture, bool isInfrared, int most, CancellationToken cancellationToken)
    {
        var neighbours = new List<NeighbourCapture>();
        await using var command = database.Command("""
            with near as (
              (select id, captured_at, blob_path, thumbnail_version, thumbnail_widths from captures
               where camera_id = $1 and captured_at <= $2 and captured_at > $3 and id <> $5
                 and is_infrared = $6 and thumbnail_version > 0
               order by captured_at desc limit $7)
              union all
              (select id, captured_at, blob_path, thumbnail_version, thumbnail_widths from captures
               where camera_id = $1 and captured_at > $2 and captured_at < $4 and id <> $5
                 and is_infrared = $6 and thumbnail_version > 0
               order by captured_at limit $7))
            select n.id, n.blob_path, n.thumbnail_version,
              (select coalesce(min(w) filter (where w >= 400), max(w)) from unnest(n.thumbnail_widths) w)
            from near n
            order by exists (
                select from wildlife_detections d
                where d.capture_id = n.id and d.captured_at = n.captured_at and d.category <> 4
                  and d.captured_at > $3 and d.captured_at < $4),
              abs(extract(epoch from n.captured_at - $2))
            limit $7
            """,
            capture.CameraId, capture.CapturedAt.UtcDateTime, (capture.CapturedAt - s_neighbourhood).UtcDateTime,
            (capture.CapturedAt + s_neighbourhood).UtcDateTime, capture.Id, isInfrared, most);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            neighbours.Add(new(reader.GetGuid(0), reader.GetString(1), reader.GetInt16(2), reader.GetInt16(3)));
        }

        return neighbours;
    }

    /// <summary>
    /// Files what a model says and clears the stage, for the captures that are still stored; the first answer of a
    /// model on a capture stays. Which rows count is settled in the same transaction, the caller's, and their days and
    /// events are marked for a recount. It locks the captures' identities against people's decisions and corrections of
    /// clocks until it ends. Gives the captures that were still stored.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// An answer that cannot be (<see cref="CaptureDetections.Problem"/>), or over <see cref="CapturesMax"/>.
    /// </exception>
    public async Task<IReadOnlyCollection<Guid>> CompleteDetectionsAsync(
        NpgsqlConnection connection, IReadOnlyList<CaptureDetections> captures, CancellationToken cancellationToken)
    {
        Check(captures);
        var times = await LockTimesAsync(connection, [.. captures.Select(c => c.CaptureId)], cancellationToken);
        if (times.Count == 0)
        {
            return [];
        }

        var targets = await ReadTargetsAsync(connection, times, cancellationToken);
        var filings = Plan(captures, targets, await ReadActiveModelAsync(connection, cancellationToken));
        await CopyAsync(connection, filings, cancellationToken);
        await ConcludeAsync(connection, targets, filings, cancellationToken);
        return times.Keys;
    }

    static void Check(IReadOnlyList<CaptureDetections> captures)
    {
        if (captures.Count > CapturesMax)
        {
            throw new ArgumentException(
                $"{captures.Count} captures are over CapturesMax ({CapturesMax}).", nameof(captures));
        }

        foreach (var capture in captures)
        {
            if (capture.Problem is { } problem)
            {
                throw new ArgumentException(
                    $"Model {capture.ModelId} on capture {capture.CaptureId}: {problem}", nameof(captures));
            }
        }
    }

    /// <summary>
    /// What is left to be written: a model's first answer on a capture. On a capture that has no rows yet it is known
    /// at once whether they count, so that no row is written twice; elsewhere settle_detections decides.
    /// </summary>
    static List<Filing> Plan(
        IReadOnlyList<CaptureDetections> captures, Dictionary<Guid, Target> targets, int activeModelId)
    {
        var filings = new List<Filing>(captures.Count);
        var seen = new HashSet<(Guid, int)>(captures.Count);
        var planned = new HashSet<Guid>(captures.Count);
        foreach (var capture in captures)
        {
            if (!targets.TryGetValue(capture.CaptureId, out var target)
                || target.Models.Contains(capture.ModelId)
                || !seen.Add((capture.CaptureId, capture.ModelId)))
            {
                continue;
            }

            var isFirst = target.Models.Length == 0 && planned.Add(capture.CaptureId) && !target.IsSuppressing;
            filings.Add(new Filing(
                capture, target, IsCurrent: isFirst && capture.ModelId == activeModelId, ToSettle: !isFirst));
        }

        return filings;
    }

    /// <summary>COPY asks nobody about conflicts: the locks on the identities say that there are none.</summary>
    static async Task CopyAsync(
        NpgsqlConnection connection, List<Filing> filings, CancellationToken cancellationToken)
    {
        if (filings.TrueForAll(f => f.Capture.Rows.Count == 0))
        {
            return;
        }

        await using var copy = await connection.BeginBinaryImportAsync("""
            copy wildlife_detections (capture_id, captured_at, model_id, ordinal, source, project_id, camera_id,
              site_id, event_id, category, confidence, box_x, box_y, box_width, box_height, is_current, local_date,
              local_hour)
            from stdin (format binary)
            """, cancellationToken);
        foreach (var (capture, target, isCurrent, _) in filings)
        {
            for (var i = 0; i < capture.Rows.Count; i++)
            {
                var row = capture.Rows[i];
                await copy.StartRowAsync(cancellationToken);
                await copy.WriteAsync(capture.CaptureId, NpgsqlDbType.Uuid, cancellationToken);
                await copy.WriteAsync(target.CapturedAt, NpgsqlDbType.TimestampTz, cancellationToken);
                await copy.WriteAsync(capture.ModelId, NpgsqlDbType.Integer, cancellationToken);
                await copy.WriteAsync((short)i, NpgsqlDbType.Smallint, cancellationToken);
                await copy.WriteAsync(SourceModel, NpgsqlDbType.Smallint, cancellationToken);
                await copy.WriteAsync(target.ProjectId, NpgsqlDbType.Integer, cancellationToken);
                await copy.WriteAsync(target.CameraId, NpgsqlDbType.Integer, cancellationToken);
                await WriteAsync(copy, target.SiteId, NpgsqlDbType.Integer, cancellationToken);
                await WriteAsync(copy, target.EventId, NpgsqlDbType.Uuid, cancellationToken);
                await copy.WriteAsync((short)row.Category, NpgsqlDbType.Smallint, cancellationToken);
                await WriteAsync(copy, row.Confidence, NpgsqlDbType.Real, cancellationToken);
                await WriteAsync(copy, row.X, NpgsqlDbType.Real, cancellationToken);
                await WriteAsync(copy, row.Y, NpgsqlDbType.Real, cancellationToken);
                await WriteAsync(copy, row.Width, NpgsqlDbType.Real, cancellationToken);
                await WriteAsync(copy, row.Height, NpgsqlDbType.Real, cancellationToken);
                await copy.WriteAsync(isCurrent, NpgsqlDbType.Boolean, cancellationToken);
                await copy.WriteAsync(target.LocalDate, NpgsqlDbType.Date, cancellationToken);
                await copy.WriteAsync(target.LocalHour, NpgsqlDbType.Smallint, cancellationToken);
            }
        }

        await copy.CompleteAsync(cancellationToken);
    }

    static Task WriteAsync<T>(
        NpgsqlBinaryImporter copy, T? value, NpgsqlDbType type, CancellationToken cancellationToken)
        where T : struct =>
        value is { } known ? copy.WriteAsync(known, type, cancellationToken) : copy.WriteNullAsync(cancellationToken);

    /// <summary>Clears the stages, settles what was not known at once, and marks days and events, in one go.</summary>
    static async Task ConcludeAsync(
        NpgsqlConnection connection, Dictionary<Guid, Target> targets, List<Filing> filings,
        CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        Target[] missing = [.. targets.Values.Where(t => t.IsMissing)];
        if (missing.Length > 0)
        {
            batch.Add("""
                update captures c set stages_missing = c.stages_missing & ~$5
                from unnest($1::uuid[], $2::timestamptz[]) as n (id, at)
                where c.id = n.id and c.captured_at = n.at and c.captured_at between $3 and $4
                """,
                missing.Select(t => t.Id).ToArray(), missing.Select(t => t.CapturedAt).ToArray(),
                missing.Min(t => t.CapturedAt), missing.Max(t => t.CapturedAt), (int)CaptureStages.Detection);
        }

        // Those to settle are marked by the function.
        var days = filings.Where(f => !f.ToSettle && f.Capture.Rows.Count > 0)
            .Select(f => (f.Target.CameraId, f.Target.LocalDate)).Distinct().ToList();
        if (days.Count > 0)
        {
            batch.Add("""
                insert into summary_dirty (camera_id, detection_date) select * from unnest($1::int[], $2::date[])
                """,
                days.Select(d => d.CameraId).ToArray(), days.Select(d => d.LocalDate).ToArray());
        }

        var events = filings.Where(f => !f.ToSettle && f.Capture.Rows.Count > 0)
            .Select(f => f.Target.EventId).OfType<Guid>().Distinct().ToArray();
        if (events.Length > 0)
        {
            batch.Add("insert into event_dirty (event_id) select * from unnest($1::uuid[])", events);
        }

        Target[] unsettled = [.. filings.Where(f => f.ToSettle).Select(f => f.Target).Distinct()];
        if (unsettled.Length > 0)
        {
            batch.Add("select settle_detections($1, $2)",
                unsettled.Select(t => t.Id).ToArray(), unsettled.Select(t => t.CapturedAt).ToArray());
        }

        if (batch.BatchCommands.Count > 0)
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>
    /// What a capture's rows carry of it, and the models that spoke of it already (0: a person or the simulator). A
    /// statement after the locks, so that it sees the captures where their identities say that they are.
    /// </summary>
    static async Task<Dictionary<Guid, Target>> ReadTargetsAsync(
        NpgsqlConnection connection, Dictionary<Guid, DateTime> times, CancellationToken cancellationToken)
    {
        var targets = new Dictionary<Guid, Target>(times.Count);
        await using var command = connection.Command("""
            with said as (
              select capture_id, array_agg(distinct model_id) as models from wildlife_detections
              where capture_id = any($1) and captured_at between $2 and $3
              group by capture_id)
            select c.id, c.captured_at, c.project_id, c.camera_id, c.site_id, c.event_id, l.at::date,
              extract(hour from l.at)::smallint, c.stages_missing & $4 <> 0, coalesce(said.models, '{}'),
              exists (select from suppressions u where u.camera_id = c.camera_id and u.lifted_at is null)
            from captures c
            join projects p on p.id = c.project_id
            left join sites s on s.id = c.site_id
            left join said on said.capture_id = c.id
            cross join lateral (select c.captured_at at time zone coalesce(s.time_zone, p.time_zone) as at) l
            where c.id = any($1) and c.captured_at between $2 and $3
            """,
            times.Keys.ToArray(), times.Values.Min(), times.Values.Max(), (int)CaptureStages.Detection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var id = reader.GetGuid(0);
            targets.Add(id, new Target(
                id, reader.GetDateTime(1), reader.GetInt32(2), reader.GetInt32(3), reader.Get<int>(4),
                reader.Get<Guid>(5), reader.GetFieldValue<DateOnly>(6), reader.GetInt16(7), reader.GetBoolean(8),
                reader.GetFieldValue<int[]>(9), reader.GetBoolean(10)));
        }

        return targets;
    }

    static async Task<int> ReadActiveModelAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("select id from models where is_active");
        return await command.ExecuteScalarAsync(cancellationToken) as int? ?? -1;
    }

    static async Task<Dictionary<Guid, DateTime>> LockTimesAsync(
        NpgsqlConnection connection, Guid[] ids, CancellationToken cancellationToken)
    {
        var times = new Dictionary<Guid, DateTime>(ids.Length);
        await using var command = connection.Command("""
            select id, captured_at from capture_identities where id = any($1) and state = 1
            order by id for no key update
            """, ids);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            times.Add(reader.GetGuid(0), reader.GetDateTime(1));
        }

        return times;
    }

    sealed record Target(
        Guid Id, DateTime CapturedAt, int ProjectId, int CameraId, int? SiteId, Guid? EventId, DateOnly LocalDate,
        short LocalHour, bool IsMissing, int[] Models, bool IsSuppressing);

    readonly record struct Filing(CaptureDetections Capture, Target Target, bool IsCurrent, bool ToSettle);
}
