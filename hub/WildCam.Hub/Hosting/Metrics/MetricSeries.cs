using System.Globalization;
using System.Text;

namespace WildCam.Hub.Hosting.Metrics;

/// <summary>One instrument as Prometheus sees it, with its series by labels. A bound keeps a bad label from growing
/// without end: what is over it is summed in one series.</summary>
sealed class MetricSeries(string name, string kind, string? help, int seriesMax)
{
    /// <summary>Upper bounds of histograms, in seconds; wide enough for a detection and an upload.</summary>
    static readonly double[] Bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    const string Overflow = "overflow=\"true\"";

    readonly Dictionary<string, Value> _values = new(StringComparer.Ordinal);

    public string Name => name;

    public bool IsGauge => kind == "gauge";

    public void Add(string labels, double by)
    {
        lock (_values)
        {
            Find(labels).Sum += by;
        }
    }

    public void Set(string labels, double to)
    {
        lock (_values)
        {
            Find(labels).Sum = to;
        }
    }

    public void Record(string labels, double value)
    {
        lock (_values)
        {
            var series = Find(labels);
            series.Sum += value;
            series.Count++;
            series.Buckets ??= new long[Bounds.Length];
            var bucket = Array.FindIndex(Bounds, b => value <= b);
            if (bucket >= 0)
            {
                series.Buckets[bucket]++;
            }
        }
    }

    /// <summary>Forgets gauges, which are measured anew at each reading.</summary>
    public void Clear()
    {
        lock (_values)
        {
            _values.Clear();
        }
    }

    public void Write(StringBuilder text)
    {
        lock (_values)
        {
            if (_values.Count == 0)
            {
                return;
            }

            if (help is not null)
            {
                text.Append("# HELP ").Append(name).Append(' ').Append(help.ReplaceLineEndings(" ")).Append('\n');
            }

            text.Append("# TYPE ").Append(name).Append(' ').Append(kind).Append('\n');
            foreach (var (labels, value) in _values)
            {
                if (kind == "histogram")
                {
                    WriteHistogram(text, labels, value);
                }
                else
                {
                    WriteLine(text, name, labels, value.Sum);
                }
            }
        }
    }

    void WriteHistogram(StringBuilder text, string labels, Value value)
    {
        var comma = labels.Length > 0 ? "," : "";
        var below = 0L;
        for (var i = 0; i < Bounds.Length; i++)
        {
            below += value.Buckets?[i] ?? 0;
            var bound = Bounds[i].ToString(CultureInfo.InvariantCulture);
            WriteLine(text, name + "_bucket", $"{labels}{comma}le=\"{bound}\"", below);
        }

        WriteLine(text, name + "_bucket", $"{labels}{comma}le=\"+Inf\"", value.Count);
        WriteLine(text, name + "_sum", labels, value.Sum);
        WriteLine(text, name + "_count", labels, value.Count);
    }

    static void WriteLine(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }

    Value Find(string labels)
    {
        if (_values.TryGetValue(labels, out var value))
        {
            return value;
        }

        var key = _values.Count < seriesMax ? labels : Overflow;
        if (!_values.TryGetValue(key, out value))
        {
            value = new Value();
            _values.Add(key, value);
        }

        return value;
    }

    sealed class Value
    {
        public double Sum { get; set; }
        public long Count { get; set; }
        public long[]? Buckets { get; set; }
    }
}
