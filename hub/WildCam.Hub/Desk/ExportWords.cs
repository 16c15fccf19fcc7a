using WildCam.Storage.Exports;

namespace WildCam.Hub.Desk;

/// <summary>The words of the page that takes data out.</summary>
static class ExportWords
{
    public const string TooMany = "Five exports of this project are being made. Wait for one of them, then ask again.";

    public const string None = "No exports yet. What you ask for above appears here, and stays for 7 days.";

    /// <summary>Says whether the page may be closed, as long as something is under way.</summary>
    public const string MayClose = "The hub makes exports by itself. You may close this page.";

    public static string State(Export export) => export.State switch
    {
        ExportState.Waiting => "Waits its turn",
        ExportState.Running => "Being written",
        ExportState.Ready => "Ready",
        ExportState.Failed => "Failed",
        _ => "Deleted",
    };

    public static string Icon(ExportState state) => state switch
    {
        ExportState.Ready => "good",
        ExportState.Failed => "bad",
        ExportState.Expired => "off",
        _ => "late",
    };

    public static string Tone(ExportState state) => state switch
    {
        ExportState.Ready => "good",
        ExportState.Failed => "bad",
        ExportState.Expired => "none",
        _ => "late",
    };

    public static string Rows(long n) => n == 1 ? "1 row" : $"{Texts.Number(n)} rows";

    public static string LeftOut(long n) => n == 1
        ? "1 picture is left out: the format has no place for it."
        : $"{Texts.Number(n)} pictures are left out: the format has no place for them.";

    /// <summary>What the wish was, in one line.</summary>
    public static string Wish(ExportWish wish)
    {
        var parts = new List<string>();
        parts.Add((wish.From, wish.To) switch
        {
            (null, null) => "all days",
            ({ } from, null) => $"from {Texts.Day(from)}",
            (null, { } to) => $"until {Texts.Day(to)}",
            ({ } from, { } to) => $"{Texts.Day(from)} to {Texts.Day(to)}",
        });
        parts.Add(wish.OnlyDecided ? "decided by people only" : wish.MinConfidence is { } least
            ? $"with suggestions from {Texts.Percent(least)}"
            : "with all suggestions");
        parts.Add(People(wish.People));
        if (wish.CoordinateDecimals < ExportWish.DecimalsMax)
        {
            parts.Add($"coordinates with {wish.CoordinateDecimals} decimals");
        }

        if (wish.ExactSensitive)
        {
            parts.Add("exact places of sensitive species");
        }

        return string.Join(", ", parts);
    }

    public static string People(PeopleChoice choice) => choice switch
    {
        PeopleChoice.LeaveOut => "people left out",
        PeopleChoice.Blur => "people blurred",
        _ => "people shown",
    };

    public static string About(string format) => format switch
    {
        "camtrap-dp" => "The standard of the field: deployments, media and observations, for GBIF, Agouti and R.",
        "csv" => "For spreadsheets and statistics.",
        "darwin-core" => "Species by event, for GBIF.",
        "geojson" => "For maps.",
        "megadetector" => "Boxes by picture, for Timelapse and other tools.",
        "microsoft" => "As `megadetector detect` writes them.",
        _ => "Boxes and one label a picture.",
    };
}
