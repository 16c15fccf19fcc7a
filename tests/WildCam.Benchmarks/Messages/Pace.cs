using System.Diagnostics;

namespace WildCam.Benchmarks.Messages;

/// <summary>One run at a fixed rate: when each message was due, sent, acknowledged and seen.</summary>
sealed class Pace(int perSecond, int messages)
{
    readonly TaskCompletionSource _acknowledged = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly long[] _sentAfter = new long[messages];
    readonly long[] _acknowledgedAfter = new long[messages];
    readonly long[] _seenAfter = new long[messages];
    long _start;
    int _left = messages;

    public int Messages { get; } = messages;

    public TimeSpan Timeout => TimeSpan.FromSeconds(30 + (double)Messages / perSecond);

    /// <summary>Completes when every message is acknowledged.</summary>
    public Task Acknowledged => _acknowledged.Task;

    public void Begin() => _start = Stopwatch.GetTimestamp();

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

    /// <summary>The subscriber's side handled it.</summary>
    public void See(int message)
    {
        Must.Equal(0L, _seenAfter[message], $"times that message {message} was seen before");
        _seenAfter[message] = Stopwatch.GetTimestamp() - Due(message);
    }

    /// <summary>From due to sent: how late the generator itself was, in milliseconds.</summary>
    public double LateMilliseconds(double share) => Milliseconds(_sentAfter, share);

    /// <summary>From due to acknowledged, in milliseconds.</summary>
    public double AcknowledgedMilliseconds(double share) => Milliseconds(_acknowledgedAfter, share);

    /// <summary>From due to handled behind the subscriber, in milliseconds.</summary>
    public double SeenMilliseconds(double share) => Milliseconds(_seenAfter, share);

    static double Milliseconds(long[] ticks, double share)
    {
        Array.Sort(ticks = [.. ticks]);
        return ticks[Math.Min(ticks.Length - 1, (int)(ticks.Length * share))] * 1000.0 / Stopwatch.Frequency;
    }
}
