using Npgsql;

namespace WildCam.Storage.Thumbnails;

/// <summary>A picture whose thumbnails are to be made.</summary>
public sealed record MissingThumbnails(Guid Id, int ProjectId, string BlobPath, bool IsMissing);

/// <summary>What the thumbnail job learned of a picture.</summary>
public sealed record PictureFacts
{
    public required Guid Id { get; init; }

    /// <summary>1 whole, 2 damaged, 3 undecodable.</summary>
    public required short Integrity { get; init; }

    /// <summary>As shown; null where undecodable.</summary>
    public int? Width { get; init; }

    public int? Height { get; init; }

    /// <summary>Class of the mean lightness, 0 to 15.</summary>
    public short? Lightness { get; init; }

    public bool IsInfrared { get; init; }

    public required short ThumbnailVersion { get; init; }

    public IReadOnlyList<short> Widths { get; init; } = [];
}

/// <summary>What is served of a capture, and where it lies.</summary>
public sealed record CaptureMedia(
    Guid Id, string BlobPath, short ThumbnailVersion, IReadOnlyList<short> Widths, int? Width, int? Height,
    string? FileName)
{
    /// <summary>Whether somebody may be on it and the visitor's role does not see people.</summary>
    public bool IsHidden { get; init; }

    /// <summary>Whether a sensitive species lives where it was taken, and the visitor is told so coarsely.</summary>
    public bool HidesPlace { get; init; }
}

/// <summary>A box on a picture, 0 to 1 of its width and height as shown.</summary>
public readonly record struct PictureBox(float X, float Y, float Width, float Height);

/// <summary>What the captures table knows of thumbnails.</summary>
public sealed class ThumbnailsTable(NpgsqlDataSource database)
{
    /// <summary>The stored captures among these; those erased or expired are left out.</summary>
    public async Task<IReadOnlyDictionary<Guid, MissingThumbnails>> FindMissingThumbnailsAsync(
        Guid[] ids, CancellationToken cancellationToken)
    {
        var found = new Dictionary<Guid, MissingThumbnails>();
        await using var command = database.Command("""
            select c.id, c.project_id, c.blob_path, c.stages_missing & $2 <> 0
            from capture_identities i
            join captures c on c.id = i.id and c.captured_at = i.captured_at
            where i.id = any($1) and i.state = 1
            """, ids, (int)CaptureStages.Thumbnail);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(
                reader.GetGuid(0),
                new MissingThumbnails(
                    reader.GetGuid(0), reader.GetInt32(1), reader.GetString(2), reader.GetBoolean(3)));
        }

