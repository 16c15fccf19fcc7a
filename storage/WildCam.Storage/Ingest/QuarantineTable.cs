using Npgsql;

namespace WildCam.Storage.Ingest;

/// <summary>Bytes that are durable but no capture, and why.</summary>
public sealed record QuarantineEntry(
    Guid Id, int? CameraId, byte[]? DeviceCaptureId, DateTimeOffset ReceivedAt, short Code, string Reason,
    int SizeBytes, byte[] Sha256, string BlobPath, byte[]? BeginMessage, DateTimeOffset? ResolvedAt,
    string? Resolution);

/// <summary>Pictures held for a person.</summary>
public sealed class QuarantineTable(NpgsqlDataSource database)
{
    public const int ListMax = 1000;

    const string Columns = """
        id, camera_id, device_capture_id, received_at, code, reason, size_bytes, sha256, blob_path, begin_message,
        resolved_at, resolution
        """;

    /// <summary>Adds an entry; the same id again changes nothing.</summary>
    public async Task InsertAsync(QuarantineEntry entry, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            insert into quarantine_entries (id, camera_id, device_capture_id, received_at, code, reason, size_bytes,
              sha256, blob_path, begin_message)
            values ($1, $2::int, $3::bytea, $4, $5, $6, $7, $8, $9, $10::bytea)
            on conflict (id) do nothing
            """, entry.Id, entry.CameraId, entry.DeviceCaptureId, entry.ReceivedAt, entry.Code, entry.Reason,
            entry.SizeBytes, entry.Sha256, entry.BlobPath, entry.BeginMessage);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<QuarantineEntry?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"select {Columns} from quarantine_entries where id = $1", id);
        return (await ReadAsync(command, cancellationToken)).FirstOrDefault();
    }

    /// <summary>Entries that nobody has resolved, newest first.</summary>
    public async Task<IReadOnlyList<QuarantineEntry>> ListOpenAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select {Columns} from quarantine_entries where resolved_at is null
            order by received_at desc limit {ListMax}
            """);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Closes an entry; false where it was closed before.</summary>
    public async Task<bool> ResolveAsync(Guid id, string resolution, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            update quarantine_entries set resolved_at = now(), resolution = $2 where id = $1 and resolved_at is null
            """, id, resolution);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    static async Task<List<QuarantineEntry>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var entries = new List<QuarantineEntry>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            entries.Add(new QuarantineEntry(
                reader.GetGuid(0), reader.Get<int>(1), reader.IsDBNull(2) ? null : reader.GetFieldValue<byte[]>(2),
                reader.GetFieldValue<DateTimeOffset>(3), reader.GetInt16(4), reader.GetString(5), reader.GetInt32(6),
                reader.GetFieldValue<byte[]>(7), reader.GetString(8),
                reader.IsDBNull(9) ? null : reader.GetFieldValue<byte[]>(9), reader.Get<DateTimeOffset>(10),
                reader.Text(11)));
        }

        return entries;
    }
}
