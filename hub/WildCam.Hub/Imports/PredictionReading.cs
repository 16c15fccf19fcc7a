using System.Globalization;
using System.Text.Json;
using WildCam.Storage;

namespace WildCam.Hub.Imports;

/// <summary>
/// Reads files of predictions in the three forms that are about: MegaDetector's batch format (1.0 to 1.6), the list of
/// Microsoft's command line, and SpeciesNet's. What is wrong with one picture is said of it; the others count.
/// </summary>
static class PredictionReading
{
    /// <summary>Most pictures of one file.</summary>
    public const int PicturesMax = 1_000_000;

    /// <summary>Most things on one picture.</summary>
    public const int ThingsMax = 500;

    /// <summary>A box may reach over the edge by what rounding does.</summary>
    const double EdgeSlack = 0.01;

    /// <exception cref="FormatException">It is no such file; the message says what was looked for.</exception>
    public static PredictionFile Read(JsonElement root)
    {
        if (root.ValueKind is JsonValueKind.Array)
        {
            return new PredictionFile(PredictionFormat.Microsoft, null, ReadAll(root, ReadMicrosoft));
        }

        if (root.ValueKind is JsonValueKind.Object && root.TryGetProperty("predictions", out var predictions)
            && predictions.ValueKind is JsonValueKind.Array)
        {
            var model = predictions.EnumerateArray().Select(p => Text(p, "model_version")).FirstOrDefault();
            return new PredictionFile(
                PredictionFormat.SpeciesNet, model is null ? null : "speciesnet " + model,
                ReadAll(predictions, ReadSpeciesNet));
        }

        if (root.ValueKind is JsonValueKind.Object && root.TryGetProperty("images", out var images)
            && images.ValueKind is JsonValueKind.Array
            && root.TryGetProperty("detection_categories", out var categories)
            && categories.ValueKind is JsonValueKind.Object)
        {
            var known = Names(categories).ToDictionary(
                c => c.Key, c => CategoryOf(c.Value), StringComparer.Ordinal);
            var species = root.TryGetProperty("classification_categories", out var classes)
                && classes.ValueKind is JsonValueKind.Object
                    ? Names(classes)
                    : [];
            var detector = root.TryGetProperty("info", out var info) ? Text(info, "detector") : null;
            return new PredictionFile(
                PredictionFormat.MegaDetector, detector,
                ReadAll(images, (i, picture) => ReadMegaDetector(i, picture, known, species)));
        }

        throw new FormatException(
            "It is neither a list of files (Microsoft's command line) nor an object with \"images\" and "
            + "\"detection_categories\" (MegaDetector) or \"predictions\" (SpeciesNet).");
    }

    static List<Prediction> ReadAll(JsonElement list, Func<int, JsonElement, Prediction> read)
    {
        var count = list.GetArrayLength();
        if (count > PicturesMax)
        {
            throw new FormatException($"It has {count} pictures, over PicturesMax ({PicturesMax}). Split the file.");
        }

        var all = new List<Prediction>(count);
        foreach (var picture in list.EnumerateArray())
        {
            all.Add(read(all.Count + 1, picture));
        }

        return all;
    }

    static Prediction ReadMegaDetector(
        int index, JsonElement picture, Dictionary<string, Category?> categories, Dictionary<string, string> species)
    {
        if (Text(picture, "file") is not { Length: > 0 } file)
        {
            return Wrong(index, "", "it names no file");
        }

        if (Text(picture, "failure") is { } failure)
        {
            return Wrong(index, file, $"the detector failed: {failure}");
        }

        if (!picture.TryGetProperty("detections", out var detections)
            || detections.ValueKind is not JsonValueKind.Array)
        {
            return Wrong(index, file, "it has no detections, not even an empty list");
        }

        return ReadThings(index, file, detections, inPixels: false, detection =>
        {
            var number = Text(detection, "category");
            return number is not null && categories.TryGetValue(number, out var category) && category is { } known
                ? (known, BestOf(detection, species), Number(detection, "conf"))
                : null;
        });
    }

    static Prediction ReadMicrosoft(int index, JsonElement picture)
    {
        if (Text(picture, "file") is not { Length: > 0 } file)
        {
            return Wrong(index, "", "it names no file");
        }

        return picture.TryGetProperty("detections", out var detections)
            && detections.ValueKind is JsonValueKind.Array
            ? ReadThings(index, file, detections, inPixels: true, detection =>
                CategoryOf(Text(detection, "category")) is { } category
                    ? (category, null, Number(detection, "confidence"))
                    : null)
            : Wrong(index, file, "it has no detections, not even an empty list");
    }

