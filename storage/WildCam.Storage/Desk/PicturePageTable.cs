using Npgsql;
using WildCam.Storage.Captures;

namespace WildCam.Storage.Desk;

/// <summary>All facts of one picture.</summary>
public sealed record PictureFacts(
    ThumbnailFacts Thumbnail,
    DateTimeOffset CapturedAt,
    DateTimeOffset ReceivedAt,
    int CameraId,
    int? SiteId,
    Guid? EventId,
    ClockQuality ClockQuality,
    DateTimeOffset? DeviceTime,
    bool IsImport,
    string? FileName,
    int Trigger,
    int BurstIndex,
    int BurstCount,
    bool IsInfrared,
    int? BatteryMillivolts,
    int? TemperatureTenths,
    int SizeBytes,
    byte[] Sha256,
    CaptureStages StagesMissing)
{
    /// <summary>Whether somebody may be on it, so that it is blurred for those who may not see people.</summary>
    public bool IsHidden { get; init; }

    /// <summary>Whether it is a small stand-in of a picture that its camera holds.</summary>
    public bool IsLowResolution { get; init; }
}

/// <summary>The event that a picture belongs to.</summary>
public sealed record PictureEvent(Guid Id, DateTimeOffset StartedAt, DateTimeOffset EndedAt, int CaptureCount);

/// <summary>One picture of the event's strip.</summary>
public sealed record StripEntry(ThumbnailFacts Thumbnail, DateTimeOffset CapturedAt);

/// <summary>Something that a model or a person sees on a picture.</summary>
public sealed record PictureFinding(
    IdentificationSource Source,
    Category Category,
    int? TaxonId,
    double? Confidence,
    double? BoxX,
    double? BoxY,
    double? BoxWidth,
    double? BoxHeight,
    int Count,
    string? Sex,
    string? LifeStage,
    string? Behavior,
    bool IsCurrent,
    string? Model,
    string? Account,
    DateTimeOffset At)
{
    public bool HasBox => BoxX is not null && BoxY is not null && BoxWidth > 0 && BoxHeight > 0;
}

/// <summary>Reads what the page of one picture shows.</summary>
public sealed class PicturePageTable(NpgsqlDataSource database)
{
    /// <summary>Most pictures of an event in its strip; a longer event is cut around the picture shown.</summary>
    public const int StripPicturesMax = 120;

