using Npgsql;

namespace WildCam.Storage.Charts;

/// <summary>
/// Counts independent events of species for the charts. Read from event_findings, one row an event and species, so that
/// a year over millions of detections is a range of one index.
/// </summary>
public sealed class SightingsTable(NpgsqlDataSource database)
{
    /// <summary>The widest offset of a zone from UTC, so that a date in any zone has a plain bound.</summary>
    const int ZoneHoursMax = 15;

    /// <summary>Rows that one chart reads; more would be no chart.</summary>
    public const int RowsMax = 200_000;

    /// <summary>The score from which a model's finding counts in the project's sums and charts.</summary>
    public async Task<double> GetScoreMinAsync(int projectId, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "select summary_confidence_min from projects where id = $1", projectId);
        return (float)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Events by hour of the site's day.</summary>
    public Task<IReadOnlyList<ClassCount>> CountByHourAsync(ChartFilter filter, CancellationToken cancellationToken) =>
        CountClassesAsync(filter, "extract(hour from local_at)::int", cancellationToken);

    /// <summary>Events by minute of the site's day, 0 to 1439.</summary>
    public Task<IReadOnlyList<ClassCount>> CountByMinuteAsync(
        ChartFilter filter, CancellationToken cancellationToken) =>
        CountClassesAsync(
            filter, "extract(hour from local_at)::int * 60 + extract(minute from local_at)::int", cancellationToken);

    /// <summary>Events by month and hour: 24 times the month (0 is January) plus the hour.</summary>
    public Task<IReadOnlyList<ClassCount>> CountByMonthAndHourAsync(
        ChartFilter filter, CancellationToken cancellationToken) =>
        CountClassesAsync(
            filter, "(extract(month from local_at)::int - 1) * 24 + extract(hour from local_at)::int",
            cancellationToken);

    /// <summary>Events by day.</summary>
    public Task<IReadOnlyList<DayCount>> CountByDayAsync(ChartFilter filter, CancellationToken cancellationToken) =>
        ReadAsync(
            filter, "select taxon_id, local_at::date, count(*)::int from counted group by 1, 2 order by 1, 2",
            r => new DayCount(r.GetInt32(0), r.GetFieldValue<DateOnly>(1), r.GetInt32(2)), cancellationToken);

    /// <summary>Events and animals by site.</summary>
    public Task<IReadOnlyList<SiteCount>> CountBySiteAsync(ChartFilter filter, CancellationToken cancellationToken) =>
        ReadAsync(
            filter, """
            select taxon_id, coalesce(site_id, 0), count(*)::int, sum(count)::bigint from counted
            group by 1, 2 order by 1, 2
            """,
            r => new SiteCount(r.GetInt32(0), r.GetInt32(1), r.GetInt32(2), r.GetInt64(3)), cancellationToken);

    /// <summary>Events by site and period of so many days.</summary>
    public Task<IReadOnlyList<SitePeriodCount>> CountByPeriodAsync(
        ChartFilter filter, int periodDays, CancellationToken cancellationToken) =>
        ReadAsync(
            filter, $"""
            select taxon_id, site_id, (local_at::date - $4) / {periodDays}, count(*)::int from counted
            where site_id is not null group by 1, 2, 3 order by 1, 2, 3
            """,
            r => new SitePeriodCount(r.GetInt32(0), r.GetInt32(1), r.GetInt32(2), r.GetInt32(3)), cancellationToken);

    /// <summary>Days of sites with each species.</summary>
    public Task<IReadOnlyList<Incidence>> CountIncidenceAsync(
        ChartFilter filter, CancellationToken cancellationToken) =>
        ReadAsync(
            filter, """
            select taxon_id, count(*)::int
            from (select distinct taxon_id, site_id, local_at::date from counted where site_id is not null) as days
            group by 1 order by 1
            """,
            r => new Incidence(r.GetInt32(0), r.GetInt32(1)), cancellationToken);

