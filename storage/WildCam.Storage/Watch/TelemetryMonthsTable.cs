using System.Globalization;
using Npgsql;

namespace WildCam.Storage.Watch;

/// <summary>The months of raw heartbeats; what they came to by the hour stays in telemetry_hours.</summary>
public sealed class TelemetryMonthsTable(NpgsqlDataSource database)
{
    const string Prefix = "telemetry_";

    /// <summary>A month that somebody reads for longer is dropped another day.</summary>
    const int LockSeconds = 5;

    /// <summary>Months that ended before a time and whose heartbeats are summed up, oldest first.</summary>
    public async Task<IReadOnlyList<DateOnly>> ListForDropAsync(
        DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select c.relname, (select max(hour) from telemetry_hours)
            from pg_inherits i join pg_class c on c.oid = i.inhrelid
            where i.inhparent = 'telemetry'::regclass order by c.relname
            """);
        var months = new List<DateOnly>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (DateOnly.TryParseExact(
                    reader.GetString(0), $"'{Prefix}'yyyy_MM", CultureInfo.InvariantCulture, DateTimeStyles.None,
                    out var month)
                && reader.Get<DateTimeOffset>(1) is { } summedUp)
            {
                var end = new DateTimeOffset(month.AddMonths(1).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
                if (end <= before && end <= summedUp)
                {
                    months.Add(month);
                }
            }
        }

        return months;
    }

    /// <summary>Drops a month; false where somebody reads it now.</summary>
    public async Task<bool> DropAsync(DateOnly month, CancellationToken cancellationToken)
    {
        var name = Prefix + month.ToString("yyyy_MM", CultureInfo.InvariantCulture);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        try
        {
            await using (var wait = connection.Command($"set local lock_timeout = '{LockSeconds}s'"))
            {
                await wait.ExecuteNonQueryAsync(cancellationToken);
            }

            await using var drop = connection.Command($"drop table if exists {name}");
            await drop.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return true;
        }
        catch (PostgresException busy) when (busy.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return false;
        }
    }
}
