using Npgsql;

namespace WildCam.Storage.Cameras;

/// <summary>A camera at a site for a time.</summary>
public sealed record Deployment(int Id, string Camera, string Site, DateTimeOffset FromAt, DateTimeOffset? UntilAt);

/// <summary>Where cameras stood, and when.</summary>
public sealed class DeploymentsTable(NpgsqlDataSource database)
{
    /// <summary>Most deployments that one list returns.</summary>
    public const int ListMax = 10_000;

    /// <summary>All deployments of a project, newest first.</summary>
    public async Task<IReadOnlyList<Deployment>> ListAsync(int projectId, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select d.id, c.code, s.slug, d.from_at, d.until_at
            from deployments d join cameras c on c.id = d.camera_id join sites s on s.id = d.site_id
            where d.project_id = $1 order by d.from_at desc, d.id desc limit {ListMax}
            """, projectId);
        var deployments = new List<Deployment>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            deployments.Add(new Deployment(
                reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3),
                reader.Get<DateTimeOffset>(4)));
        }

        return deployments;
    }

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
}
