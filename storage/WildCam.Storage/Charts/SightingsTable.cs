using System.Runtime.InteropServices;
using Npgsql;

namespace WildCam.Storage.Charts;

/// <summary>
/// Counts independent events of species for the charts. Read from sighting_days, which follow the events' findings
/// within seconds; what is independent is judged here, so that any interval and any score costs the same.
/// </summary>
public sealed class SightingsTable(NpgsqlDataSource database)
{
    /// <summary>Days before a chart's first in which the event before its first one may lie: the longest interval is one
    /// day.</summary>
    const int DaysBefore = 2;

    const double EarthKilometres = 6371;

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
        var counts = new List<SiteCount>();
        await ReadAsync(filter, (taxon, sightings) =>
        {
            var bySite = new SortedDictionary<int, (int Events, long Animals)>();
            foreach (var sighting in sightings)
            {
                var (events, animals) = bySite.GetValueOrDefault(sighting.SiteId);
                bySite[sighting.SiteId] = (events + 1, animals + sighting.Animals);
            }

            counts.AddRange(bySite.Select(s => new SiteCount(taxon, s.Key, s.Value.Events, s.Value.Animals)));
        }, cancellationToken);
        return counts;
    }

    /// <summary>Events by site and period of so many days.</summary>
    public async Task<IReadOnlyList<SitePeriodCount>> CountByPeriodAsync(
        ChartFilter filter, int periodDays, CancellationToken cancellationToken)
    {
        var first = filter.From.DayNumber;
        var counts = await CountAsync(
            filter, s => (s.SiteId, Period: (s.Date.DayNumber - first) / periodDays), cancellationToken);
        return
        [
            .. counts.Where(c => c.Class.SiteId != 0)
                .Select(c => new SitePeriodCount(c.TaxonId, c.Class.SiteId, c.Class.Period, c.Events)),
        ];
    }

    /// <summary>Days of sites with each species.</summary>
    public async Task<IReadOnlyList<Incidence>> CountIncidenceAsync(
        ChartFilter filter, CancellationToken cancellationToken)
    {
        var found = new List<Incidence>();
        await ReadAsync(filter, (taxon, sightings) =>
        {
            var days = new HashSet<(int, DateOnly)>();
            foreach (var sighting in sightings)
            {
                if (sighting.IsAtSite)
                {
                    days.Add((sighting.SiteId, sighting.Date));
                }
            }

            if (days.Count > 0)
            {
                found.Add(new Incidence(taxon, days.Count));
            }
        }, cancellationToken);
        return found;
    }

    /// <summary>
    /// Pairs of sites between which a species was seen next within so many hours and kilometres, the commonest first.
    /// It says nothing of one animal. Distance on a sphere of 6371 km.
    /// </summary>
    public async Task<IReadOnlyList<Move>> CountMovesAsync(
        ChartFilter filter, int hoursMax, double kilometresMax, CancellationToken cancellationToken)
    {
        var near = await ListNearAsync(filter.ProjectId, kilometresMax, cancellationToken);
        var longest = hoursMax * (long)TimeSpan.MillisecondsPerHour;
        var moves = new List<Move>();
        await ReadAsync(filter, (taxon, sightings) =>
        {
            var steps = new Dictionary<(int From, int To), List<long>>();
            Sighting? before = null;
            foreach (var next in sightings)
            {
                if (!next.IsAtSite)
                {
                    continue;
                }

                if (before is { } from && next.At - from.At <= longest && near.Contains((from.Place, next.Place)))
                {
                    ref var took = ref CollectionsMarshal.GetValueRefOrAddDefault(
                        steps, (from.Place, next.Place), out _);
                    (took ??= []).Add(next.At - from.At);
                }

                before = next;
            }

            moves.AddRange(steps.Select(s => new Move(
                taxon, s.Key.From, s.Key.To, s.Value.Count, Median(s.Value) / TimeSpan.MillisecondsPerMinute)));
        }, cancellationToken);
        return
        [
            .. moves.OrderByDescending(m => m.Times).ThenBy(m => m.TaxonId).ThenBy(m => m.FromSiteId)
                .ThenBy(m => m.ToSiteId),
        ];
    }

    /// <summary>Both orders of every two sites that lie so near each other; sites whose place is unknown do not.</summary>
    async Task<HashSet<(int, int)>> ListNearAsync(
        int projectId, double kilometresMax, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select a.id, b.id from sites a join sites b on b.project_id = a.project_id and b.id <> a.id
            where a.project_id = $1
              and 2 * {EarthKilometres} * asin(sqrt(least(1, sin(radians(b.latitude - a.latitude) / 2) ^ 2
                + cos(radians(a.latitude)) * cos(radians(b.latitude))
                  * sin(radians(b.longitude - a.longitude) / 2) ^ 2))) <= $2
            """, projectId, kilometresMax);
        var near = new HashSet<(int, int)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            near.Add((reader.GetInt32(0), reader.GetInt32(1)));
        }

        return near;
    }

    static double Median(List<long> values)
    {
        values.Sort();
        return (values[(values.Count - 1) / 2] + values[values.Count / 2]) / 2.0;
    }

    async Task<IReadOnlyList<ClassCount>> CountClassesAsync(
        ChartFilter filter, Func<Sighting, int> classOf, CancellationToken cancellationToken)
    {
        var counts = await CountAsync(filter, classOf, cancellationToken);
        return [.. counts.Select(c => new ClassCount(c.TaxonId, c.Class, c.Events))];
    }

    /// <summary>By species, then by class.</summary>
    async Task<List<(int TaxonId, T Class, int Events)>> CountAsync<T>(
        ChartFilter filter, Func<Sighting, T> classOf, CancellationToken cancellationToken)
        where T : notnull
    {
        var counts = new List<(int, T, int)>();
        await ReadAsync(filter, (taxon, sightings) =>
        {
            var events = new Dictionary<T, int>();
            foreach (var sighting in sightings)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(events, classOf(sighting), out _)++;
            }

            counts.AddRange(events.OrderBy(e => e.Key).Select(e => (taxon, e.Key, e.Value)));
        }, cancellationToken);
        return counts;
    }

    /// <summary>Gives each species that was seen, and its independent sightings in order of time.</summary>
    async Task ReadAsync(
        ChartFilter filter, Action<int, IReadOnlyList<Sighting>> count, CancellationToken cancellationToken)
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

        var taxon = 0;
        var sightings = new List<Sighting>();
        void Count()
        {
            var independent = ListIndependent(filter, sightings);
            if (independent.Count > 0)
            {
                count(taxon, independent);
            }

            sightings.Clear();
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.GetInt32(0) != taxon)
            {
                Count();
                taxon = reader.GetInt32(0);
            }

            Sighting.Read(reader.GetFieldValue<byte[]>(2), reader.GetFieldValue<DateOnly>(1), sightings);
        }

        Count();
    }

    /// <summary>
    /// Of a species: those that count, are asked for, and began at least the interval after the one before them at the
    /// same place.
    /// </summary>
    static List<Sighting> ListIndependent(ChartFilter filter, List<Sighting> sightings)
    {
        // Dates of sites in different zones overlap, so that a day may begin before the one before it ended.
        for (var i = 1; i < sightings.Count; i++)
        {
            if (sightings[i].At < sightings[i - 1].At)
            {
                sightings = [.. sightings.OrderBy(s => s.At)];
                break;
            }
        }

        var scoreMin = (float)(filter.ScoreMin ?? 0);
        var interval = filter.IntervalMinutes * (long)TimeSpan.MillisecondsPerMinute;
        var lastAt = new Dictionary<int, long>();
        var independent = new List<Sighting>();
        foreach (var sighting in sightings)
        {
            if (sighting.Score < scoreMin || (filter.SiteId is { } site && sighting.Place != site))
            {
                continue;
            }

            ref var last = ref CollectionsMarshal.GetValueRefOrAddDefault(lastAt, sighting.Place, out var isKnown);
            if ((!isKnown || sighting.At - last >= interval) && sighting.Date >= filter.From)
            {
                independent.Add(sighting);
            }

            last = sighting.At;
        }

        return independent;
    }
}
