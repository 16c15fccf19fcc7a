using WildCam.Hub.Desk.Charts;
using WildCam.Storage.Desk;
using WildCam.Storage.Reports;

namespace WildCam.Hub.Desk.Reports;

/// <summary>A species of a report's list.</summary>
/// <param name="Sites">Sites at which it was seen.</param>
/// <param name="Rate">Independent events at sites in 100 camera-days; null: no effort.</param>
public sealed record ReportSpecies(
    string Name, string? ScientificName, int Events, long Animals, int Sites, DateOnly First, DateOnly Last,
    double? Rate);

/// <summary>A site's effort and what was seen there.</summary>
public sealed record ReportPlace(ReportSite Site, int Events, double CameraDays);

/// <summary>All that a report says, ready to be written down.</summary>
public sealed record ReportContent(
    DeskProject Project, Report Report, string Address, DateTimeOffset WrittenAt, double ScoreMin, ReportTotals Totals,
    IReadOnlyList<ReportSpecies> Species, IReadOnlyList<ReportPlace> Places, IReadOnlyList<ReportModel> Models,
    IReadOnlyList<(ChartKind Kind, ChartView Chart)> Charts, int Gaps)
{
    public long Events => Species.Sum(s => (long)s.Events);

    public double CameraDays => Places.Sum(p => p.CameraDays);

    /// <summary>Sites at which a camera worked.</summary>
    public int SitesWatched => Places.Count(p => p.CameraDays > 0);
}
