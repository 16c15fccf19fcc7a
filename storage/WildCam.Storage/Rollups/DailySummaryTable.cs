using Npgsql;

namespace WildCam.Storage.Rollups;

/// <summary>Sums by camera, local day, category and species, kept by dirty buckets.</summary>
public sealed class DailySummaryTable(NpgsqlDataSource database)
{
    /// <summary>
    /// Counts up to so many dirty days of cameras again; gives how many. Zero: nothing is dirty, or another folder is
    /// at it. Any number may fold at once.
    /// </summary>
    public async Task<int> FoldAsync(int bucketsMax, CancellationToken cancellationToken)
    {
        await using var command = database.Command("select refresh_daily_summary($1)", bucketsMax);
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>
    /// Marks every day of a project's cameras for a recount: its threshold changed, or a site's time zone.
    /// </summary>
    public async Task<int> MarkProjectAsync(
        NpgsqlConnection connection, int projectId, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            insert into summary_dirty (camera_id, detection_date)
            select distinct d.camera_id, d.local_date from wildlife_detections d
            where d.project_id = $1 and d.captured_at > '-infinity'
            """, projectId);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