    static Prediction ReadSpeciesNet(int index, JsonElement picture)
    {
        if (Text(picture, "filepath") is not { Length: > 0 } file)
        {
            return Wrong(index, "", "it names no file");
        }

        if (picture.TryGetProperty("failures", out var failures) && failures.ValueKind is JsonValueKind.Array
            && failures.GetArrayLength() > 0 && !picture.TryGetProperty("prediction", out _))
        {
            return Wrong(index, file, $"SpeciesNet failed: {failures}");
        }

        var label = Text(picture, "prediction")?.Split(';');
        var species = label is [_, _, _, _, { Length: > 0 } genus, { Length: > 0 } name, _]
            && label[6] is not "human" ? $"{genus} {name}" : null;
        var score = Number(picture, "prediction_score");
        var whole = label is { Length: 7 } ? CategoryOf(label[6]) ?? Category.Animal : (Category?)null;
        var detections = picture.TryGetProperty("detections", out var found) && found.ValueKind is JsonValueKind.Array
            ? found
            : default;
        if (whole is Category.Blank || detections.ValueKind is JsonValueKind.Undefined
            || detections.GetArrayLength() == 0)
        {
            // A label without a box: the picture as a whole shows it.
            return whole is null or Category.Blank
                ? new Prediction(index, file, [], null, false)
                : new Prediction(index, file, [new(whole.Value, species, score ?? 0, 0, 0, 1, 1)], null, false);
        }

        return ReadThings(index, file, detections, inPixels: false, detection =>
            CategoryOf(Text(detection, "label") ?? Text(detection, "category")) is { } category
                ? (category, category is Category.Animal ? species : null, Number(detection, "conf"))
                : null);
    }

    static Prediction ReadThings(
        int index, string file, JsonElement detections, bool inPixels,
        Func<JsonElement, (Category Category, string? Species, double? Confidence)?> read)
    {
        if (detections.GetArrayLength() > ThingsMax)
        {
            return Wrong(index, file, $"{detections.GetArrayLength()} things are over ThingsMax ({ThingsMax})");
        }

        var things = new List<PredictedThing>();
        foreach (var detection in detections.EnumerateArray())
        {
            if (detection.ValueKind is not JsonValueKind.Object || read(detection) is not var (category, species, sure))
            {
                return Wrong(index, file, $"thing {things.Count + 1} has no category that is known");
            }

            if (sure is not (>= 0 and <= 1))
            {
                return Wrong(index, file, $"thing {things.Count + 1}: a confidence is 0 to 1, not {sure}");
            }

            if (Box(detection) is not [var x, var y, var a, var b])
            {
                return Wrong(index, file, $"thing {things.Count + 1} has no box of four numbers");
            }

            var (width, height) = inPixels ? (a - x, b - y) : (a, b);
            if (width < 0 || height < 0 || x < -EdgeSlack || y < -EdgeSlack
                || (!inPixels && (x + width > 1 + EdgeSlack || y + height > 1 + EdgeSlack)))
            {
                return Wrong(index, file, $"thing {things.Count + 1}: the box {x} {y} {a} {b} is not on the picture");
            }

            things.Add(new PredictedThing(category, species, sure.Value, x, y, width, height));
        }

        return new Prediction(index, file, things, null, inPixels);
    }

    static string? BestOf(JsonElement detection, Dictionary<string, string> species) =>
        detection.TryGetProperty("classifications", out var classes) && classes.ValueKind is JsonValueKind.Array
        && classes.EnumerateArray().FirstOrDefault() is { ValueKind: JsonValueKind.Array } best
        && best.GetArrayLength() >= 1 && best[0].ValueKind is JsonValueKind.String
        && species.TryGetValue(best[0].GetString()!, out var name)
            ? name
            : null;

    static double[]? Box(JsonElement detection)
    {
        if (!detection.TryGetProperty("bbox", out var box) || box.ValueKind is not JsonValueKind.Array
            || box.GetArrayLength() != 4)
        {
            return null;
        }

        var edges = box.EnumerateArray()
            .Select(e => e.ValueKind is JsonValueKind.Number ? e.GetDouble() : double.NaN).ToArray();
        return edges.All(double.IsFinite) ? edges : null;
    }

    static Category? CategoryOf(string? name) => name?.ToLowerInvariant() switch
    {
        "animal" or "1" => Category.Animal,
        "person" or "human" or "2" => Category.Person,
        "vehicle" or "3" => Category.Vehicle,
        "blank" or "empty" => Category.Blank,
        _ => null,
    };

    static Prediction Wrong(int index, string file, string problem) => new(index, file, [], problem, false);

    static Dictionary<string, string> Names(JsonElement names) => names.EnumerateObject()
        .Where(n => n.Value.ValueKind is JsonValueKind.String)
        .GroupBy(n => n.Name, n => n.Value.GetString()!, StringComparer.Ordinal)
        .ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);

    static string? Text(JsonElement from, string name) =>
        from.ValueKind is JsonValueKind.Object && from.TryGetProperty(name, out var value)
            ? value.ValueKind switch
            {
                JsonValueKind.String => value.GetString(),
                JsonValueKind.Number => value.GetDouble().ToString(CultureInfo.InvariantCulture),
                _ => null,
            }
            : null;

    static double? Number(JsonElement from, string name) =>
        from.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.Number ? value.GetDouble() : null;
}
