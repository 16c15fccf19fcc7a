using Npgsql;

namespace WildCam.Storage.Cameras;

/// <summary>What second 0 of a camera's clock epochs was in hub time.</summary>
public sealed class ClockEpochsTable(NpgsqlDataSource database)
{
    /// <summary>Anchors an epoch unless it is; returns the anchor in force, which is the first one told.</summary>
    public async Task<DateTimeOffset> AnchorAsync(
        int cameraId, uint epoch, DateTimeOffset zeroAt, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            with anchored as (
              insert into clock_epochs (camera_id, epoch, zero_at) values ($1, $2, $3)
              on conflict (camera_id, epoch) do nothing
              returning zero_at)
            select zero_at from anchored
            union all
            select zero_at from clock_epochs where camera_id = $1 and epoch = $2
            limit 1
            """, cameraId, (long)epoch, zeroAt);
        return await command.ExecuteScalarAsync(cancellationToken) is DateTime anchor
            ? new DateTimeOffset(anchor, TimeSpan.Zero)
            : zeroAt; // Another hub anchored it within this statement: to the same hello.
    }
}
