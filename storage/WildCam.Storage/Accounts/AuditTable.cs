using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace WildCam.Storage.Accounts;

/// <summary>The log of who did what. The database refuses to change or delete what is in it.</summary>
public sealed class AuditTable(NpgsqlDataSource database)
{
    /// <summary>Most entries of one page.</summary>
    public const int PageMax = 1000;

    /// <summary>Most characters of before, and of after; a longer one is replaced by its length.</summary>
    public const int ChangeCharsMax = 32 * 1024;

    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public async Task AddAsync(AuditEntry entry, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await AddAsync(connection, entry, cancellationToken);
    }

    /// <summary>In the transaction that makes the change, so that there is never one without the other.</summary>
    public static async Task AddAsync(
        NpgsqlConnection connection, AuditEntry entry, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            insert into audit_entries (account_id, came_from, project_id, camera_id, action, subject, before, after)
            values ($1::int, $2, $3::int, $4::int, $5, $6, $7, $8)
            """, entry.Actor.AccountId, entry.Actor.From, entry.ProjectId, entry.CameraId, entry.Action, entry.Subject);
        command.Parameters.Add(ToJson(entry.Before));
        command.Parameters.Add(ToJson(entry.After));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Entries for the audit's pages and their CSV file, newest first.</summary>
    public async Task<IReadOnlyList<AuditRow>> ListForPagesAsync(
        AuditFilter filter, int count, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, PageMax);
        await using var command = database.Command("""
            select e.id, e.at, a.name, e.came_from, e.action, e.subject, p.slug, c.code,
              e.before::text, coalesce(e.after, nullif(e.detail, '{}'))::text
            from audit_entries e
            left join accounts a on a.id = e.account_id
            left join projects p on p.id = e.project_id
            left join cameras c on c.id = e.camera_id
            where e.at >= $1 and e.at < $2 and ($3::bigint is null or e.id < $3::bigint)
              and ($4::int is null or e.project_id = $4::int) and ($5::int is null or e.camera_id = $5::int)
              and ($6 = '' or e.action ilike $6 or e.subject ilike $6 or a.name ilike $6 or e.came_from ilike $6
                or c.code ilike $6)
            order by e.id desc limit $7
            """, filter.FromAt.ToUniversalTime(), filter.UntilAt.ToUniversalTime(), filter.BeforeId, filter.ProjectId,
            filter.CameraId, filter.Text.Length == 0 ? "" : $"%{Literal(filter.Text)}%", count);
        var rows = new List<AuditRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new AuditRow(
                reader.GetInt64(0), reader.GetFieldValue<DateTimeOffset>(1), reader.Text(2), reader.GetString(3),
                reader.GetString(4), reader.GetString(5), reader.Text(6), reader.Text(7), reader.Text(8),
                reader.Text(9)));
        }

        return rows;
    }

    static NpgsqlParameter ToJson(object? value)
    {
        var text = value is null ? null : JsonSerializer.Serialize(value, Json);
        if (text?.Length > ChangeCharsMax)
        {
            text = JsonSerializer.Serialize(new { leftOutCharacters = text.Length }, Json);
        }

        return new NpgsqlParameter { Value = (object?)text ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Jsonb };
    }

    // The signs of a pattern stand for themselves.
    static string Literal(string text) => text
        .Replace(@"\", @"\\", StringComparison.Ordinal)
        .Replace("%", @"\%", StringComparison.Ordinal)
        .Replace("_", @"\_", StringComparison.Ordinal);
}
