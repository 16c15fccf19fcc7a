using System.Globalization;
using WildCam.Hub.Hosting;
using WildCam.Storage;
using WildCam.Storage.Exports;
using WildCam.Storage.Imports;

namespace WildCam.Hub.Exports;

/// <summary>
/// A Camera Trap Data Package 1.0.2 (TDWG): deployments, media, observations of media and of events, and the descriptor
/// with what was used of the taxonomy. https://camtrap-dp.tdwg.org/data
/// </summary>
sealed class CamtrapPackage : IExportFormat
{
    static readonly string[] DeploymentColumns =
    [
        "deploymentID", "locationID", "locationName", "latitude", "longitude", "coordinateUncertainty",
        "deploymentStart", "deploymentEnd", "setupBy", "cameraID", "cameraModel", "cameraDelay", "cameraHeight",
        "cameraDepth", "cameraTilt", "cameraHeading", "detectionDistance", "timestampIssues", "baitUse", "featureType",
        "habitat", "deploymentGroups", "deploymentTags", "deploymentComments",
    ];

    static readonly string[] MediaColumns =
    [
        "mediaID", "deploymentID", "captureMethod", "timestamp", "filePath", "filePublic", "fileName", "fileMediatype",
        "exifData", "favorite", "mediaComments",
    ];

    static readonly string[] ObservationColumns =
    [
        "observationID", "deploymentID", "mediaID", "eventID", "eventStart", "eventEnd", "observationLevel",
        "observationType", "cameraSetupType", "scientificName", "count", "lifeStage", "sex", "behavior", "individualID",
        "individualPositionRadius", "individualPositionAngle", "individualSpeed", "bboxX", "bboxY", "bboxWidth",
        "bboxHeight", "classificationMethod", "classifiedBy", "classificationTimestamp", "classificationProbability",
        "observationTags", "observationComments",
    ];

    const int BoxDecimals = 4;
    const int ConfidenceDecimals = 3;

    public string Name => "camtrap-dp";

    public int Passes => 2;

    public async Task WriteAsync(ExportSource source, PartsWriter target, CancellationToken cancellationToken)
    {
        var foreign = await ForeignRows.OpenAsync(source, cancellationToken);
        if (source.Places.Count == 0 && !foreign.Any)
        {
            throw new ExportException(
                "No camera stood at a site with coordinates in this span, and Camtrap DP asks for them. "
                + "Give the sites their coordinates, or choose CSV.");
        }

        using var zip = new ZipFile(target, source.Now);
        var written = new PackageFacts();
        await WriteMediaAsync(zip, source, target, written, foreign, cancellationToken);
        await WriteObservationsAsync(zip, source, target, written, foreign, cancellationToken);
        await WriteDeploymentsAsync(zip, source, target, written, foreign, cancellationToken);
        var taxa = await source.ListTaxaAsync(source.Taxa, cancellationToken);
        var others = await source.Packages.ListTaxaForExportAsync(source.Project.Id, cancellationToken);
        using (var descriptor = zip.Open("datapackage.json"))
        {
            CamtrapDescriptor.Write(descriptor, source, written, taxa, others);
        }

        source.Rows = written.Observations;
    }

    static async Task WriteMediaAsync(
        ZipFile zip, ExportSource source, PartsWriter target, PackageFacts written, ForeignRows foreign,
        CancellationToken cancellationToken)
    {
        await using var file = zip.Open("media.csv");
        using var csv = new CsvWriter(file);
        csv.Header(MediaColumns);
        await foreach (var page in source.ReadAsync(withFindings: false, cancellationToken))
        {
            foreach (var capture in page)
            {
                if (source.PlaceOf(capture.CameraId, capture.CapturedAt) is not { } place)
                {
                    source.LeftOut++;
                    continue;
                }

                var method = MethodOf(capture.Trigger);
                written.Note(place, capture, method);
                csv.Id(capture.Id).Raw(place.Id).Raw(method).Time(capture.CapturedAt, place.Zone)
                    .Raw(source.PictureOf(capture)).Raw("false").Text(capture.FileName).Raw("image/jpeg").Empty(3)
                    .End();
            }

            csv.Flush();
            await target.SpillAsync(cancellationToken);
        }

        await foreign.WriteAsync(PackageTable.Media, csv, MediaColumns, target, written, cancellationToken);
    }