        return found;
    }

    /// <summary>
    /// Records what was learned and clears the stage, for those of the captures that are still stored. In the caller's
    /// transaction, which holds the captures' times until it ends.
    /// </summary>
    public async Task CompleteThumbnailsAsync(
        NpgsqlConnection connection, IReadOnlyList<PictureFacts> pictures, CancellationToken cancellationToken)
    {
        var times = await ReadTimesForShareAsync(
            connection, [.. pictures.Select(p => p.Id)], cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        foreach (var picture in pictures.Where(p => times.ContainsKey(p.Id)))
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand("""
                update captures set integrity = $3, width = $4, height = $5, lightness = $6,
                  is_infrared = is_infrared or $7, thumbnail_version = $8, thumbnail_widths = $9,
                  stages_missing = stages_missing & ~$10
                where id = $1 and captured_at = $2
                """)
            {
                Parameters =
                {
                    new() { Value = picture.Id },
                    new() { Value = times[picture.Id] },
                    new() { Value = picture.Integrity },
                    new() { Value = picture.Width ?? (object)DBNull.Value },
                    new() { Value = picture.Height ?? (object)DBNull.Value },
                    new() { Value = picture.Lightness ?? (object)DBNull.Value },
                    new() { Value = picture.IsInfrared },
                    new() { Value = picture.ThumbnailVersion },
                    new() { Value = picture.Widths.ToArray() },
                    new() { Value = (int)CaptureStages.Thumbnail },
                },
            });
        }

        if (batch.BatchCommands.Count > 0)
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>
    /// What can be served of a capture to an account; null where it is not stored, or in a project closed to it.
    /// </summary>
    public async Task<CaptureMedia?> FindMediaForAsync(int accountId, Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select c.blob_path, c.thumbnail_version, c.thumbnail_widths, c.width, c.height, c.file_name,
              not (a.is_admin or m.role >= p.people_role) and coalesce((
                select v.is_hidden from capture_people v
                where v.capture_id = c.id and v.captured_at = c.captured_at), true),
              not (a.is_admin or m.role = 3) and coalesce((
                select s.is_sensitive from site_coordinates s where s.site_id = c.site_id), false)
            from capture_identities i
            join captures c on c.id = i.id and c.captured_at = i.captured_at
            join projects p on p.id = c.project_id
            join accounts a on a.id = $2 and a.disabled_at is null
            left join memberships m on m.account_id = a.id and m.project_id = c.project_id
            where i.id = $1 and i.state = 1 and (a.is_admin or m.role is not null)
            """, id, accountId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new CaptureMedia(
                id, reader.GetString(0), reader.GetInt16(1), reader.GetFieldValue<short[]>(2), reader.Get<int>(3),
                reader.Get<int>(4), reader.Text(5))
            {
                IsHidden = reader.GetBoolean(6),
                HidesPlace = reader.GetBoolean(7),
            }
            : null;
    }

    /// <summary>
    /// Whether people may be on a picture, and the boxes to blur for those who may not see them; no box at all: blur
    /// the whole picture, since nobody knows where they are.
    /// </summary>
    public async Task<(bool IsHidden, IReadOnlyList<PictureBox> Boxes)> FindVeilAsync(
        Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select coalesce(v.is_hidden, true), d.box_x, d.box_y, d.box_width, d.box_height
            from capture_identities i
            left join capture_people v on v.capture_id = i.id and v.captured_at = i.captured_at
            left join wildlife_detections d on d.capture_id = i.id and d.captured_at = i.captured_at and d.category = 2
            where i.id = $1
            order by d.box_x, d.box_y, d.box_width, d.box_height
            """, id);
        var boxes = new List<PictureBox>();
        var (hidden, unplaced) = (true, false);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            hidden = reader.GetBoolean(0);
            if (reader.Get<float>(3) > 0 && reader.Get<float>(4) > 0)
            {
                boxes.Add(new PictureBox(
                    reader.GetFloat(1), reader.GetFloat(2), reader.GetFloat(3), reader.GetFloat(4)));
            }
            else
            {
                unplaced = true;
            }
        }

        return (hidden, unplaced ? [] : boxes);
    }

    /// <summary>The box that a crop is made around: what counts before what does not, animals first.</summary>
    public async Task<PictureBox?> FindBestBoxAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select d.box_x, d.box_y, d.box_width, d.box_height
            from capture_identities i
            join wildlife_detections d on d.capture_id = i.id and d.captured_at = i.captured_at
            where i.id = $1 and i.state = 1 and d.box_width > 0 and d.box_height > 0
            order by d.category, d.is_current desc, d.confidence desc nulls first, d.ordinal
            limit 1
            """, id);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new PictureBox(reader.GetFloat(0), reader.GetFloat(1), reader.GetFloat(2), reader.GetFloat(3))
            : null;
    }

    // A correction of a clock takes these rows FOR UPDATE before it moves captures to another time.
    static async Task<Dictionary<Guid, DateTime>> ReadTimesForShareAsync(
        NpgsqlConnection connection, Guid[] ids, CancellationToken cancellationToken)
    {
        var times = new Dictionary<Guid, DateTime>();
        await using var command = connection.Command(
            "select id, captured_at from capture_identities where id = any($1) and state = 1 order by id for share",
            ids);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            times.Add(reader.GetGuid(0), reader.GetDateTime(1));
        }

        return times;
    }
}
