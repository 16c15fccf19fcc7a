using System.Globalization;
using System.Text.Json;
using WildCam.Hub.Hosting;
using WildCam.Storage.Exports;
using WildCam.Storage.Imports;

namespace WildCam.Hub.Exports;

/// <summary>
/// Rows of packages that were brought in, on their way out again: as they were, but for what the export's wish takes
/// away of people, places and doubtful findings.
/// </summary>
sealed class ForeignRows
{
    /// <summary>Half the diagonal of the cell of a tenth of a degree, in whose middle a snapped place is.</summary>
    const int SnappedMetres = 7_900;

    readonly ExportSource _source;
    readonly PackageSecrets _secrets;

    ForeignRows(ExportSource source, PackageSecrets secrets, bool any) =>
        (_source, _secrets, Any) = (source, secrets, any);

    /// <summary>Whether there is a deployment to tell of.</summary>
    public bool Any { get; }

    public static async Task<ForeignRows> OpenAsync(ExportSource source, CancellationToken cancellationToken)
    {
        var first = await source.Packages.ReadPageForExportAsync(
            source.Project.Id, PackageTable.Deployments, "", cancellationToken);
        return new ForeignRows(
            source,
            first.Count == 0
                ? new PackageSecrets(new HashSet<string>(), new HashSet<string>())
                : await source.Packages.FindSecretsForExportAsync(source.Project.Id, cancellationToken),
            first.Count > 0);
    }

    public async Task WriteAsync(
        PackageTable table, CsvWriter csv, string[] columns, PartsWriter target, PackageFacts written,
        CancellationToken cancellationToken)
    {
        var after = "";
        while (Any && await _source.Packages.ReadPageForExportAsync(
            _source.Project.Id, table, after, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var row in page)
            {
                var fields = JsonSerializer.Deserialize<Dictionary<string, string>>(row.Fields)!;
                if (!Protect(table, fields))
                {
                    continue;
                }

                Note(table, fields, written);
                foreach (var column in columns)
                {
                    csv.Text(fields.GetValueOrDefault(column), isNumber: IsNumber(column));
                }

                csv.End();
            }

            after = page[^1].Key;
            csv.Flush();
            await target.SpillAsync(cancellationToken);
        }
    }

    /// <summary>False: the row is not told at all.</summary>
    bool Protect(PackageTable table, Dictionary<string, string> fields)
    {
        var wish = _source.Wish;
        switch (table)
        {
            case PackageTable.Deployments:
                Round(fields);
                return Overlaps(fields, "deploymentStart", "deploymentEnd");
            case PackageTable.Media:
                // Whatever its address shows cannot be blurred from here.
                return Overlaps(fields, "timestamp", "timestamp") && (wish.People is PeopleChoice.Show
                    || !_secrets.MediaWithPeople.Contains(fields.GetValueOrDefault("mediaID", "")));
            default:
                var isPerson = fields.GetValueOrDefault("observationType") == "human";
                var isMachine = fields.GetValueOrDefault("classificationMethod") == "machine";
                if ((isPerson && wish.People is PeopleChoice.LeaveOut) || (isMachine && wish.OnlyDecided)
                    || (isMachine && Number(fields, "classificationProbability") < wish.MinConfidence)
                    || !Overlaps(fields, "eventStart", "eventEnd"))
                {
                    return false;
                }

                if (wish.People is not PeopleChoice.Show && fields.TryGetValue("mediaID", out var media)
                    && _secrets.MediaWithPeople.Contains(media))
                {
                    fields.Remove("mediaID");
                    return wish.People is PeopleChoice.Blur;
                }

                return true;
        }
    }

    void Round(Dictionary<string, string> fields)
    {
        if (Number(fields, "latitude") is not { } latitude || Number(fields, "longitude") is not { } longitude)
        {
            return;
        }

        var decimals = _source.Wish.CoordinateDecimals;
        if (!_source.Wish.ExactSensitive
            && _secrets.SensitiveDeployments.Contains(fields.GetValueOrDefault("deploymentID", "")))
        {
            latitude = Math.Min((Math.Floor(latitude * 10) / 10) + 0.05, 89.95);
            longitude = Math.Min((Math.Floor(longitude * 10) / 10) + 0.05, 179.95);
            fields["coordinateUncertainty"] = $"{SnappedMetres}";
            fields.Remove("locationName");
            decimals = Math.Min(decimals, 2);
        }
        else if (decimals >= ExportWish.DecimalsMax)
        {
            return;
        }

        fields["latitude"] = Math.Round(latitude, decimals).ToString(CultureInfo.InvariantCulture);
        fields["longitude"] = Math.Round(longitude, decimals).ToString(CultureInfo.InvariantCulture);
    }

    bool Overlaps(Dictionary<string, string> fields, string from, string until) =>
        (_source.Wish.From is null && _source.Wish.To is null)
        || (Time(fields, from) is { } first && Time(fields, until) is { } last
            && first < _source.Span.Until && last >= _source.Span.From);

    static void Note(PackageTable table, Dictionary<string, string> fields, PackageFacts written)
    {
        switch (table)
        {
            case PackageTable.Deployments
                when Number(fields, "latitude") is { } latitude && Number(fields, "longitude") is { } longitude
                && Time(fields, "deploymentStart") is { } from && Time(fields, "deploymentEnd") is { } until:
                written.NotePlace(latitude, longitude, from, until);
                break;
            case PackageTable.Media when fields.TryGetValue("captureMethod", out var method):
                written.Methods.Add(method);
                break;
            case PackageTable.Observations:
                written.Observations++;
                break;
        }
    }

    /// <summary>Columns whose minus sign is no formula.</summary>
    static bool IsNumber(string column) => column is "latitude" or "longitude" or "cameraTilt"
        or "individualPositionAngle";

    static double? Number(Dictionary<string, string> fields, string column) =>
        double.TryParse(fields.GetValueOrDefault(column), CultureInfo.InvariantCulture, out var number) ? number : null;

    static DateTime? Time(Dictionary<string, string> fields, string column) =>
        DateTimeOffset.TryParse(
            fields.GetValueOrDefault(column), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at.UtcDateTime
            : null;
}
