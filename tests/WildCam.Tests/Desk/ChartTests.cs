using WildCam.Hub.Desk.Charts;
using WildCam.Storage.Charts;

namespace WildCam.Tests.Desk;

/// <summary>The sums behind the charts, against cases whose answer is known.</summary>
public sealed class ChartTests
{
    static readonly ChartFilter Year = new(
        1, [], null, new DateOnly(2025, 1, 1), new DateOnly(2025, 12, 31), 30, 0.7);

    [Fact]
    public void Species_that_are_always_there_together_overlap_fully()
    {
        var dawn = Normal(6 * 60, 60, 200, seed: 1);
        Assert.Equal(1, Overlap.Coefficient(dawn, dawn), 3);
    }

    [Fact]
    public void Species_of_opposite_hours_overlap_hardly()
    {
        var overlap = Overlap.Coefficient(Normal(6 * 60, 40, 200, seed: 1), Normal(18 * 60, 40, 200, seed: 2));
        Assert.InRange(overlap, 0, 0.02);
    }

    [Fact]
    public void The_overlap_of_two_known_densities_is_estimated()
    {
        // Two normal densities of the same width, one width apart, share 2 * Phi(-1/2) = 0.617.
        const int width = 90;
        var estimates = Enumerable.Range(0, 20).Select(seed => Overlap.Coefficient(
            Normal(600, width, 300, seed * 2), Normal(600 + width, width, 300, seed * 2 + 1))).ToList();
        Assert.InRange(estimates.Average(), 0.58, 0.66);
        var small = Enumerable.Range(0, 20).Select(seed => Overlap.Coefficient(
            Normal(600, width, 40, seed * 2), Normal(600 + width, width, 40, seed * 2 + 1))).Average();
        Assert.InRange(small, 0.55, 0.69);
    }

    [Fact]
    public void Activity_around_midnight_is_one_peak()
    {
        var density = Overlap.Density(Normal(0, 45, 300, seed: 3), 1);
        Assert.Equal(1, density.Sum(), 6);
        Assert.True(density[0] > 50 * density[Overlap.Minutes / 2]);
        Assert.InRange(density[Overlap.Minutes - 20] / density[20], 0.8, 1.25);
    }

    [Fact]
    public void Rarefaction_equals_the_average_over_all_orders()
    {
        // Three species on 1, 2 and 4 of 4 days; two days drawn: each pair of the six counted by hand.
        bool[][] days = [[true, true, true], [false, true, true], [false, false, true], [false, false, true]];
        var sum = 0;
        for (var a = 0; a < 4; a++)
        {
            for (var b = a + 1; b < 4; b++)
            {
                sum += Enumerable.Range(0, 3).Count(s => days[a][s] || days[b][s]);
            }
        }

        Assert.Equal(sum / 6.0, Rarefaction.Expected([1, 2, 4], 4, 2), 9);
        Assert.Equal(3, Rarefaction.Expected([1, 2, 4], 4, 4), 9);
        Assert.Equal(0, Rarefaction.Expected([1, 2, 4], 4, 0), 9);
        Assert.InRange(Rarefaction.Expected([1, 500, 3000], 100_000, 50_000), 2.499, 2.501);
    }

