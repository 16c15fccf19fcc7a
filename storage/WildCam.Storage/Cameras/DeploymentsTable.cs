using Npgsql;

namespace WildCam.Storage.Cameras;

/// <summary>Where cameras stood, and when.</summary>
public sealed class DeploymentsTable(NpgsqlDataSource database)
{
    /// <summary>Begins a deployment; the camera must have no open one.</summary>
    public async Task OpenAsync(
        NpgsqlConnection connection, int projectId, int cameraId, int siteId, DateTimeOffset? fromAt,
        CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            insert into deployments (project_id, camera_id, site_id, from_at)
            values ($1, $2, $3, coalesce($4::timestamptz, now()))
            """, projectId, cameraId, siteId, fromAt?.ToUniversalTime());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Ends the open deployment, if any, and begins one at another site, in one transaction.</summary>
    public async Task MoveAsync(
        int projectId, int cameraId, int siteId, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var close = connection.Command("""
            update deployments set until_at = $2 where camera_id = $1 and until_at is null
            """, cameraId, at.ToUniversalTime()))
        {
            await close.ExecuteNonQueryAsync(cancellationToken);
        }

        await OpenAsync(connection, projectId, cameraId, siteId, at, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
