using Npgsql;

namespace WildCam.Storage.Rollups;

/// <summary>
/// What is counted by day and kept by dirty buckets: sums by camera, local day, category and species, and the sightings
/// of a project's days.
/// </summary>
public sealed class RollupsTable(NpgsqlDataSource database)
{
    /// <summary>
    /// Counts up to so many dirty days of cameras again, and of projects; gives how many. Zero: nothing is dirty, or
    /// another folder is at it. Any number may fold at once.
    /// </summary>
    public async Task<int> FoldAsync(int bucketsMax, CancellationToken cancellationToken) =>
        await FoldAsync("select refresh_daily_summary($1)", bucketsMax, cancellationToken)
        + await FoldAsync("select refresh_sighting_days($1)", bucketsMax, cancellationToken);

    async Task<int> FoldAsync(string sql, int bucketsMax, CancellationToken cancellationToken)
    {
        await using var command = database.Command(sql, bucketsMax);
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
