using Npgsql;
using WildCam.Storage.Captures;

namespace WildCam.Storage.Desk;

/// <summary>How often a species was detected, from the daily summary.</summary>
public sealed record SpeciesCount(int TaxonId, long Days7, long Days30, long All);

/// <summary>The newest event of a species and its best picture.</summary>
public sealed record SpeciesLatest(int TaxonId, Guid EventId, DateTimeOffset StartedAt, ThumbnailFacts? Thumbnail);

/// <summary>Counts and newest events by species.</summary>
public sealed class SpeciesPagesTable(NpgsqlDataSource database)
{
    public async Task<IReadOnlyList<SpeciesCount>> CountAsync(
        int projectId, DateOnly today, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            select taxon_id, coalesce(sum(detection_count) filter (where detection_date > $2 - 7), 0),
              coalesce(sum(detection_count) filter (where detection_date > $2 - 30), 0), sum(detection_count)
            from daily_detection_summary where project_id = $1 and taxon_id <> 0
            group by taxon_id order by 3 desc, 4 desc, taxon_id
            """);
        command.Parameters.Add(new() { Value = projectId });
        command.Parameters.Add(new() { Value = today });
        var counts = new List<SpeciesCount>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            counts.Add(new SpeciesCount(
                reader.GetInt32(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3)));
        }

        return counts;
    }

    /// <summary>The sum of the summary that a filter by date, camera, site and finding covers.</summary>
    public async Task<long> SumAsync(GalleryFilter filter, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            select coalesce(sum(detection_count), 0)::bigint from daily_detection_summary
            where project_id = $1 and (cardinality($2::int[]) = 0 or taxon_id = any ($2)) and ($3 = 0 or category = $3)
              and ($4 = 0 or camera_id = $4) and detection_date between $5 and $6
            """);
        command.Parameters.Add(new() { Value = filter.ProjectId });
        command.Parameters.Add(new() { Value = filter.TaxonId is { } taxon ? [taxon] : filter.TaxonIds.ToArray() });
        command.Parameters.Add(new() { Value = (int)(filter.Category ?? 0) });
        command.Parameters.Add(new() { Value = filter.CameraId ?? 0 });
        command.Parameters.Add(new() { Value = filter.From ?? new DateOnly(1970, 1, 1) });
        command.Parameters.Add(new() { Value = filter.To ?? new DateOnly(9999, 1, 1) });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async Task<IReadOnlyList<SpeciesLatest>> ListLatestAsync(
        int projectId, IReadOnlyList<int> taxa, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand("""
            select t.taxon_id, f.event_id, f.started_at, f.best_capture_id, f.best_captured_at
            from unnest($2) as t(taxon_id)
            cross join lateral (
              select event_id, started_at, best_capture_id, best_captured_at from event_findings
              where project_id = $1 and taxon_id = t.taxon_id and taxon_id <> 0
              order by started_at desc, event_id desc limit 1) f
            """, connection)
        {
            Parameters = { new() { Value = projectId }, new() { Value = taxa.ToArray() } },
        };
        var rows = new List<(int Taxon, Guid Event, DateTimeOffset At, Guid Best, DateTimeOffset BestAt)>();
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                rows.Add((reader.GetInt32(0), reader.GetGuid(1), reader.GetFieldValue<DateTimeOffset>(2),
                    reader.GetGuid(3), reader.GetFieldValue<DateTimeOffset>(4)));
            }
        }

        var thumbnails = await GalleryTable.ThumbnailsAsync(
            connection, rows.ConvertAll(r => (r.Best, r.BestAt)), cancellationToken);
        return rows.ConvertAll(r =>
            new SpeciesLatest(r.Taxon, r.Event, r.At, thumbnails.GetValueOrDefault(r.Best)));
    }

    /// <summary>Events of a species by hour of the site's day, since a time.</summary>
    public async Task<int[]> CountHoursAsync(
        int projectId, int taxonId, DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            select local_hour, count(*)::int from event_findings
            where project_id = $1 and taxon_id = $2 and taxon_id <> 0 and started_at >= $3
            group by local_hour
            """);
        command.Parameters.Add(new() { Value = projectId });
        command.Parameters.Add(new() { Value = taxonId });
        command.Parameters.Add(new() { Value = since });
        var hours = new int[24];
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            hours[reader.GetInt16(0)] = reader.GetInt32(1);
        }

        return hours;
    }
}
