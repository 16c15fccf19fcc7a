using Npgsql;

namespace WildCam.Storage.Find;

/// <summary>A deployment as a filter names it.</summary>
public sealed record DeploymentChoice(
    int Id, int CameraId, int SiteId, DateTimeOffset FromAt, DateTimeOffset? UntilAt);

/// <summary>The deployments that a gallery can be narrowed to.</summary>
public sealed class DeploymentChoicesTable(NpgsqlDataSource database)
{
    /// <summary>Most deployments of one list; the newest come first.</summary>
    public const int ListMax = 100;

    /// <summary>Those of a camera, of a site, or the one of an id; each may be 0 for any.</summary>
    public async Task<IReadOnlyList<DeploymentChoice>> ListAsync(
        int projectId, int cameraId, int siteId, int id, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select id, camera_id, site_id, from_at, until_at from deployments
            where project_id = $1 and ($2 = 0 or camera_id = $2) and ($3 = 0 or site_id = $3) and ($4 = 0 or id = $4)
            order by from_at desc, id limit {ListMax}
            """, projectId, cameraId, siteId, id);
        var deployments = new List<DeploymentChoice>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            deployments.Add(new DeploymentChoice(
                reader.GetInt32(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetFieldValue<DateTimeOffset>(3),
                reader.Get<DateTimeOffset>(4)));
        }

        return deployments;
    }
}
