using Npgsql;
using WildCam.Storage.Captures;

namespace WildCam.Storage.Ingest;

/// <summary>What the database knows of blobs, for the sweep that looks for those it does not know.</summary>
public sealed class OrphansTable(NpgsqlDataSource database)
{
    /// <summary>
    /// State and device capture id of these public ids; unknown ones are left out. A blob's path holds both ids, so the
    /// narrow table of identities tells whether it is referenced, without a look into the months of captures.
    /// </summary>
    public async Task<IReadOnlyDictionary<Guid, (CaptureState State, byte[] DeviceCaptureId)>> FindForBlobsAsync(
        IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "select id, state, device_capture_id from capture_identities where id = any($1)", ids.ToArray());
        var known = new Dictionary<Guid, (CaptureState, byte[])>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            known.Add(
                reader.GetGuid(0), ((CaptureState)reader.GetInt16(1), reader.GetFieldValue<byte[]>(2)));
        }

        return known;
    }

    /// <summary>Where the bytes of a stored capture lie; null where it is not stored at that time.</summary>
    public async Task<string?> FindBlobPathAsync(
        Guid id, DateTimeOffset capturedAt, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "select blob_path from captures where id = $1 and captured_at = $2", id, capturedAt.UtcDateTime);
        return (string?)await command.ExecuteScalarAsync(cancellationToken);
    }
}
