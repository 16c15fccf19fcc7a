using System.Runtime.InteropServices;
using WildCam.Storage.Charts;

namespace WildCam.Hub.Desk.Charts;

/// <summary>A span of time in which a camera worked at a site.</summary>
public readonly record struct EffortSpan(int SiteId, string CameraCode, DateTimeOffset From, DateTimeOffset Until)
{
    public double Days => (Until - From).TotalDays;
}

/// <summary>
/// Trap effort: camera-days, the time that cameras were deployed, less the gaps in which they did not work. Two
/// cameras at
/// a site for a day are two camera-days.
/// </summary>
public sealed class Effort
{
    readonly TimeZoneInfo _zone;
    readonly DateOnly _from;
    readonly DateOnly _to;

    Effort(IReadOnlyList<EffortSpan> spans, TimeZoneInfo zone, DateOnly from, DateOnly to)
    {
        Spans = spans;
        _zone = zone;
        _from = from;
        _to = to;
    }

    public IReadOnlyList<EffortSpan> Spans { get; }

    public double CameraDays => Spans.Sum(s => s.Days);

    public double CameraDaysAt(int siteId) => Spans.Where(s => s.SiteId == siteId).Sum(s => s.Days);

    /// <param name="gaps">Times in which a camera (its code) did not work; they may overlap.</param>
    /// <param name="now">Nobody has worked in the future.</param>
    public static Effort Of(
        IEnumerable<ChartDeployment> deployments,
        IEnumerable<(int CameraId, DateTimeOffset From, DateTimeOffset Until)> gaps,
        ChartFilter filter, TimeZoneInfo zone, DateTimeOffset now)
    {
        var begin = StartOf(filter.From, zone);
        var end = StartOf(filter.To.AddDays(1), zone);
        end = end < now ? end : now;
        var byCamera = gaps.ToLookup(g => g.CameraId, g => (g.From, g.Until));
        var spans = new List<EffortSpan>();
        foreach (var d in deployments.Where(d => filter.SiteId is null || d.SiteId == filter.SiteId))
        {
            var from = d.FromAt > begin ? d.FromAt : begin;
            var until = d.UntilAt is { } ended && ended < end ? ended : end;
            foreach (var (gapFrom, gapUntil) in byCamera[d.CameraId].Order())
            {
                if (gapFrom > from && gapFrom < until)
                {
                    spans.Add(new EffortSpan(d.SiteId, d.CameraCode, from, gapFrom));
                }

                from = gapFrom < until && gapUntil > from ? gapUntil : from;
            }

            if (from < until)
            {
                spans.Add(new EffortSpan(d.SiteId, d.CameraCode, from, until));
            }
        }

        return new Effort(spans, zone, filter.From, filter.To);
    }

    /// <summary>Camera-days by site and period of so many days; the periods count from the first day.</summary>
    public Dictionary<(int SiteId, int Period), double> ByPeriod(int periodDays)
    {
        var periods = (_to.DayNumber - _from.DayNumber) / periodDays + 1;
        DateTimeOffset[] starts =
            [.. Enumerable.Range(0, periods + 1).Select(p => StartOf(_from.AddDays(p * periodDays), _zone))];
        var days = new Dictionary<(int, int), double>();
        foreach (var (site, _, from, until) in Spans)
        {
            for (var period = PeriodOf(from, periodDays); period < periods; period++)
            {
                var (start, stop) = (starts[period], starts[period + 1]);
                var share = (until < stop ? until : stop) - (from > start ? from : start);
                if (share > TimeSpan.Zero)
                {
                    CollectionsMarshal.GetValueRefOrAddDefault(days, (site, period), out _) += share.TotalDays;
                }

                if (stop >= until)
                {
                    break;
                }
            }
        }

        return days;
    }

    /// <summary>Of each period of so many days, whether any camera worked in it.</summary>
    public bool[] Watched(int periodDays)
    {
        var watched = new bool[(_to.DayNumber - _from.DayNumber) / periodDays + 1];
        foreach (var (_, period) in ByPeriod(periodDays).Keys)
        {
            watched[Math.Clamp(period, 0, watched.Length - 1)] = true;
        }

        return watched;
    }

    /// <summary>Days of sites on which at least one camera worked there.</summary>
    public int SiteDays => ByPeriod(1).Count;

    int PeriodOf(DateTimeOffset time, int periodDays) =>
        Math.Max(0, (SiteTime.DateOf(time, _zone).DayNumber - _from.DayNumber) / periodDays);

    static DateTimeOffset StartOf(DateOnly date, TimeZoneInfo zone)
    {
        var midnight = date.ToDateTime(TimeOnly.MinValue);
        // Where clocks are put forward at midnight, the day begins an hour later.
        midnight = zone.IsInvalidTime(midnight) ? midnight.AddHours(1) : midnight;
        return new DateTimeOffset(midnight, zone.GetUtcOffset(midnight));
    }
}
