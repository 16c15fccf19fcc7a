using System.Text.Json;
using System.Text.Json.Serialization;

namespace WildCam.Storage.Exports;

/// <summary>What becomes of pictures that people are on.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PeopleChoice>))]
public enum PeopleChoice
{
    /// <summary>Neither the pictures nor that there was anybody.</summary>
    LeaveOut,

    /// <summary>That there was somebody, and an address that shows the picture blurred.</summary>
    Blur,

    /// <summary>All of it; only for those who see people.</summary>
    Show,
}

/// <summary>A kind of file that an export can be.</summary>
/// <param name="Name">In addresses and on the command line.</param>
/// <param name="Title">For people.</param>
public sealed record ExportFormat(string Name, string Title, string FileEnding, string ContentType)
{
    public static IReadOnlyList<ExportFormat> All { get; } =
    [
        new("camtrap-dp", "Camtrap DP 1.0.2", ".zip", "application/zip"),
        new("csv", "CSV, one row an observation", ".csv", "text/csv; charset=utf-8"),
        new("darwin-core", "Darwin Core occurrences", ".zip", "application/zip"),
        new("geojson", "GeoJSON, one point an event", ".geojson", "application/geo+json"),
        new("megadetector", "MegaDetector results 1.6", ".json", "application/json"),
        new("microsoft", "MegaDetector list, boxes in pixels", ".json", "application/json"),
        new("speciesnet", "SpeciesNet predictions", ".json", "application/json"),
    ];

    public static ExportFormat? Find(string name) => All.FirstOrDefault(f => f.Name == name);
}

/// <summary>What an export holds and how it is protected.</summary>
public sealed record ExportWish(string Format)
{
    /// <summary>First and last day, on the project's clock; null: from the beginning, to the end.</summary>
    public DateOnly? From { get; init; }

    public DateOnly? To { get; init; }

    /// <summary>Only what a person decided.</summary>
    public bool OnlyDecided { get; init; }

    /// <summary>Lowest confidence of a model's finding.</summary>
    public double? MinConfidence { get; init; }

    public PeopleChoice People { get; init; }

    /// <summary>Decimals of coordinates: 5 is a metre, 2 a kilometre.</summary>
    public int CoordinateDecimals { get; init; } = DecimalsMax;

    /// <summary>Also where a sensitive species was found; only for managers.</summary>
    public bool ExactSensitive { get; init; }

    public const int DecimalsMax = 5;

    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    public static ExportWish FromJson(string json) => JsonSerializer.Deserialize<ExportWish>(json, Json)!;

    /// <summary>Why this cannot be wished by somebody of this role, as field and reason; null: it can.</summary>
    public (string Field, string Reason)? Problem(Role role, bool seesPeople) =>
        ExportFormat.Find(Format) is null
        ? ("format", $"A format is one of {string.Join(", ", ExportFormat.All.Select(f => f.Name))}.")
        : From is { } from && To is { } to && from > to
        ? ("to", "The last day is before the first.")
        : MinConfidence is { } confidence && confidence is not (>= 0 and <= 1)
        ? ("minConfidence", "A confidence is between 0 and 1.")
        : CoordinateDecimals is < 0 or > DecimalsMax
        ? ("coordinateDecimals", $"Coordinates have 0 to {DecimalsMax} decimals.")
        : !Enum.IsDefined(People)
        ? ("people", "People are left out, blurred or shown.")
        : People is PeopleChoice.Show && !seesPeople
        ? ("people", "Your role in this project does not see people. Leave them out, or blurred.")
        : ExactSensitive && role < Role.Manager
        ? ("exactSensitive", "Only a manager gets exact coordinates of sensitive species.")
        : null;
}
