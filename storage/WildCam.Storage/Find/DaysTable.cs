using Npgsql;
using WildCam.Storage.Captures;

namespace WildCam.Storage.Find;

/// <summary>Detections of a day of the sites' calendar, by the daily summary.</summary>
public readonly record struct DaySum(DateOnly Date, long Count);

/// <summary>How many detections each day has, for jumping in a gallery.</summary>
public sealed class DaysTable(NpgsqlDataSource database)
{
    /// <summary>Most days of one answer: ten years of days with detections.</summary>
    public const int DaysMax = 3660;

    /// <summary>
    /// Newest first, of what the summary knows of a filter: finding, camera, dates; a site's and a deployment's through
    /// the days on which cameras stood there.
    /// </summary>
    public async Task<IReadOnlyList<DaySum>> ListAsync(GalleryFilter filter, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select s.detection_date, sum(s.detection_count)::bigint
            from daily_detection_summary s
            where s.project_id = $1 and (cardinality($2::int[]) = 0 or s.taxon_id = any ($2))
              and ($3 = 0 or s.category = $3) and ($4 = 0 or s.camera_id = $4)
              and s.detection_date between $5 and $6
              and ($7 = 0 and $8 = 0 or exists (
                select from deployments d
                where d.camera_id = s.camera_id and ($7 = 0 or d.site_id = $7) and ($8 = 0 or d.id = $8)
                  and (d.from_at at time zone $9)::date <= s.detection_date
                  and (d.until_at is null or (d.until_at at time zone $9)::date >= s.detection_date)))
            group by s.detection_date having sum(s.detection_count) > 0
            order by s.detection_date desc limit {DaysMax}
            """,
            filter.ProjectId, filter.TaxonId is { } taxon ? [taxon] : filter.TaxonIds.ToArray(),
            (int)(filter.Category ?? 0), filter.CameraId ?? 0, filter.From ?? new DateOnly(1970, 1, 1),
            filter.To ?? new DateOnly(9999, 1, 1), filter.SiteId ?? 0, filter.DeploymentId ?? 0, filter.ZoneName);
        var days = new List<DaySum>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            days.Add(new DaySum(reader.GetFieldValue<DateOnly>(0), reader.GetInt64(1)));
        }

        return days;
    }
}
