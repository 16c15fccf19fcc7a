using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace WildCam.Hub.Jobs;

/// <summary>Meter "WildCam.Jobs"; labels are a job's kind and recurring work's name.</summary>
public sealed class JobMetrics
{
    public const string MeterName = "WildCam.Jobs";

    readonly Histogram<double> _seconds;
    readonly Counter<long> _done;
    readonly Counter<long> _failed;
    readonly Counter<long> _lost;
    readonly ConcurrentDictionary<string, long> _queued = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, double> _overdue = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, JobThroughput> _minute = new(StringComparer.Ordinal);

    public JobMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create(MeterName);
        _seconds = meter.CreateHistogram<double>("wildcam_job_seconds", "s", "Time of a job in its batch.");
        _done = meter.CreateCounter<long>("wildcam_jobs_done_total", null, "Jobs carried out or skipped.");
        _failed = meter.CreateCounter<long>("wildcam_jobs_failed_total", null, "Attempts that failed.");
        _lost = meter.CreateCounter<long>("wildcam_jobs_lost_total", null, "Results refused: the lease was lost.");
        meter.CreateObservableGauge("wildcam_processing_queue_size", () => _queued.Select(
            q => new Measurement<long>(q.Value, new KeyValuePair<string, object?>("kind", q.Key))),
            null, "Jobs that are ready or wait, up to the bound of the count.");
        meter.CreateObservableGauge("wildcam_recurring_overdue_seconds", () => _overdue.Select(
            o => new Measurement<double>(o.Value, new KeyValuePair<string, object?>("name", o.Key))),
            "s", "How late recurring work is; 0 while it runs as it should.");
    }

    internal void Overdue(string name, TimeSpan overdue) => _overdue[name] = overdue.TotalSeconds;

    internal void Ended(string kind, int done, int failed, TimeSpan elapsed, double? freshSeconds)
    {
        var label = new KeyValuePair<string, object?>("kind", kind);
        _done.Add(done, label);
        _failed.Add(failed, label);
        for (var i = 0; i < done + failed; i++)
        {
            _seconds.Record(elapsed.TotalSeconds / (done + failed), label);
        }

        _minute.AddOrUpdate(
            kind, _ => new(kind, done, failed, freshSeconds),
            (_, sum) => new(kind, sum.Done + done, sum.Failed + failed, Longer(sum.FreshSeconds, freshSeconds)));
    }

    internal void Lost(string kind, int jobs) => _lost.Add(jobs, new KeyValuePair<string, object?>("kind", kind));

    internal void Queued(string kind, long jobs) => _queued[kind] = jobs;

    /// <summary>What ended since the last call, by kind.</summary>
    internal IReadOnlyList<JobThroughput> TakeMinutes()
    {
        var taken = new List<JobThroughput>();
        foreach (var kind in _minute.Keys)
        {
            if (_minute.TryRemove(kind, out var sum))
            {
                taken.Add(sum);
            }
        }

        return taken;
    }

    static double? Longer(double? a, double? b) => a is null || b > a ? b : a;
}
