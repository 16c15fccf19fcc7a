using Npgsql;

namespace WildCam.Storage.Identifications;

/// <summary>A species of a project's list with every word that finds it.</summary>
/// <param name="OtherNames">Common names in all languages but the main one, and the project's synonyms.</param>
public sealed record ListedSpecies(
    int Id, string Slug, string ScientificName, string? Name, string? Code, IReadOnlyList<string> OtherNames);

/// <summary>The species that a project decides on: its list and what it calls them.</summary>
public sealed class SpeciesListTable(NpgsqlDataSource database)
{
    /// <summary>Most species of one list.</summary>
    public const int ListMax = 5000;

    public const int CodeCharsMax = 12;

    /// <summary>Most species outside of the list that one search gives.</summary>
    public const int OthersMax = 10;

    /// <summary>The project's list, for the picker: listed, found before, or decided on.</summary>
    public async Task<IReadOnlyList<ListedSpecies>> ListAsync(
        int projectId, string language, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            with listed as (
              select taxon_id, code from project_species where project_id = $1
              union
              select taxon_id, null from daily_detection_summary s where project_id = $1 and taxon_id <> 0
                and not exists (
                  select from project_species p where p.project_id = $1 and p.taxon_id = s.taxon_id))
            select t.id, t.slug, t.scientific_name, main.name, l.code,
              array(
                select n.name from taxon_names n where n.taxon_id = t.id and n.name is distinct from main.name
                union select y.name from species_synonyms y where y.project_id = $1 and y.taxon_id = t.id
                order by 1)
            from listed l
            join taxa t on t.id = l.taxon_id
            left join lateral (
              select n.name from taxon_names n where n.taxon_id = t.id and n.language = $2
              order by n.is_main desc, n.name limit 1) main on true
            order by coalesce(main.name, t.scientific_name), t.id limit $3
            """, projectId, language, ListMax);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Species that other lists know and this project's does not, whose name begins so.</summary>
    public async Task<IReadOnlyList<ListedSpecies>> SearchOthersAsync(
        int projectId, string language, string text, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select t.id, t.slug, t.scientific_name, main.name, null, array[]::text[]
            from taxa t
            left join lateral (
              select n.name from taxon_names n where n.taxon_id = t.id and n.language = $2
              order by n.is_main desc, n.name limit 1) main on true
            where (starts_with(lower(t.scientific_name), lower($3)) or exists (
                select from taxon_names n where n.taxon_id = t.id and starts_with(lower(n.name), lower($3))))
              and not exists (select from project_species p where p.project_id = $1 and p.taxon_id = t.id)
            order by coalesce(main.name, t.scientific_name), t.id limit $4
            """, projectId, language, text, OthersMax);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Whether a species may be decided on here: it is of the list, or was found here before.</summary>
    public async Task<bool> AreListedAsync(
        int projectId, int[] taxonIds, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select count(*) = cardinality($2) from unnest($2::int[]) as t (id)
            where exists (select from project_species p where p.project_id = $1 and p.taxon_id = t.id)
              or exists (select from daily_detection_summary s where s.project_id = $1 and s.taxon_id = t.id)
              or exists (select from event_findings f where f.project_id = $1 and f.taxon_id = t.id)
            """, projectId, taxonIds);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Puts a species on the list; there already is as good.</summary>
    public async Task AddAsync(int projectId, int taxonId, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            insert into project_species (project_id, taxon_id) values ($1, $2) on conflict do nothing
            """, projectId, taxonId);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Takes a species off the list; what was decided stays.</summary>
    public async Task RemoveAsync(int projectId, int taxonId, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "delete from project_species where project_id = $1 and taxon_id = $2", projectId, taxonId);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// The project's short code of a species, empty for none. False: another one has it, or it is none.
    /// </summary>
    public async Task<bool> SetCodeAsync(
        int projectId, int taxonId, string code, CancellationToken cancellationToken)
    {
        if (code.Length > CodeCharsMax || !code.All(char.IsAsciiLetterOrDigit))
        {
            return false;
        }

        await using var command = database.Command("""
            update project_species set code = nullif($3, '')
            where project_id = $1 and taxon_id = $2 and not exists (
              select from project_species o
              where o.project_id = $1 and o.taxon_id <> $2 and lower(o.code) = lower($3) and $3 <> '')
            """, projectId, taxonId, code);
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    /// <summary>Adds a name that leads to a species of the list. False: it leads to another one.</summary>
    public async Task<bool> AddSynonymAsync(
        int projectId, int taxonId, string name, CancellationToken cancellationToken)
    {
        if (name.Length is 0 or > TaxaTable.NameCharsMax)
        {
            return false;
        }

        await using var command = database.Command("""
            insert into species_synonyms (project_id, taxon_id, name)
            select project_id, taxon_id, $3 from project_species where project_id = $1 and taxon_id = $2
            on conflict (project_id, name) do update set name = excluded.name
              where species_synonyms.taxon_id = excluded.taxon_id
            """, projectId, taxonId, name);
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    public async Task RemoveSynonymAsync(int projectId, string name, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "delete from species_synonyms where project_id = $1 and name = $2", projectId, name);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    static async Task<List<ListedSpecies>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var species = new List<ListedSpecies>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            species.Add(new ListedSpecies(
                reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.Text(3), reader.Text(4),
                reader.GetFieldValue<string[]>(5)));
        }

        return species;
    }
}
