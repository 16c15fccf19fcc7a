using System.Diagnostics.Metrics;

namespace WildCam.Hub.Gateway;

/// <summary>Figures of the gateway, for /metrics.</summary>
public sealed class GatewayMetrics : IDisposable
{
    public const string MeterName = "WildCam.Gateway";

    readonly Meter _meter = new(MeterName);
    readonly Counter<long> _admissions;
    readonly Counter<long> _messages;
    readonly Counter<long> _refusals;
    readonly Counter<long> _stale;
    readonly Counter<long> _heartbeats;

    public GatewayMetrics()
    {
        _admissions = _meter.CreateCounter<long>("wildcam_gateway_admissions", description: "Connects, by answer");
        _messages = _meter.CreateCounter<long>("wildcam_gateway_messages", description: "Messages, by word");
        _refusals = _meter.CreateCounter<long>("wildcam_gateway_refusals", description: "Refusals, by what was tried");
        _stale = _meter.CreateCounter<long>(
            "wildcam_gateway_stale_messages", description: "Messages older than one heard before, by word");
        _heartbeats = _meter.CreateCounter<long>(
            "wildcam_gateway_heartbeats", description: "Heartbeats, by what became of them");
    }

    public void Admission(string answer) => _admissions.Add(1, new KeyValuePair<string, object?>("answer", answer));

    public void Message(string word) => _messages.Add(1, new KeyValuePair<string, object?>("word", word));

    public void Refusal(string what) => _refusals.Add(1, new KeyValuePair<string, object?>("what", what));

    public void Stale(string word) => _stale.Add(1, new KeyValuePair<string, object?>("word", word));

    public void Heartbeats(string result, int count) =>
        _heartbeats.Add(count, new KeyValuePair<string, object?>("result", result));

    public void Observe(Func<int> cameras) =>
        _meter.CreateObservableGauge("wildcam_gateway_cameras", cameras, description: "Cameras connected to this hub");

    public void Dispose() => _meter.Dispose();
}
