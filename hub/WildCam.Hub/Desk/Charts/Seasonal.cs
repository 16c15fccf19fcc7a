namespace WildCam.Hub.Desk.Charts;

/// <summary>What a week of a species at a site is beside what its season led one to expect.</summary>
public enum Unusual
{
    No,
    TooFewData,
    More,
    Fewer,
}

/// <summary>A week of a species at a site.</summary>
/// <param name="Expected">Events that its effort would bring in this season; null with too few data.</param>
/// <param name="HistoryDays">Camera-days of the same season in other years, on which it rests.</param>
public readonly record struct SeasonalWeek(
    int Week, int Events, double CameraDays, double? Expected, double HistoryDays, int HistoryEvents, Unusual Is);

/// <summary>
/// The seasonal expectation of a species at a site, week by week. The rate is that of the same weeks (and two on either
/// side) of the other years at the same site, drawn towards the site's overall rate by as much as two weeks of one
/// camera weigh. A week is unusual if its count has a chance below one in 200 under that rate; visits come in bouts, so
/// the distribution is as wide as the site's own weeks were (negative binomial).
/// </summary>
static class Seasonal
{
    public const int WeeksAside = 2;
    public const double HistoryDaysMin = 60;
    public const double Chance = 0.005;
    const double PriorDays = 14;
    const int WeeksOfYear = 52;
    const double TermsMax = 1e200;

    /// <param name="events">Events by week; week 0 is the first of the span, and 52 weeks are a year.</param>
    /// <param name="days">Camera-days by week.</param>
    public static SeasonalWeek[] Judge(int[] events, double[] days)
    {
        var allDays = days.Sum();
        var siteRate = allDays > 0 ? events.Sum() / allDays : 0;
        var expectations = new (double Rate, double Days, int Events)[events.Length];
        for (var week = 0; week < events.Length; week++)
        {
            var (historyDays, historyEvents) = (0.0, 0);
            for (var same = week % WeeksOfYear - WeeksOfYear; same - WeeksAside < events.Length; same += WeeksOfYear)
            {
                for (var other = Math.Max(same - WeeksAside, 0);
                    same != week && other <= Math.Min(same + WeeksAside, events.Length - 1); other++)
                {
                    historyDays += days[other];
                    historyEvents += events[other];
                }
            }

            expectations[week] = (
                (historyEvents + siteRate * PriorDays) / (historyDays + PriorDays), historyDays, historyEvents);
        }

        var width = Width(events, days, expectations);
        var weeks = new SeasonalWeek[events.Length];
        for (var week = 0; week < weeks.Length; week++)
        {
            weeks[week] = Judge(week, events[week], days[week], expectations[week], width);
        }

        return weeks;
    }

    static SeasonalWeek Judge(
        int week, int events, double days, (double Rate, double Days, int Events) history, double width)
    {
        if (history.Days < HistoryDaysMin || days <= 0)
        {
            return new SeasonalWeek(week, events, days, null, history.Days, history.Events, Unusual.TooFewData);
        }

        var expected = history.Rate * days;
        var (fewer, asMany) = Chances(events, expected, width);
        var found = 1 - fewer < Chance ? Unusual.More : fewer + asMany < Chance ? Unusual.Fewer : Unusual.No;
        return new SeasonalWeek(week, events, days, expected, history.Days, history.Events, found);
    }

    /// <summary>
    /// Variance over mean of the weeks around their expectations, at least one. The tenth that lies farthest off has no
    /// say, so that unusual weeks do not widen what they are held against.
    /// </summary>
    static double Width(int[] events, double[] days, (double Rate, double Days, int Events)[] expectations)
    {
        var squares = new List<double>();
        for (var w = 0; w < events.Length; w++)
        {
            var expected = expectations[w].Rate * days[w];
            if (expectations[w].Days >= HistoryDaysMin && expected > 0)
            {
                squares.Add((events[w] - expected) * (events[w] - expected) / expected);
            }
        }

        squares.Sort();
        var kept = squares.Take(squares.Count * 9 / 10).ToList();
        return kept.Count < 10 ? 1 : Math.Max(1, kept.Average());
    }

    /// <summary>
    /// The chances of fewer events and of as many, under a negative binomial of this mean and variance over mean.
    /// </summary>
    static (double Fewer, double AsMany) Chances(int events, double mean, double width)
    {
        if (mean <= 0)
        {
            return events > 0 ? (1, 0) : (0, 1);
        }

        // At a width of one it is Poisson; a little above one, the same formula serves both.
        var spread = Math.Max(width, 1.000001);
        var shape = mean / (spread - 1);
        var success = 1 / spread;
        // Of a thousand expected events the chance of none is too small for a double. So the terms are multiples of a
        // chance of which only the logarithm is kept, and which grows when they do.
        var scale = shape * Math.Log(success);
        var (term, sum) = (1.0, 0.0);
        for (var k = 0; k < events; k++)
        {
            sum += term;
            term *= (shape + k) / (k + 1) * (1 - success);
            if (sum > TermsMax)
            {
                (term, sum, scale) = (term / TermsMax, sum / TermsMax, scale + Math.Log(TermsMax));
            }
        }

        var unit = Math.Exp(scale);
        return (Math.Min(1, sum * unit), term * unit);
    }
}