    /// <summary>
    /// Pairs of sites between which a species was seen next within so many hours and kilometres. It says nothing of one
    /// animal. Distance on a sphere of 6371 km.
    /// </summary>
    public Task<IReadOnlyList<Move>> CountMovesAsync(
        ChartFilter filter, int hoursMax, double kilometresMax, CancellationToken cancellationToken) =>
        ReadAsync(
            filter, """
            , steps as (
              select taxon_id, started_at, site_id,
                lead(site_id) over w as next_site, lead(started_at) over w - started_at as took
              from counted where site_id is not null
              window w as (partition by taxon_id order by started_at, event_id))
            select st.taxon_id, st.site_id, st.next_site, count(*)::int,
              percentile_cont(0.5) within group (order by extract(epoch from st.took) / 60)::float8
            from steps st
            join sites a on a.id = st.site_id and a.latitude is not null and a.longitude is not null
            join sites b on b.id = st.next_site and b.latitude is not null and b.longitude is not null
            where st.next_site <> st.site_id and st.took <= make_interval(hours => $8)
              and 2 * 6371 * asin(sqrt(least(1, sin(radians(b.latitude - a.latitude) / 2) ^ 2
                + cos(radians(a.latitude)) * cos(radians(b.latitude))
                  * sin(radians(b.longitude - a.longitude) / 2) ^ 2))) <= $9
            group by 1, 2, 3 order by 4 desc, 1, 2, 3
            """,
            r => new Move(r.GetInt32(0), r.GetInt32(1), r.GetInt32(2), r.GetInt32(3), r.GetDouble(4)),
            cancellationToken, hoursMax, kilometresMax);

    Task<IReadOnlyList<ClassCount>> CountClassesAsync(
        ChartFilter filter, string class_, CancellationToken cancellationToken) =>
        ReadAsync(
            filter, $"select taxon_id, {class_}, count(*)::int from counted group by 1, 2 order by 1, 2",
            r => new ClassCount(r.GetInt32(0), r.GetInt32(1), r.GetInt32(2)), cancellationToken);

    async Task<IReadOnlyList<T>> ReadAsync<T>(
        ChartFilter filter, string select, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken,
        params object[] more)
    {
        // Named taxa read a range of the index by species, all of them the one by category (1 is animal).
        var species = filter.Taxa.Count > 0 ? "f.taxon_id = any ($2) and f.taxon_id <> 0"
            : "f.category = 1 and f.taxon_id <> all ($2) and f.taxon_id <> 0";
        await using var command = database.CreateCommand($"""
            with found as (
              select f.taxon_id, f.site_id, f.event_id, f.started_at, f.count,
                f.started_at at time zone coalesce(s.time_zone, $3) as local_at,
                f.started_at - lag(f.started_at) over (
                  partition by f.taxon_id, f.site_id, case when f.site_id is null then f.camera_id end
                  order by f.started_at, f.event_id) as since
              from event_findings f left join sites s on s.id = f.site_id
              where f.project_id = $1 and {species}
                and f.started_at >= $4::timestamp at time zone 'UTC' - interval '{ZoneHoursMax} hours'
                and f.started_at < ($5 + 1)::timestamp at time zone 'UTC' + interval '{ZoneHoursMax} hours'
                and (f.source <> 1 or f.confidence >= $6)
                {(filter.SiteId is { } site ? $"and f.site_id = {site}" : "")}),
            counted as (
              select * from found
              where (since is null or since >= make_interval(mins => $7))
                and local_at >= $4::timestamp and local_at < ($5 + 1)::timestamp)
            {select} limit {RowsMax}
            """);
        object[] values =
        [
            filter.ProjectId, filter.Taxa.ToArray(), filter.ZoneName, filter.From, filter.To,
            (float)(filter.ScoreMin ?? 0), filter.IntervalMinutes, .. more,
        ];
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        var rows = new List<T>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
