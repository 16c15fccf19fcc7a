using Npgsql;
using WildCam.Storage.Accounts;

namespace WildCam.Storage.Desk;

/// <summary>A species of a project's list, and whether its places are told only coarsely.</summary>
public sealed record SpeciesPrivacy(int TaxonId, string ScientificName, string? Name, bool IsSensitive);

/// <summary>Who sees people, and which species are sensitive.</summary>
public sealed record ProjectPrivacy(Role PeopleRole, IReadOnlyList<SpeciesPrivacy> Species);

/// <summary>What a project keeps from whom.</summary>
public sealed class PrivacyTable(NpgsqlDataSource database)
{
    /// <summary>Most species that the page lists.</summary>
    public const int SpeciesMax = 2000;

    /// <summary>The settings; species that were found or that the project looks for.</summary>
    public async Task<ProjectPrivacy> ReadAsync(int projectId, string language, CancellationToken cancellationToken)
    {
        await using var role = database.Command("select people_role from projects where id = $1", projectId);
        var peopleRole = (Role)(short)(await role.ExecuteScalarAsync(cancellationToken))!;
        await using var command = database.Command($"""
            select t.id, t.scientific_name,
              (select n.name from taxon_names n where n.taxon_id = t.id and n.language = $2
               order by n.is_main desc, n.name limit 1) as name,
              coalesce(p.is_sensitive, false)
            from taxa t left join project_species p on p.taxon_id = t.id and p.project_id = $1
            where p.taxon_id is not null
              or t.id in (select taxon_id from daily_detection_summary where project_id = $1 and taxon_id <> 0)
            order by coalesce((select n.name from taxon_names n where n.taxon_id = t.id and n.language = $2
              order by n.is_main desc, n.name limit 1), t.scientific_name), t.id
            limit {SpeciesMax}
            """, projectId, language);
        var species = new List<SpeciesPrivacy>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            species.Add(new SpeciesPrivacy(
                reader.GetInt32(0), reader.GetString(1), reader.Text(2), reader.GetBoolean(3)));
        }

        return new ProjectPrivacy(peopleRole, species);
    }

    /// <summary>Sets both, and writes down who did it.</summary>
    public async Task SetAsync(
        int projectId, Actor actor, Role peopleRole, IReadOnlyCollection<int> sensitive,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var before = await ReadForAuditAsync(connection, projectId, cancellationToken);
        var ids = sensitive.ToArray();
        await using var batch = new NpgsqlBatch(connection);
        batch.Add("update projects set people_role = $2 where id = $1", projectId, (short)peopleRole);
        batch.Add("""
            update project_species set is_sensitive = taxon_id = any($2)
            where project_id = $1 and is_sensitive <> (taxon_id = any($2))
            """, projectId, ids);
        batch.Add("""
            insert into project_species (project_id, taxon_id, is_sensitive)
            select $1, id, true from taxa where id = any($2)
            on conflict (project_id, taxon_id) do update set is_sensitive = true
            """, projectId, ids);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await AuditTable.AddAsync(
            connection,
            new AuditEntry(actor, "project.privacy", "people and sensitive species")
            {
                ProjectId = projectId,
                Before = before,
                After = await ReadForAuditAsync(connection, projectId, cancellationToken),
            },
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    static async Task<object> ReadForAuditAsync(
        NpgsqlConnection connection, int projectId, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            select p.people_role, array(
              select t.scientific_name from project_species s join taxa t on t.id = s.taxon_id
              where s.project_id = p.id and s.is_sensitive order by t.scientific_name)
            from projects p where p.id = $1 for update of p
            """, projectId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new
        {
            PeopleSeenBy = ((Role)reader.GetInt16(0)).ToString(),
            Sensitive = reader.GetFieldValue<string[]>(1),
        };
    }
}
