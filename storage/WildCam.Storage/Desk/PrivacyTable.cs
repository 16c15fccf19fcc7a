using Npgsql;

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
        int projectId, int accountId, Role peopleRole, IReadOnlyCollection<int> sensitive,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        void Add(string sql, params ReadOnlySpan<object> values)
        {
            var command = new NpgsqlBatchCommand(sql);
            foreach (var value in values)
            {
                command.Parameters.Add(new NpgsqlParameter { Value = value });
            }

            batch.BatchCommands.Add(command);
        }

        var ids = sensitive.ToArray();
        Add("update projects set people_role = $2 where id = $1", projectId, (short)peopleRole);
        Add("""
            update project_species set is_sensitive = taxon_id = any($2)
            where project_id = $1 and is_sensitive <> (taxon_id = any($2))
            """, projectId, ids);
        Add("""
            insert into project_species (project_id, taxon_id, is_sensitive)
            select $1, id, true from taxa where id = any($2)
            on conflict (project_id, taxon_id) do update set is_sensitive = true
            """, projectId, ids);
        Add("""
            insert into audit_entries (account_id, project_id, action, subject, detail)
            values ($2, $1, 'project.privacy', '',
              jsonb_build_object('peopleRole', $3::smallint, 'sensitive', $4::int[]))
            """, projectId, accountId, (short)peopleRole, ids);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
