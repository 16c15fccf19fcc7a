using System.Text.RegularExpressions;
using Npgsql;

namespace WildCam.Storage.Identifications;

/// <summary>A species of a project with what the daily sums say of it.</summary>
public sealed record SpeciesCount(
    string Slug, string ScientificName, string? Name, long DetectionCount, DateOnly? LastDate);

/// <summary>Species, named once for all projects.</summary>
public sealed partial class TaxaTable(NpgsqlDataSource database)
{
    public const int NameCharsMax = 100;

    /// <summary>Most species that one list returns.</summary>
    public const int ListMax = 5000;

    public async Task<int?> FindBySlugAsync(string slug, CancellationToken cancellationToken)
    {
        await using var command = database.Command("select id from taxa where slug = $1", slug);
        return (int?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>The species of a scientific name, added where it is new; null: that is no such name.</summary>
    public async Task<int?> EnsureAsync(
        string scientificName, string? commonName, CancellationToken cancellationToken)
    {
        if (scientificName.Length > NameCharsMax || !ScientificName().IsMatch(scientificName)
            || commonName?.Length > NameCharsMax)
        {
            return null;
        }

        var slug = scientificName.ToLowerInvariant().Replace(' ', '-');
        await using var command = database.Command("""
            with found as (select id from taxa where scientific_name = $1 or slug = $2 limit 1),
            added as (
              insert into taxa (slug, scientific_name) select $2, $1 where not exists (select from found)
              on conflict do nothing returning id),
            named as (
              insert into taxon_names (taxon_id, language, name)
              select id, 'en', $3::text from added where $3::text is not null)
            select id from found union all select id from added
            """, scientificName, slug, commonName);
        return (int?)await command.ExecuteScalarAsync(cancellationToken)
            ?? await FindBySlugAsync(slug, cancellationToken); // Somebody else added it in the same moment.
    }

    /// <summary>Species that a project looks for or has found, by scientific name, with their sums.</summary>
    public async Task<IReadOnlyList<SpeciesCount>> CountAsync(
        int projectId, string language, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            with sums as (
              select taxon_id, sum(detection_count) as count, max(detection_date) as last
              from daily_detection_summary where project_id = $1 and taxon_id <> 0 and detection_count > 0
              group by taxon_id),
            listed as (
              select taxon_id from sums union select taxon_id from project_species where project_id = $1)
            select t.slug, t.scientific_name,
              (select n.name from taxon_names n where n.taxon_id = t.id and n.language in ($2, 'en')
               order by n.language = $2 desc, n.is_main desc, n.name limit 1),
              coalesce(sums.count, 0)::bigint, sums.last
            from listed join taxa t on t.id = listed.taxon_id left join sums on sums.taxon_id = t.id
            order by t.scientific_name limit {ListMax}
            """, projectId, language);
        var species = new List<SpeciesCount>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            species.Add(new SpeciesCount(
                reader.GetString(0), reader.GetString(1), reader.Text(2), reader.GetInt64(3), reader.Get<DateOnly>(4)));
        }

        return species;
    }

    [GeneratedRegex("^[A-Z][a-z]+( [a-z]+){0,3}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    internal static partial Regex ScientificName();
}
