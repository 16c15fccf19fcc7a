using Npgsql;

namespace WildCam.Storage.Accounts;

/// <summary>Accounts and their roles in projects.</summary>
public sealed class AccountsTable(NpgsqlDataSource database)
{
    /// <summary>Most accounts that one list returns.</summary>
    public const int ListMax = 1000;

    const string SimulatorEmail = "simulator@wildcam.invalid";

    /// <summary>Adds a person; their id, or null where the address is taken.</summary>
    public static async Task<int?> InsertAsync(
        NpgsqlConnection connection, string email, string name, string? passwordHash, bool isAdmin,
        CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            insert into accounts (email, name, password_hash, is_admin) values ($1, $2, $3::text, $4)
            on conflict (email) do nothing returning id
            """, email, name, passwordHash, isAdmin);
        return (int?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>Whether any person has an account yet.</summary>
    public async Task<bool> AnyAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Command("select exists (select from accounts where kind = 1)");
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>The account that ground truth is filed under.</summary>
    public async Task<int> EnsureSimulatorAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            with added as (
              insert into accounts (kind, email, name) values (2, $1, 'simulator')
              on conflict (email) do nothing returning id)
            select id from added union all select id from accounts where email = $1 limit 1
            """, SimulatorEmail);
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async Task<Account?> FindByEmailAsync(string email, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select id, email, name, is_admin, created_at, disabled_at from accounts where email = $1 and kind = 1
            """, Normalise(email));
        return (await ReadAsync(command, cancellationToken)).FirstOrDefault();
    }

    public async Task<IReadOnlyList<Account>> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select id, email, name, is_admin, created_at, disabled_at from accounts where kind = 1
            order by id limit {ListMax}
            """);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>What a sign-in is checked against; id 0: no such account, or closed.</summary>
    internal async Task<(int Id, string? PasswordHash)> FindPasswordAsync(
        string email, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select id, password_hash from accounts where email = $1 and kind = 1 and disabled_at is null
            """, Normalise(email));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetInt32(0), reader.Text(1)) : (0, null);
    }

    public async Task SetPasswordAsync(int id, string passwordHash, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "update accounts set password_hash = $2 where id = $1", id, passwordHash);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Gives an account a role in a project, or another one.</summary>
    public async Task SetRoleAsync(int projectId, int accountId, Role role, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            insert into memberships (project_id, account_id, role) values ($1, $2, $3)
            on conflict (project_id, account_id) do update set role = excluded.role
            """, projectId, accountId, (short)role);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<bool> RemoveRoleAsync(int projectId, int accountId, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "delete from memberships where project_id = $1 and account_id = $2", projectId, accountId);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Addresses differ by neither case nor spaces around them.</summary>
    public static string Normalise(string email) => email.Trim().ToLowerInvariant();

    static async Task<List<Account>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var accounts = new List<Account>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            accounts.Add(new Account(
                reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.GetBoolean(3),
                reader.GetFieldValue<DateTimeOffset>(4), reader.Get<DateTimeOffset>(5)));
        }

        return accounts;
    }
}
