using System.Globalization;
using System.Text.Json;
using WildCam.Storage.Exports;

namespace WildCam.Hub.Exports;

/// <summary>datapackage.json of a Camtrap DP: what the package is, where and when, and which names it uses.</summary>
static class CamtrapDescriptor
{
    /// <summary>What a human observation is called.</summary>
    public const string People = "Homo sapiens";

    const string Standard = "https://raw.githubusercontent.com/tdwg/camtrap-dp/1.0.2/";

    /// <summary>Ranks that the standard has words for.</summary>
    static readonly string[] Ranks =
        ["kingdom", "phylum", "class", "order", "family", "genus", "species", "subspecies"];

    public static void Write(
        Stream target, ExportSource source, PackageFacts written, IReadOnlyList<ExportTaxon> taxa,
        IReadOnlyList<string> others)
    {
        using var json = new Utf8JsonWriter(target, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("profile", Standard + "camtrap-dp-profile.json");
        json.WriteString("name", source.Project.Slug);
        json.WriteString("title", source.Project.Name);
        json.WriteString("created", source.Now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"));
        WriteResources(json);
        WriteContributors(json, source);
        WriteSources(json, source);
        WriteProject(json, source, written);
        json.WriteNumber("coordinatePrecision", Math.Round(Math.Pow(10, -source.Wish.CoordinateDecimals), 5));
        WriteSpace(json, written);
        json.WriteStartObject("temporal");
        json.WriteString("start", SiteClock.Iso(SiteClock.DateOf(written.First, source.Zone)));
        json.WriteString("end", SiteClock.Iso(SiteClock.DateOf(written.Last, source.Zone)));
        json.WriteEndObject();
        WriteTaxa(json, written.HasPeople
            ? [.. taxa, new ExportTaxon(0, People, "species", new Dictionary<string, string>(StringComparer.Ordinal))]
            : taxa, others);
        json.WriteEndObject();
    }

    static void WriteResources(Utf8JsonWriter json)
    {
        json.WriteStartArray("resources");
        foreach (var table in (ReadOnlySpan<string>)["deployments", "media", "observations"])
        {
            json.WriteStartObject();
            json.WriteString("name", table);
            json.WriteString("path", table + ".csv");
            json.WriteString("profile", "tabular-data-resource");
            json.WriteString("format", "csv");
            json.WriteString("mediatype", "text/csv");
            json.WriteString("encoding", "utf-8");
            json.WriteString("schema", $"{Standard}{table}-table-schema.json");
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    static void WriteContributors(Utf8JsonWriter json, ExportSource source)
    {
        json.WriteStartArray("contributors");
        json.WriteStartObject();
        json.WriteString("title", source.Project.Name);
        json.WriteString("role", "rightsHolder");
        json.WriteEndObject();
        json.WriteEndArray();
    }

    static void WriteSources(Utf8JsonWriter json, ExportSource source)
    {
        json.WriteStartArray("sources");
        json.WriteStartObject();
        json.WriteString("title", "WildCam");
        json.WriteString("path", source.Address);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    static void WriteProject(Utf8JsonWriter json, ExportSource source, PackageFacts written)
    {
        json.WriteStartObject("project");
        json.WriteString("id", source.Project.Slug);
        json.WriteString("title", source.Project.Name);
        // Nobody was asked how the sites were chosen, and this is the word that claims least.
        json.WriteString("samplingDesign", "opportunistic");
        json.WriteStartArray("captureMethod");
        foreach (var method in written.Methods.Count > 0 ? [.. written.Methods] : new[] { "activityDetection" })
        {
            json.WriteStringValue(method);
        }

        json.WriteEndArray();
        json.WriteBoolean("individualAnimals", false);
        json.WriteStartArray("observationLevel");
        json.WriteStringValue("media");
        json.WriteStringValue("event");
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The box around all sites, or the point where there is but one.</summary>
    static void WriteSpace(Utf8JsonWriter json, PackageFacts written)
    {
        var points = written.Points;
        var (west, east) = (points.Min(p => p.Longitude), points.Max(p => p.Longitude));
        var (south, north) = (points.Min(p => p.Latitude), points.Max(p => p.Latitude));
        json.WriteStartObject("spatial");
        if (west < east && south < north)
        {
            json.WriteString("type", "Polygon");
            json.WriteStartArray("coordinates");
            json.WriteStartArray();
            foreach (var (x, y) in new[]
                { (west, south), (east, south), (east, north), (west, north), (west, south) })
            {
                WritePoint(json, x, y);
            }

            json.WriteEndArray();
            json.WriteEndArray();
        }
        else
        {
            json.WriteString("type", "MultiPoint");
            json.WriteStartArray("coordinates");
            foreach (var (y, x) in points)
            {
                WritePoint(json, x, y);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    static void WritePoint(Utf8JsonWriter json, double x, double y)
    {
        json.WriteStartArray();
        json.WriteNumberValue(x);
        json.WriteNumberValue(y);
        json.WriteEndArray();
    }

    static void WriteTaxa(Utf8JsonWriter json, IReadOnlyList<ExportTaxon> taxa, IReadOnlyList<string> others)
    {
        json.WriteStartArray("taxonomic");
        var known = taxa.Select(t => t.ScientificName).ToHashSet(StringComparer.Ordinal);
        foreach (var other in others)
        {
            using var entry = JsonDocument.Parse(other);
            if (!known.Contains(entry.RootElement.GetProperty("scientificName").ToString()))
            {
                entry.RootElement.WriteTo(json);
            }
        }

        foreach (var taxon in taxa)
        {
            json.WriteStartObject();
            json.WriteString("scientificName", taxon.ScientificName);
            if (Ranks.Contains(taxon.Rank, StringComparer.Ordinal))
            {
                json.WriteString("taxonRank", taxon.Rank);
            }

            // The standard asks for the three letters of a language; ours are those of BCP 47.
            json.WriteStartObject("vernacularNames");
            foreach (var names in taxon.Names.GroupBy(n => ThreeLetters(n.Key), n => n.Value))
            {
                if (names.Key is { } language)
                {
                    json.WriteString(language, names.First());
                }
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    static string? ThreeLetters(string language)
    {
        try
        {
            var code = CultureInfo.GetCultureInfo(language).ThreeLetterISOLanguageName;
            return code.Length == 3 ? code : null;
        }
        catch (CultureNotFoundException)
        {
            return null;
        }
    }
}
