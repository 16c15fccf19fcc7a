using System.Text;
using Npgsql;

namespace WildCam.Storage.Captures;

/// <summary>
/// Captures and detections as programs ask for them: by project and filter, newest first, by keyset. The limit is
/// written into the statement: a plan that does not know it takes a page for a tenth of the table.
/// </summary>
public sealed class CaptureSearch(NpgsqlDataSource database)
{
    /// <summary>Most rows of one page.</summary>
    public const int PageMax = 500;

    /// <summary>Most findings of one capture.</summary>
    public const int FindingsMax = 500;

    const string CaptureColumns = """
        c.id, c.device_capture_id, c.captured_at, c.received_at, c.clock_quality, c.device_time, k.code, s.slug,
        c.event_id, c.source, c.file_name, c.trigger, c.burst_index, c.burst_count, c.is_infrared, c.battery_mv,
        c.temperature_tenths, c.size_bytes, c.sha256, c.width, c.height, c.integrity, c.stages_missing,
          c.is_low_resolution
        """;

    const string CaptureJoins = "join cameras k on k.id = c.camera_id left join sites s on s.id = c.site_id";

    const string DetectionColumns = """
        d.capture_id, d.captured_at, d.camera_id, d.event_id, d.source, d.category, t.slug, t.scientific_name,
        d.confidence, d.box_x, d.box_y, d.box_width, d.box_height, d.count, d.is_current, d.model_id,
        d.identification_id, case when d.identification_id <> 0 then (
          select a.name from identifications i join accounts a on a.id = i.account_id where i.id = d.identification_id
        ) end, case when d.identification_id = 0 then d.created_at else (
          select i.created_at from identifications i where i.id = d.identification_id) end as said_at, d.ordinal
        """;

    const string DetectionJoins = "left join taxa t on t.id = d.taxon_id";

    readonly ConstantNames _cameras = new(database, "select id, code from cameras where id = any($1)");

    readonly ConstantNames _models = new(
        database, "select id, name || ' ' || version from models where id = any($1)");

    public async Task<IReadOnlyList<CaptureFacts>> ListAsync(
        CaptureFilter filter, CaptureKey? after, int most, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand();
        var sql = new StringBuilder();
        if (filter.NamesFinding)
        {
            // The index of current findings gives the captures in order; a capture with two such findings counts once.
            sql.Append("select distinct on (d.captured_at, d.capture_id) d.capture_id, d.captured_at ");
            sql.Append("from wildlife_detections d where d.is_current and ");
            AddConditions(command, sql, filter, "d");
            AddPage(command, sql, "d.captured_at", "d.capture_id", after, most);
            sql.Insert(0, $"select {CaptureColumns} from (").Append($"""
                ) found join captures c on c.id = found.capture_id and c.captured_at = found.captured_at
                {CaptureJoins} order by c.captured_at desc, c.id desc
                """);
        }
        else
        {
            sql.Append($"select {CaptureColumns} from captures c {CaptureJoins} where ");
            AddConditions(command, sql, filter, "c");
            AddPage(command, sql, "c.captured_at", "c.id", after, most);
        }

        command.CommandText = sql.ToString();
        var captures = new List<CaptureFacts>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            captures.Add(ReadCapture(reader));
        }

