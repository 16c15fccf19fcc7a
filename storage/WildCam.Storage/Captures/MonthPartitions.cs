using System.Collections.Concurrent;
using Npgsql;

namespace WildCam.Storage.Captures;

/// <summary>
/// Months whose partitions this process has seen. A missing one is made in a transaction of its own, before the
/// transaction that writes into it. Forget after an error 23514: somebody may have detached one.
/// </summary>
public sealed class MonthPartitions(NpgsqlDataSource database, string parent)
{
    readonly ConcurrentDictionary<DateOnly, bool> _seen = new();

    public async Task EnsureAsync(IEnumerable<DateTimeOffset> times, CancellationToken cancellationToken)
    {
        foreach (var time in times)
        {
            var month = new DateOnly(time.UtcDateTime.Year, time.UtcDateTime.Month, 1);
            if (_seen.ContainsKey(month))
            {
                continue;
            }

            await using var command = database.Command("select ensure_month($1, $2)", parent, month);
            await command.ExecuteNonQueryAsync(cancellationToken);
            _seen[month] = true;
        }
    }

    public void Forget() => _seen.Clear();
}
