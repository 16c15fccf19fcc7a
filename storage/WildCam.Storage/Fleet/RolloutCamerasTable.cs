using Npgsql;

namespace WildCam.Storage.Fleet;

/// <summary>A camera within a rollout, as the rules see it.</summary>
/// <param name="LastPictureAt">When the hub stored the camera's last picture.</param>
public sealed record RolloutCamera(
    int RolloutId, int CameraId, int Step, CameraUpdate Update, DateTimeOffset? LastPictureAt, bool IsRemoved);

/// <summary>The cameras of rollouts. Rows are locked, put through the rules, and saved in one transaction.</summary>
static class RolloutCamerasTable
{
    /// <summary>The wire has 32 bits for an offer's number; a camera's word leaves room for a million more.</summary>
    const long NumberMax = uint.MaxValue - 1_000_000L;

    const string Columns = """
        rc.rollout_id, rc.camera_id, rc.step, rc.state, rc.since, rc.deadline_at, rc.reason, rc.code, rc.reported,
        rc.new_version_at, rc.is_confirmed, rc.received_bytes, rc.attempts, rc.offers, rc.offer_id, rc.offered_at,
        rc.must_withdraw, s.last_capture_at, c.revoked_at is not null or c.project_id <> r.project_id
        """;

    const string From = """
        from rollout_cameras rc
        join rollouts r on r.id = rc.rollout_id
        join cameras c on c.id = rc.camera_id
        left join camera_states s on s.camera_id = rc.camera_id
        """;