    [Fact]
    public void Planted_anomalies_are_found_and_quiet_weeks_are_not()
    {
        const int weeks = 52 * 4;
        const int planted = 5;
        var (hits, alarms, quiet) = (0, 0, 0);
        for (var seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            double[] days = [.. Enumerable.Repeat(7.0, weeks)];
            // A season: many in summer, few in winter. Cameras saw two to ten a week.
            int[] events = [.. Enumerable.Range(0, weeks)
                .Select(w => Poisson(random, 6 + 4 * Math.Sin(2 * Math.PI * w / 52)))];
            var odd = Enumerable.Range(0, planted).Select(i => 20 + i * 35).ToHashSet();
            foreach (var week in odd)
            {
                events[week] = (int)(3 * (6 + 4 * Math.Sin(2 * Math.PI * week / 52))) + 6;
            }

            foreach (var week in Seasonal.Judge(events, days))
            {
                var isMarked = week.Is is Unusual.More or Unusual.Fewer;
                hits += odd.Contains(week.Week) && week.Is is Unusual.More ? 1 : 0;
                alarms += !odd.Contains(week.Week) && isMarked ? 1 : 0;
                quiet += odd.Contains(week.Week) ? 0 : 1;
            }
        }

        var (hitShare, alarmShare) = (hits / (100.0 * planted), (double)alarms / quiet);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"Hits {hitShare:P1}, false alarms {alarmShare:P2} of {quiet} weeks.");
        Assert.InRange(hitShare, 0.9, 1);
        Assert.InRange(alarmShare, 0, 0.01);
    }

    [Fact]
    public void Weeks_of_thousands_of_events_are_judged_like_weeks_of_ten()
    {
        // A ford where cattle cross: the chance of no event at all is e^-2000.
        var random = new Random(3);
        int[] events = [.. Enumerable.Range(0, 52 * 4).Select(_ => 1955 + random.Next(91))];
        events[70] = 2600;
        events[140] = 1400;
        var marked = Seasonal.Judge(events, [.. Enumerable.Repeat(70.0, events.Length)])
            .Where(w => w.Is is not Unusual.No).Select(w => (w.Week, w.Is));
        Assert.Equal([(70, Unusual.More), (140, Unusual.Fewer)], marked);
    }

    [Fact]
    public void A_first_year_is_too_few_data_to_call_a_week_unusual()
    {
        int[] events = [.. Enumerable.Range(0, 52).Select(w => w == 30 ? 40 : 1)];
        double[] days = [.. Enumerable.Repeat(7.0, 52)];
        Assert.All(Seasonal.Judge(events, days), w => Assert.Equal(Unusual.TooFewData, w.Is));
    }

    [Fact]
    public void Effort_is_deployments_less_gaps()
    {
        var start = new DateTimeOffset(2025, 3, 1, 0, 0, 0, TimeSpan.Zero);
        ChartDeployment[] deployments =
        [
            new(1, 7, "c-7", 1, start.AddYears(-1), start.AddDays(10)),
            new(2, 7, "c-7", 2, start.AddDays(10), null),
            new(3, 8, "c-8", 1, start, start.AddDays(5)),
        ];
        (int, DateTimeOffset, DateTimeOffset)[] gaps =
        [
            (7, start.AddDays(2), start.AddDays(4)), (7, start.AddDays(3), start.AddDays(4.5)),
            (7, start.AddDays(9), start.AddDays(11)),
        ];
        var filter = Year with { From = new DateOnly(2025, 3, 1), To = new DateOnly(2025, 3, 20) };
        var effort = Effort.Of(deployments, gaps, filter, TimeZoneInfo.Utc, start.AddDays(15));
        // c-7 at 1: ten days less 2.5 and 1; c-8: five. c-7 at 2: five days until now less one.
        Assert.Equal(6.5 + 5, effort.CameraDaysAt(1), 9);
        Assert.Equal(4, effort.CameraDaysAt(2), 9);
        Assert.Equal(effort.CameraDays, effort.ByPeriod(7).Values.Sum(), 9);
        Assert.Equal(effort.CameraDays, effort.ByPeriod(1).Values.Sum(), 9);
        Assert.Equal([true, true, true], effort.Watched(7));
        var unwatched = Effort.Of([], [], filter, TimeZoneInfo.Utc, start.AddDays(15));
        Assert.Equal([false, false, false], unwatched.Watched(7));
    }

    [Theory]
    // Almanac times at the places themselves, to a quarter of an hour: Denver in June, Nairobi in March.
    [InlineData(39.74, -104.98, "2025-06-21", "America/Denver", 5.53, 20.52)]
    [InlineData(-1.29, 36.82, "2025-03-20", "Africa/Nairobi", 6.6, 18.7)]
    public void The_sun_rises_and_sets_when_almanacs_say(
        double latitude, double longitude, string date, string zone, double rise, double set)
    {
        var sun = SunTimes.At(
            latitude, longitude, DateOnly.Parse(date, System.Globalization.CultureInfo.InvariantCulture),
            TimeZoneInfo.FindSystemTimeZoneById(zone))!.Value;
        Assert.InRange(sun.Rise, rise - 0.25, rise + 0.25);
        Assert.InRange(sun.Set, set - 0.25, set + 0.25);
        Assert.Null(SunTimes.At(78, 15, new DateOnly(2025, 6, 21), TimeZoneInfo.Utc));
    }

    [Fact]
    public void An_address_of_a_chart_is_read_and_written_alike()
    {
        const string query = "?species=vulpes-vulpes,lynx-rufus&site=creek&from=2025-01-01&interval=60&unconfirmed=1";
        var question = Parse(query + "&colour=red&to=never");
        Assert.Equal(query, question.Query);
        Assert.Equal(["colour", "to"], question.Ignored);
        var (from, to) = new ChartQuestion().Span(new DateOnly(2026, 5, 31));
        Assert.Equal((new DateOnly(2025, 6, 1), new DateOnly(2026, 5, 31)), (from, to));
        (from, to) = Parse("?from=1971-01-01&to=2100-01-01").Span(new DateOnly(2026, 5, 31));
        Assert.Equal(ChartQuestion.DaysMax, to.DayNumber - from.DayNumber + 1);
        Assert.Equal(ChartQuestion.SpeciesMax, Parse("?species=a,b,c,d,e,f,g,h").Species.Count);
    }

    [Fact]
    public void A_cell_that_looks_like_a_formula_is_text_in_the_file()
    {
        var csv = ChartCsv.Write(new ChartTable(
            ["Site", "Events"],
            [
                new ChartRow(["=cmd|' /C calc'!A0", 3]), new ChartRow(["Creek, \"old\"", 1.25]),
                new ChartRow(["@x", null]),
            ]));
        Assert.Equal(
            "Site,Events\r\n\"'=cmd|' /C calc'!A0\",3\r\n\"Creek, \"\"old\"\"\",1.25\r\n\"'@x\",\r\n", csv);
    }

    [Fact]
    public void Names_of_people_cannot_write_into_the_drawing()
    {
        var figure = new RanksFigure([("<script>", new Bar(1, "\"><x", "/a?b=\"&c"), "1")]);
        var svg = ChartDrawing.Element(figure, "<b>");
        Assert.DoesNotContain("<script", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("<x", svg, StringComparison.Ordinal);
        System.Xml.Linq.XDocument.Parse(ChartDrawing.Document(figure, "<b>"));
    }

    static ChartQuestion Parse(string query) => ChartQuestion.Parse(
        query[1..].Split('&').Select(p => p.Split('=')).Select(p => KeyValuePair.Create(p[0], p[1])));

    static int[] Normal(int middle, int width, int count, int seed)
    {
        var random = new Random(seed);
        var minutes = new int[Overlap.Minutes];
        for (var i = 0; i < count; i++)
        {
            var z = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            minutes[(((int)Math.Round(middle + z * width) % Overlap.Minutes) + Overlap.Minutes) % Overlap.Minutes]++;
        }

        return minutes;
    }

    static int Poisson(Random random, double mean)
    {
        var (limit, product, count) = (Math.Exp(-mean), random.NextDouble(), 0);
        while (product > limit)
        {
            product *= random.NextDouble();
            count++;
        }

        return count;
    }
}
