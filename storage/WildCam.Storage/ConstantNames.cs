using System.Collections.Concurrent;
using Npgsql;

namespace WildCam.Storage;

/// <summary>
/// Names by ids that are given once and for good: what was read once is known, and lists need not join them to each of
/// their rows.
/// </summary>
/// <param name="sql">Gives id and name of those whose ids are $1.</param>
sealed class ConstantNames(NpgsqlDataSource database, string sql)
{
    readonly ConcurrentDictionary<int, string> _known = new();

    /// <summary>A name that <see cref="LearnAsync"/> was asked for; null: there is none.</summary>
    public string? Find(int id) => _known.GetValueOrDefault(id);

    /// <summary>Reads what is not known yet. Takes a connection: call it with none in hand.</summary>
    public async ValueTask LearnAsync(IEnumerable<int> ids, CancellationToken cancellationToken)
    {
        HashSet<int>? unknown = null;
        foreach (var id in ids)
        {
            if (!_known.ContainsKey(id))
            {
                (unknown ??= []).Add(id);
            }
        }

        if (unknown is null)
        {
            return;
        }

        await using var command = database.Command(sql, unknown.ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            _known[reader.GetInt32(0)] = reader.GetString(1);
        }
    }
}
