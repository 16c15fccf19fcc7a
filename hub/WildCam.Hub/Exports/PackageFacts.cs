using System.Globalization;
using WildCam.Storage;
using WildCam.Storage.Exports;

namespace WildCam.Hub.Exports;

/// <summary>What was seen while a package was written, for its descriptor.</summary>
sealed class PackageFacts
{
    public long Observations { get; set; }

    public bool HasPeople { get; set; }

    public SortedSet<string> Methods { get; } = new(StringComparer.Ordinal);

    public HashSet<(double Latitude, double Longitude)> Points { get; } = [];

    public DateTime First { get; private set; } = DateTime.MaxValue;

    public DateTime Last { get; private set; } = DateTime.MinValue;

    public void NotePlace(double latitude, double longitude, DateTime from, DateTime until)
    {
        Points.Add((latitude, longitude));
        First = from < First ? from : First;
        Last = until > Last ? until : Last;
    }

    /// <summary>Deployments with pictures whose time is a guess.</summary>
    public HashSet<int> WithClockIssues { get; } = [];

    public void Note(ToldPlace place, ExportCapture capture, string? method)
    {
        if (method is not null)
        {
            Methods.Add(method);
        }

        if (capture.ClockQuality is ClockQuality.Received or ClockQuality.Bounded)
        {
            WithClockIssues.Add(place.Place.DeploymentId);
        }
    }
}

/// <summary>Ids of observations: the same in every export, as long as the same was said.</summary>
static class ObservationIds
{
    public static string Of(Guid capture, ExportFinding finding) => string.Create(
        CultureInfo.InvariantCulture,
        $"{capture:N}-{(finding.IdentificationId != 0 ? "i" : "m")}{
            (finding.IdentificationId != 0 ? finding.IdentificationId : finding.ModelId)}-{finding.Ordinal}");
}

/// <summary>Scientific names of taxa, learned as they appear.</summary>
sealed class TaxonNames(ExportSource source)
{
    readonly Dictionary<int, ExportTaxon> _taxa = [];

    public async Task LearnAsync(IEnumerable<int> ids, CancellationToken cancellationToken)
    {
        var unknown = ids.Where(id => id != 0 && !_taxa.ContainsKey(id)).ToHashSet();
        if (unknown.Count > 0)
        {
            foreach (var taxon in await source.ListTaxaAsync(unknown, cancellationToken))
            {
                _taxa.Add(taxon.Id, taxon);
                source.Taxa.Add(taxon.Id);
            }
        }
    }

    public string? Of(int id) => Find(id)?.ScientificName;

    public ExportTaxon? Find(int id) => _taxa.GetValueOrDefault(id);
}
