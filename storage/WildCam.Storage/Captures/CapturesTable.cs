using Npgsql;
using NpgsqlTypes;

namespace WildCam.Storage.Captures;

/// <summary>Captures and the narrow identity row that each leaves for ever.</summary>
public sealed class CapturesTable(NpgsqlDataSource database)
{
    /// <summary>
    /// Files captures in the caller's transaction. A capture whose device id is taken is left out; the public ids of
    /// those that were filed come back. The month's partition must exist.
    /// </summary>
    public async Task<IReadOnlySet<Guid>> InsertAsync(
        NpgsqlConnection connection, IReadOnlyList<NewCapture> captures, CancellationToken cancellationToken)
    {
        // In the order of the device id, so that two hubs with the same pictures do not wait for each other.
        await using var command = new NpgsqlCommand("""
            with given as (
              select * from unnest($1::uuid[], $2::bytea[], $3::int[], $4::int[], $5::timestamptz[], $6::timestamptz[],
                $7::smallint[], $8::timestamptz[], $9::bigint[], $10::bigint[], $11::smallint[], $12::text[],
                $13::smallint[], $14::smallint[], $15::smallint[], $16::boolean[], $17::int[], $18::smallint[],
                $19::int[], $20::bytea[], $21::bytea[], $22::text[], $25::boolean[])
              as g (id, device_capture_id, project_id, camera_id, captured_at, received_at, clock_quality, device_time,
                clock_epoch, clock_seconds, source, file_name, trigger, burst_index, burst_count, is_infrared,
                battery_mv, temperature_tenths, size_bytes, digest, sha256, blob_path, is_low_resolution)),
            named as (
              insert into capture_identities (id, device_capture_id, camera_id, captured_at, size_bytes, digest)
              select id, device_capture_id, camera_id, captured_at, size_bytes, digest
              from given order by device_capture_id
              on conflict (device_capture_id) do nothing
              returning id),
            filed as (
              insert into captures (id, captured_at, project_id, camera_id, deployment_id, site_id, device_capture_id,
                received_at, clock_quality, device_time, clock_epoch, clock_seconds, source, file_name, trigger,
                burst_index, burst_count, is_infrared, battery_mv, temperature_tenths, size_bytes, sha256, blob_path,
                is_low_resolution, stages_missing)
              select g.id, g.captured_at, g.project_id, g.camera_id, d.id, d.site_id, g.device_capture_id,
                g.received_at, g.clock_quality, g.device_time, g.clock_epoch, g.clock_seconds, g.source, g.file_name,
                g.trigger, g.burst_index, g.burst_count, g.is_infrared, g.battery_mv, g.temperature_tenths,
                g.size_bytes, g.sha256, g.blob_path, g.is_low_resolution, $23
              from given g
              join named n on n.id = g.id
              left join deployments d on d.camera_id = g.camera_id and d.from_at <= g.captured_at
                and (d.until_at is null or d.until_at > g.captured_at)),
            seen as (
              select g.camera_id, max(g.received_at) as received_at,
                count(n.id) filter (where g.source = 1) as pictures,
                coalesce(sum(g.size_bytes) filter (where n.id is not null and g.source = 1), 0) as bytes
              from given g left join named n on n.id = g.id
              group by g.camera_id order by g.camera_id),
            noted as (
              update camera_states s set
                last_capture_at = greatest(s.last_capture_at, seen.received_at),
                last_seen_at = greatest(s.last_seen_at, seen.received_at),
                -- What waits on the camera is as old as its last word: what came since waits no more.
                spool_count = case when s.spool_count > seen.pictures then s.spool_count - seen.pictures
                  when s.spool_count is not null then 0 end,
                spool_bytes = case when s.spool_bytes > seen.bytes then s.spool_bytes - seen.bytes
                  when s.spool_bytes is not null then 0 end
              from seen where s.camera_id = seen.camera_id and $24)
            select id from named
            """, connection);
        var columns = command.Parameters;
        AddColumn(columns, captures, c => c.Id);
        AddColumn(columns, captures, c => c.DeviceCaptureId);
        AddColumn(columns, captures, c => c.ProjectId);
        AddColumn(columns, captures, c => c.CameraId);
        AddColumn(columns, captures, c => c.CapturedAt.UtcDateTime);
        AddColumn(columns, captures, c => c.ReceivedAt.UtcDateTime);
        AddColumn(columns, captures, c => (short)c.ClockQuality);
        AddColumn(columns, captures, c => c.DeviceTime?.UtcDateTime, NpgsqlDbType.TimestampTz);
        AddColumn(columns, captures, c => (long?)c.ClockEpoch, NpgsqlDbType.Bigint);
        AddColumn(columns, captures, c => (long?)c.ClockSeconds, NpgsqlDbType.Bigint);
        AddColumn(columns, captures, c => (short)c.Source);
        AddColumn(columns, captures, c => c.FileName, NpgsqlDbType.Text);
        AddColumn(columns, captures, c => c.Trigger);
        AddColumn(columns, captures, c => c.BurstIndex);
        AddColumn(columns, captures, c => c.BurstCount);
        AddColumn(columns, captures, c => c.IsInfrared);
        AddColumn(columns, captures, c => c.BatteryMillivolts, NpgsqlDbType.Integer);
        AddColumn(columns, captures, c => c.TemperatureTenths, NpgsqlDbType.Smallint);
        AddColumn(columns, captures, c => c.SizeBytes);
        AddColumn(columns, captures, c => c.Digest);
        AddColumn(columns, captures, c => c.Sha256);
        AddColumn(columns, captures, c => c.BlobPath);
        columns.Add(new() { Value = (int)CaptureStages.All });
        columns.Add(new() { Value = captures.Any(c => c.Source == CaptureSource.Camera) });
        AddColumn(columns, captures, c => c.IsLowResolution);
        var filed = new HashSet<Guid>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            filed.Add(reader.GetGuid(0));
        }

