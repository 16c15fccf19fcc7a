using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace WildCam.Hub.Hosting.Metrics;

/// <summary>
/// Listens to the hub's own meters, and to the framework's for HTTP, and writes them in Prometheus' text format. The
/// exporter of OpenTelemetry is not on every feed; the instruments are the standard ones, so it can take this place.
/// </summary>
sealed class PrometheusExport : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Most series of one instrument; thousands of cameras fit.</summary>
    public const int SeriesMax = 20_000;

    const string OwnMeters = "WildCam";
    const string HttpMeter = "Microsoft.AspNetCore.Hosting";
    const string HttpDuration = "http.server.request.duration";

    readonly MeterListener _listener = new();
    readonly ConcurrentDictionary<Instrument, MetricSeries> _series = new();
    readonly MetricSeries _httpRequests = new(
        "http_requests_total", "counter", "Requests by route and status.", SeriesMax);
    readonly Lock _reading = new();

    public PrometheusExport()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith(OwnMeters, StringComparison.Ordinal)
                || (instrument.Meter.Name == HttpMeter && instrument.Name == HttpDuration))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Measured(i, value, tags));
        _listener.SetMeasurementEventCallback<int>((i, value, tags, _) => Measured(i, value, tags));
        _listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Measured(i, value, tags));
        _listener.SetMeasurementEventCallback<float>((i, value, tags, _) => Measured(i, value, tags));
        _listener.Start();
    }

    public string Write()
    {
        // One reading at a time: gauges are forgotten and measured anew.
        lock (_reading)
        {
            foreach (var series in _series.Values.Where(s => s.IsGauge))
            {
                series.Clear();
            }

            _listener.RecordObservableInstruments();
            var text = new StringBuilder();
            _httpRequests.Write(text);
            foreach (var series in _series.Values.OrderBy(s => s.Name, StringComparer.Ordinal))
            {
                series.Write(text);
            }

            return text.ToString();
        }
    }

    public void Dispose() => _listener.Dispose();

    void Measured(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = _series.GetOrAdd(instrument, Describe);
        if (instrument.Meter.Name == HttpMeter)
        {
            var labels = HttpLabels(tags);
            _httpRequests.Add(labels, 1);
            series.Record(labels, value);
            return;
        }

        var own = Labels(tags);
        if (instrument is Histogram<double> or Histogram<long> or Histogram<int> or Histogram<float>)
        {
            series.Record(own, value);
        }
        else if (series.IsGauge || instrument.IsObservable)
        {
            series.Set(own, value);
        }
        else
        {
            series.Add(own, value);
        }
    }

    static MetricSeries Describe(Instrument instrument)
    {
        var generic = instrument.GetType().IsGenericType ? instrument.GetType().GetGenericTypeDefinition() : null;
        var kind = generic == typeof(Histogram<>) ? "histogram"
            : generic == typeof(Counter<>) || generic == typeof(ObservableCounter<>) ? "counter"
            : generic == typeof(UpDownCounter<>) ? "untyped"
            : "gauge";
        var name = instrument.Meter.Name == HttpMeter
            ? "http_request_duration_seconds"
            : instrument.Name.Replace('.', '_').Replace('-', '_');
        if (kind == "counter" && !name.EndsWith("_total", StringComparison.Ordinal))
        {
            name += "_total";
        }

        return new MetricSeries(name, kind, instrument.Description, SeriesMax);
    }

    // The route, not the path: a scanner's addresses are one series.
    static string HttpLabels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string method = "", route = "", status = "";
        foreach (var (name, value) in tags)
        {
            var text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            switch (name)
            {
                case "http.request.method": method = text; break;
                case "http.route": route = text; break;
                case "http.response.status_code": status = text; break;
            }
        }

        return $"method=\"{Escape(method)}\",route=\"{Escape(route)}\",status=\"{Escape(status)}\"";
    }

    static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in tags)
        {
            text.Append(text.Length > 0 ? "," : "").Append(name.Replace('.', '_')).Append("=\"")
                .Append(Escape(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")).Append('"');
        }

        return text.ToString();
    }

    static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal);
}
