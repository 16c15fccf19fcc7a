using Npgsql;
using NpgsqlTypes;

namespace WildCam.Storage.Imports;

/// <summary>The tables of a package; package_rows.kind.</summary>
public enum PackageTable : short
{
    Deployments = 1,
    Media = 2,
    Observations = 3,
}

/// <summary>A package that was brought in.</summary>
public sealed record Package(
    Guid Id, string Name, string Title, string BroughtBy, long Deployments, long Media, long Observations,
    DateTimeOffset CreatedAt);

/// <summary>A package to be filed; one of the same name is the same one.</summary>
public sealed record NewPackage(int ProjectId, int AccountId, string Name, string Title, string Descriptor);

/// <summary>A row as it was: its key, and its fields as a JSON object.</summary>
public readonly record struct PackageRow(string Key, string Fields);

/// <summary>What must not be told of imported rows: media with people, deployments of sensitive species.</summary>
public sealed record PackageSecrets(IReadOnlySet<string> MediaWithPeople, IReadOnlySet<string> SensitiveDeployments);

/// <summary>Packages of others, kept row by row.</summary>
public sealed class PackagesTable(NpgsqlDataSource database)
{
    /// <summary>Rows of one statement.</summary>
    public const int BatchMax = 2000;

    public const int ListMax = 100;

    /// <summary>Files a package's descriptor; gives the id of the package of that name.</summary>
    public async Task<Guid> EnsureAsync(NewPackage package, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            insert into packages (id, project_id, account_id, name, title, descriptor)
            values (gen_random_uuid(), $1, $2, $3, $4, $5)
            on conflict (project_id, name) do update set title = excluded.title, descriptor = excluded.descriptor
            returning id
            """, package.ProjectId, package.AccountId, package.Name, package.Title, package.Descriptor);
        command.Parameters[4].NpgsqlDbType = NpgsqlDbType.Jsonb;
        return (Guid)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Files rows; one whose key the project has already stays as it is. Gives how many are new.</summary>
    public async Task<int> AddRowsAsync(
        int projectId, Guid packageId, PackageTable table, IReadOnlyList<PackageRow> rows,
        CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            insert into package_rows (project_id, kind, key, package_id, fields)
            select $1, $2, key, $3, fields from unnest($4::text[], $5::jsonb[]) as n (key, fields)
            on conflict do nothing
            """, projectId, (short)table, packageId, rows.Select(r => r.Key).ToArray());
        command.Parameters.Add(new NpgsqlParameter
        {
            Value = rows.Select(r => r.Fields).ToArray(),
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb,
        });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<Package>> ListAsync(int projectId, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select p.id, p.name, p.title, a.name,
              (select count(*) from package_rows r where r.package_id = p.id and r.kind = 1),
              (select count(*) from package_rows r where r.package_id = p.id and r.kind = 2),
              (select count(*) from package_rows r where r.package_id = p.id and r.kind = 3), p.created_at
            from packages p join accounts a on a.id = p.account_id
            where p.project_id = $1 order by p.created_at desc, p.id limit {ListMax}
            """, projectId);
        var packages = new List<Package>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            packages.Add(new Package(
                reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetInt64(4),
                reader.GetInt64(5), reader.GetInt64(6), reader.GetFieldValue<DateTimeOffset>(7)));
        }

        return packages;
    }

    /// <summary>Takes a package away again, with its rows.</summary>
    public async Task<bool> DeleteAsync(int projectId, Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "delete from packages where id = $1 and project_id = $2", id, projectId);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>A page of rows in the order of their keys, for an export.</summary>
    public async Task<IReadOnlyList<PackageRow>> ReadPageForExportAsync(
        int projectId, PackageTable table, string after, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select key, fields::text from package_rows
            where project_id = $1 and kind = $2 and key > $3 order by key limit {BatchMax}
            """, projectId, (short)table, after);
        var rows = new List<PackageRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new PackageRow(reader.GetString(0), reader.GetString(1)));
        }

        return rows;
    }

    /// <summary>Entries of the taxonomies of all packages of a project, as JSON objects, for an export.</summary>
    public async Task<IReadOnlyList<string>> ListTaxaForExportAsync(int projectId, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select distinct on (t ->> 'scientificName') t::text
            from packages p cross join lateral jsonb_array_elements(
              case when jsonb_typeof(p.descriptor -> 'taxonomic') = 'array' then p.descriptor -> 'taxonomic'
                else '[]' end) t
            where p.project_id = $1 and t ->> 'scientificName' is not null
            order by t ->> 'scientificName', p.created_at
            """, projectId);
        var taxa = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            taxa.Add(reader.GetString(0));
        }

        return taxa;
    }

    /// <summary>What an export must not tell of the packages' rows.</summary>
    public async Task<PackageSecrets> FindSecretsForExportAsync(int projectId, CancellationToken cancellationToken)
    {
        // A person told of an event makes all media of the event suspect.
        await using var people = database.Command("""
            with person as (
              select fields ->> 'mediaID' as media, fields ->> 'eventID' as event from package_rows
              where project_id = $1 and kind = 3 and fields ->> 'observationType' = 'human')
            select media from person where media is not null
            union
            select r.fields ->> 'mediaID' from package_rows r
            where r.project_id = $1 and r.kind = 3 and r.fields ->> 'mediaID' is not null
              and r.fields ->> 'eventID' in (select event from person where event is not null)
            """, projectId);
        await using var sensitive = database.Command("""
            select distinct r.fields ->> 'deploymentID' from package_rows r
            where r.project_id = $1 and r.kind = 3 and r.fields ->> 'deploymentID' is not null
              and r.fields ->> 'scientificName' in (
                select t.scientific_name from project_species p join taxa t on t.id = p.taxon_id
                where p.project_id = $1 and p.is_sensitive)
            """, projectId);
        return new PackageSecrets(
            await ReadSetAsync(people, cancellationToken), await ReadSetAsync(sensitive, cancellationToken));
    }

    static async Task<HashSet<string>> ReadSetAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var set = new HashSet<string>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            set.Add(reader.GetString(0));
        }

        return set;
    }
}
