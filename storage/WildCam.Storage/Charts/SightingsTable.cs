using System.Runtime.InteropServices;
using Npgsql;

namespace WildCam.Storage.Charts;

/// <summary>
/// Counts independent events of species for the charts. Read from sighting_days, which follow the events' findings
/// within seconds; what is independent is judged here, so that any interval and any score costs the same.
/// </summary>
public sealed class SightingsTable(NpgsqlDataSource database)
{
    /// <summary>
    /// Days before a chart's first in which the event before its first one may lie: the longest interval is one day.
    /// </summary>
    const int DaysBefore = 2;

    /// <summary>The score from which a model's finding counts in the project's sums and charts.</summary>
    public async Task<double> GetScoreMinAsync(int projectId, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "select summary_confidence_min from projects where id = $1", projectId);
        return (float)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Events by hour of the site's day.</summary>
    public Task<IReadOnlyList<ClassCount>> CountByHourAsync(ChartFilter filter, CancellationToken cancellationToken) =>
        CountClassesAsync(filter, s => s.Minute / 60, cancellationToken);

    /// <summary>Events by minute of the site's day, 0 to 1439.</summary>
    public Task<IReadOnlyList<ClassCount>> CountByMinuteAsync(
        ChartFilter filter, CancellationToken cancellationToken) =>
        CountClassesAsync(filter, s => s.Minute, cancellationToken);

    /// <summary>Events by month and hour: 24 times the month (0 is January) plus the hour.</summary>
    public Task<IReadOnlyList<ClassCount>> CountByMonthAndHourAsync(
        ChartFilter filter, CancellationToken cancellationToken) =>
        CountClassesAsync(filter, s => (s.Date.Month - 1) * 24 + s.Minute / 60, cancellationToken);

    /// <summary>Events by day.</summary>
    public async Task<IReadOnlyList<DayCount>> CountByDayAsync(
        ChartFilter filter, CancellationToken cancellationToken)
    {
        var counts = await CountAsync(filter, s => s.Date, cancellationToken);
        return [.. counts.Select(c => new DayCount(c.TaxonId, c.Class, c.Events))];
    }

    /// <summary>Events and animals by site.</summary>
    public async Task<IReadOnlyList<SiteCount>> CountBySiteAsync(
        ChartFilter filter, CancellationToken cancellationToken)
    {
        var counts = new Dictionary<(int TaxonId, int SiteId), (int Events, long Animals)>();
        await ReadAsync(filter, (taxon, day) =>
        {
            foreach (ref readonly var sighting in day)
            {
                ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(
                    counts, (taxon, sighting.SiteId), out _);
                count = (count.Events + 1, count.Animals + sighting.Animals);
            }
        }, cancellationToken);
        return
        [
            .. counts.OrderBy(c => c.Key)
                .Select(c => new SiteCount(c.Key.TaxonId, c.Key.SiteId, c.Value.Events, c.Value.Animals)),
        ];
    }

    /// <summary>Events by site and period of so many days; the last period may be shorter.</summary>
    public async Task<IReadOnlyList<SitePeriods>> CountByPeriodAsync(
        ChartFilter filter, int periodDays, CancellationToken cancellationToken)
    {
        var counts = new Dictionary<(int TaxonId, int SiteId), int[]>();
        await ReadAsync(filter, (taxon, day) =>
        {
            foreach (ref readonly var sighting in day)
            {
                if (sighting.IsAtSite)
                {
                    ref var events = ref CollectionsMarshal.GetValueRefOrAddDefault(
                        counts, (taxon, sighting.SiteId), out _);
                    events ??= new int[(filter.Days - 1) / periodDays + 1];
                    events[(sighting.Date.DayNumber - filter.From.DayNumber) / periodDays]++;
                }
            }
        }, cancellationToken);
        return [.. counts.OrderBy(c => c.Key).Select(c => new SitePeriods(c.Key.TaxonId, c.Key.SiteId, c.Value))];
    }

    /// <summary>Days of sites with each species.</summary>
    public async Task<IReadOnlyList<Incidence>> CountIncidenceAsync(
        ChartFilter filter, CancellationToken cancellationToken)
    {
        var days = new SortedDictionary<int, int>();
        var sites = new HashSet<int>();
        await ReadAsync(filter, (taxon, day) =>
        {
            sites.Clear();
            foreach (ref readonly var sighting in day)
            {
                if (sighting.IsAtSite)
                {
                    sites.Add(sighting.SiteId);
                }
            }

            if (sites.Count > 0)
            {
                days[taxon] = days.GetValueOrDefault(taxon) + sites.Count;
            }
        }, cancellationToken);
        return [.. days.Select(d => new Incidence(d.Key, d.Value))];
    }