    static async Task WriteObservationsAsync(
        ZipFile zip, ExportSource source, PartsWriter target, PackageFacts written, ForeignRows foreign,
        CancellationToken cancellationToken)
    {
        var names = new TaxonNames(source);
        await using var file = zip.Open("observations.csv");
        using var csv = new CsvWriter(file);
        csv.Header(ObservationColumns);
        await foreach (var page in source.ReadEventsAsync(cancellationToken))
        {
            await names.LearnAsync(page.Select(e => e.TaxonId), cancellationToken);
            foreach (var visit in page)
            {
                if (source.PlaceOf(visit.CameraId, visit.StartedAt) is { } place)
                {
                    WriteEvent(csv, names, place, visit);
                    written.Observations++;
                    written.HasPeople |= visit.Category is Category.Person;
                }
            }

            csv.Flush();
            await target.SpillAsync(cancellationToken);
        }

        await foreach (var page in source.ReadAsync(withFindings: true, cancellationToken))
        {
            await names.LearnAsync(page.SelectMany(c => c.Findings).Select(f => f.TaxonId ?? 0), cancellationToken);
            foreach (var capture in page)
            {
                if (capture.Findings.Count > 0
                    && source.PlaceOf(capture.CameraId, capture.CapturedAt) is { } place)
                {
                    foreach (var finding in capture.Findings)
                    {
                        WriteFinding(csv, source, names, place, capture, finding);
                        written.HasPeople |= finding.Category is Category.Person;
                    }

                    written.Observations += capture.Findings.Count;
                }
            }

            csv.Flush();
            await target.SpillAsync(cancellationToken);
        }

        await foreign.WriteAsync(
            PackageTable.Observations, csv, ObservationColumns, target, written, cancellationToken);
    }

    static void WriteEvent(CsvWriter csv, TaxonNames names, ToldPlace place, ExportEvent visit)
    {
        var byPerson = visit.Source is IdentificationSource.Person;
        csv.Raw(string.Create(
                CultureInfo.InvariantCulture, $"{visit.Id:N}-{(short)visit.Category}-{visit.TaxonId}"))
            .Raw(place.Id).Empty().Id(visit.Id).Time(visit.StartedAt, place.Zone).Time(visit.EndedAt, place.Zone)
            .Raw("event").Raw(TypeOf(visit.Category)).Empty();
        WriteSubject(csv, names, visit.Category, visit.TaxonId, visit.Count);
        csv.Empty(11).Raw(byPerson ? "human" : "machine").Text(byPerson ? visit.Account : null).Empty();
        WriteConfidence(csv, visit.Source, visit.Confidence);
        csv.Empty(2).End();
    }

    static void WriteFinding(
        CsvWriter csv, ExportSource source, TaxonNames names, ToldPlace place, ExportCapture capture,
        ExportFinding finding)
    {
        csv.Raw(ObservationIds.Of(capture.Id, finding)).Raw(place.Id).Id(capture.Id);
        if (capture.EventId is { } visit)
        {
            csv.Id(visit);
        }
        else
        {
            csv.Empty();
        }

        csv.Time(capture.CapturedAt, place.Zone).Time(capture.CapturedAt, place.Zone).Raw("media")
            .Raw(TypeOf(finding.Category)).Empty();
        WriteSubject(csv, names, finding.Category, finding.TaxonId ?? 0, finding.Count);
        var (stage, sex) = (StageOf(finding.LifeStage), SexOf(finding.Sex));
        csv.Raw(stage).Raw(sex).Text(finding.Behavior).Empty(4);
        WriteBox(csv, finding);
        csv.Raw(finding.Source is IdentificationSource.Person ? "human" : "machine").Text(source.AuthorOf(finding))
            .Time(finding.SaidAt, place.Zone);
        WriteConfidence(csv, finding.Source, finding.Confidence);
        // Words that the standard's lists do not know are kept as a remark.
        csv.Empty().Text(string.Join(", ", new[]
        {
            stage is null ? finding.LifeStage : null, sex is null ? finding.Sex : null,
        }.Where(w => !string.IsNullOrEmpty(w)))).End();
    }

