using System.Globalization;
using System.Text.Json;
using WildCam.Storage.Find;

namespace WildCam.Hub.Desk;

/// <summary>The words of search, days, views and the tree of species.</summary>
static class FindWords
{
    public const string NoPlace =
        "Write genus, family, order and class, each as one word that begins with a capital: Vulpes, Canidae, "
        + "Carnivora, Mammalia.";

    public const string PlaceHidden =
        "hidden: a sensitive species lives here, and its places are for the project's managers";

    public static readonly string NotSaved =
        $"The view was not saved. Its name has 1 to {SavedViewsTable.NameCharsMax} characters (NameCharsMax), and one "
        + $"person has {SavedViewsTable.OwnMax} views in a project at most (OwnMax).";

    /// <summary>Tags of EXIF that a researcher looks for, first; the others follow by name.</summary>
    static readonly string[] FirstTags =
    [
        "Make", "Model", "Software", "Date/Time Original", "Exposure Time", "F-Number", "ISO Speed Ratings", "Flash",
        "Focal Length", "User Comment", "Image Description",
    ];

    public static string Detections(long n) => n == 1 ? "1 detection" : $"{Texts.Number(n)} detections";

    public static string Month(DateOnly month) => month.ToString("MMM yyyy", CultureInfo.InvariantCulture);

    public static string Deployment(string place, DateTimeOffset from, DateTimeOffset? until, TimeZoneInfo zone)
    {
        var begun = SiteTime.DateOf(from, zone).ToString("d MMM yyyy", CultureInfo.InvariantCulture);
        return until is { } end
            ? $"{place}, {begun} to {SiteTime.DateOf(end, zone).ToString("d MMM yyyy", CultureInfo.InvariantCulture)}"
            : $"{place}, since {begun}";
    }

    /// <summary>
    /// What a file's EXIF says, tag by tag, a place in five decimals as "Place in the file". The texts are the file's.
    /// </summary>
    public static IReadOnlyList<(string Name, string Text)> Exif(string json)
    {
        using var document = JsonDocument.Parse(json);
        var tags = new List<(string Name, string Text)>();
        foreach (var tag in document.RootElement.EnumerateObject())
        {
            if (tag.Value.ValueKind is JsonValueKind.String)
            {
                tags.Add((tag.Name, tag.Value.GetString()!));
            }
            else if (tag.Name == "gps" && tag.Value.TryGetProperty("latitude", out var latitude)
                && tag.Value.TryGetProperty("longitude", out var longitude))
            {
                tags.Add(("Place in the file", string.Create(
                    CultureInfo.InvariantCulture, $"{latitude.GetDouble():0.00000}, {longitude.GetDouble():0.00000}")));
            }
        }

        var rank = (string name) => Array.IndexOf(FirstTags, name) is >= 0 and var at ? at : FirstTags.Length;
        return [.. tags.OrderBy(t => rank(t.Name)).ThenBy(t => t.Name, StringComparer.Ordinal)];
    }

    /// <summary>How the camera was around a picture: "battery 3.9 V (81 %), 11 °C, −71 dBm, 12 waiting".</summary>
    public static string CheckIn(int? millivolts, int? percent, int? temperature, int? signal, long waiting) =>
        string.Join(", ", new[]
        {
            (millivolts, percent) switch
            {
                ({ } mv, { } p) => $"battery {Texts.Volts(mv)} ({p}\u00a0%)",
                ({ } mv, null) => $"battery {Texts.Volts(mv)}",
                (null, { } p) => $"battery {p}\u00a0%",
                _ => null,
            },
            temperature is { } t ? Texts.Celsius(t) : null,
            signal is { } dbm ? Texts.Signal(dbm) : null,
            $"{Texts.Number(waiting)} waiting on the camera",
        }.Where(t => t is not null));

    /// <summary>"12 min before", "2 h after".</summary>
    public static string Distance(DateTimeOffset at, DateTimeOffset taken)
    {
        var distance = (at - taken).Duration();
        var length = distance.TotalMinutes < 1 ? "less than a minute"
            : distance.TotalMinutes < 90 ? $"{(int)distance.TotalMinutes} min"
            : $"{Math.Round(distance.TotalHours).ToString("0", CultureInfo.InvariantCulture)} h";
        return $"{length} {(at < taken ? "before" : "after")}";
    }
}