    /// <summary>
    /// Pairs of sites between which a species was seen next within so many hours and kilometres, the commonest first.
    /// It says nothing of one animal. Distance on a sphere of 6371 km.
    /// </summary>
    public async Task<IReadOnlyList<Move>> CountMovesAsync(
        ChartFilter filter, int hoursMax, double kilometresMax, CancellationToken cancellationToken)
    {
        var counter = new MoveCounter(
            await ListPointsAsync(filter.ProjectId, cancellationToken), kilometresMax,
            hoursMax * (long)TimeSpan.MillisecondsPerHour);
        await ReadAsync(filter, counter.Add, cancellationToken);
        return counter.ToMoves();
    }

    /// <summary>Where the sites lie that have coordinates, by id.</summary>
    async Task<Dictionary<int, EarthPoint>> ListPointsAsync(int projectId, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select id, latitude, longitude from sites
            where project_id = $1 and latitude is not null and longitude is not null
            """, projectId);
        var points = new Dictionary<int, EarthPoint>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            points[reader.GetInt32(0)] = EarthPoint.Of(reader.GetDouble(1), reader.GetDouble(2));
        }

        return points;
    }

    async Task<IReadOnlyList<ClassCount>> CountClassesAsync(
        ChartFilter filter, Func<Sighting, int> classOf, CancellationToken cancellationToken)
    {
        var counts = await CountAsync(filter, classOf, cancellationToken);
        return [.. counts.Select(c => new ClassCount(c.TaxonId, c.Class, c.Events))];
    }

    /// <summary>By species, then by class.</summary>
    async Task<IReadOnlyList<(int TaxonId, T Class, int Events)>> CountAsync<T>(
        ChartFilter filter, Func<Sighting, T> classOf, CancellationToken cancellationToken)
        where T : notnull
    {
        var counts = new Dictionary<(int TaxonId, T Class), int>();
        await ReadAsync(filter, (taxon, day) =>
        {
            foreach (ref readonly var sighting in day)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(counts, (taxon, classOf(sighting)), out _)++;
            }
        }, cancellationToken);
        return [.. counts.OrderBy(c => c.Key).Select(c => (c.Key.TaxonId, c.Key.Class, c.Value))];
    }

    delegate void CountDay(int taxonId, ReadOnlySpan<Sighting> independent);

    /// <summary>Gives the independent sightings of each species and day, by species, then by day.</summary>
    async Task ReadAsync(ChartFilter filter, CountDay count, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select taxon_id, local_date, sightings from sighting_days
            where project_id = $1 and local_date between $2 and $3
              {(filter.Taxa.Count > 0 ? "and taxon_id = any ($4)" : "")}
            order by taxon_id, local_date
            """, filter.ProjectId, filter.From.AddDays(-DaysBefore), filter.To);
        if (filter.Taxa.Count > 0)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = filter.Taxa.ToArray() });
        }

        var species = 0;
        var lastAt = new Dictionary<int, long>();
        // A million sightings pass through here: what holds a day's is used again for the next.
        var packed = Array.Empty<byte>();
        var independent = new List<Sighting>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var taxon = reader.GetInt32(0);
            if (taxon != species)
            {
                lastAt.Clear();
                species = taxon;
            }

            var length = (int)reader.GetBytes(2, 0, null, 0, 0);
            packed = packed.Length < length ? new byte[length] : packed;
            reader.GetBytes(2, 0, packed, 0, length);
            ListIndependent(
                filter, packed.AsSpan(0, length), reader.GetFieldValue<DateOnly>(1), lastAt, independent);
            count(taxon, CollectionsMarshal.AsSpan(independent));
        }
    }

    /// <summary>
    /// Of a day: those that count, are asked for, and began at least the interval after the one before them of the
    /// species at the same place.
    /// </summary>
    static void ListIndependent(
        ChartFilter filter, ReadOnlySpan<byte> packed, DateOnly date, Dictionary<int, long> lastAt,
        List<Sighting> independent)
    {
        var scoreMin = (float)(filter.ScoreMin ?? 0);
        var interval = filter.IntervalMinutes * (long)TimeSpan.MillisecondsPerMinute;
        independent.Clear();
        for (; packed.Length >= Sighting.Size; packed = packed[Sighting.Size..])
        {
            var sighting = Sighting.Read(packed, date);
            if (sighting.Score < scoreMin || (filter.SiteId is { } site && sighting.Place != site))
            {
                continue;
            }

            ref var last = ref CollectionsMarshal.GetValueRefOrAddDefault(lastAt, sighting.Place, out var isKnown);
            if ((!isKnown || sighting.At - last >= interval) && date >= filter.From)
            {
                independent.Add(sighting);
            }

            last = sighting.At;
        }
    }
}
