using System.Collections.Concurrent;
using WildCam.Storage;
using WildCam.Storage.Captures;
using WildCam.Storage.Desk;
using WildCam.Storage.Review;

namespace WildCam.Hub.Desk;

/// <summary>A box in 0-1 of the picture; the mark says whether a person, a model or mere movement drew it.</summary>
public sealed record TaskBox(
    double X, double Y, double Width, double Height, string Category, int Taxon, string Label, string Mark);

/// <summary>One picture of an event, as the review module draws it.</summary>
public sealed record ShownPicture(
    Guid Id, string Time, string Utc, int Width, int Height, int Ground, string? Small, string? Middle, string? Large,
    string? Pending, bool IsDecided, IReadOnlyList<TaskBox> Boxes);

/// <summary>What a model or the simulator says of an event; the model is 0 where it is none.</summary>
public sealed record TaskSuggestion(
    string Category, int Taxon, string Name, string? Latin, string? Score, int Model, string Text);

/// <summary>A species on one of the digits.</summary>
public sealed record TaskSlot(int Taxon, string Name);

/// <summary>An event as the review module shows it, in words.</summary>
public sealed record ShownTask(
    Guid Event, int Version, string At, string Place, string Camera, string Day, string From, string Until, string Zone,
    int Captures, int Best, string Link, IReadOnlyList<ShownPicture> Pictures,
    IReadOnlyList<TaskSuggestion> Suggestions, string? Decided, string? Question, IReadOnlyList<TaskSlot> Slots,
    bool IsFavourite);

/// <summary>The next events of a queue, with how many are left and who else is at it.</summary>
public sealed record NextTasks(
    IReadOnlyList<ShownTask> Tasks, int Done, int Left, IReadOnlyList<string> Others);

/// <summary>Makes what review shows of events and of queues.</summary>
sealed class ReviewTasks(ReviewTasksTable tasks, ReviewQueuesTable queues, TimeProvider time)
{
    /// <summary>Most events that are handed out at once: one to look at and three ahead.</summary>
    public const int NextMax = 4;

    /// <summary>One for each digit of the keyboard but zero.</summary>
    public const int SlotsMax = 9;

    /// <summary>Most suggestions that an event shows.</summary>
    public const int SuggestionsMax = 5;

    const int CountsKeptMax = 1000;
    static readonly TimeSpan CountsKept = TimeSpan.FromSeconds(10);

    readonly ConcurrentDictionary<int, (ReviewCounts Counts, DateTimeOffset At)> _counts = new();

    public async Task<ReviewCounts> CountAsync(int projectId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (_counts.TryGetValue(projectId, out var kept) && now - kept.At < CountsKept)
        {
            return kept.Counts;
        }

        if (_counts.Count >= CountsKeptMax)
        {
            _counts.Clear();
        }

        var counts = await queues.CountAsync(projectId, cancellationToken);
        _counts[projectId] = (counts, now);
        return counts;
    }

    /// <summary>Somebody decided: the next look counts again.</summary>
    public void Recount(int projectId) => _counts.TryRemove(projectId, out _);

    /// <summary>The next events of a queue, reserved for the visitor.</summary>
    public async Task<NextTasks> NextAsync(
        Frame frame, ProjectDirectory names, ReviewQueue queue, SiteEntry? site, GalleryKey? after, Guid[] without,
        CancellationToken cancellationToken)
    {
        var (project, account) = (frame.Project!, frame.Visitor!.AccountId);
        var entries = await queues.ReserveNextAsync(
            project.Id, queue, site?.Id, account, after is { } key ? new ReviewEntry(key.Id, key.At) : null, without,
            NextMax, cancellationToken);
        var shown = new List<ShownTask>();
        foreach (var entry in entries)
        {
            if (await ReadAsync(frame, names, entry.EventId, cancellationToken) is { } task)
            {
                shown.Add(task);
            }
        }

        var now = time.GetUtcNow();
        var done = await queues.CountDoneAsync(
            project.Id, account, now - SiteTime.At(now, frame.Zone).TimeOfDay, cancellationToken);
        var counts = await CountAsync(project.Id, cancellationToken);
        var left = site is null ? counts.Queues[queue] : counts.BySite.GetValueOrDefault(site.Id);
        var others = (await queues.ListOthersAsync(project.Id, account, cancellationToken))
            .Select(o => ReviewWords.IsAt(o.Name, Shown.PlaceOf(o.SiteId, o.CameraId, names))).ToList();
        return new NextTasks(shown, done, left, others);
    }

    public async Task<ShownTask?> ReadAsync(
        Frame frame, ProjectDirectory names, Guid eventId, CancellationToken cancellationToken)
    {
        var project = frame.Project!;
        var account = frame.Visitor!.AccountId;
        if (await tasks.FindAsync(project.Id, eventId, account, cancellationToken) is not { } task)
        {
            return null;
        }

        var commonest = await tasks.ListCommonestAsync(project.Id, task.SiteId, SlotsMax, cancellationToken);
        var zone = Shown.ZoneOf(task.SiteId, names, frame.Zone);
        var findings = task.Findings.ToLookup(f => f.CaptureId);
        var suggestions = Suggest(task.Findings, names);
        var best = task.Pictures.ToList().FindIndex(p => p.Thumbnail.CaptureId == task.BestCaptureId);
        return new ShownTask(
            task.EventId, task.Version, GalleryAddress.WriteKey(new(task.StartedAt, task.EventId)),
            Shown.PlaceOf(task.SiteId, task.CameraId, names),
            names.Cameras.TryGetValue(task.CameraId, out var camera) ? Texts.CameraCode(camera.Code) : "",
            SiteTime.Day(task.StartedAt, zone), SiteTime.Clock(task.StartedAt, zone),
            SiteTime.Clock(task.EndedAt, zone), SiteTime.Offset(task.StartedAt, zone), task.CaptureCount,
            Math.Max(0, best), $"{frame.Root}/pictures/{task.BestCaptureId}",
            [.. task.Pictures.Select(p => Picture(p, findings[p.Thumbnail.CaptureId], names, zone, frame))],
            suggestions, Decided(task.Findings, names), Question(task.Question, zone),
            Slots(commonest, suggestions, names), task.IsFavourite);
    }

