using Npgsql;

namespace WildCam.Storage.Cameras;

/// <summary>A place where cameras stand.</summary>
public sealed record Site(
    int Id, int ProjectId, string Slug, string Name, double? Latitude, double? Longitude, string TimeZone);

/// <summary>Sites.</summary>
public sealed class SitesTable(NpgsqlDataSource database)
{
    /// <summary>Most sites that one list returns.</summary>
    public const int ListMax = 10_000;

    /// <summary>Adds a site; its id, or null where the project has one of this slug.</summary>
    public async Task<int?> InsertAsync(
        int projectId, string slug, string name, double? latitude, double? longitude, string timeZone,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await InsertAsync(
            connection, projectId, new NewSite(slug, name, latitude, longitude, timeZone), cancellationToken);
    }

    internal static async Task<int?> InsertAsync(
        NpgsqlConnection connection, int projectId, NewSite site, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            insert into sites (project_id, slug, name, latitude, longitude, time_zone)
            values ($1, $2, $3, $4::double precision, $5::double precision, $6)
            on conflict (project_id, slug) do nothing
            returning id
            """, projectId, site.Slug, site.Name, site.Latitude, site.Longitude, site.TimeZone);
        return (int?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>A site as it is, exact; null: the project has none of this slug.</summary>
    public async Task<Site?> FindAsync(int projectId, string slug, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select id, project_id, slug, name, latitude, longitude, time_zone from sites
            where project_id = $1 and slug = $2
            """, projectId, slug);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    /// <summary>The codes of the cameras that stand at each site of a project now.</summary>
    public async Task<ILookup<int, string>> ListCamerasAsync(int projectId, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select d.site_id, c.code from deployments d join cameras c on c.id = d.camera_id
            where d.project_id = $1 and d.until_at is null and c.revoked_at is null order by c.code limit {ListMax}
            """, projectId);
        var cameras = new List<(int Site, string Code)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            cameras.Add((reader.GetInt32(0), reader.GetString(1)));
        }

        return cameras.ToLookup(c => c.Site, c => c.Code);
    }

    public async Task<int?> FindIdAsync(
        NpgsqlConnection connection, int projectId, string slug, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            "select id from sites where project_id = $1 and slug = $2", projectId, slug);
        return (int?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>
    /// All sites of a project by name, with the coordinates that this role may know: of a sensitive species' site only
    /// managers get the exact ones.
    /// </summary>
    public async Task<IReadOnlyList<Site>> ListForAsync(
        int projectId, Role role, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select s.id, s.project_id, s.slug, s.name, case when $2 then s.latitude else v.shown_latitude end,
              case when $2 then s.longitude else v.shown_longitude end, s.time_zone
            from sites s join site_coordinates v on v.site_id = s.id
            where s.project_id = $1 order by s.name, s.id limit {ListMax}
            """, projectId, role >= Role.Manager);
        var sites = new List<Site>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            sites.Add(Read(reader));
        }

        return sites;
    }

    /// <summary>
    /// IANA zone for a camera's own clock readings: that of the site of its newest deployment, else the project's.
    /// </summary>
    public async Task<string?> FindZoneForImportAsync(int cameraId, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select coalesce(
              (select s.time_zone from deployments d join sites s on s.id = d.site_id
               where d.camera_id = c.id order by d.from_at desc limit 1), p.time_zone)
            from cameras c join projects p on p.id = c.project_id where c.id = $1
            """, cameraId);
        return (string?)await command.ExecuteScalarAsync(cancellationToken);
    }

    static Site Read(NpgsqlDataReader reader) => new(
        reader.GetInt32(0), reader.GetInt32(1), reader.GetString(2), reader.GetString(3), reader.Get<double>(4),
        reader.Get<double>(5), reader.GetString(6));
}
