using WildCam.Storage.Events;

namespace WildCam.Tests.Events;

public sealed class EventGroupingTests
{
    static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    static readonly TimeSpan Gap = TimeSpan.FromMinutes(30);
    static readonly Guid First = Guid.Parse("01900000-0000-7000-8000-000000000001");
    static readonly Guid Second = Guid.Parse("01900000-0000-7000-8000-000000000002");

    [Fact]
    public void Captures_less_than_the_gap_apart_are_one_event_and_at_the_gap_two()
    {
        var points = new[] { New(0), New(29), New(59) };
        var placement = EventGrouping.Place(points, [], Gap, _ => Guid.NewGuid());
        Assert.Equal(placement.EventByCapture[points[0].CaptureId], placement.EventByCapture[points[1].CaptureId]);
        Assert.NotEqual(placement.EventByCapture[points[1].CaptureId], placement.EventByCapture[points[2].CaptureId]);
        Assert.Equal(2, placement.Begun.Count);
    }

    [Fact]
    public void Two_deployments_never_share_an_event()
    {
        var points = new[] { New(0, deployment: 1), New(1, deployment: 2), New(2, deployment: 1) };
        var placement = EventGrouping.Place(points, [], Gap, _ => Guid.NewGuid());
        Assert.Equal(placement.EventByCapture[points[0].CaptureId], placement.EventByCapture[points[2].CaptureId]);
        Assert.NotEqual(placement.EventByCapture[points[0].CaptureId], placement.EventByCapture[points[1].CaptureId]);
    }

    [Fact]
    public void A_late_capture_joins_two_events_and_the_one_begun_first_stays()
    {
        var late = New(20);
        var placement = EventGrouping.Place(
            [Old(0, Second), late, Old(40, First)], [new(First, false), new(Second, false)], Gap, Never);
        Assert.Equal(First, placement.EventByCapture[late.CaptureId]);
        Assert.Equal(First, placement.MergedInto[Second]);
    }

    [Fact]
    public void A_decided_event_stays_whatever_its_age()
    {
        var late = New(20);
        var placement = EventGrouping.Place(
            [Old(0, First), late, Old(40, Second)], [new(First, false), new(Second, true)], Gap, Never);
        Assert.Equal(Second, placement.EventByCapture[late.CaptureId]);
        Assert.Equal(Second, placement.MergedInto[First]);
    }

    [Fact]
    public void Two_decided_events_stay_apart_and_the_capture_goes_to_the_nearer()
    {
        var late = New(25);
        var placement = EventGrouping.Place(
            [Old(0, First), late, Old(40, Second)], [new(First, true), new(Second, true)], Gap, Never);
        Assert.Equal(Second, placement.EventByCapture[late.CaptureId]);
        Assert.Empty(placement.MergedInto);
    }

    [Fact]
    public void A_capture_that_is_in_an_event_stays_there()
    {
        var again = New(10) with { EventId = First };
        var placement = EventGrouping.Place([Old(0, First), again], [new(First, false)], Gap, Never);
        Assert.Equal(First, placement.EventByCapture[again.CaptureId]);
        Assert.Empty(placement.MergedInto);
        Assert.Empty(placement.Begun);
    }

    [Fact]
    public void Whatever_the_order_of_arrival_the_visits_are_the_same()
    {
        var seed = Seeds.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"WILDCAM_SEED={seed}");
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var all = Enumerable.Range(0, random.Next(1, 60))
                .Select(_ => New(random.Next(0, 1500), random.Next(0, 3))).ToArray();
            var placed = new Dictionary<Guid, Guid>();
            foreach (var batch in all.Chunk(random.Next(1, 9)))
            {
                var points = all.Where(p => placed.ContainsKey(p.CaptureId))
                    .Select(p => p with { EventId = placed[p.CaptureId], IsNew = false }).Concat(batch);
                var placement = EventGrouping.Place(
                    points, placed.Values.Distinct().Select(e => new EventState(e, false)), Gap, _ => Guid.NewGuid());
                foreach (var (capture, at) in placed.ToList())
                {
                    placed[capture] = placement.MergedInto.GetValueOrDefault(at, at);
                }

                foreach (var (capture, at) in placement.EventByCapture)
                {
                    placed[capture] = at;
                }
            }

