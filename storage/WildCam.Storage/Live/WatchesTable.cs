using Npgsql;

namespace WildCam.Storage.Live;

/// <summary>How a camera is watched now; the id is one for the order that goes to it.</summary>
public sealed record CameraWatch(bool IsWatched, bool IsWatchedElsewhere, long OrderId);

/// <summary>The newest preview frame of a camera.</summary>
public sealed record StoredFrame(int CameraId, DateTimeOffset TakenAt, byte[] Jpeg);

/// <summary>
/// Who watches which camera at which hub, and the frames that cross from the hub that holds a camera to one where
/// somebody watches it.
/// </summary>
public sealed class WatchesTable(NpgsqlDataSource database)
{
    /// <summary>Frames and watches older than this are removed.</summary>
    public static readonly TimeSpan KeepMax = TimeSpan.FromMinutes(1);

    /// <summary>Somebody at this hub watches these cameras, for a while longer.</summary>
    public async Task WatchAsync(
        Guid hubId, IReadOnlyCollection<int> cameraIds, TimeSpan lasting, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            insert into camera_watches (camera_id, hub_id, until_at)
            select id, $1, now() + $3 from unnest($2::int[]) as t (id) order by id
            on conflict (camera_id, hub_id) do update set until_at = excluded.until_at
            """, hubId, cameraIds.ToArray(), lasting);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Nobody at this hub watches the camera any more.</summary>
    public async Task LeaveAsync(Guid hubId, int cameraId, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "delete from camera_watches where camera_id = $2 and hub_id = $1", hubId, cameraId);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Whether a camera that this hub holds is watched, here or elsewhere.</summary>
    public async Task<CameraWatch> FindForOutboxAsync(
        Guid hubId, int cameraId, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select count(*) > 0, coalesce(bool_or(hub_id <> $1), false),
              nextval(pg_get_serial_sequence('camera_commands', 'id'))
            from camera_watches where camera_id = $2 and until_at > now()
            """, hubId, cameraId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new CameraWatch(reader.GetBoolean(0), reader.GetBoolean(1), reader.GetInt64(2));
    }

    /// <summary>Of these cameras, which this hub holds, those that are watched, and whether by other hubs.</summary>
    public async Task<IReadOnlyList<(int CameraId, bool IsWatchedElsewhere)>> ListWatchedAsync(
        Guid hubId, int[] cameraIds, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select camera_id, bool_or(hub_id <> $1) from camera_watches
            where camera_id = any($2) and until_at > now() group by camera_id
            """, hubId, cameraIds);
        var watched = new List<(int, bool)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            watched.Add((reader.GetInt32(0), reader.GetBoolean(1)));
        }

        return watched;
    }

    /// <summary>Puts a camera's newest frame where other hubs find it.</summary>
    public async Task PutFrameAsync(
        int cameraId, DateTimeOffset takenAt, byte[] jpeg, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            insert into preview_frames (camera_id, taken_at, jpeg) values ($1, $2, $3)
            on conflict (camera_id) do update set taken_at = excluded.taken_at, jpeg = excluded.jpeg
            """, cameraId, takenAt, jpeg);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Frames of these cameras that are newer than the last one seen of each.</summary>
    public async Task<IReadOnlyList<StoredFrame>> ListNewerFramesAsync(
        IReadOnlyCollection<(int CameraId, DateTimeOffset After)> cameras, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select f.camera_id, f.taken_at, f.jpeg
            from preview_frames f join unnest($1::int[], $2::timestamptz[]) as t (camera_id, after_at)
              on t.camera_id = f.camera_id and f.taken_at > t.after_at
            """, cameras.Select(c => c.CameraId).ToArray(),
            cameras.Select(c => c.After.ToUniversalTime()).ToArray());
        var frames = new List<StoredFrame>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            frames.Add(new StoredFrame(
                reader.GetInt32(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetFieldValue<byte[]>(2)));
        }

        return frames;
    }

    /// <summary>Removes frames, and watches of hubs that died; how many.</summary>
    public async Task<int> CleanUpAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            with frames as (delete from preview_frames where taken_at < now() - $1 returning 1),
            watches as (delete from camera_watches where until_at < now() - $1 returning 1)
            select (select count(*) from frames) + (select count(*) from watches)
            """, KeepMax);
        return (int)(long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