    public async Task<PictureFacts?> FindAsync(int projectId, Guid captureId, CancellationToken cancellationToken)
    {
        if (await FindTimeAsync(captureId, cancellationToken) is not { } capturedAt)
        {
            return null;
        }

        await using var command = database.CreateCommand("""
            select id, width, height, lightness, thumbnail_version, thumbnail_widths, integrity,
              captured_at, received_at, camera_id, site_id, event_id, clock_quality, device_time, source = 2, file_name,
              trigger, burst_index, burst_count, is_infrared, battery_mv, temperature_tenths, size_bytes, sha256,
              stages_missing, coalesce((
                select v.is_hidden from capture_people v
                where v.capture_id = captures.id and v.captured_at = captures.captured_at), true), is_low_resolution
            from captures where id = $1 and captured_at = $2 and project_id = $3
            """);
        command.Parameters.Add(new() { Value = captureId });
        command.Parameters.Add(new() { Value = capturedAt });
        command.Parameters.Add(new() { Value = projectId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new PictureFacts(
                GalleryTable.ReadThumbnail(reader, 0),
                reader.GetFieldValue<DateTimeOffset>(7),
                reader.GetFieldValue<DateTimeOffset>(8),
                reader.GetInt32(9),
                Integer(reader, 10),
                reader.IsDBNull(11) ? null : reader.GetGuid(11),
                (ClockQuality)reader.GetInt16(12),
                reader.IsDBNull(13) ? null : reader.GetFieldValue<DateTimeOffset>(13),
                reader.GetBoolean(14),
                Text(reader, 15),
                reader.GetInt16(16),
                reader.GetInt16(17),
                reader.GetInt16(18),
                reader.GetBoolean(19),
                Integer(reader, 20),
                reader.IsDBNull(21) ? null : reader.GetInt16(21),
                reader.GetInt32(22),
                reader.GetFieldValue<byte[]>(23),
                (CaptureStages)reader.GetInt32(24))
            {
                IsHidden = reader.GetBoolean(25),
                IsLowResolution = reader.GetBoolean(26),
            }
            : null;
    }

    public async Task<PictureEvent?> FindEventAsync(Guid eventId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            select h.id, h.started_at, h.ended_at, h.capture_count
            from events e join events h on h.id = coalesce(e.merged_into, e.id) where e.id = $1
            """);
        command.Parameters.Add(new() { Value = eventId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new PictureEvent(
                reader.GetGuid(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetFieldValue<DateTimeOffset>(2),
                reader.GetInt32(3))
            : null;
    }

    /// <summary>The event's pictures in order of time, at most half the bound on each side of the one shown.</summary>
    public async Task<IReadOnlyList<StripEntry>> ListStripAsync(
        PictureEvent visit, DateTimeOffset around, CancellationToken cancellationToken)
    {
        const string columns = """
            select id, width, height, lightness, thumbnail_version, thumbnail_widths, integrity, captured_at
            from captures where event_id = $1 and captured_at between $2 and $3
            """;
        await using var command = database.CreateCommand($"""
            (select * from ({columns} and captured_at < $4) b order by captured_at desc, id desc limit $5)
            union all
            (select * from ({columns} and captured_at >= $4) a order by captured_at, id limit $5)
            order by captured_at, id
            """);
        command.Parameters.Add(new() { Value = visit.Id });
        command.Parameters.Add(new() { Value = visit.StartedAt });
        command.Parameters.Add(new() { Value = visit.EndedAt });
        command.Parameters.Add(new() { Value = around });
        command.Parameters.Add(new() { Value = StripPicturesMax / 2 });
        var strip = new List<StripEntry>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            strip.Add(new StripEntry(
                GalleryTable.ReadThumbnail(reader, 0), reader.GetFieldValue<DateTimeOffset>(7)));
        }

        return strip;
    }

    /// <summary>Everything that was ever said of a picture: what counts first, then the newest.</summary>
    public async Task<IReadOnlyList<PictureFinding>> ListFindingsAsync(
        Guid captureId, DateTimeOffset capturedAt, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            select d.source, d.category, d.taxon_id, d.confidence, d.box_x, d.box_y, d.box_width, d.box_height, d.count,
              d.sex, d.life_stage, d.behavior, d.is_current, m.name || ' ' || m.version, a.name,
              coalesce(i.created_at, d.created_at)
            from wildlife_detections d
            left join models m on m.id = d.model_id
            left join identifications i on i.id = d.identification_id
            left join accounts a on a.id = i.account_id
            where d.capture_id = $1 and d.captured_at = $2
            order by d.is_current desc, coalesce(i.created_at, d.created_at) desc, d.confidence desc nulls last,
              d.ordinal
            limit 200
            """);
        command.Parameters.Add(new() { Value = captureId });
        command.Parameters.Add(new() { Value = capturedAt });
        var findings = new List<PictureFinding>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            findings.Add(new PictureFinding(
                (IdentificationSource)reader.GetInt16(0),
                (Category)reader.GetInt16(1),
                Integer(reader, 2),
                Real(reader, 3),
                Real(reader, 4),
                Real(reader, 5),
                Real(reader, 6),
                Real(reader, 7),
                reader.GetInt16(8),
                Text(reader, 9),
                Text(reader, 10),
                Text(reader, 11),
                reader.GetBoolean(12),
                Text(reader, 13),
                Text(reader, 14),
                reader.GetFieldValue<DateTimeOffset>(15)));
        }

        return findings;
    }

    async Task<DateTimeOffset?> FindTimeAsync(Guid captureId, CancellationToken cancellationToken)
    {
        await using var command =
            database.CreateCommand("select captured_at from capture_identities where id = $1 and state = 1");
        command.Parameters.Add(new() { Value = captureId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? reader.GetFieldValue<DateTimeOffset>(0) : null;
    }

    static int? Integer(NpgsqlDataReader reader, int at) => reader.IsDBNull(at) ? null : reader.GetInt32(at);

    static double? Real(NpgsqlDataReader reader, int at) => reader.IsDBNull(at) ? null : reader.GetFloat(at);

    static string? Text(NpgsqlDataReader reader, int at) => reader.IsDBNull(at) ? null : reader.GetString(at);
}
