using System.Globalization;
using System.Text.Json;
using WildCam.Storage;
using WildCam.Storage.Exports;

namespace WildCam.Hub.Exports;

/// <summary>What the files of predictions have in common: names of files, and which rows they can hold.</summary>
static class Predictions
{
    /// <summary>As on the card where it came from one; else the camera and the picture's id.</summary>
    public static string FileOf(ExportSource source, ExportCapture capture) => capture.FileName is { } name
        ? $"{source.Cameras.GetValueOrDefault(capture.CameraId)}/{name.Replace('\\', '/')}"
        : $"{source.Cameras.GetValueOrDefault(capture.CameraId)}/{capture.Id}.jpg";

    /// <summary>A category's number in MegaDetector's files; 0: such things have none.</summary>
    public static int NumberOf(Category category) => category switch
    {
        Category.Animal => 1,
        Category.Person => 2,
        Category.Vehicle => 3,
        _ => 0,
    };

    /// <summary>The sureness of a model; a person is sure.</summary>
    public static double SureOf(ExportFinding finding) => finding.Source is IdentificationSource.Model
        ? Round(finding.Confidence ?? 0)
        : 1;

    public static double Round(double value) => Math.Round(value, 4);

    /// <summary>Without a box a thing is somewhere on the picture.</summary>
    public static (double X, double Y, double Width, double Height) BoxOf(ExportFinding finding) => finding.HasBox
        ? (Round(finding.X!.Value), Round(finding.Y!.Value), Round(finding.Width!.Value), Round(finding.Height!.Value))
        : (0, 0, 1, 1);

    /// <summary>Pictures that nobody looked at have no prediction; movement is none either.</summary>
    public static bool HasAny(ExportCapture capture) =>
        capture.Findings.Exists(f => f.Category is not Category.Movement);

    /// <summary>Pages of pictures with predictions, each written by the caller and flushed here.</summary>
    public static async Task WriteAsync(
        ExportSource source, PartsWriter target, Utf8JsonWriter json, TaxonNames names,
        Action<ExportCapture> write, CancellationToken cancellationToken)
    {
        await foreach (var page in source.ReadAsync(withFindings: true, cancellationToken))
        {
            await names.LearnAsync(page.SelectMany(c => c.Findings).Select(f => f.TaxonId ?? 0), cancellationToken);
            foreach (var capture in page)
            {
                if (HasAny(capture))
                {
                    write(capture);
                    source.Rows++;
                }
                else
                {
                    source.LeftOut++;
                }
            }

            await json.FlushAsync(cancellationToken);
            await target.SpillAsync(cancellationToken);
        }
    }
}

/// <summary>The batch format of MegaDetector, version 1.6: boxes from the top left in shares of the picture.</summary>
sealed class MegaDetectorFile : IExportFormat
{
    public string Name => "megadetector";

    public int Passes => 1;

    public async Task WriteAsync(ExportSource source, PartsWriter target, CancellationToken cancellationToken)
    {
        var names = new TaxonNames(source);
        await using var json = new Utf8JsonWriter(target);
        json.WriteStartObject();
        json.WriteStartObject("detection_categories");
        json.WriteString("1", "animal");
        json.WriteString("2", "person");
        json.WriteString("3", "vehicle");
        json.WriteEndObject();
        json.WriteStartObject("info");
        json.WriteString("format_version", "1.6");
        json.WriteString("detector", "WildCam");
        json.WriteString("detection_completion_time", source.Now.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss"));
        json.WriteEndObject();
        json.WriteStartArray("images");
        await Predictions.WriteAsync(
            source, target, json, names, c => Write(json, source, c), cancellationToken);
        json.WriteEndArray();

        // Known only now that all were seen.
        json.WriteStartObject("classification_categories");
        foreach (var taxon in await source.ListTaxaAsync(source.Taxa, cancellationToken))
        {
            json.WriteString(taxon.Id.ToString(CultureInfo.InvariantCulture), taxon.ScientificName);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, ExportSource source, ExportCapture capture)
    {
        json.WriteStartObject();
        json.WriteString("file", Predictions.FileOf(source, capture));
        json.WriteStartArray("detections");
        foreach (var finding in capture.Findings)
        {
            if (Predictions.NumberOf(finding.Category) is not (not 0 and var number))
            {
                continue;
            }

            var (x, y, width, height) = Predictions.BoxOf(finding);
            json.WriteStartObject();
            json.WriteString("category", number.ToString(CultureInfo.InvariantCulture));
            json.WriteNumber("conf", Predictions.SureOf(finding));
            json.WriteStartArray("bbox");
            foreach (var edge in (ReadOnlySpan<double>)[x, y, width, height])
            {
                json.WriteNumberValue(edge);
            }

            json.WriteEndArray();
            if (finding.TaxonId is { } taxon)
            {
                json.WriteStartArray("classifications");
                json.WriteStartArray();
                json.WriteStringValue(taxon.ToString(CultureInfo.InvariantCulture));
                json.WriteNumberValue(Predictions.SureOf(finding));
                json.WriteEndArray();
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}

/// <summary>The list of Microsoft's `megadetector detect`: corners of boxes in pixels, categories by name.</summary>
sealed class MicrosoftList : IExportFormat
{
    public string Name => "microsoft";

    public int Passes => 1;

    public async Task WriteAsync(ExportSource source, PartsWriter target, CancellationToken cancellationToken)
    {
        await using var json = new Utf8JsonWriter(target);
        json.WriteStartArray();
        await Predictions.WriteAsync(
            source, target, json, new TaxonNames(source), c => Write(json, source, c), cancellationToken);
        json.WriteEndArray();
    }

    static void Write(Utf8JsonWriter json, ExportSource source, ExportCapture capture)
    {
        json.WriteStartObject();
        json.WriteString("file", Predictions.FileOf(source, capture));
        json.WriteStartArray("detections");
        foreach (var finding in capture.Findings)
        {
            if (Predictions.NumberOf(finding.Category) == 0
                || capture is not { Width: { } pictureWidth, Height: { } pictureHeight })
            {
                continue;
            }

            var (x, y, width, height) = Predictions.BoxOf(finding);
            json.WriteStartObject();
            json.WriteString("category", CaptureWords.Of(finding.Category));
            json.WriteNumber("confidence", Predictions.SureOf(finding));
            json.WriteStartArray("bbox");
            json.WriteNumberValue(Math.Round(x * pictureWidth, 1));
            json.WriteNumberValue(Math.Round(y * pictureHeight, 1));
            json.WriteNumberValue(Math.Round((x + width) * pictureWidth, 1));
            json.WriteNumberValue(Math.Round((y + height) * pictureHeight, 1));
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
