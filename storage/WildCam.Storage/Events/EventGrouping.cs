namespace WildCam.Storage.Events;

/// <summary>A capture of one camera, to be placed or already in an event.</summary>
public sealed record EventPoint(Guid CaptureId, DateTimeOffset At, int? DeploymentId, Guid? EventId, bool IsNew);

/// <summary>What grouping needs to know of an event. A decided one is one that a person spoke about.</summary>
public sealed record EventState(Guid Id, bool IsDecided, int Captures = 1);

/// <summary>Where captures go, which events are begun, and which end in another.</summary>
public sealed record EventPlacement(
    IReadOnlyDictionary<Guid, Guid> EventByCapture,
    IReadOnlySet<Guid> Begun,
    IReadOnlyDictionary<Guid, Guid> MergedInto);

/// <summary>
/// Places captures into events: two captures of one deployment less than the gap apart belong together. Pictures arrive
/// in any order, weeks late too, so a capture may join two events; then the one a person decided on keeps its id, else
/// the one begun first. Two decided events stay apart, and the capture goes to the nearer one. An event that is full
/// takes no capture and no other event: a camera that a branch waves at for days makes many events, each of which can
/// be counted, looked through and decided on.
/// </summary>
public static class EventGrouping
{
    /// <summary>Captures from which on an event is full.</summary>
    public const int CapturesMax = 500;

    /// <param name="points">The new captures and, of the others, at least the nearest on either side of each.</param>
    /// <param name="events">Every event that the points name.</param>
    /// <param name="gap">From this gap on it is another event.</param>
    /// <param name="newId">Gives the id of an event that begins at a time.</param>
    public static EventPlacement Place(
        IEnumerable<EventPoint> points, IEnumerable<EventState> events, TimeSpan gap, Func<DateTimeOffset, Guid> newId)
    {
        var ordered = points.OrderBy(p => p.At).ThenBy(p => p.CaptureId).ToArray();
        var states = events.ToDictionary(e => e.Id);
        var decided = states.Values.Where(e => e.IsDecided).Select(e => e.Id).ToHashSet();
        var captures = states.Values.ToDictionary(e => e.Id, e => e.Captures);
        var mergedInto = new Dictionary<Guid, Guid>();
        var placed = ordered.Select(p => p.EventId).ToArray();
        var begun = new HashSet<Guid>();
        for (var i = 0; i < ordered.Length; i++)
        {
            if (!ordered[i].IsNew)
            {
                continue;
            }

            bool IsOpen(Guid id) => captures[Root(mergedInto, id)] < CapturesMax;
            var before = Nearest(ordered, placed, i, -1, gap, IsOpen);
            var after = Nearest(ordered, placed, i, +1, gap, IsOpen);
            Guid[] near = [.. new[] { before, after }.Where(n => n >= 0)
                .OrderBy(n => (ordered[n].At - ordered[i].At).Duration())
                .Select(n => Root(mergedInto, placed[n]!.Value))];
            var own = placed[i] is { } id ? Root(mergedInto, id) : (Guid?)null;
            Guid[] touching = [.. (own is null ? near : [own.Value, .. near]).Distinct()];
            if (touching.Length == 0)
            {
                placed[i] = newId(ordered[i].At);
                begun.Add(placed[i]!.Value);
                captures[placed[i]!.Value] = 1;
                continue;
            }

            // The first decided one in the order own, nearer, farther; so a second decided one is left alone.
            var winner = touching.Any(decided.Contains)
                ? touching.First(decided.Contains)
                : touching.OrderBy(e => begun.Contains(e)).ThenBy(e => e).First();
            if (own is { } mine && captures[winner] + captures[mine] > CapturesMax)
            {
                winner = mine;
            }

            captures[winner] += own is null ? 1 : 0;
            foreach (var loser in touching.Where(e =>
                e != winner && !decided.Contains(e) && captures[winner] + captures[e] <= CapturesMax))
            {
                mergedInto[loser] = winner;
                captures[winner] += captures[loser];
            }

            placed[i] = winner;
        }

        return new EventPlacement(
            ordered.Index().Where(x => x.Item.IsNew)
                .ToDictionary(x => x.Item.CaptureId, x => Root(mergedInto, placed[x.Index]!.Value)),
            begun.Where(e => !mergedInto.ContainsKey(e)).ToHashSet(),
            mergedInto.Keys.Where(e => !begun.Contains(e)).ToDictionary(e => e, e => Root(mergedInto, e)));
    }

    /// <summary>The nearest placed point of the same deployment within the gap whose event is open, or -1.</summary>
    static int Nearest(
        EventPoint[] ordered, Guid?[] placed, int from, int step, TimeSpan gap, Func<Guid, bool> isOpen)
    {
        for (var i = from + step; i >= 0 && i < ordered.Length; i += step)
        {
            if ((ordered[i].At - ordered[from].At).Duration() >= gap)
            {
                return -1;
            }

            if (placed[i] is { } id && ordered[i].DeploymentId == ordered[from].DeploymentId && isOpen(id))
            {
                return i;
            }
        }

        return -1;
    }

    static Guid Root(Dictionary<Guid, Guid> mergedInto, Guid id)
    {
        while (mergedInto.TryGetValue(id, out var into))
        {
            id = into;
        }

        return id;
    }
}
