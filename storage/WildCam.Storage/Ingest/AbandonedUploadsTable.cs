using Npgsql;
using NpgsqlTypes;

namespace WildCam.Storage.Ingest;

/// <summary>An upload that was broken off and given up; its camera has the picture still.</summary>
/// <param name="DeviceCaptureId">Spool id and counter, as on the wire.</param>
/// <param name="ReceivedBytes">That were here when it was given up.</param>
public sealed record AbandonedUpload(
    int CameraId, byte[] DeviceCaptureId, DateTimeOffset GivenUpAt, int SizeBytes, int ReceivedBytes);

/// <summary>What became of an abandoned upload.</summary>
public enum AbandonedState
{
    /// <summary>It has not arrived; the camera offers it again.</summary>
    Missing,

    Stored,

    /// <summary>It arrived damaged and is held for a person.</summary>
    Held,

    /// <summary>It arrived, and was erased since.</summary>
    Erased,
}

/// <summary>An abandoned upload as a page shows it.</summary>
/// <param name="Times">How often it was given up.</param>
/// <param name="CaptureId">Of the picture, where it is stored.</param>
public sealed record AbandonedUploadRow(
    byte[] DeviceCaptureId, DateTimeOffset GivenUpAt, int Times, int SizeBytes, int ReceivedBytes,
    AbandonedState State, Guid? CaptureId);

/// <summary>How many uploads were given up lately, and how many of them arrived since.</summary>
public readonly record struct AbandonedCount(int GivenUp, int Arrived);

/// <summary>Uploads that cameras began and never finished.</summary>
public sealed class AbandonedUploadsTable(NpgsqlDataSource database)
{
    /// <summary>Rows of one camera; of more, the newest are kept.</summary>
    public const int PerCameraMax = 100;

    /// <summary>Counts stop here.</summary>
    public const int CountMax = 10_000;

    /// <summary>
    /// For the sweep of assemblies: notes uploads that were given up. The same ones again change nothing. Uploads of
    /// cameras that are gone are left out.
    /// </summary>
    public async Task NoteForSweepAsync(
        IReadOnlyCollection<AbandonedUpload> uploads, CancellationToken cancellationToken)
    {
        // In one order, so that two hubs that note the same pictures do not wait for each other.
        await using var command = database.Command("""
            insert into abandoned_uploads as a (camera_id, device_capture_id, given_up_at, size_bytes, received_bytes)
            select distinct on (g.camera_id, g.device_capture_id)
              g.camera_id, g.device_capture_id, g.given_up_at, g.size_bytes, g.received_bytes
            from unnest($1::int[], $2::bytea[], $3::timestamptz[], $4::int[], $5::int[])
              as g (camera_id, device_capture_id, given_up_at, size_bytes, received_bytes)
            join cameras c on c.id = g.camera_id
            order by g.camera_id, g.device_capture_id, g.given_up_at desc
            on conflict (camera_id, device_capture_id) do update set
              given_up_at = excluded.given_up_at, times = a.times + 1, size_bytes = excluded.size_bytes,
              received_bytes = excluded.received_bytes
            where a.given_up_at < excluded.given_up_at
            """,
            uploads.Select(u => u.CameraId).ToArray(),
            uploads.Select(u => u.DeviceCaptureId).ToArray());
        command.Parameters.Add(new()
        {
            Value = uploads.Select(u => u.GivenUpAt.UtcDateTime).ToArray(),
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
        });
        command.Parameters.Add(new() { Value = uploads.Select(u => u.SizeBytes).ToArray() });
        command.Parameters.Add(new() { Value = uploads.Select(u => u.ReceivedBytes).ToArray() });
        await command.ExecuteNonQueryAsync(cancellationToken);
        await TrimAsync([.. uploads.Select(u => u.CameraId).Distinct()], cancellationToken);
    }

    /// <summary>For the camera's page: its abandoned uploads, the newest first.</summary>
    public async Task<IReadOnlyList<AbandonedUploadRow>> ListForCameraPageAsync(
        int cameraId, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select a.device_capture_id, a.given_up_at, a.times, a.size_bytes, a.received_bytes,
              case when i.state = 1 then 1 when i.id is not null then 3 when q.id is not null then 2 else 0 end,
              case when i.state = 1 then i.id end
            from abandoned_uploads a
            left join capture_identities i on i.device_capture_id = a.device_capture_id and i.camera_id = a.camera_id
            left join lateral (
              select id from quarantine_entries
              where camera_id = a.camera_id and device_capture_id = a.device_capture_id limit 1) q on true
            where a.camera_id = $1 order by a.given_up_at desc, a.device_capture_id limit $2
            """, cameraId, PerCameraMax);
        var rows = new List<AbandonedUploadRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new AbandonedUploadRow(
                reader.GetFieldValue<byte[]>(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetInt32(2),
                reader.GetInt32(3), reader.GetInt32(4), (AbandonedState)reader.GetInt32(5), reader.Get<Guid>(6)));
        }

        return rows;
    }

    /// <summary>For the jobs page: what was given up since a time, in all projects.</summary>
    public async Task<AbandonedCount> CountForJobsPageAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select count(*)::int, count(coalesce(i.id, q.id))::int
            from (select camera_id, device_capture_id from abandoned_uploads where given_up_at >= $1 limit $2) a
            left join capture_identities i on i.device_capture_id = a.device_capture_id and i.camera_id = a.camera_id
            left join lateral (
              select id from quarantine_entries
              where camera_id = a.camera_id and device_capture_id = a.device_capture_id limit 1) q on true
            """, since.UtcDateTime, CountMax);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new AbandonedCount(reader.GetInt32(0), reader.GetInt32(1));
    }

    async Task TrimAsync(int[] cameraIds, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            delete from abandoned_uploads where ctid = any(array(
              select row_id from (
                select ctid as row_id, row_number() over (partition by camera_id order by given_up_at desc) as place
                from abandoned_uploads where camera_id = any($1)) ranked
              where place > $2))
            """, cameraIds, PerCameraMax);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
