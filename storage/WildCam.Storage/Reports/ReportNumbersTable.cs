using Npgsql;

namespace WildCam.Storage.Reports;

/// <summary>What a project holds of a span of days.</summary>
/// <param name="Decided">Events of which a person decided on every picture.</param>
public sealed record ReportTotals(long Pictures, long Events, long Decided, long WithPeople, long Blank, int Cameras);

/// <summary>A site as a report tells it: with the coordinates that everyone may know.</summary>
public sealed record ReportSite(string Name, double? Latitude, double? Longitude, bool IsCoarse, string ZoneName);

/// <summary>A model whose findings count in a report.</summary>
public sealed record ReportModel(string Name, string Version, long Findings);

/// <summary>Counts what charts do not: pictures, events, and who found what.</summary>
public sealed class ReportNumbersTable(NpgsqlDataSource database)
{
    /// <summary>The widest offset of a zone from UTC, so that a date in any zone has a plain bound.</summary>
    const int ZoneHoursMax = 15;

    public async Task<ReportTotals> CountAsync(
        int projectId, DateOnly from, DateOnly to, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            with of_pictures as (
              select count(*) as pictures, count(distinct c.camera_id)::int as cameras
              from captures c join projects p on p.id = c.project_id left join sites s on s.id = c.site_id
              where c.project_id = $1 and {Within("c.captured_at")}),
            of_events as (
              select count(*) as events,
                count(*) filter (where e.decided_at is not null and e.undecided_count = 0) as decided,
                count(*) filter (where exists (
                  select from event_findings f where f.event_id = e.id and f.category = 2)) as with_people,
                count(*) filter (where exists (
                  select from event_findings f where f.event_id = e.id and f.category = 4)) as blank
              from events e join projects p on p.id = e.project_id left join sites s on s.id = e.site_id
              where e.project_id = $1 and e.merged_into is null and {Within("e.started_at")})
            select pictures, events, decided, with_people, blank, cameras from of_pictures, of_events
            """, projectId, from, to);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new ReportTotals(
            reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4),
            reader.GetInt32(5));
    }

    /// <summary>The project's sites, with coordinates as everyone may see them whoever asks.</summary>
    public async Task<IReadOnlyList<ReportSite>> ListSitesAsync(int projectId, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select s.name, v.shown_latitude, v.shown_longitude, v.is_sensitive, s.time_zone
            from sites s join site_coordinates v on v.site_id = s.id
            where s.project_id = $1 order by s.name, s.id
            """, projectId);
        var sites = new List<ReportSite>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            sites.Add(new ReportSite(
                reader.GetString(0), reader.Get<double>(1), reader.Get<double>(2), reader.GetBoolean(3),
                reader.GetString(4)));
        }

        return sites;
    }

    /// <summary>Models by how many of their findings count in the span.</summary>
    public async Task<IReadOnlyList<ReportModel>> ListModelsAsync(
        int projectId, DateOnly from, DateOnly to, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select m.name, m.version, count(*)
            from wildlife_detections d join models m on m.id = d.model_id
            join projects p on p.id = d.project_id left join sites s on s.id = d.site_id
            where d.project_id = $1 and d.is_current and d.source = 1 and {Within("d.captured_at")}
            group by 1, 2 order by 3 desc, 1, 2
            """, projectId, from, to);
        var models = new List<ReportModel>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            models.Add(new ReportModel(reader.GetString(0), reader.GetString(1), reader.GetInt64(2)));
        }

        return models;
    }

    // Plain bounds leave out months; the site's own days decide within them.
    static string Within(string column) => $"""
        {column} >= $2::timestamp at time zone 'UTC' - interval '{ZoneHoursMax} hours'
          and {column} < ($3 + 1)::timestamp at time zone 'UTC' + interval '{ZoneHoursMax} hours'
          and ({column} at time zone coalesce(s.time_zone, p.time_zone))::date between $2 and $3
        """;
}
