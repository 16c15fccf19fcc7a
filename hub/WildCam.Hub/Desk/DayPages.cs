using System.Collections.Concurrent;
using WildCam.Storage.Captures;
using WildCam.Storage.Desk;
using WildCam.Storage.Find;

namespace WildCam.Hub.Desk;

/// <summary>Days with detections, newest first, and the filter that they are of.</summary>
/// <param name="IsNarrower">Whether the gallery's filter asks for more than the daily summary knows.</param>
public sealed record DaysView(
    GalleryAddress Address, ProjectDirectory Names, IReadOnlyList<DaySum> Days, DateTimeOffset CountedAt,
    bool IsNarrower)
{
    /// <summary>By month, newest first; days oldest first.</summary>
    public IEnumerable<(DateOnly Month, long Count, IReadOnlyList<DaySum> Days)> Months => Days
        .GroupBy(d => new DateOnly(d.Date.Year, d.Date.Month, 1))
        .Select(m => (m.Key, m.Sum(d => d.Count), (IReadOnlyList<DaySum>)[.. m.OrderBy(d => d.Date)]));
}

/// <summary>Reads the days of a gallery's filter; a sum over years is kept a little while.</summary>
sealed class DayPages(DaysTable days, TimeProvider time)
{
    const int KeptMax = 500;
    static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(60);

    readonly ConcurrentDictionary<string, (IReadOnlyList<DaySum> Days, DateTimeOffset At)> _kept =
        new(StringComparer.Ordinal);

    public async Task<DaysView> ReadAsync(
        DeskProject project, GalleryAddress address, ProjectDirectory names, CancellationToken cancellationToken)
    {
        var (filter, _) = address.Resolve(project.Id, project.ZoneName, names);
        var isNarrower = address.Hours is not null || address.Confidence is not null
            || filter is { NamesEvents: true };
        if (filter is null)
        {
            return new DaysView(address, names, [], time.GetUtcNow(), isNarrower);
        }

        var (list, at) = await SumAsync(filter, cancellationToken);
        return new DaysView(address, names, list, at, isNarrower);
    }

    async Task<(IReadOnlyList<DaySum> Days, DateTimeOffset At)> SumAsync(
        GalleryFilter filter, CancellationToken cancellationToken)
    {
        // What the summary does not know makes no difference.
        var known = filter with
        {
            HourFrom = null, HourUntil = null, ConfidenceMin = null, TagId = null, IndividualId = null,
            FavouriteOf = null, IsReviewed = null, TaxonIds = [],
        };
        var key = $"{known} {string.Join(',', filter.TaxonIds)}";
        var now = time.GetUtcNow();
        if (_kept.TryGetValue(key, out var kept) && now - kept.At < KeptFor)
        {
            return kept;
        }

        if (_kept.Count >= KeptMax)
        {
            _kept.Clear();
        }

        return _kept[key] = (await days.ListAsync(filter, cancellationToken), now);
    }
}
