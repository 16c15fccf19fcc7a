using Npgsql;
using NpgsqlTypes;

namespace WildCam.Storage.Captures;

/// <summary>A capture whose EXIF is to be read.</summary>
public readonly record struct MissingExif(Guid Id, DateTimeOffset CapturedAt, string BlobPath);

/// <summary>What the file says of itself, as bounded JSON; null: nothing.</summary>
public readonly record struct ReadExif(Guid Id, DateTimeOffset CapturedAt, string? Json);

/// <summary>captures.exif and its stage bit.</summary>
public sealed class ExifTable(NpgsqlDataSource database)
{
    /// <summary>The captures of these that are stored.</summary>
    public async Task<IReadOnlyDictionary<Guid, MissingExif>> FindMissingExifAsync(
        Guid[] ids, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select i.id, i.captured_at, c.blob_path
            from capture_identities i join captures c on c.id = i.id and c.captured_at = i.captured_at
            where i.id = any($1) and i.state = 1
            """, ids);
        var missing = new Dictionary<Guid, MissingExif>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            missing.Add(reader.GetGuid(0), new MissingExif(
                reader.GetGuid(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetString(2)));
        }

        return missing;
    }

    /// <summary>Keeps what was read and clears the stage.</summary>
    public async Task CompleteExifAsync(IReadOnlyList<ReadExif> read, CancellationToken cancellationToken)
    {
        if (read.Count == 0)
        {
            return;
        }

        await using var command = database.Command("""
            update captures c set exif = n.exif::jsonb, stages_missing = c.stages_missing & ~2
            from unnest($1::uuid[], $2::timestamptz[]) with ordinality as k (id, at, place)
            join unnest($3::text[]) with ordinality as n (exif, place) using (place)
            where c.id = k.id and c.captured_at = k.at and c.captured_at between $4 and $5
            """,
            read.Select(r => r.Id).ToArray(), read.Select(r => r.CapturedAt.UtcDateTime).ToArray());
        command.Parameters.Add(new()
        {
            Value = read.Select(r => r.Json).ToArray(),
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
        });
        command.Parameters.Add(new() { Value = read.Min(r => r.CapturedAt.UtcDateTime) });
        command.Parameters.Add(new() { Value = read.Max(r => r.CapturedAt.UtcDateTime) });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
