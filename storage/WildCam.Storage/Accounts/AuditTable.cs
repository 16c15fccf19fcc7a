using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace WildCam.Storage.Accounts;

/// <summary>The log of who did what.</summary>
public sealed class AuditTable(NpgsqlDataSource database)
{
    public async Task AppendAsync(
        int? accountId, string action, string subject, IReadOnlyDictionary<string, string> detail,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await AppendAsync(connection, accountId, action, subject, detail, cancellationToken);
    }

    public static async Task AppendAsync(
        NpgsqlConnection connection, int? accountId, string action, string subject,
        IReadOnlyDictionary<string, string> detail, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            insert into audit_entries (account_id, action, subject, detail) values ($1::int, $2, $3, $4)
            """, accountId, action, subject);
        command.Parameters.Add(new NpgsqlParameter
        {
            Value = JsonSerializer.Serialize(detail),
            NpgsqlDbType = NpgsqlDbType.Jsonb,
        });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
