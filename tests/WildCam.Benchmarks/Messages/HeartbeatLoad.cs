using System.Diagnostics;
using System.Runtime.InteropServices;
using WildCam.Simulator.Cameras;

namespace WildCam.Benchmarks.Messages;

/// <summary>
/// The generator: cameras that send heartbeats of quality of service 1 and do nothing else, the same bytes to whatever
/// listens. Packets are made beforehand; a message costs it a few bytes patched and its share of a system call.
/// </summary>
sealed partial class HeartbeatLoad : IAsyncDisposable
{
    const int ConnectsAtOnce = 32;

    readonly List<HeartbeatSender> _senders = [];

    public int Cameras => _senders.Count;

    /// <summary>Connects the cameras; over TLS where asked, the certificate taken as it is.</summary>
    public static async Task<HeartbeatLoad> ConnectAsync(
        int port, IReadOnlyList<CameraAccount> cameras, bool useTls, CancellationToken cancellationToken, uint boot = 1)
    {
        var load = new HeartbeatLoad();
        try
        {
            foreach (var some in cameras.Chunk(ConnectsAtOnce))
            {
                load._senders.AddRange(await Task.WhenAll(
                    some.Select(c => HeartbeatSender.ConnectAsync(port, c, useTls, boot, cancellationToken))));
            }

            return load;
        }
        catch
        {
            await load.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// As fast as they are acknowledged, so many at most unacknowledged a camera; returns when all are.
    /// </summary>
    public Task SendAsync(int messagesPerCamera, int window, CancellationToken cancellationToken) => Task.WhenAll(
        _senders.Select(s => Task.Run(() => s.SendAsync(messagesPerCamera, window, cancellationToken), default)));

    /// <summary>
    /// At a fixed rate, whatever the other side does: message i is due at i / rate. Returns when all are acknowledged,
    /// and seen where somebody looks.
    /// </summary>
    public async Task<Pace> PaceAsync(
        int perSecond, int messages, CancellationToken cancellationToken, Action<Pace>? see = null)
    {
        var pace = new Pace(perSecond, messages);
        var receiving = _senders.ConvertAll(s => Task.Run(() => s.ReceiveAsync(pace, cancellationToken), default));
        var seeing = see is null
            ? Task.CompletedTask
            : Task.Factory.StartNew(
                () => see(pace), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var sending = Task.Factory.StartNew(
            () => Send(pace, cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        try
        {
            await sending;
            await Task.WhenAll(pace.Acknowledged, seeing).WaitAsync(pace.Timeout, cancellationToken);
        }
        finally
        {
            foreach (var sender in _senders)
            {
                sender.StopReceiving();
            }
        }

        await Task.WhenAll(receiving);
        return pace;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var sender in _senders)
        {
            await sender.DisposeAsync();
        }
    }

    void Send(Pace pace, CancellationToken cancellationToken)
    {
        const int sleepMicroseconds = 50;
        pace.Begin();
        for (var i = 0; i < pace.Messages && !cancellationToken.IsCancellationRequested; i++)
        {
            while (pace.Due(i) > Stopwatch.GetTimestamp())
            {
                _ = Sleep(sleepMicroseconds);
            }

            _senders[i % _senders.Count].SendOne(i);
            pace.Sent(i);
        }
    }

    [LibraryImport("libc", EntryPoint = "usleep")]
    private static partial int Sleep(int microseconds);
}
