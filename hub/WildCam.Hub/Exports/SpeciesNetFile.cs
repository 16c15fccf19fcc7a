using System.Globalization;
using System.Text.Json;
using WildCam.Storage;
using WildCam.Storage.Exports;

namespace WildCam.Hub.Exports;

/// <summary>SpeciesNet's predictions: the detections of each picture and one label for all of it.</summary>
sealed class SpeciesNetFile : IExportFormat
{
    // Labels of SpeciesNet for what is no species: uuid;class;order;family;genus;species;common name.
    const string Blank = "f1856211-cfb7-4a5b-9158-c0f72fd09ee6;;;;;;blank";
    const string Animal = "1f689929-883d-4dae-958c-3d57ab5b6c16;;;;;;animal";
    const string Human = "990ae9dd-7a59-4344-afcb-1b7b21368000;mammalia;primates;hominidae;homo;sapiens;human";
    const string Vehicle = "e2895ed5-780b-48f6-8a11-9e27cb594511;;;;;;vehicle";

    public string Name => "speciesnet";

    public int Passes => 1;

    public async Task WriteAsync(ExportSource source, PartsWriter target, CancellationToken cancellationToken)
    {
        var names = new TaxonNames(source);
        await using var json = new Utf8JsonWriter(target);
        json.WriteStartObject();
        json.WriteStartArray("predictions");
        await Predictions.WriteAsync(
            source, target, json, names, c => Write(json, source, names, c), cancellationToken);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, ExportSource source, TaxonNames names, ExportCapture capture)
    {
        json.WriteStartObject();
        json.WriteString("filepath", Predictions.FileOf(source, capture));
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
            json.WriteString("label", number == 2 ? "human" : CaptureWords.Of(finding.Category));
            json.WriteNumber("conf", Predictions.SureOf(finding));
            json.WriteStartArray("bbox");
            foreach (var edge in (ReadOnlySpan<double>)[x, y, width, height])
            {
                json.WriteNumberValue(edge);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        var head = capture.Findings.Where(f => f.Category is not Category.Movement)
            .OrderByDescending(f => f.TaxonId is not null).ThenBy(f => f.Category)
            .ThenByDescending(Predictions.SureOf).First();
        json.WriteString("prediction", LabelOf(head, names));
        json.WriteNumber("prediction_score", Predictions.SureOf(head));
        json.WriteString(
            "prediction_source", head.Source is IdentificationSource.Model ? "classifier" : "person");
        json.WriteString("model_version", source.AuthorOf(head) ?? "WildCam");
        json.WriteEndObject();
    }

    /// <summary>Without SpeciesNet's own id; its place is empty, and the names are in their columns.</summary>
    static string LabelOf(ExportFinding finding, TaxonNames names)
    {
        if (names.Find(finding.TaxonId ?? 0) is { } taxon)
        {
            var scientific = taxon.ScientificName.ToLowerInvariant().Replace(';', ' ');
            var words = scientific.Split(' ', 2);
            var common = taxon.Names.GetValueOrDefault("en")?.ToLowerInvariant().Replace(';', ' ') ?? scientific;
            return words.Length == 2
                ? $";;;;{words[0]};{words[1]};{common}"
                : taxon.Rank switch
                {
                    "class" => $";{scientific};;;;;{common}",
                    "order" => $";;{scientific};;;;{common}",
                    "family" => $";;;{scientific};;;{common}",
                    _ => $";;;;{scientific};;{common}",
                };
        }

        return finding.Category switch
        {
            Category.Person => Human,
            Category.Vehicle => Vehicle,
            Category.Blank => Blank,
            _ => Animal,
        };
    }
}
