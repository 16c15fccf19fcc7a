using Npgsql;

namespace WildCam.Storage.Cameras;

/// <summary>What a camera's hello says of it.</summary>
public sealed record GreetedCamera(
    int CameraId, uint Boot, uint Session, DateTimeOffset At, string Firmware, short Board, uint ConfigVersion,
    uint SpoolCount);

/// <summary>What is known of each camera now. The newest (boot, session) wins, not the last to arrive.</summary>
public sealed class CameraStatesTable(NpgsqlDataSource database)
{
    public async Task InsertAsync(NpgsqlConnection connection, int cameraId, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            "insert into camera_states (camera_id) values ($1) on conflict do nothing", cameraId);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Takes note of a hello; false where a newer one was heard before.</summary>
    public async Task<bool> GreetAsync(GreetedCamera hello, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            with greeted as (
              update camera_states set
                last_seen_at = greatest(last_seen_at, $4), last_hello_at = $4, next_contact_at = null, lost_at = null,
                boot = $2, session = $3, firmware = $5, config_version = $6, spool_count = $7
              where camera_id = $1 and (boot, session) <= ($2, $3)
              returning camera_id)
            update cameras set board = $8 where id = (select camera_id from greeted) and board <> $8
            returning (select count(*) from greeted)
            """, hello.CameraId, (long)hello.Boot, (long)hello.Session, hello.At, hello.Firmware,
            (long)hello.ConfigVersion, (long)hello.SpoolCount, hello.Board);
        if (await command.ExecuteScalarAsync(cancellationToken) is not null)
        {
            return true;
        }

        await using var check = database.Command("""
            select (boot, session) = ($2, $3) from camera_states where camera_id = $1
            """, hello.CameraId, (long)hello.Boot, (long)hello.Session);
        return await check.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>The camera announced its next contact; false where a newer session was heard before.</summary>
    public async Task<bool> AnnounceSleepAsync(
        int cameraId, uint boot, uint session, DateTimeOffset at, DateTimeOffset? nextContactAt,
        CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            update camera_states set last_seen_at = greatest(last_seen_at, $4), next_contact_at = $5::timestamptz,
              lost_at = null
            where camera_id = $1 and (boot, session) <= ($2, $3)
            """, cameraId, (long)boot, (long)session, at, nextContactAt);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>A connection broke off: the will. False where it is of another session than the newest.</summary>
    public async Task<bool> LoseAsync(
        int cameraId, uint boot, uint session, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            update camera_states set lost_at = $4
            where camera_id = $1 and (boot, session) = ($2, $3) and lost_at is null
            """, cameraId, (long)boot, (long)session, at);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Lets a board start counting its boots again.</summary>
    public async Task ForgetBootsAsync(NpgsqlConnection connection, int cameraId, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            update camera_states set boot = 0, session = 0, heartbeat_boot = 0, heartbeat_sequence = 0
            where camera_id = $1
            """, cameraId);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
