using Npgsql;

namespace WildCam.Storage.Find;

/// <summary>A gallery's filter under a name; the query is as the gallery's address writes it.</summary>
public sealed record SavedView(int Id, string Name, string Query, bool IsShared, int AccountId, string Account);

/// <summary>Views that people keep: their own, and those that others share with the project.</summary>
public sealed class SavedViewsTable(NpgsqlDataSource database)
{
    public const int NameCharsMax = 60;

    public const int QueryCharsMax = 500;

    /// <summary>Most views of one person in one project.</summary>
    public const int OwnMax = 100;

    /// <summary>Most views of one list.</summary>
    public const int ListMax = 300;

    /// <summary>A person's own, then those that others share, each by name.</summary>
    public async Task<IReadOnlyList<SavedView>> ListAsync(
        int projectId, int accountId, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select v.id, v.name, v.query, v.is_shared, v.account_id, a.name
            from saved_views v join accounts a on a.id = v.account_id
            where v.project_id = $1 and (v.account_id = $2 or v.is_shared)
            order by v.account_id <> $2, lower(v.name), v.id limit {ListMax}
            """, projectId, accountId);
        var views = new List<SavedView>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            views.Add(new SavedView(
                reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.GetBoolean(3), reader.GetInt32(4),
                reader.GetString(5)));
        }

        return views;
    }

    /// <summary>
    /// Keeps a view; one of the person's with this name becomes it. False: no name, too long, or one too many.
    /// </summary>
    public async Task<bool> SaveAsync(
        int projectId, int accountId, string name, string query, bool isShared, CancellationToken cancellationToken)
    {
        if (name.Length is 0 or > NameCharsMax || query.Length > QueryCharsMax)
        {
            return false;
        }

        await using var command = database.Command($"""
            insert into saved_views (project_id, account_id, name, query, is_shared)
            select $1, $2, $3, $4, $5
            where exists (
                select from saved_views where project_id = $1 and account_id = $2 and lower(name) = lower($3))
              or (select count(*) from saved_views where project_id = $1 and account_id = $2) < {OwnMax}
            on conflict (project_id, account_id, lower(name))
              do update set name = excluded.name, query = excluded.query, is_shared = excluded.is_shared
            """, projectId, accountId, name, query, isShared);
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    /// <summary>Removes a person's own view; managers also those that others share.</summary>
    public async Task<bool> DeleteAsync(
        int projectId, int id, int accountId, bool isManager, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            delete from saved_views
            where id = $2 and project_id = $1 and (account_id = $3 or $4 and is_shared)
            """, projectId, id, accountId, isManager);
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }
}