    static void WriteSubject(CsvWriter csv, TaxonNames names, Category category, int taxonId, int count)
    {
        csv.Text(category is Category.Person ? CamtrapDescriptor.People : names.Of(taxonId));
        if (category is Category.Blank or Category.Movement)
        {
            csv.Empty();
        }
        else
        {
            csv.Number(Math.Max(count, 1));
        }
    }

    static void WriteBox(CsvWriter csv, ExportFinding finding)
    {
        if (!finding.HasBox)
        {
            csv.Empty(4);
            return;
        }

        var (x, y) = (Math.Clamp(finding.X!.Value, 0, 1), Math.Clamp(finding.Y!.Value, 0, 1));
        csv.Number(x, BoxDecimals).Number(y, BoxDecimals)
            .Number(Math.Clamp(finding.Width!.Value, 0.0001, 1), BoxDecimals)
            .Number(Math.Clamp(finding.Height!.Value, 0.0001, 1), BoxDecimals);
    }

    static void WriteConfidence(CsvWriter csv, IdentificationSource source, float? confidence)
    {
        if (source is IdentificationSource.Model && confidence is { } sure)
        {
            csv.Number(sure, ConfidenceDecimals);
        }
        else
        {
            csv.Empty();
        }
    }

    /// <summary>Last, so that what the clock made of their pictures is known.</summary>
    static async Task WriteDeploymentsAsync(
        ZipFile zip, ExportSource source, PartsWriter target, PackageFacts written, ForeignRows foreign,
        CancellationToken cancellationToken)
    {
        await using var file = zip.Open("deployments.csv");
        using var csv = new CsvWriter(file);
        csv.Header(DeploymentColumns);
        foreach (var told in source.Places)
        {
            written.NotePlace(told.Latitude, told.Longitude, told.From, told.Until);
            var place = told.Place;
            csv.Raw(told.Id).Raw(place.Site).Text(place.SiteName)
                .Number(told.Latitude, ExportWish.DecimalsMax).Number(told.Longitude, ExportWish.DecimalsMax)
                .Number(told.UncertaintyMetres).Time(told.From, told.Zone).Time(told.Until, told.Zone).Empty()
                .Text(place.Camera).Empty(7)
                .Raw(written.WithClockIssues.Contains(place.DeploymentId) ? "true" : "false").Empty(3)
                .Empty()
                .Raw(string.Create(CultureInfo.InvariantCulture, $"effort:{told.EffortDays:0.00} camera-days")
                    // The standard has no place for failures within a deployment (camtrap-dp, issue 354).
                    + string.Concat(told.Gaps.Select(g =>
                        $" | gap:{SiteClock.Text(g.From, told.Zone)}/{SiteClock.Text(g.Until, told.Zone)}"))
                    + (place.Until is null ? " | ongoing" : "")
                    + (place.IsSensitive && !source.Wish.ExactSensitive ? " | coordinates snapped" : ""))
                .Text(place.CameraName).End();
        }

        await foreign.WriteAsync(PackageTable.Deployments, csv, DeploymentColumns, target, written, cancellationToken);
    }

    internal static string TypeOf(Category category) => category switch
    {
        Category.Animal => "animal",
        Category.Person => "human",
        Category.Vehicle => "vehicle",
        Category.Blank => "blank",
        _ => "unclassified",
    };

    static string? MethodOf(short trigger) => trigger switch
    {
        WildCam.Wire.Triggers.Motion => "activityDetection",
        WildCam.Wire.Triggers.Timelapse => "timeLapse",
        _ => null,
    };

    static string? StageOf(string? stage) => stage is "adult" or "subadult" or "juvenile" ? stage : null;

    static string? SexOf(string? sex) => sex is "female" or "male" ? sex : null;
}