        return captures;
    }

    /// <summary>
    /// A capture of the project and everything that was ever said of it, what counts first, in one round trip; null:
    /// there is none, or it was erased.
    /// </summary>
    public async Task<(CaptureFacts Capture, IReadOnlyList<DetectionFacts> Findings)?> FindAsync(
        int projectId, KnownCapture known, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.Add($"""
            select {CaptureColumns} from captures c {CaptureJoins}
            where c.id = $1 and c.captured_at = $2 and c.project_id = $3
            """, known.Id, known.CapturedAt.UtcDateTime, projectId);
        batch.Add($"""
            select {DetectionColumns} from wildlife_detections d {DetectionJoins}
            where d.capture_id = $1 and d.captured_at = $2
            order by d.is_current desc, said_at desc, d.ordinal limit {FindingsMax}
            """, known.Id, known.CapturedAt.UtcDateTime);
        CaptureFacts capture;
        List<DetectionFacts> findings;
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            if (!await reader.ReadAsync(cancellationToken))
            {
                return null;
            }

            capture = ReadCapture(reader);
            await reader.NextResultAsync(cancellationToken);
            findings = await ReadDetectionsAsync(reader, cancellationToken);
        }

        await NameAsync(findings, cancellationToken);
        return (capture, findings);
    }

    /// <summary>Where a capture's bytes lie and from whom they are kept; null: it has none here.</summary>
    public async Task<CaptureBlob?> FindBlobAsync(
        int projectId, KnownCapture known, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select c.blob_path, coalesce((
                select v.is_hidden from capture_people v
                where v.capture_id = c.id and v.captured_at = c.captured_at), true),
              coalesce((select s.is_sensitive from site_coordinates s where s.site_id = c.site_id), false)
            from captures c where c.id = $1 and c.captured_at = $2 and c.project_id = $3
            """, known.Id, known.CapturedAt.UtcDateTime, projectId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new CaptureBlob(reader.GetString(0), reader.GetBoolean(1), reader.GetBoolean(2))
            : null;
    }

    /// <summary>Findings that count now.</summary>
    public async Task<IReadOnlyList<DetectionFacts>> ListDetectionsAsync(
        CaptureFilter filter, DetectionKey? after, int most, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand();
        WriteDetections(command, filter, after, most);
        List<DetectionFacts> findings;
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            findings = await ReadDetectionsAsync(reader, cancellationToken);
        }

        await NameAsync(findings, cancellationToken);
        return findings;
    }

    /// <summary>The statement of a page of findings.</summary>
    public static void WriteDetections(NpgsqlCommand command, CaptureFilter filter, DetectionKey? after, int most)
    {
        const string order = "order by d.captured_at desc, d.capture_id desc, d.model_id desc, "
            + "d.identification_id desc, d.ordinal desc";

        // The page first, from the index alone; what people said for its rows only.
        var sql = new StringBuilder($"select {DetectionColumns} from (");
        sql.Append("select * from wildlife_detections d where d.is_current and ");
        AddConditions(command, sql, filter, "d");
        if (after is { } key)
        {
            var at = Add(command, key.CapturedAt.UtcDateTime);
            sql.Append($" and d.captured_at <= {at}");
            sql.Append(" and (d.captured_at, d.capture_id, d.model_id, d.identification_id, d.ordinal)");
            sql.Append($" < ({at}, {Add(command, key.CaptureId)}, {Add(command, key.ModelId)}, ");
            sql.Append($"{Add(command, key.IdentificationId)}, {Add(command, key.Ordinal)})");
        }

        sql.Append($" {order} limit {most}) d {DetectionJoins} {order}");
        command.CommandText = sql.ToString();
    }

    static void AddConditions(NpgsqlCommand command, StringBuilder sql, CaptureFilter filter, string table)
    {
        sql.Append($"{table}.project_id = {Add(command, filter.ProjectId)}");
        if (filter.Species is { } species)
        {
            sql.Append($" and d.taxon_id = (select id from taxa where slug = {Add(command, species)})");
        }

        if (filter.Category is { } category)
        {
            sql.Append($" and d.category = {Add(command, (short)category)}");
        }

        if (filter.ConfidenceMin is { } confidence)
        {
            sql.Append($" and (d.source <> 1 or d.confidence >= {Add(command, (float)confidence)})");
        }

        if (filter.Camera is { } camera)
        {
            sql.Append($" and {table}.camera_id = (select id from cameras where code = {Add(command, camera)})");
        }

        if (filter.Site is { } site)
        {
            sql.Append($" and {table}.site_id = (select id from sites where slug = {Add(command, site)} ");
            sql.Append($"and project_id = {Add(command, filter.ProjectId)})");
        }

        if (filter.From is { } from)
        {
            sql.Append($" and {table}.captured_at >= {Add(command, from.UtcDateTime)}");
        }

        if (filter.To is { } to)
        {
            sql.Append($" and {table}.captured_at < {Add(command, to.UtcDateTime)}");
        }
    }

    static void AddPage(
        NpgsqlCommand command, StringBuilder sql, string time, string id, CaptureKey? after, int most)
    {
        if (after is { } key)
        {
            // The row comparison alone does not prune partitions.
            var at = Add(command, key.CapturedAt.UtcDateTime);
            sql.Append($" and {time} <= {at} and ({time}, {id}) < ({at}, {Add(command, key.Id)})");
        }

        sql.Append($" order by {time} desc, {id} desc limit {most}");
    }

    static string Add(NpgsqlCommand command, object value)
    {
        command.Parameters.Add(new NpgsqlParameter { Value = value });
        return "$" + command.Parameters.Count;
    }

    static CaptureFacts ReadCapture(NpgsqlDataReader reader) => new(
        reader.GetGuid(0), reader.GetFieldValue<byte[]>(1), reader.GetFieldValue<DateTimeOffset>(2),
        reader.GetFieldValue<DateTimeOffset>(3), (ClockQuality)reader.GetInt16(4), reader.Get<DateTimeOffset>(5),
        reader.GetString(6), reader.Text(7), reader.Get<Guid>(8), (CaptureSource)reader.GetInt16(9), reader.Text(10),
        reader.GetInt16(11), reader.GetInt16(12), reader.GetInt16(13), reader.GetBoolean(14), reader.Get<int>(15),
        reader.Get<short>(16), reader.GetInt32(17), reader.GetFieldValue<byte[]>(18), reader.Get<int>(19),
        reader.Get<int>(20), reader.GetInt16(21), (CaptureStages)reader.GetInt32(22))
    {
        IsLowResolution = reader.GetBoolean(23),
    };

    static async Task<List<DetectionFacts>> ReadDetectionsAsync(
        NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var detections = new List<DetectionFacts>();
        while (await reader.ReadAsync(cancellationToken))
        {
            detections.Add(new DetectionFacts(
                reader.GetGuid(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetInt32(2), reader.Get<Guid>(3),
                (IdentificationSource)reader.GetInt16(4), (Category)reader.GetInt16(5), reader.Text(6), reader.Text(7),
                reader.Get<float>(8), reader.Get<float>(9), reader.Get<float>(10), reader.Get<float>(11),
                reader.Get<float>(12), reader.GetInt16(13), reader.GetBoolean(14), reader.GetInt32(15),
                reader.GetInt64(16), reader.Text(17), reader.GetFieldValue<DateTimeOffset>(18), reader.GetInt16(19)));
        }

        return detections;
    }

    async ValueTask NameAsync(List<DetectionFacts> findings, CancellationToken cancellationToken)
    {
        await _cameras.LearnAsync(findings.Select(f => f.CameraId), cancellationToken);
        await _models.LearnAsync(findings.Select(f => f.ModelId).Where(id => id != 0), cancellationToken);
        foreach (var finding in findings)
        {
            finding.Camera = _cameras.Find(finding.CameraId) ?? "";
            finding.Model = _models.Find(finding.ModelId);
        }
    }
}
