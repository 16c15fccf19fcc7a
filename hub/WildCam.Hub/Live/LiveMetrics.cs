using System.Diagnostics.Metrics;

namespace WildCam.Hub.Live;

/// <summary>Figures of live previews, for /metrics.</summary>
sealed class LiveMetrics : IDisposable
{
    public const string MeterName = "WildCam.Live";

    readonly Meter _meter = new(MeterName);
    readonly Counter<long> _parts;
    readonly Counter<long> _frames;

    public LiveMetrics()
    {
        _parts = _meter.CreateCounter<long>(
            "wildcam_live_parts", description: "Parts of preview frames that came, by what became of them");
        _frames = _meter.CreateCounter<long>("wildcam_live_frames", description: "Preview frames that came whole");
    }

    public void Part(string what) => _parts.Add(1, new KeyValuePair<string, object?>("what", what));

    public void Frame() => _frames.Add(1);

    public void Dispose() => _meter.Dispose();
}
