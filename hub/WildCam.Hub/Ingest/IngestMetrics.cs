using System.Diagnostics.Metrics;

namespace WildCam.Hub.Ingest;

/// <summary>Figures of the way in, for /metrics.</summary>
public sealed class IngestMetrics : IDisposable
{
    public const string MeterName = "WildCam.Ingest";

    readonly Meter _meter = new(MeterName);
    readonly Counter<long> _begins;
    readonly Counter<long> _chunks;
    readonly Counter<long> _receipts;
    readonly Counter<long> _bytes;
    readonly Counter<long> _expired;
    readonly Counter<long> _failures;
    readonly Histogram<double> _commitSeconds;
    readonly Histogram<int> _commitPictures;

    public IngestMetrics()
    {
        _begins = _meter.CreateCounter<long>("wildcam_ingest_begins", description: "Pictures offered, by answer");
        _chunks = _meter.CreateCounter<long>("wildcam_ingest_chunks", description: "Chunks, by what became of them");
        _receipts = _meter.CreateCounter<long>("wildcam_ingest_receipts", description: "Receipts, by outcome");
        _bytes = _meter.CreateCounter<long>("wildcam_ingest_bytes", "By", "Bytes of stored pictures");
        _expired = _meter.CreateCounter<long>(
            "wildcam_ingest_assemblies_expired", description: "Pictures given up, by reason");
        _failures = _meter.CreateCounter<long>(
            "wildcam_ingest_failures", description: "Writes that failed and were tried again, by what failed");
        _commitSeconds = _meter.CreateHistogram<double>(
            "wildcam_ingest_commit_duration", "s", "Time of a group commit");
        _commitPictures = _meter.CreateHistogram<int>(
            "wildcam_ingest_commit_pictures", description: "Pictures a commit");
    }

    public void Begin(string answer) => _begins.Add(1, new KeyValuePair<string, object?>("answer", answer));

    public void Chunk(string result) => _chunks.Add(1, new KeyValuePair<string, object?>("result", result));

    public void Receipt(string outcome) => _receipts.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void Stored(long bytes) => _bytes.Add(bytes);

    public void GivenUp(string reason) => _expired.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void Failed(string what) => _failures.Add(1, new KeyValuePair<string, object?>("what", what));

    public void Committed(TimeSpan took, int pictures)
    {
        _commitSeconds.Record(took.TotalSeconds);
        _commitPictures.Record(pictures);
    }

    public void Observe(Func<int> assemblies, Func<long> assemblyBytes)
    {
        _meter.CreateObservableGauge("wildcam_ingest_assemblies", assemblies, description: "Pictures in flight");
        _meter.CreateObservableGauge(
            "wildcam_ingest_assembly_bytes", assemblyBytes, "By", "Memory reserved for pictures in flight");
    }

    public void Dispose() => _meter.Dispose();
}
