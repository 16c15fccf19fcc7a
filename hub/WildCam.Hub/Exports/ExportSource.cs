using System.Runtime.CompilerServices;
using WildCam.Storage;
using WildCam.Storage.Exports;
using WildCam.Storage.Imports;

namespace WildCam.Hub.Exports;

/// <summary>A deployment as an export tells it: coordinates already rounded or snapped.</summary>
sealed record ToldPlace(ExportPlace Place, TimeZoneInfo Zone, double Latitude, double Longitude, int UncertaintyMetres)
{
    public string Id { get; } = $"{Place.DeploymentId}";

    public DateTime From { get; } = Place.From.UtcDateTime;

    public DateTime Until { get; init; }

    /// <summary>Times within it in which the camera did not work, oldest first and apart.</summary>
    public IReadOnlyList<(DateTime From, DateTime Until)> Gaps { get; init; } = [];

    /// <summary>Trap effort: the time that the camera stood there, less its gaps.</summary>
    public double EffortDays => (Until - From).TotalDays - Gaps.Sum(g => (g.Until - g.From).TotalDays);
}

/// <summary>
/// Everything that goes into one export, page by page and already protected: people and exact places that were not
/// wished for do not come out of here.
/// </summary>
sealed class ExportSource
{
    /// <summary>Captures between two reports of progress.</summary>
    const int ProgressEvery = 10_000;

    /// <summary>What a receiver gets wrong at most, without rounding.</summary>
    const int ReceiverMetres = 30;

    /// <summary>Diagonal of a cell of one degree, at the equator.</summary>
    const double DegreeDiagonalMetres = 157_400;

    /// <summary>Half the diagonal of the cell of a tenth of a degree, in whose middle a snapped place is.</summary>
    const int SnappedMetres = 7_900;

    readonly ExportRowsTable _rows;
    readonly ILookup<int, ToldPlace> _placesByCamera;
    readonly Func<long, Task> _progress;
    long _seen;

    ExportSource(
        ExportRowsTable rows, PackagesTable packages, ExportProject project, ExportWish wish, ExportSpan span,
        IReadOnlyList<ToldPlace> places, Func<long, Task> progress)
    {
        (_rows, Packages, Project, Wish, Span, Places, _progress) =
            (rows, packages, project, wish, span, places, progress);
        _placesByCamera = places.ToLookup(p => p.Place.CameraId);
    }

    /// <summary>What others' packages hold; only a package can tell of it.</summary>
    public PackagesTable Packages { get; }

    public ExportProject Project { get; }

    public ExportWish Wish { get; }

    public ExportSpan Span { get; }

    /// <summary>Deployments within the span whose coordinates are known.</summary>
    public IReadOnlyList<ToldPlace> Places { get; }

    public required IReadOnlyDictionary<int, string> Cameras { get; init; }

    public required IReadOnlyDictionary<int, string> Models { get; init; }

    public required IReadOnlyDictionary<int, string> People { get; init; }

    /// <summary>Address under which people reach the hub.</summary>
    public required string Address { get; init; }

    public required DateTimeOffset Now { get; init; }

    /// <summary>Species that were told so far.</summary>
    public HashSet<int> Taxa { get; } = [];

    /// <summary>Captures that the format has no place for.</summary>
    public long LeftOut { get; set; }

    /// <summary>Rows written: observations, features, or pictures.</summary>
    public long Rows { get; set; }

    public TimeZoneInfo Zone { get; private init; } = TimeZoneInfo.Utc;

    public static async Task<ExportSource> OpenAsync(
        ExportRowsTable rows, PackagesTable packages, ExportProject project, ExportWish wish, string address,
        DateTimeOffset now, Func<long, Task> progress, CancellationToken cancellationToken)
    {
        var zone = SiteClock.Zone(project.ZoneName);
        var span = new ExportSpan(
            project.Id, wish.From is { } from ? SiteClock.StartOf(from, zone) : DateTime.UnixEpoch,
            wish.To is { } to ? SiteClock.StartOf(to.AddDays(1), zone) : now.UtcDateTime.AddDays(3));
        var gaps = (await rows.ListGapsAsync(project.Id, now, cancellationToken)).ToLookup(g => g.CameraId);
        var places = (await rows.ListPlacesAsync(project.Id, cancellationToken))
            .Select(p => Tell(p, wish, now)).OfType<ToldPlace>()
            .Select(p => p with { Gaps = Within(p, gaps[p.Place.CameraId]) })
            .Where(p => p.From < span.Until && p.Until > span.From).ToList();
        return new ExportSource(rows, packages, project, wish, span, places, progress)
        {
            Cameras = await rows.ListCamerasAsync(project.Id, cancellationToken),
            Models = await rows.ListModelsAsync(cancellationToken),
            People = await rows.ListPeopleAsync(project.Id, cancellationToken),
            Address = address,
            Now = now,
            Zone = zone,
        };
    }

