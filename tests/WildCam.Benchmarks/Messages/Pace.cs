using System.Diagnostics;

namespace WildCam.Benchmarks.Messages;

/// <summary>One run at a fixed rate: when each message was due, was sent and was acknowledged.</summary>
sealed class Pace(int perSecond, int messages)
{
    readonly TaskCompletionSource _acknowledged = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly long[] _sentAfter = new long[messages];
    readonly long[] _acknowledgedAfter = new long[messages];
    long _start;
    DateTime _startedAt;
    int _left = messages;

    public int Messages { get; } = messages;

    public TimeSpan Timeout => TimeSpan.FromSeconds(30 + (double)Messages / perSecond);

    /// <summary>Completes when every message is acknowledged.</summary>
    public Task Acknowledged => _acknowledged.Task;

    public void Begin()
    {
        _startedAt = DateTime.UtcNow;
        _start = Stopwatch.GetTimestamp();
    }

    public long Due(int message) => _start + (long)message * Stopwatch.Frequency / perSecond;

    public void Sent(int message) => _sentAfter[message] = Stopwatch.GetTimestamp() - Due(message);

    public void Acknowledge(int message)
    {
        _acknowledgedAfter[message] = Stopwatch.GetTimestamp() - Due(message);
        if (Interlocked.Decrement(ref _left) == 0)
        {
            _acknowledged.TrySetResult();
        }
    }

    /// <summary>From due to sent: how late the generator itself was, in milliseconds.</summary>
    public double LateMilliseconds(double share) => Milliseconds(_sentAfter, share);

    /// <summary>From due to acknowledged, in milliseconds.</summary>
    public double AcknowledgedMilliseconds(double share) => Milliseconds(_acknowledgedAfter, share);

    /// <summary>From due to the times given, of the wall clock, in milliseconds.</summary>
    public double SeenMilliseconds(IReadOnlyDictionary<int, DateTime> seenAt, double share) => Milliseconds(
        [.. seenAt.Select(s => (s.Value - _startedAt).Ticks * (Stopwatch.Frequency / TimeSpan.TicksPerSecond)
            + _start - Due(s.Key))],
        share);

    static double Milliseconds(long[] ticks, double share)
    {
        Array.Sort(ticks = [.. ticks]);
        return ticks[Math.Min(ticks.Length - 1, (int)(ticks.Length * share))] * 1000.0 / Stopwatch.Frequency;
    }
}
