using Npgsql;

namespace WildCam.Storage.Desk;

public sealed record CameraEntry(int Id, string Code, string Name, bool IsRevoked);

public sealed record SiteEntry(int Id, string Slug, string Name, string ZoneName);

/// <summary>A species that a project looks for or has found; a null name means that no common one is known.</summary>
public sealed record SpeciesEntry(int Id, string Slug, string ScientificName, string? Name)
{
    /// <summary>Where it stands, each null where that is not known.</summary>
    public string? Family { get; init; }

    public string? Order { get; init; }

    public string? Class { get; init; }

    /// <summary>Of a species the first word of its name; null for a family and above.</summary>
    public string? Genus => ScientificName.Contains(' ', StringComparison.Ordinal) || Family is not null
        && Family != ScientificName
        ? ScientificName.Split(' ')[0]
        : null;

    /// <summary>Whether it stands in a genus, family, order or class, given in any case.</summary>
    public bool IsWithin(string taxon) =>
        Same(Genus, taxon) || Same(Family, taxon) || Same(Order, taxon) || Same(Class, taxon);

    static bool Same(string? own, string taxon) => string.Equals(own, taxon, StringComparison.OrdinalIgnoreCase);
}

/// <summary>The names that pages of a project show: its cameras, sites and species.</summary>
public sealed record ProjectDirectory(
    IReadOnlyDictionary<int, CameraEntry> Cameras,
    IReadOnlyDictionary<int, SiteEntry> Sites,
    IReadOnlyDictionary<int, SpeciesEntry> Species)
{
    /// <summary>Words that people put on events, by their number.</summary>
    public IReadOnlyDictionary<int, string> Tags { get; init; } = new Dictionary<int, string>();

    /// <summary>Animals that people know by sight.</summary>
    public IReadOnlyDictionary<int, string> Individuals { get; init; } = new Dictionary<int, string>();
}

/// <summary>Reads the names of a project in one go.</summary>
public sealed class DirectoryTable(NpgsqlDataSource database)
{
    public async Task<ProjectDirectory> LoadAsync(int projectId, string language, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.Add("""
            select id, code, name, revoked_at is not null from cameras where project_id = $1 order by code
            """, projectId);
        batch.Add("""
            select id, slug, name, time_zone from sites where project_id = $1 order by name, id
            """, projectId);
        batch.Add("""
            with recursive
            -- From one taxon to the next in the index: as many looks as there are taxa, not rows.
            found as (
              (select taxon_id from event_findings where project_id = $1 and taxon_id <> 0 order by taxon_id limit 1)
              union all
              select (
                select f.taxon_id from event_findings f
                where f.project_id = $1 and f.taxon_id <> 0 and f.taxon_id > found.taxon_id order by f.taxon_id limit 1)
              from found where found.taxon_id is not null),
            summed as (
              (select taxon_id from daily_detection_summary where project_id = $1 and taxon_id <> 0
               order by taxon_id limit 1)
              union all
              select (
                select s.taxon_id from daily_detection_summary s
                where s.project_id = $1 and s.taxon_id > summed.taxon_id order by s.taxon_id limit 1)
              from summed where summed.taxon_id is not null)
            select t.id, t.slug, t.scientific_name, main.name, l.family, l.tax_order, l.tax_class
            from (
              select taxon_id from project_species where project_id = $1
              union select taxon_id from found union select taxon_id from summed) as o
            join taxa t on t.id = o.taxon_id
            left join lateral (
              select n.name from taxon_names n where n.taxon_id = t.id and n.language = $2
              order by n.is_main desc, n.name limit 1) main on true
            left join lateral lineage_of(t.scientific_name) l on true
            order by coalesce(main.name, t.scientific_name), t.id
            """, projectId, language);
        foreach (var table in new[] { "tags", "individuals" })
        {
            batch.Add(
                $"select id, name from {table} where project_id = $1 order by lower(name), id limit 1000", projectId);
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var cameras = new List<CameraEntry>();
        while (await reader.ReadAsync(cancellationToken))
        {
            cameras.Add(new CameraEntry(
                reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.GetBoolean(3)));
        }

        await reader.NextResultAsync(cancellationToken);
        var sites = new List<SiteEntry>();
        while (await reader.ReadAsync(cancellationToken))
        {
            sites.Add(new SiteEntry(
                reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.GetString(3)));
        }

        await reader.NextResultAsync(cancellationToken);
        var species = new List<SpeciesEntry>();
        while (await reader.ReadAsync(cancellationToken))
        {
            species.Add(new SpeciesEntry(
                reader.GetInt32(0), reader.GetString(1), reader.GetString(2),
                reader.IsDBNull(3) ? null : reader.GetString(3))
            {
                Family = reader.Text(4),
                Order = reader.Text(5),
                Class = reader.Text(6),
            });
        }

        await reader.NextResultAsync(cancellationToken);
        var tags = await ReadNamesAsync(reader, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return new ProjectDirectory(
            cameras.ToDictionary(c => c.Id), sites.ToDictionary(s => s.Id), species.ToDictionary(s => s.Id))
        {
            Tags = tags,
            Individuals = await ReadNamesAsync(reader, cancellationToken),
        };
    }

    static async Task<Dictionary<int, string>> ReadNamesAsync(
        NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var names = new Dictionary<int, string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            names.Add(reader.GetInt32(0), reader.GetString(1));
        }

        return names;
    }
}
