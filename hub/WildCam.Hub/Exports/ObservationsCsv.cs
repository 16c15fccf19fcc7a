using WildCam.Hub.Hosting;
using WildCam.Storage.Exports;

namespace WildCam.Hub.Exports;

/// <summary>One flat table, a row a finding, for spreadsheets and statistics.</summary>
sealed class ObservationsCsv : IExportFormat
{
    static readonly string[] Columns =
    [
        "capture_id", "captured_at", "camera", "site", "site_name", "latitude", "longitude",
        "coordinate_uncertainty_m", "event_id", "category", "scientific_name", "common_name", "count", "sex",
        "life_stage", "behavior", "decided_by_person", "said_by", "said_at", "confidence", "box_x", "box_y",
        "box_width", "box_height", "clock", "file_name", "picture",
    ];

    public string Name => "csv";

    public int Passes => 1;

    public async Task WriteAsync(ExportSource source, PartsWriter target, CancellationToken cancellationToken)
    {
        var names = new TaxonNames(source);
        using var csv = new CsvWriter(target);
        csv.Header(Columns);
        await foreach (var page in source.ReadAsync(withFindings: true, cancellationToken))
        {
            await names.LearnAsync(page.SelectMany(c => c.Findings).Select(f => f.TaxonId ?? 0), cancellationToken);
            foreach (var capture in page)
            {
                var place = source.PlaceOf(capture.CameraId, capture.CapturedAt);
                foreach (var finding in capture.Findings)
                {
                    Write(csv, source, names, capture, place, finding);
                    source.Rows++;
                }
            }

            csv.Flush();
            await target.SpillAsync(cancellationToken);
        }
    }

    static void Write(
        CsvWriter csv, ExportSource source, TaxonNames names, ExportCapture capture, ToldPlace? place,
        ExportFinding finding)
    {
        var taxon = names.Find(finding.TaxonId ?? 0);
        var zone = place?.Zone ?? source.Zone;
        csv.Id(capture.Id).Time(capture.CapturedAt, zone)
            .Text(source.Cameras.GetValueOrDefault(capture.CameraId))
            .Raw(place?.Place.Site).Text(place?.Place.SiteName);
        if (place is null)
        {
            csv.Empty(3);
        }
        else
        {
            csv.Number(place.Latitude, ExportWish.DecimalsMax).Number(place.Longitude, ExportWish.DecimalsMax)
                .Number(place.UncertaintyMetres);
        }

        csv.Raw(capture.EventId?.ToString()).Raw(CaptureWords.Of(finding.Category)).Text(taxon?.ScientificName)
            .Text(taxon?.Names.GetValueOrDefault(source.Project.Language)).Number(finding.Count).Text(finding.Sex)
            .Text(finding.LifeStage).Text(finding.Behavior)
            .Raw(finding.Source is Storage.IdentificationSource.Person ? "true" : "false")
            .Text(source.AuthorOf(finding)).Time(finding.SaidAt, zone);
        Optional(csv, finding.Confidence, 3);
        Optional(csv, finding.X, 4);
        Optional(csv, finding.Y, 4);
        Optional(csv, finding.Width, 4);
        Optional(csv, finding.Height, 4);
        csv.Raw(CaptureWords.Of(capture.ClockQuality)).Text(capture.FileName).Raw(source.PictureOf(capture)).End();
    }

    static void Optional(CsvWriter csv, float? value, int decimals)
    {
        if (value is { } known)
        {
            csv.Number(known, decimals);
        }
        else
        {
            csv.Empty();
        }
    }
}

/// <summary>The words of the API for what is counted in files too.</summary>
static class CaptureWords
{
    public static string Of<T>(T value)
        where T : struct, Enum =>
        value.ToString().ToLowerInvariant();
}
