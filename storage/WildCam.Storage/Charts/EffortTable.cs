using Npgsql;

namespace WildCam.Storage.Charts;

/// <summary>Sites and the times in which cameras hung there, for the charts' effort.</summary>
public sealed class EffortTable(NpgsqlDataSource database)
{
    /// <summary>Deployments that a chart reads.</summary>
    public const int DeploymentsMax = 20_000;

    public async Task<IReadOnlyList<ChartSite>> ListSitesAsync(int projectId, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "select id, slug, name, latitude, longitude, time_zone from sites where project_id = $1 order by name, id",
            projectId);
        var sites = new List<ChartSite>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            sites.Add(new ChartSite(
                reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.Get<double>(3),
                reader.Get<double>(4), reader.GetString(5)));
        }

        return sites;
    }

    /// <summary>Deployments that overlap a span of time, oldest first.</summary>
    public async Task<IReadOnlyList<ChartDeployment>> ListDeploymentsAsync(
        int projectId, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select d.id, d.camera_id, c.code, d.site_id, d.from_at, d.until_at
            from deployments d join cameras c on c.id = d.camera_id
            where d.project_id = $1 and d.from_at < $3 and (d.until_at is null or d.until_at > $2)
            order by d.from_at, d.id limit {DeploymentsMax}
            """, projectId, from, until);
        var deployments = new List<ChartDeployment>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            deployments.Add(new ChartDeployment(
                reader.GetInt32(0), reader.GetInt32(1), reader.GetString(2), reader.GetInt32(3),
                reader.GetFieldValue<DateTimeOffset>(4), reader.Get<DateTimeOffset>(5)));
        }

        return deployments;
    }
}
