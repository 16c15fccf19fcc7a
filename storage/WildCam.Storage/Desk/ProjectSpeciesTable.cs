using Npgsql;

namespace WildCam.Storage.Desk;

/// <summary>A species that a project wants to look for.</summary>
public sealed record NewSpecies(string Slug, string ScientificName, string? CommonName);

/// <summary>The list of species that a project looks for.</summary>
public sealed class ProjectSpeciesTable(NpgsqlDataSource database)
{
    /// <summary>Adds species to a project's list; one that is known already is the same one.</summary>
    public async Task AddAsync(
        string projectSlug, string language, IReadOnlyList<NewSpecies> species, CancellationToken cancellationToken)
    {
        if (species.Count == 0)
        {
            return;
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var slugs = species.Select(s => s.Slug).ToArray();
        await using (var taxa = connection.Command("""
            insert into taxa (slug, scientific_name) select * from unnest($1, $2) on conflict do nothing
            """, slugs, species.Select(s => s.ScientificName).ToArray()))
        {
            await taxa.ExecuteNonQueryAsync(cancellationToken);
        }

        await using (var names = connection.Command("""
            insert into taxon_names (taxon_id, language, name)
            select t.id, $3, n.name from unnest($1, $2) as n(slug, name) join taxa t on t.slug = n.slug
            where n.name <> ''
            on conflict do nothing
            """, slugs, species.Select(s => s.CommonName ?? "").ToArray(), language))
        {
            await names.ExecuteNonQueryAsync(cancellationToken);
        }

        await using (var listed = connection.Command("""
            insert into project_species (project_id, taxon_id)
            select p.id, t.id from projects p join taxa t on t.slug = any ($2) where p.slug = $1
            on conflict do nothing
            """, projectSlug, slugs))
        {
            await listed.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }
}