    /// <summary>Where a camera stood at a time; null: nowhere that could be told.</summary>
    public ToldPlace? PlaceOf(int cameraId, DateTime at)
    {
        foreach (var place in _placesByCamera[cameraId])
        {
            if (at >= place.From && at < place.Until)
            {
                return place;
            }
        }

        return null;
    }

    /// <summary>The name of whoever found something: a model with its version, a person, or the simulator.</summary>
    public string? AuthorOf(ExportFinding finding) => finding.Source switch
    {
        IdentificationSource.Model => Models.GetValueOrDefault(finding.ModelId),
        IdentificationSource.Simulator => "WildCam simulator",
        _ => finding.AccountId is { } id ? People.GetValueOrDefault(id) : null,
    };

    /// <summary>Address of a picture; of a hidden one that which shows it blurred.</summary>
    public string PictureOf(ExportCapture capture) => capture.IsHidden && Wish.People is not PeopleChoice.Show
        ? $"{Address}/media/{capture.Id}/veiled/1600.jpg"
        : $"{Address}/api/v1/projects/{Project.Slug}/captures/{capture.Id}/picture";

    /// <summary>
    /// The captures of the span, oldest first, a page at a time; the next page is read while one is written. Those that
    /// are to be left out because of people are not among them.
    /// </summary>
    public async IAsyncEnumerable<IReadOnlyList<ExportCapture>> ReadAsync(
        bool withFindings, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var withHidden = Wish.People is not PeopleChoice.Show;
        var next = _rows.ReadPageAsync(Span, null, withFindings, withHidden, cancellationToken);
        while (await next is { Count: > 0 } page)
        {
            next = _rows.ReadPageAsync(Span, page[^1].Key, withFindings, withHidden, cancellationToken);
            foreach (var capture in page)
            {
                capture.Findings.RemoveAll(IsNotWished);
            }

            yield return Wish.People is PeopleChoice.LeaveOut ? [.. page.Where(c => !c.IsHidden)] : page;
            var before = _seen;
            _seen += page.Count;
            if (before / ProgressEvery != _seen / ProgressEvery)
            {
                await _progress(_seen);
            }
        }
    }

    /// <summary>What events show, a page at a time.</summary>
    public async IAsyncEnumerable<IReadOnlyList<ExportEvent>> ReadEventsAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ExportKey? after = null;
        while (await _rows.ReadEventsPageAsync(Span, after, cancellationToken) is { Count: > 0 } page)
        {
            yield return [.. page.Where(e => e.Category is not 0 && !IsNotWished(e))];
            after = new ExportKey(page[^1].StartedAt, page[^1].Id);
        }
    }

    public Task<IReadOnlyList<ExportTaxon>> ListTaxaAsync(
        IReadOnlyCollection<int> ids, CancellationToken cancellationToken) =>
        _rows.ListTaxaAsync(ids, cancellationToken);

    bool IsNotWished(ExportFinding finding) =>
        (Wish.OnlyDecided && finding.Source is not IdentificationSource.Person)
        || (finding.Source is IdentificationSource.Model && finding.Confidence < Wish.MinConfidence)
        || (Wish.People is PeopleChoice.LeaveOut && finding.Category is Category.Person);

    bool IsNotWished(ExportEvent finding) =>
        (Wish.OnlyDecided && finding.Source is not IdentificationSource.Person)
        || (finding.Source is IdentificationSource.Model && finding.Confidence < Wish.MinConfidence)
        || (Wish.People is PeopleChoice.LeaveOut && finding.Category is Category.Person);

    /// <summary>Gaps cut to the time of a deployment; those that overlap are one.</summary>
    static List<(DateTime From, DateTime Until)> Within(ToldPlace place, IEnumerable<ExportGap> gaps)
    {
        var within = new List<(DateTime From, DateTime Until)>();
        foreach (var gap in gaps.Where(g => g.From < place.Until && g.Until > place.From).OrderBy(g => g.From))
        {
            var from = gap.From > place.From ? gap.From : place.From;
            var until = gap.Until < place.Until ? gap.Until : place.Until;
            if (within is [.., var last] && from <= last.Until)
            {
                within[^1] = (last.From, until > last.Until ? until : last.Until);
            }
            else
            {
                within.Add((from, until));
            }
        }

        return within;
    }

    static ToldPlace? Tell(ExportPlace place, ExportWish wish, DateTimeOffset now)
    {
        var snapped = place.IsSensitive && !wish.ExactSensitive;
        var (latitude, longitude) = snapped
            ? (place.ShownLatitude, place.ShownLongitude)
            : (place.Latitude, place.Longitude);
        if (latitude is not { } y || longitude is not { } x)
        {
            return null;
        }

        var rounding = DegreeDiagonalMetres * Math.Pow(10, -wish.CoordinateDecimals);
        return new ToldPlace(
            place, SiteClock.Zone(place.ZoneName), Math.Round(y, wish.CoordinateDecimals),
            Math.Round(x, wish.CoordinateDecimals),
            ReceiverMetres + (int)Math.Ceiling(rounding) + (snapped ? SnappedMetres : 0))
        {
            Until = place.Until?.UtcDateTime ?? now.UtcDateTime,
        };
    }
}