    /// <summary>Adds the cameras of a new rollout; one that another rollout took meanwhile is not added.</summary>
    public static async Task<int> InsertAsync(
        NpgsqlConnection connection, int rolloutId, IReadOnlyList<(RolloutCandidate Camera, int Step)> targets,
        DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            insert into rollout_cameras (rollout_id, camera_id, step, state, since, version_before, reported)
            select $1, t.camera_id, t.step, 1, $5, t.reported, t.reported
            from unnest($2::int[], $3::smallint[], $4::text[]) as t (camera_id, step, reported)
            on conflict do nothing
            """, rolloutId, targets.Select(t => t.Camera.CameraId).ToArray(),
            targets.Select(t => (short)t.Step).ToArray(),
            targets.Select(t => t.Camera.Reported?.ToString()).ToArray(), now);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Whether anything of a rollout concerns this camera; asked at each hello.</summary>
    public static async Task<bool> ConcernsAsync(
        NpgsqlConnection connection, int cameraId, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            select exists (
              select from rollout_cameras rc join rollouts r on r.id = rc.rollout_id
              where rc.camera_id = $1 and (r.ended_at is null or rc.must_withdraw))
            """, cameraId);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>The rows of a camera in rollouts that have not ended, or that it is to be told to forget.</summary>
    public static async Task<List<RolloutCamera>> LockOfCameraAsync(
        NpgsqlConnection connection, int cameraId, CancellationToken cancellationToken)
    {
        await using var command = connection.Command($"""
            select {Columns} {From}
            where rc.camera_id = $1 and (r.ended_at is null or rc.must_withdraw)
            order by rc.rollout_id
            for update of rc
            """, cameraId);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>
    /// Rows on which something is due: a deadline is over, the proof is complete, or the camera is gone.
    /// </summary>
    public static async Task<List<RolloutCamera>> LockDueAsync(
        NpgsqlConnection connection, int rolloutId, DateTimeOffset now, int most, CancellationToken cancellationToken)
    {
        await using var command = connection.Command($"""
            select {Columns} {From}
            where rc.rollout_id = $1 and (
              (rc.deadline_at <= $2 and (r.state = 1 or rc.state in (6, 7)))
              or (rc.is_confirmed and rc.state in (6, 7, 9, 10) and s.last_capture_at >= rc.new_version_at
                and rc.reason <> 5)
              or (rc.state < 8 and (c.revoked_at is not null or c.project_id <> r.project_id)))
            order by rc.camera_id
            limit $3
            for update of rc
            """, rolloutId, now, most);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>The rows of a step, or all; of one camera, or all.</summary>
    public static async Task<List<RolloutCamera>> LockAsync(
        NpgsqlConnection connection, int rolloutId, int? step, int? cameraId, CancellationToken cancellationToken)
    {
        await using var command = connection.Command($"""
            select {Columns} {From}
            where rc.rollout_id = $1 and ($2::smallint is null or rc.step = $2)
              and ($3::int is null or rc.camera_id = $3)
            order by rc.camera_id
            for update of rc
            """, rolloutId, (short?)step, cameraId);
        return await ReadAsync(command, cancellationToken);
    }

    public static async Task SaveAsync(
        NpgsqlConnection connection, IReadOnlyList<RolloutCamera> rows, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
        {
            return;
        }

        var updates = rows.Select(r => r.Update).ToList();
        await using var command = connection.Command("""
            update rollout_cameras rc set state = t.state, since = t.since, deadline_at = t.deadline_at,
              reason = t.reason, code = t.code, reported = t.reported, new_version_at = t.new_version_at,
              is_confirmed = t.is_confirmed, received_bytes = t.received_bytes, attempts = t.attempts,
              offers = t.offers, offer_id = t.offer_id, offered_at = t.offered_at, must_withdraw = t.must_withdraw
            from unnest($1::int[], $2::int[], $3::smallint[], $4::timestamptz[], $5::timestamptz[], $6::smallint[],
              $7::int[], $8::text[], $9::timestamptz[], $10::boolean[], $11::bigint[], $12::smallint[],
              $13::smallint[], $14::bigint[], $15::timestamptz[], $16::boolean[]) as t (rollout_id, camera_id, state,
              since, deadline_at, reason, code, reported, new_version_at, is_confirmed, received_bytes, attempts,
              offers, offer_id, offered_at, must_withdraw)
            where rc.rollout_id = t.rollout_id and rc.camera_id = t.camera_id
            """, rows.Select(r => r.RolloutId).ToArray(), rows.Select(r => r.CameraId).ToArray(),
            updates.Select(u => (short)u.State).ToArray(), updates.Select(u => u.Since).ToArray(),
            updates.Select(u => u.DeadlineAt).ToArray(), updates.Select(u => (short)u.Reason).ToArray(),
            updates.Select(u => u.Code).ToArray(), updates.Select(u => u.Reported?.ToString()).ToArray(),
            updates.Select(u => u.NewVersionAt).ToArray(), updates.Select(u => u.IsConfirmed).ToArray(),
            updates.Select(u => u.ReceivedBytes).ToArray(), updates.Select(u => (short)u.Attempts).ToArray(),
            updates.Select(u => (short)u.Offers).ToArray(), updates.Select(u => u.OfferId).ToArray(),
            updates.Select(u => u.OfferedAt).ToArray(), updates.Select(u => u.MustWithdraw).ToArray());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>How the cameras of each step stand.</summary>
    public static async Task<IReadOnlyDictionary<int, StepCounts>> CountAsync(
        NpgsqlConnection connection, int rolloutId, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            select step, count(*) filter (where state = 1), count(*) filter (where state between 2 and 7),
              count(*) filter (where state = 8), count(*) filter (where state = 9), count(*) filter (where state = 10)
            from rollout_cameras where rollout_id = $1 group by step
            """, rolloutId);
        var counts = new Dictionary<int, StepCounts>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            counts.Add(reader.GetInt16(0), new StepCounts(
                (int)reader.GetInt64(1), (int)reader.GetInt64(2), (int)reader.GetInt64(3), (int)reader.GetInt64(4),
                (int)reader.GetInt64(5)));
        }

        return counts;
    }

    /// <summary>The number for the next offer to a camera: it only rises, whatever the clocks of the hubs do.</summary>
    public static async Task<long?> TakeNumberAsync(
        NpgsqlConnection connection, int rolloutId, int cameraId, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            with taken as (
              update camera_update_keys set last_number = greatest(last_number + 1, $3) where camera_id = $2
              returning last_number)
            update rollout_cameras set offer_number = (select last_number from taken)
            where rollout_id = $1 and camera_id = $2 and exists (select from taken)
            returning offer_number
            """, rolloutId, cameraId, now.ToUnixTimeSeconds());
        return (long?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>
    /// A camera followed this number already: the next offer gets a higher one. One that leaves no higher number on the
    /// wire is not believed; its camera has to be given a new update key.
    /// </summary>
    public static async Task LearnNumberAsync(
        NpgsqlConnection connection, int cameraId, long number, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            update camera_update_keys set last_number = greatest(last_number, $2) where camera_id = $1 and $2 < $3
            """, cameraId, number, NumberMax);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The number of the offer that was sent last.</summary>
    public static async Task<long?> ReadNumberAsync(
        NpgsqlConnection connection, int rolloutId, int cameraId, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            select offer_number from rollout_cameras where rollout_id = $1 and camera_id = $2
            """, rolloutId, cameraId);
        return await command.ExecuteScalarAsync(cancellationToken) as long?;
    }

    /// <summary>The version that the camera's last hello said.</summary>
    public static async Task<Version?> ReadVersionAsync(
        NpgsqlConnection connection, int cameraId, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            "select firmware from camera_states where camera_id = $1", cameraId);
        return FirmwareVersions.Parse(await command.ExecuteScalarAsync(cancellationToken) as string);
    }

    /// <summary>The camera of this code in a rollout.</summary>
    public static async Task<int?> FindCameraAsync(
        NpgsqlConnection connection, int rolloutId, string code, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            select rc.camera_id from rollout_cameras rc join cameras c on c.id = rc.camera_id
            where rc.rollout_id = $1 and c.code = $2
            """, rolloutId, code);
        return (int?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>Cameras of a rollout that another one waits for.</summary>
    public static async Task<HashSet<int>> ListBusyElsewhereAsync(
        NpgsqlConnection connection, int rolloutId, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            select rc.camera_id from rollout_cameras rc
            where rc.rollout_id <> $1 and rc.state < 8
              and exists (select from rollout_cameras o where o.rollout_id = $1 and o.camera_id = rc.camera_id)
            """, rolloutId);
        var busy = new HashSet<int>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            busy.Add(reader.GetInt32(0));
        }

        return busy;
    }

