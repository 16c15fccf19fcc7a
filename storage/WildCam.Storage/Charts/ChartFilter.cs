namespace WildCam.Storage.Charts;

/// <summary>What a chart counts; ids resolved, dates in site time.</summary>
/// <param name="Taxa">The species asked for; empty: all of them.</param>
/// <param name="To">The last day, included.</param>
/// <param name="IntervalMinutes">
/// An event counts if the one before it of the same species at the same place began at least so long before.
/// </param>
/// <param name="ScoreMin">Score from which a model's finding counts; null: all count, confirmed or not.</param>
public sealed record ChartFilter(
    int ProjectId, IReadOnlyList<int> Taxa, int? SiteId, DateOnly From, DateOnly To,
    int IntervalMinutes, double? ScoreMin)
{
    /// <summary>Days from the first to the last, both included.</summary>
    public int Days => To.DayNumber - From.DayNumber + 1;
}

/// <summary>Events of a species in one class: an hour, a minute, a month and hour.</summary>
public readonly record struct ClassCount(int TaxonId, int Class, int Events);

/// <summary>Events of a species on a day, at all sites asked for.</summary>
public readonly record struct DayCount(int TaxonId, DateOnly Date, int Events);

/// <summary>Events of a species at a site; 0: at none.</summary>
public readonly record struct SiteCount(int TaxonId, int SiteId, int Events, long Animals);

/// <summary>Events of a species at a site by period; the first begins with the filter's first day.</summary>
public readonly record struct SitePeriods(int TaxonId, int SiteId, int[] Events);

/// <summary>On how many days of sites a species was there.</summary>
public readonly record struct Incidence(int TaxonId, int SiteDays);

/// <summary>How often the next event of a species after one site was at another, soon after.</summary>
public readonly record struct Move(int TaxonId, int FromSiteId, int ToSiteId, int Times, double MinutesMedian);

/// <summary>A place of the project: what effort and maps need.</summary>
public sealed record ChartSite(int Id, string Slug, string Name, double? Latitude, double? Longitude, string ZoneName);

/// <summary>A time in which a camera hung at a site; open where <paramref name="UntilAt"/> is null.</summary>
public sealed record ChartDeployment(
    int Id, int CameraId, string CameraCode, int SiteId, DateTimeOffset FromAt, DateTimeOffset? UntilAt);
