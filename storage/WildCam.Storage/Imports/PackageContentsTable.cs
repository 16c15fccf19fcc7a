using Npgsql;

namespace WildCam.Storage.Imports;

/// <summary>A package by name, with no counts: quick however large it is.</summary>
public readonly record struct PackageTitle(Guid Id, string Title);

/// <summary>What a package's observations say of one name.</summary>
/// <param name="Kind">The standard's observationType: animal, human, vehicle, blank, ...</param>
public sealed record PackageSpecies(
    string Kind, string? ScientificName, long Observations, long Individuals, long Deployments, string? First,
    string? Last);

/// <summary>A deployment of a package, without its coordinates.</summary>
public sealed record PackageDeployment(
    string Key, string? LocationName, string? Start, string? End, long Media, long Observations);

/// <summary>What packages of others hold, for people to look at.</summary>
public sealed class PackageContentsTable(NpgsqlDataSource database)
{
    /// <summary>Names, and deployments, that a page lists.</summary>
    public const int ListMax = 500;

    public async Task<IReadOnlyList<PackageTitle>> ListTitlesAsync(int projectId, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select id, title from packages where project_id = $1 order by created_at desc, id
            limit {PackagesTable.ListMax}
            """, projectId);
        var titles = new List<PackageTitle>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            titles.Add(new PackageTitle(reader.GetGuid(0), reader.GetString(1)));
        }

        return titles;
    }

    /// <summary>
    /// What was observed, most first. Observations of an event and of its media both count, as the package has them.
    /// </summary>
    public async Task<IReadOnlyList<PackageSpecies>> ListSpeciesAsync(
        int projectId, Guid packageId, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select coalesce(fields ->> 'observationType', 'unclassified'), fields ->> 'scientificName', count(*),
              coalesce(sum(case when fields ->> 'count' ~ '^[0-9]+$' and length(fields ->> 'count') < 10
                then (fields ->> 'count')::bigint end), 0)::bigint,
              count(distinct fields ->> 'deploymentID'), min(left(fields ->> 'eventStart', 10)),
              max(left(fields ->> 'eventStart', 10))
            from package_rows where project_id = $1 and package_id = $2 and kind = 3
            group by 1, 2 order by 3 desc, 1, 2 limit {ListMax}
            """, projectId, packageId);
        var species = new List<PackageSpecies>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            species.Add(new PackageSpecies(
                reader.GetString(0), reader.Text(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4),
                reader.Text(5), reader.Text(6)));
        }

        return species;
    }

    public async Task<IReadOnlyList<PackageDeployment>> ListDeploymentsAsync(
        int projectId, Guid packageId, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            with counted as (
              select fields ->> 'deploymentID' as key, count(*) filter (where kind = 2) as media,
                count(*) filter (where kind = 3) as observations
              from package_rows where project_id = $1 and package_id = $2 and kind in (2, 3) group by 1)
            select d.key, d.fields ->> 'locationName', left(d.fields ->> 'deploymentStart', 10),
              left(d.fields ->> 'deploymentEnd', 10), coalesce(c.media, 0), coalesce(c.observations, 0)
            from package_rows d left join counted c on c.key = d.key
            where d.project_id = $1 and d.package_id = $2 and d.kind = 1
            order by 3, 1 limit {ListMax}
            """, projectId, packageId);
        var deployments = new List<PackageDeployment>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            deployments.Add(new PackageDeployment(
                reader.GetString(0), reader.Text(1), reader.Text(2), reader.Text(3), reader.GetInt64(4),
                reader.GetInt64(5)));
        }

        return deployments;
    }
}