    static ShownPicture Picture(
        TaskPicture picture, IEnumerable<TaskFinding> findings, ProjectDirectory names, TimeZoneInfo zone,
        Frame frame)
    {
        var facts = picture.Thumbnail;
        var ready = facts is { Version: > 0, Widths.Count: > 0 };
        var current = findings.Where(f => f.IsCurrent).ToList();
        return new ShownPicture(
            facts.CaptureId, SiteTime.ClockSeconds(picture.CapturedAt, zone), SiteTime.Utc(picture.CapturedAt),
            facts.Width ?? 1600, facts.Height ?? 1200, facts.Lightness ?? 4,
            ready ? Shown.Thumbnail(facts, Shown.WidthFor(facts, 200), frame) : null,
            ready ? Shown.Thumbnail(facts, Shown.WidthFor(facts, 800), frame) : null,
            ready ? Shown.Thumbnail(facts, facts.Widths.Max(), frame) : null,
            ready ? null : facts.Integrity > 1 ? Texts.Damaged : Texts.ThumbnailPending,
            current.Exists(f => f.Source is IdentificationSource.Person),
            [.. current.Where(f => f is { X: not null, Width: > 0, Height: > 0 })
                .OrderByDescending(f => f.Width * f.Height).Select(f => Box(f, names))]);
    }

    static TaskBox Box(TaskFinding finding, ProjectDirectory names) => new(
        finding.X!.Value, finding.Y!.Value, finding.Width!.Value, finding.Height!.Value,
        Texts.Icon(finding.Category), finding.TaxonId,
        Shown.NameOf(finding.TaxonId, finding.Category, names)
            + (finding is { Source: IdentificationSource.Model, Category: not Category.Movement, Confidence: { } c }
                ? " " + Texts.Percent(c)
                : ""),
        finding.Source is IdentificationSource.Person ? "sure"
            : finding.Category is Category.Movement ? "moved" : "guess");

    /// <summary>What machines say, each thing once: what counts first, then the surest; blank only alone.</summary>
    internal static IReadOnlyList<TaskSuggestion> Suggest(IEnumerable<TaskFinding> findings, ProjectDirectory names)
    {
        var said = findings
            .Where(f => f.Source is not IdentificationSource.Person && f.Category is not Category.Movement)
            .GroupBy(f => (f.Category, f.TaxonId))
            .Select(g => g.OrderByDescending(f => f.IsCurrent).ThenByDescending(f => f.Confidence).First())
            .OrderByDescending(f => f.Source is IdentificationSource.Simulator)
            .ThenByDescending(f => f.IsCurrent).ThenByDescending(f => f.Confidence).ToList();
        var things = said.Exists(f => f.Category is not Category.Blank)
            ? said.Where(f => f.Category is not Category.Blank)
            : said;
        return [.. things.Take(SuggestionsMax).Select(f => new TaskSuggestion(
            Texts.Icon(f.Category), f.TaxonId, Shown.NameOf(f.TaxonId, f.Category, names),
            names.Species.TryGetValue(f.TaxonId, out var species) && species.Name is not null
                ? species.ScientificName
                : null,
            f.Confidence is { } c ? Texts.Percent(c) : null, f.ModelId,
            Texts.Finding(Shown.NameOf(f.TaxonId, f.Category, names), f.Category, f.Source, f.Confidence)))];
    }

    static string? Decided(IEnumerable<TaskFinding> findings, ProjectDirectory names)
    {
        var said = findings.Where(f => f is { IsCurrent: true, Source: IdentificationSource.Person })
            .GroupBy(f => (f.Category, f.TaxonId, f.Account))
            .Select(g => $"{Shown.NameOf(g.Key.TaxonId, g.Key.Category, names)} ({g.Key.Account})").ToList();
        return said.Count == 0 ? null : string.Join(", ", said);
    }

    static string? Question(EventQuestion? question, TimeZoneInfo zone) => question is null
        ? null
        : $"{question.Account} asks, {SiteTime.Full(question.AskedAt, zone)}: "
            + (question.Text.Length == 0 ? "What is this?" : question.Text);

    /// <summary>The site's commonest keep their digits; what models say beside them takes the last ones.</summary>
    internal static IReadOnlyList<TaskSlot> Slots(
        IReadOnlyList<int> commonest, IReadOnlyList<TaskSuggestion> suggestions, ProjectDirectory names)
    {
        var known = commonest.Where(names.Species.ContainsKey)
            .Concat(names.Species.Keys.Except(commonest)).Take(SlotsMax).ToList();
        var picks = suggestions.Select(s => s.Taxon).Where(names.Species.ContainsKey).Except(known)
            .Take(SlotsMax).ToList();
        var kept = known.Take(SlotsMax - picks.Count);
        return [.. kept.Concat(picks)
            .Select(t => new TaskSlot(t, Shown.NameOf(t, Category.Animal, names)))];
    }
}