    /// <summary>
    /// An id that no offer had, also where a restored backup set the sequence back: cameras remember ids, and may tell
    /// of one that this database has forgotten.
    /// </summary>
    public static async Task<long> NextOfferIdAsync(
        NpgsqlConnection connection, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            "select ($1::bigint << 20) + (nextval('firmware_offer_ids') & 1048575)", now.ToUnixTimeSeconds());
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    static async Task<List<RolloutCamera>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var rows = new List<RolloutCamera>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var update = new CameraUpdate((UpdateState)reader.GetInt16(3), reader.GetFieldValue<DateTimeOffset>(4))
            {
                DeadlineAt = reader.Get<DateTimeOffset>(5),
                Reason = (UpdateReason)reader.GetInt16(6),
                Code = reader.GetInt32(7),
                Reported = FirmwareVersions.Parse(reader.Text(8)),
                NewVersionAt = reader.Get<DateTimeOffset>(9),
                IsConfirmed = reader.GetBoolean(10),
                ReceivedBytes = reader.GetInt64(11),
                Attempts = reader.GetInt16(12),
                Offers = reader.GetInt16(13),
                OfferId = reader.Get<long>(14),
                OfferedAt = reader.Get<DateTimeOffset>(15),
                MustWithdraw = reader.GetBoolean(16),
            };
            rows.Add(new RolloutCamera(
                reader.GetInt32(0), reader.GetInt32(1), reader.GetInt16(2), update, reader.Get<DateTimeOffset>(17),
                reader.GetBoolean(18)));
        }

        return rows;
    }
}

/// <summary>Versions as cameras report them and rows hold them: three numbers.</summary>
public static class FirmwareVersions
{
    /// <summary>The version; null where the text is none of three numbers.</summary>
    public static Version? Parse(string? text) =>
        Version.TryParse(text, out var version) && version is { Build: >= 0, Revision: -1 } ? version : null;
}