        return filed;
    }

    /// <summary>What is known of these device capture ids; unknown ones are left out.</summary>
    public async Task<IReadOnlyList<KnownCapture>> FindByDeviceIdAsync(
        byte[][] deviceCaptureIds, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select id, device_capture_id, camera_id, captured_at, size_bytes, digest, state
            from capture_identities where device_capture_id = any($1)
            """, deviceCaptureIds);
        return await ReadKnownAsync(command, cancellationToken);
    }

    /// <summary>What is known of a public id; null: nothing.</summary>
    public async Task<KnownCapture?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select id, device_capture_id, camera_id, captured_at, size_bytes, digest, state
            from capture_identities where id = $1
            """, id);
        return (await ReadKnownAsync(command, cancellationToken)).FirstOrDefault();
    }

    /// <summary>
    /// Erases a capture, leaving a tombstone, so that a resend is a duplicate and the picture never returns. Gives the
    /// path of the blob, which the caller deletes after the commit; null where there was nothing to erase.
    /// </summary>
    public async Task<string?> EraseAsync(
        NpgsqlConnection connection, Guid id, CaptureState tombstone, CancellationToken cancellationToken)
    {
        await using var bury = connection.Command("""
            update capture_identities set state = $2 where id = $1 and state = 1 returning captured_at
            """, id, (short)tombstone);
        if (await bury.ExecuteScalarAsync(cancellationToken) is not DateTime capturedAt)
        {
            return null;
        }

        await using var detections = connection.Command("""
            with gone as (
              delete from wildlife_detections where capture_id = $1 and captured_at = $2
              returning camera_id, local_date)
            insert into summary_dirty (camera_id, detection_date) select distinct camera_id, local_date from gone
            """, id, capturedAt);
        await detections.ExecuteNonQueryAsync(cancellationToken);
        var (blobPath, eventId) = await DeleteAsync(connection, id, capturedAt, cancellationToken);
        if (eventId is { } visit)
        {
            await LeaveEventAsync(connection, visit, cancellationToken);
        }

        return blobPath;
    }

    static async Task<(string? BlobPath, Guid? EventId)> DeleteAsync(
        NpgsqlConnection connection, Guid id, DateTime capturedAt, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            delete from captures where id = $1 and captured_at = $2 returning blob_path, event_id
            """, id, capturedAt);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetString(0), reader.Get<Guid>(1)) : (null, null);
    }

    // The event keeps its id and its span, so that links and neighbours stay; with its last picture its findings go.
    static async Task LeaveEventAsync(NpgsqlConnection connection, Guid eventId, CancellationToken cancellationToken)
    {
        await using var count = connection.Command("""
            update events e set version = version + 1, best_capture_id = null, best_captured_at = null,
              capture_count = (
                select count(*) from captures c
                where c.event_id = e.id and c.captured_at between e.started_at and e.ended_at)
            where e.id = $1
            """, eventId);
        await count.ExecuteNonQueryAsync(cancellationToken);
        await using var refresh = connection.Command("select refresh_event_findings($1)", eventId);
        await refresh.ExecuteNonQueryAsync(cancellationToken);
    }

    static async Task<List<KnownCapture>> ReadKnownAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var known = new List<KnownCapture>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            known.Add(new KnownCapture(
                reader.GetGuid(0), reader.GetFieldValue<byte[]>(1), reader.GetInt32(2),
                reader.GetFieldValue<DateTimeOffset>(3), reader.GetInt32(4), reader.GetFieldValue<byte[]>(5),
                (CaptureState)reader.GetInt16(6)));
        }

        return known;
    }

    static void AddColumn<T>(
        NpgsqlParameterCollection columns, IReadOnlyList<NewCapture> captures, Func<NewCapture, T> value,
        NpgsqlDbType? type = null)
    {
        var column = new T[captures.Count];
        for (var i = 0; i < column.Length; i++)
        {
            column[i] = value(captures[i]);
        }

        var parameter = new NpgsqlParameter { Value = column };
        if (type is { } known)
        {
            parameter.NpgsqlDbType = NpgsqlDbType.Array | known;
        }

        columns.Add(parameter);
    }
}
