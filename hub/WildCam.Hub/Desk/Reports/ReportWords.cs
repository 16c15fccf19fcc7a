using System.Globalization;
using WildCam.Hub.Desk.Charts;
using WildCam.Storage.Reports;

namespace WildCam.Hub.Desk.Reports;

/// <summary>The words of reports and of the page that lists them.</summary>
static class ReportWords
{
    public const string TooMany =
        "This project has as many reports as it may: 3 under way, 100 in all. Wait, or delete one first.";

    public const string BadSpan = "A report spans 1 day to 10 years; the last day is not before the first.";

    public const string BadInterval = "Minutes between events are a whole number from 1 to 1440.";

    public static string State(ReportState state) => state switch
    {
        ReportState.Waiting => "Waits its turn",
        ReportState.Running => "Being written",
        ReportState.Ready => "Ready",
        _ => "Failed",
    };

    public static string Span(ReportWish wish) => $"{ChartData.Day(wish.From)} to {ChartData.Day(wish.To)}";

    public static string Counting(ReportWish wish) =>
        $"events {wish.IntervalMinutes} min apart, "
        + (wish.Unconfirmed ? "suggestions of any score" : "confirmed or of the project's score");

    public static string Number(double value) => value.ToString("#,0.#", CultureInfo.InvariantCulture);

    public static string Place(ReportSite site) => site is { Latitude: { } latitude, Longitude: { } longitude }
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"{(site.IsCoarse ? "about " : "")}{latitude:0.#####}, {longitude:0.#####}")
        : "not known";

    /// <summary>How the numbers came about, a sentence each.</summary>
    public static IEnumerable<string> Methods(ReportContent content)
    {
        var wish = content.Report.Wish;
        yield return $"All dates and hours are those of each site's clock ({Span(wish)}, both days included); events "
            + $"of cameras without a site are dated by the project's clock ({content.Project.ZoneName}).";
        yield return "Pictures of one camera make one event as long as they follow each other closely. Of a species at "
            + $"a place an event counts if the one before began at least {wish.IntervalMinutes} min earlier "
            + "(independent events).";
        yield return wish.Unconfirmed
            ? "Suggestions of models count whatever their score, and what people decided."
            : "What a person decided counts; of a model only suggestions with a score of "
                + $"{Texts.Percent(content.ScoreMin)} or more. A person's word replaces that of a model. A score is no "
                + "probability.";
        yield return content.Models.Count == 0
            ? "No model's finding counts in this span."
            : "Models whose findings count in this span: " + string.Join(", ", content.Models.Select(
                m => $"{m.Name} {m.Version} ({Texts.Number(m.Findings)} findings)")) + ".";
        yield return $"Trap effort is the time that cameras were deployed, less {Gaps(content.Gaps)} in which they did "
            + "not work and that people accepted as such. Two cameras at a site for a day are two camera-days. No "
            + "effort is not zero detections: such sites have no rate.";
        yield return "Animals are the most on one picture of an event, summed over independent events; they are not "
            + "individuals.";
        yield return content.Places.Any(p => p.Site.IsCoarse)
            ? "Where a sensitive species was found, coordinates are the middle of a cell of 0.1 degrees, here and on "
                + "the map."
            : "No species of this project is marked as sensitive at these sites; coordinates are those of the sites.";
        yield return "No picture is in this report. Events with people are counted and not told further.";
    }

    static string Gaps(int gaps) => gaps == 1 ? "1 gap" : $"{Texts.Number(gaps)} gaps";
}
