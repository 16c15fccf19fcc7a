using Npgsql;

namespace WildCam.Storage.Charts;

/// <summary>Sites and the times in which cameras hung there, for the charts' effort.</summary>
public sealed class EffortTable(NpgsqlDataSource database)
{
    /// <summary>Deployments that a chart reads.</summary>
    public const int DeploymentsMax = 20_000;

    /// <summary>
    /// All sites of a project by name, with the coordinates that this role may know: of a sensitive species' site only
    /// managers get the exact ones.
    /// </summary>
    public async Task<IReadOnlyList<ChartSite>> ListSitesAsync(
        int projectId, Role role, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select s.id, s.slug, s.name, case when $2 then s.latitude else v.shown_latitude end,
              case when $2 then s.longitude else v.shown_longitude end, s.time_zone
            from sites s join site_coordinates v on v.site_id = s.id
            where s.project_id = $1 order by s.name, s.id
            """, projectId, role >= Role.Manager);
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

    /// <summary>Accepted gaps of cameras that overlap a span of time; one that goes on ends with it.</summary>
    public async Task<IReadOnlyList<(int CameraId, DateTimeOffset From, DateTimeOffset Until)>> ListGapsAsync(
        int projectId, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select camera_id, from_at, coalesce(until_at, $3) from operational_gaps
            where project_id = $1 and state = 2 and from_at < $3 and (until_at is null or until_at > $2)
            order by camera_id, from_at limit {DeploymentsMax}
            """, projectId, from, until);
        var gaps = new List<(int, DateTimeOffset, DateTimeOffset)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            gaps.Add((
                reader.GetInt32(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetFieldValue<DateTimeOffset>(2)));
        }

        return gaps;
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
