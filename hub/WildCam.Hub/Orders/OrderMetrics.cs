using System.Diagnostics.Metrics;

namespace WildCam.Hub.Orders;

/// <summary>Figures of what cameras are told and tell back, for /metrics.</summary>
sealed class OrderMetrics : IDisposable
{
    public const string MeterName = "WildCam.Orders";

    readonly Meter _meter = new(MeterName);
    readonly Counter<long> _results;
    readonly Counter<long> _reports;

    public OrderMetrics()
    {
        _results = _meter.CreateCounter<long>(
            "wildcam_orders_results", description: "Results of commands, by what became of them");
        _reports = _meter.CreateCounter<long>(
            "wildcam_orders_reports", description: "Reports of settings, by what they say");
    }

    public void Result(string state) => _results.Add(1, new KeyValuePair<string, object?>("state", state));

    public void Report(string what) => _reports.Add(1, new KeyValuePair<string, object?>("what", what));

    public void Dispose() => _meter.Dispose();
}
