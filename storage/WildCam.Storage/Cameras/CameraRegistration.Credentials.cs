using Npgsql;
using WildCam.Storage.Accounts;

namespace WildCam.Storage.Cameras;

/// <summary>Credentials over a camera's life: another one, the first use of it, and their end.</summary>
public sealed partial class CameraRegistration
{
    /// <summary>Longest time for which an old credential stays good beside a new one.</summary>
    public static readonly TimeSpan OverlapMax = TimeSpan.FromDays(90);

    /// <summary>
    /// Gives a camera another credential. The old one ends at once, or, with an overlap, when the new one is used first
    /// or that time is over. Of two rotations in a row the second keeps the old one that the camera has.
    /// </summary>
    public async Task<CameraAdded> RotateAsync(
        string code, Actor actor, CancellationToken cancellationToken, TimeSpan overlap = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(overlap, OverlapMax);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var camera = await _cameras.FindByCodeAsync(code, cancellationToken);
        var (credential, hash) = CameraCredential.Create();
        DateTimeOffset? previousUntil;
        await using (var rotate = connection.Command("""
            update cameras set password_hash = $2, password_issued_at = now(), password_used_at = null,
              changed_at = clock_timestamp(),
              previous_hash = case when $3 <= interval '0' then null
                when password_used_at is null and previous_until > now() then previous_hash else password_hash end,
              previous_until = case when $3 <= interval '0' or coalesce(
                case when password_used_at is null and previous_until > now() then previous_hash end, password_hash)
                is null then null else now() + $3 end
            where code = $1 and revoked_at is null
            returning previous_until
            """, code, hash, overlap))
        await using (var reader = await rotate.ExecuteReaderAsync(cancellationToken))
        {
            if (!await reader.ReadAsync(cancellationToken))
            {
                var refusal = camera is null ? CameraRefusal.NoSuchCamera : CameraRefusal.Revoked;
                return new CameraAdded(camera?.Id ?? 0, code, null, refusal);
            }

            previousUntil = reader.Get<DateTimeOffset>(0);
        }

        if (previousUntil is null)
        {
            // A board that needs a new credential has often lost its memory, and with it its count of boots.
            await _states.ForgetBootsAsync(connection, camera!.Id, cancellationToken);
        }

        await AuditAsync(
            connection, "camera.rotate", code, actor, null, new { oldGoodUntil = previousUntil }, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await TellAsync(connection, code, cancellationToken);
        return new CameraAdded(camera!.Id, code, credential, CameraRefusal.None);
    }

    /// <summary>Ends the old credential before its time; false where there is none beside the new one.</summary>
    public async Task<bool> EndPreviousAsync(string code, Actor actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var end = connection.Command("""
            update cameras set previous_hash = null, previous_until = null, changed_at = clock_timestamp()
            where code = $1 and previous_hash is not null
            """, code))
        {
            if (await end.ExecuteNonQueryAsync(cancellationToken) == 0)
            {
                return false;
            }
        }

        await AuditAsync(connection, "camera.end-old-password", code, actor, null, null, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await TellAsync(connection, code, cancellationToken);
        return true;
    }

    /// <summary>A camera signed in with its credential for the first time: the one before ends.</summary>
    public async Task NoteFirstSignInAsync(Camera camera, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var note = connection.Command("""
            with was as (
              select id, previous_hash is not null as had from cameras
              where id = $1 and password_hash = $2 and password_used_at is null for update)
            update cameras c set password_used_at = now(), previous_hash = null, previous_until = null,
              changed_at = case when was.had then clock_timestamp() else c.changed_at end
            from was where c.id = was.id returning was.had
            """, camera.Id, camera.PasswordHash))
        {
            if (await note.ExecuteScalarAsync(cancellationToken) is not true)
            {
                await transaction.CommitAsync(cancellationToken);
                return;
            }
        }

        await _states.ForgetBootsAsync(connection, camera.Id, cancellationToken);
        await AuditAsync(
            connection, "camera.use-new-password", camera.Code, Actor.Hub, null, null, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await TellAsync(connection, camera.Code, cancellationToken);
    }

    /// <summary>Takes a camera's credential away for good; every hub drops its connection within 10 s.</summary>
    public Task<CameraRefusal> RevokeAsync(string code, Actor actor, CancellationToken cancellationToken) =>
        EndAsync(code, CameraEnd.Revoked, null, actor, cancellationToken);

    /// <summary>
    /// Ends a camera: its credentials, what waits for it, and who watches it; every hub drops its connection within 10
    /// s. One that is stolen or retired stands nowhere any more. A stolen one also loses the key under which it takes
    /// firmware.
    /// </summary>
    /// <param name="until">When it stood at its site last; null: now. Of a revoked one it goes on.</param>
    public async Task<CameraRefusal> EndAsync(
        string code, CameraEnd why, DateTimeOffset? until, Actor actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await LockAsync(connection, code, cancellationToken) is not { } camera)
        {
            return CameraRefusal.NoSuchCamera;
        }

        if (camera.End is { } ended && (ended == why || why == CameraEnd.Revoked))
        {
            return CameraRefusal.Revoked;
        }

        if (until is { } at && (at > DateTimeOffset.UtcNow + AheadMax || at <= camera.DeployedFrom))
        {
            return CameraRefusal.BadTime;
        }

        await RunAsync(connection, """
            update cameras set revoked_at = coalesce(revoked_at, now()), end_reason = $2, password_hash = null,
              previous_hash = null, previous_until = null, changed_at = clock_timestamp()
            where id = $1
            """, cancellationToken, camera.Id, (short)why);
        await RunAsync(connection, """
            update camera_commands set state = 5, ended_at = now() where camera_id = $1 and state in (0, 1)
            """, cancellationToken, camera.Id);
        await RunAsync(
            connection, "delete from camera_watches where camera_id = $1", cancellationToken, camera.Id);
        await RunAsync(
            connection, "delete from preview_frames where camera_id = $1", cancellationToken, camera.Id);
        await CameraEnrolment.RevokeForCameraAsync(connection, camera.Id, cancellationToken);
        if (why != CameraEnd.Revoked)
        {
            await RunAsync(connection, """
                update deployments set until_at = greatest(coalesce($2::timestamptz, now()), from_at)
                where camera_id = $1 and until_at is null
                """, cancellationToken, camera.Id, until?.ToUniversalTime());
            await _refile.EnqueueAsync(
                connection, camera.Id, until ?? DateTimeOffset.UtcNow, cancellationToken);
        }

        if (why == CameraEnd.Stolen)
        {
            await RunAsync(
                connection, "delete from camera_update_keys where camera_id = $1", cancellationToken, camera.Id);
        }

        var action = why switch
        {
            CameraEnd.Stolen => "camera.mark-stolen",
            CameraEnd.Retired => "camera.retire",
            _ => "camera.revoke",
        };
        await AuditAsync(
            connection, action, code, actor, new { camera.Site },
            why == CameraEnd.Revoked ? new { camera.Site } : new { until = until ?? DateTimeOffset.UtcNow },
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await TellAsync(connection, code, cancellationToken);
        return CameraRefusal.None;
    }

    /// <summary>Puts a camera back to use that was revoked, stolen or retired, under another credential.</summary>
    public async Task<CameraAdded> ReinstateAsync(string code, Actor actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await LockAsync(connection, code, cancellationToken) is not { } camera)
        {
            return new CameraAdded(0, code, null, CameraRefusal.NoSuchCamera);
        }

        if (camera.End is not { } ended)
        {
            return new CameraAdded(camera.Id, code, null, CameraRefusal.InUse);
        }

        var (credential, hash) = CameraCredential.Create();
        await RunAsync(connection, """
            update cameras set revoked_at = null, end_reason = null, password_hash = $2, password_issued_at = now(),
              password_used_at = null, changed_at = clock_timestamp()
            where id = $1
            """, cancellationToken, camera.Id, hash);
        await _states.ForgetBootsAsync(connection, camera.Id, cancellationToken);
        await AuditAsync(
            connection, "camera.reinstate", code, actor, new { ended = ended.ToString() }, null, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await TellAsync(connection, code, cancellationToken);
        return new CameraAdded(camera.Id, code, credential, CameraRefusal.None);
    }

    /// <summary>Locks a camera's row; where it stands now, if anywhere.</summary>
    static async Task<(int Id, CameraEnd? End, string? Site, DateTimeOffset? DeployedFrom)?> LockAsync(
        NpgsqlConnection connection, string code, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            select c.id, case when c.revoked_at is not null then coalesce(c.end_reason, 1) end, t.slug, d.from_at
            from cameras c
            left join deployments d on d.camera_id = c.id and d.until_at is null
            left join sites t on t.id = d.site_id
            where c.code = $1 for no key update of c
            """, code);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? (reader.GetInt32(0), (CameraEnd?)reader.Get<short>(1), reader.Text(2), reader.Get<DateTimeOffset>(3))
            : null;
    }

    static async Task RunAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken,
        params object?[] values)
    {
        await using var command = connection.Command(sql, values);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