            Assert.Equal(Visits(all), all.GroupBy(p => placed[p.CaptureId]).Select(Name).Order());
        }
    }

    [Fact]
    public void A_full_event_takes_no_more_and_what_follows_it_is_one_new_event()
    {
        var points = new[] { Old(0, First), New(1), New(2), New(3) };
        var states = new[] { new EventState(First, false, EventGrouping.CapturesMax - 1) };
        var placement = EventGrouping.Place(points, states, Gap, _ => Second);
        Assert.Equal(First, placement.EventByCapture[points[1].CaptureId]);
        Assert.Equal(Second, placement.EventByCapture[points[2].CaptureId]);
        Assert.Equal(Second, placement.EventByCapture[points[3].CaptureId]);
        Assert.Equal([Second], placement.Begun);
    }

    [Fact]
    public void Two_events_that_were_too_long_together_stay_apart()
    {
        var late = New(20);
        var states = new[] { new EventState(First, false, 400), new EventState(Second, false, 100) };
        var placement = EventGrouping.Place([Old(0, First), late, Old(40, Second)], states, Gap, Never);
        Assert.Equal(First, placement.EventByCapture[late.CaptureId]);
        Assert.Empty(placement.MergedInto);
    }

    [Fact]
    public void A_storm_of_pictures_becomes_full_events_whatever_the_order_of_arrival()
    {
        var random = new Random(7);
        var all = Enumerable.Range(0, (3 * EventGrouping.CapturesMax) + 10).Select(i => New(i / 40)).ToArray();
        foreach (var order in new[] { all, [.. all.Reverse()], [.. all.OrderBy(_ => random.Next())] })
        {
            var placed = new Dictionary<Guid, (EventPoint Point, Guid Event)>();
            foreach (var batch in order.Chunk(64))
            {
                var counts = placed.Values.CountBy(p => p.Event).ToDictionary();
                // What the table offers: of the events that are not full, all captures rather than the nearest.
                var points = placed.Values.Where(p => counts[p.Event] < EventGrouping.CapturesMax)
                    .Select(p => p.Point with { EventId = p.Event, IsNew = false }).Concat(batch);
                var placement = EventGrouping.Place(
                    points, counts.Select(c => new EventState(c.Key, false, c.Value)), Gap, _ => Guid.NewGuid());
                foreach (var (id, (point, at)) in placed.ToList())
                {
                    placed[id] = (point, placement.MergedInto.GetValueOrDefault(at, at));
                }

                foreach (var point in batch)
                {
                    placed[point.CaptureId] = (point, placement.EventByCapture[point.CaptureId]);
                }
            }

            var sizes = placed.Values.CountBy(p => p.Event).Select(c => c.Value).ToList();
            Assert.True(sizes.Max() <= EventGrouping.CapturesMax);
            Assert.True(sizes.Count <= 5, $"{sizes.Count} events of {string.Join(' ', sizes)}");
        }
    }

    // The plain recomputation: sort, and cut where the gap is.
    static IEnumerable<string> Visits(EventPoint[] all)
    {
        var visits = new List<List<EventPoint>>();
        foreach (var deployment in all.GroupBy(p => p.DeploymentId))
        {
            EventPoint? last = null;
            foreach (var point in deployment.OrderBy(p => p.At))
            {
                if (last is null || point.At - last.At >= Gap)
                {
                    visits.Add([]);
                }

                visits[^1].Add(point);
                last = point;
            }
        }

        return visits.Select(Name).Order();
    }

    static string Name(IEnumerable<EventPoint> visit) => string.Join(' ', visit.Select(p => p.CaptureId).Order());

    static Guid Never(DateTimeOffset at) => throw new InvalidOperationException("No event begins here.");

    static EventPoint New(int minute, int? deployment = null) =>
        new(Guid.NewGuid(), Noon.AddMinutes(minute), deployment, null, true);

    static EventPoint Old(int minute, Guid eventId) =>
        new(Guid.NewGuid(), Noon.AddMinutes(minute), null, eventId, false);
}
