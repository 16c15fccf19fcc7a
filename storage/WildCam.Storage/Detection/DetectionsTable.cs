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
public sealed record CaptureDetections(Guid CaptureId, int ModelId, IReadOnlyList<DetectionRow> Rows);

/// <summary>What models find on captures.</summary>
public sealed class DetectionsTable(NpgsqlDataSource database)
{
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
    /// model on a capture stays. Which rows count is settled in the same transaction, the caller's. It locks the
    /// captures' identities against people's decisions and corrections of clocks until it ends. Gives the captures that
    /// were still stored.
    /// </summary>
    public async Task<IReadOnlyCollection<Guid>> CompleteDetectionsAsync(
        NpgsqlConnection connection, IReadOnlyList<CaptureDetections> captures, CancellationToken cancellationToken)
    {
        var times = await LockTimesAsync(connection, [.. captures.Select(c => c.CaptureId)], cancellationToken);
        if (times.Count == 0)
        {
            return [];
        }

        await using (var batch = new NpgsqlBatch(connection))
        {
            foreach (var capture in captures.Where(c => times.ContainsKey(c.CaptureId)))
            {
                var time = times[capture.CaptureId];
                if (capture.Rows.Count > 0)
                {
                    batch.BatchCommands.Add(InsertRows(capture, time));
                }

                batch.BatchCommands.Add(new NpgsqlBatchCommand(
                    "update captures set stages_missing = stages_missing & ~$3 where id = $1 and captured_at = $2")
                {
                    Parameters =
                    {
                        new() { Value = capture.CaptureId },
                        new() { Value = time },
                        new() { Value = (int)CaptureStages.Detection },
                    },
                });
            }

            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var settle = connection.Command(
            "select settle_detections($1, $2)", times.Keys.ToArray(), times.Values.ToArray());
        await settle.ExecuteNonQueryAsync(cancellationToken);
        return times.Keys;
    }

    static NpgsqlBatchCommand InsertRows(CaptureDetections capture, DateTime time)
    {
        var rows = capture.Rows;
        return new NpgsqlBatchCommand("""
            insert into wildlife_detections (capture_id, captured_at, model_id, ordinal, source, project_id, camera_id,
              site_id, event_id, category, confidence, box_x, box_y, box_width, box_height, is_current, local_date,
              local_hour)
            select c.id, c.captured_at, $3, f.ordinal, 1, c.project_id, c.camera_id, c.site_id, c.event_id, f.category,
              f.confidence, f.x, f.y, f.width, f.height, false, l.at::date, extract(hour from l.at)
            from captures c
            join projects p on p.id = c.project_id
            left join sites s on s.id = c.site_id
            cross join lateral (select c.captured_at at time zone coalesce(s.time_zone, p.time_zone) as at) l
            cross join unnest($4::smallint[], $5::smallint[], $6::real[], $7::real[], $8::real[], $9::real[],
              $10::real[]) as f (ordinal, category, confidence, x, y, width, height)
            where c.id = $1 and c.captured_at = $2 and not exists (
              select from wildlife_detections d
              where d.capture_id = $1 and d.captured_at = $2 and d.model_id = $3)
            on conflict (capture_id, model_id, identification_id, ordinal, captured_at) do nothing
            """)
        {
            Parameters =
            {
                new() { Value = capture.CaptureId },
                new() { Value = time },
                new() { Value = capture.ModelId },
                new() { Value = Enumerable.Range(0, rows.Count).Select(i => (short)i).ToArray() },
                new() { Value = rows.Select(r => (short)r.Category).ToArray() },
                Reals(rows.Select(r => r.Confidence)),
                Reals(rows.Select(r => r.X)),
                Reals(rows.Select(r => r.Y)),
                Reals(rows.Select(r => r.Width)),
                Reals(rows.Select(r => r.Height)),
            },
        };
    }

    static NpgsqlParameter Reals(IEnumerable<float?> values) =>
        new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Real };

    static async Task<Dictionary<Guid, DateTime>> LockTimesAsync(
        NpgsqlConnection connection, Guid[] ids, CancellationToken cancellationToken)
    {
        var times = new Dictionary<Guid, DateTime>();
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
}
