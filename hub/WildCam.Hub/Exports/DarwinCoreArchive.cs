using System.Globalization;
using System.Text;
using System.Xml;
using WildCam.Hub.Hosting;
using WildCam.Storage;
using WildCam.Storage.Exports;

namespace WildCam.Hub.Exports;

/// <summary>
/// A Darwin Core archive of occurrences, as GBIF reads it: one row an animal's event and species.
/// http://rs.tdwg.org/dwc/text/
/// </summary>
sealed class DarwinCoreArchive : IExportFormat
{
    const string Terms = "http://rs.tdwg.org/dwc/terms/";

    static readonly string[] Columns =
    [
        "occurrenceID", "basisOfRecord", "eventID", "eventDate", "scientificName", "taxonRank", "vernacularName",
        "individualCount", "occurrenceStatus", "decimalLatitude", "decimalLongitude", "geodeticDatum",
        "coordinateUncertaintyInMeters", "informationWithheld", "locationID", "locality", "samplingProtocol",
        "identifiedBy", "identificationVerificationStatus",
    ];

    static readonly XmlWriterSettings Form = new() { Indent = true, Encoding = new UTF8Encoding() };

    public string Name => "darwin-core";

    public int Passes => 0;

    public async Task WriteAsync(ExportSource source, PartsWriter target, CancellationToken cancellationToken)
    {
        using var zip = new ZipFile(target, source.Now);
        await WriteOccurrencesAsync(zip, source, target, cancellationToken);
        using (var meta = zip.Open("meta.xml"))
        {
            WriteMeta(meta);
        }

        using var eml = zip.Open("eml.xml");
        WriteEml(eml, source);
    }

    static async Task WriteOccurrencesAsync(
        ZipFile zip, ExportSource source, PartsWriter target, CancellationToken cancellationToken)
    {
        var names = new TaxonNames(source);
        await using var file = zip.Open("occurrence.csv");
        using var csv = new CsvWriter(file);
        csv.Header(Columns);
        await foreach (var page in source.ReadEventsAsync(cancellationToken))
        {
            await names.LearnAsync(page.Select(e => e.TaxonId), cancellationToken);
            foreach (var visit in page.Where(e => e.Category is Category.Animal))
            {
                if (names.Find(visit.TaxonId) is { } taxon)
                {
                    Write(csv, source, visit, taxon);
                    source.Rows++;
                }
                else
                {
                    source.LeftOut++; // An animal that nobody named is no occurrence.
                }
            }

            csv.Flush();
            await target.SpillAsync(cancellationToken);
        }
    }

    static void Write(CsvWriter csv, ExportSource source, ExportEvent visit, ExportTaxon taxon)
    {
        var place = source.PlaceOf(visit.CameraId, visit.StartedAt);
        var zone = place?.Zone ?? source.Zone;
        var byPerson = visit.Source is IdentificationSource.Person;
        csv.Raw(string.Create(CultureInfo.InvariantCulture, $"{source.Project.Slug}:{visit.Id:N}-{visit.TaxonId}"))
            .Raw("MachineObservation").Id(visit.Id)
            .Raw($"{SiteClock.Text(visit.StartedAt, zone)}/{SiteClock.Text(visit.EndedAt, zone)}")
            .Text(taxon.ScientificName).Raw(taxon.Rank)
            .Text(taxon.Names.GetValueOrDefault(source.Project.Language)).Number(Math.Max(1, visit.Count))
            .Raw("present");
        if (place is null)
        {
            csv.Empty(5);
        }
        else
        {
            csv.Number(place.Latitude, ExportWish.DecimalsMax).Number(place.Longitude, ExportWish.DecimalsMax)
                .Raw("WGS84").Number(place.UncertaintyMetres)
                .Raw(place.Place.IsSensitive && !source.Wish.ExactSensitive
                    ? "Coordinates are the middle of a cell of 0.1 degrees: a sensitive species lives there."
                    : null);
        }

        csv.Raw(place?.Place.Site).Text(place?.Place.SiteName).Raw("camera trap")
            .Text(byPerson ? visit.Account : null).Raw(byPerson ? "verified" : "unverified").End();
    }

    static void WriteMeta(Stream target)
    {
        using var xml = XmlWriter.Create(target, Form);
        const string text = "http://rs.tdwg.org/dwc/text/";
        xml.WriteStartElement("archive", text);
        xml.WriteAttributeString("metadata", "eml.xml");
        xml.WriteStartElement("core", text);
        xml.WriteAttributeString("encoding", "UTF-8");
        xml.WriteAttributeString("fieldsTerminatedBy", ",");
        xml.WriteAttributeString("linesTerminatedBy", "\\n");
        xml.WriteAttributeString("fieldsEnclosedBy", "\"");
        xml.WriteAttributeString("ignoreHeaderLines", "1");
        xml.WriteAttributeString("rowType", Terms + "Occurrence");
        xml.WriteStartElement("files", text);
        xml.WriteElementString("location", text, "occurrence.csv");
        xml.WriteEndElement();
        xml.WriteStartElement("id", text);
        xml.WriteAttributeString("index", "0");
        xml.WriteEndElement();
        for (var i = 0; i < Columns.Length; i++)
        {
            xml.WriteStartElement("field", text);
            xml.WriteAttributeString("index", $"{i}");
            xml.WriteAttributeString("term", Terms + Columns[i]);
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    static void WriteEml(Stream target, ExportSource source)
    {
        const string eml = "https://eml.ecoinformatics.org/eml-2.2.0";
        using var xml = XmlWriter.Create(target, Form);
        xml.WriteStartElement("eml", "eml", eml);
        xml.WriteAttributeString("packageId", source.Project.Slug);
        xml.WriteAttributeString("system", "WildCam");
        xml.WriteStartElement("dataset");
        xml.WriteElementString("title", source.Project.Name);
        foreach (var role in new[] { "creator", "contact" })
        {
            xml.WriteStartElement(role);
            xml.WriteElementString("organizationName", source.Project.Name);
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
        xml.WriteEndElement();
    }
}
