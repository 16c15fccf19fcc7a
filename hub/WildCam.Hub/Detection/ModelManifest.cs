using System.Text.Json;
using System.Text.Json.Serialization;
using WildCam.Storage;

namespace WildCam.Hub.Detection;

/// <summary>How a model takes a picture and what its numbers mean.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ModelFamily>))]
enum ModelFamily
{
    /// <summary>YOLOX: raw offsets on three grids.</summary>
    [JsonStringEnumMemberName("yolox")]
    Yolox,

    /// <summary>YOLOv5, MegaDetector v5: decoded boxes with objectness.</summary>
    [JsonStringEnumMemberName("yolov5")]
    Yolov5,

    /// <summary>YOLOv8, v9, v11, MegaDetector v6: decoded boxes, transposed, without objectness.</summary>
    [JsonStringEnumMemberName("yolov9")]
    Yolov9,

    /// <summary>YOLOv10, MegaDetector v6: final boxes.</summary>
    [JsonStringEnumMemberName("yolov10")]
    Yolov10,

    /// <summary>RT-DETR, MegaDetector v6: final boxes in the pixels of the original.</summary>
    [JsonStringEnumMemberName("rtdetr")]
    Rtdetr,
}

/// <summary>What an operator says of a model. The defaults are those of the model's family.</summary>
sealed record ModelManifest
{
    /// <summary>Most characters of name and version.</summary>
    const int NameCharsMax = 100;

    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public required string Name { get; init; }

    public required string Version { get; init; }

    public required ModelFamily Family { get; init; }

    /// <summary>SHA-256 of the file, hexadecimal; checked where given.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Width and height of the input where the file leaves them open.</summary>
    public int? InputWidth { get; init; }

    public int? InputHeight { get; init; }

    /// <summary>Names of the classes, in the model's order.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>What a label counts as: animal, person or vehicle. A label that is not here is ignored.</summary>
    public IReadOnlyDictionary<string, string>? Categories { get; init; }

    /// <summary>The score from which a finding is filed. Never share one threshold across models.</summary>
    public float? Threshold { get; init; }

    /// <summary>Of two boxes of one category that overlap more than this, only the better stays.</summary>
    public float? OverlapMax { get; init; }

    public string? Licence { get; init; }

    /// <summary>A manifest of defaults.</summary>
    public static ModelManifest ForFamily(ModelFamily family, string name, string version) =>
        new() { Name = name, Version = version, Family = family };

    /// <summary>Reads a manifest; false with the reason where it is none.</summary>
    public static bool TryRead(string text, out ModelManifest manifest, out string? problem)
    {
        manifest = ForFamily(ModelFamily.Yolox, "", "");
        try
        {
            manifest = JsonSerializer.Deserialize<ModelManifest>(text, Json) ?? manifest;
        }
        catch (JsonException fault)
        {
            problem = $"The manifest cannot be read: {fault.Message}";
            return false;
        }

        problem = manifest.FindProblem();
        return problem is null;
    }

    public string Write() => JsonSerializer.Serialize(this, Json);

    /// <summary>The category of each class; null where it is ignored.</summary>
    public IReadOnlyList<Category?> CategoriesOf(int classes)
    {
        var labels = Labels ?? ModelLabels.DefaultFor(classes);
        var categories = Categories ?? ModelLabels.DefaultCategories;
        return
        [
            .. Enumerable.Range(0, classes).Select(i => i < labels.Count
                && categories.TryGetValue(labels[i], out var name)
                && ModelLabels.TryParse(name, out var category) ? category : (Category?)null),
        ];
    }

    public float ThresholdOrDefault => Threshold ?? (Family == ModelFamily.Yolox ? 0.25f : 0.2f);

    public float OverlapMaxOrDefault => OverlapMax ?? 0.45f;

    string? FindProblem() =>
        Name.Length is 0 or > NameCharsMax || Version.Length is 0 or > NameCharsMax
            ? $"The manifest needs a name and a version, of at most {NameCharsMax} characters."
            : Threshold is not null and not (> 0 and < 1)
                ? $"The manifest's threshold is {Threshold}; it must be between 0 and 1."
                : OverlapMax is not null and not (> 0 and < 1)
                    ? $"The manifest's overlapMax is {OverlapMax}; it must be between 0 and 1."
                    : Categories?.Values.FirstOrDefault(c => !ModelLabels.TryParse(c, out _)) is { } wrong
                        ? $"The manifest's category '{wrong}' is none of animal, person, vehicle."
                        : null;
}

/// <summary>Classes that detectors are commonly trained on.</summary>
static class ModelLabels
{
    // MegaDetector's order, in every version.
    static readonly string[] s_megaDetector = ["animal", "person", "vehicle"];

    static readonly string[] s_coco =
    [
        "person", "bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat", "traffic light",
        "fire hydrant", "stop sign", "parking meter", "bench", "bird", "cat", "dog", "horse", "sheep", "cow",
        "elephant", "bear", "zebra", "giraffe", "backpack", "umbrella", "handbag", "tie", "suitcase", "frisbee",
        "skis", "snowboard", "sports ball", "kite", "baseball bat", "baseball glove", "skateboard", "surfboard",
        "tennis racket", "bottle", "wine glass", "cup", "fork", "knife", "spoon", "bowl", "banana", "apple",
        "sandwich", "orange", "broccoli", "carrot", "hot dog", "pizza", "donut", "cake", "chair", "couch",
        "potted plant", "bed", "dining table", "toilet", "tv", "laptop", "mouse", "remote", "keyboard", "cell phone",
        "microwave", "oven", "toaster", "sink", "refrigerator", "book", "clock", "vase", "scissors", "teddy bear",
        "hair drier", "toothbrush",
    ];

    public static IReadOnlyDictionary<string, string> DefaultCategories { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["animal"] = "animal", ["person"] = "person", ["vehicle"] = "vehicle",
            ["bicycle"] = "vehicle", ["car"] = "vehicle", ["motorcycle"] = "vehicle", ["bus"] = "vehicle",
            ["train"] = "vehicle", ["truck"] = "vehicle",
            ["bird"] = "animal", ["cat"] = "animal", ["dog"] = "animal", ["horse"] = "animal", ["sheep"] = "animal",
            ["cow"] = "animal", ["elephant"] = "animal", ["bear"] = "animal", ["zebra"] = "animal",
            ["giraffe"] = "animal",
        };

    public static IReadOnlyList<string> DefaultFor(int classes) =>
        classes == s_coco.Length ? s_coco : classes == s_megaDetector.Length ? s_megaDetector : [];

    public static bool TryParse(string name, out Category category)
    {
        category = name switch
        {
            "animal" => Category.Animal,
            "person" => Category.Person,
            "vehicle" => Category.Vehicle,
            _ => default,
        };
        return category != default;
    }
}
