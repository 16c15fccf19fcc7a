using System.Buffers;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Threading.Channels;
using WildCam.Hub.Hosting;
using WildCam.Storage;
using WildCam.Storage.Cameras;
using WildCam.Storage.Live;
using WildCam.Wire;

namespace WildCam.Hub.Live;

/// <summary>
/// Live previews: a camera sends each frame once, whoever watches, and only while somebody does. A watch is a row; the
/// hub that holds the camera asks it for frames, gives them to its own watchers, and puts the newest one into the
/// database for those at other hubs.
/// </summary>
sealed partial class Previews(
    WatchesTable watches, AskedCameras askedCameras, CameraCalls calls, HubIdentity hub, LiveMetrics metrics,
    TimeProvider time, ILogger<Previews> log) : BackgroundService
{
    /// <summary>Streams that this hub serves at once.</summary>
    public const int WatchersMax = 100;

    /// <summary>Frames on their way to other hubs; the oldest is dropped.</summary>
    const int CrossingMax = 16;

    static readonly TimeSpan WatchLease = TimeSpan.FromSeconds(30);
    static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(10);
    static readonly TimeSpan CleanUpEvery = TimeSpan.FromMinutes(1);

    /// <summary>Frames from another hub are looked for so often: as often as cameras send them.</summary>
    static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(400);

    readonly ConcurrentDictionary<int, ImmutableArray<Watcher>> _watched = new();
    readonly SemaphoreSlim _begun = new(0);
    readonly Channel<StoredFrame> _crossing = Channel.CreateBounded<StoredFrame>(
        new BoundedChannelOptions(CrossingMax) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
    int _watchers;

    /// <summary>Begins to watch; null where as many do as may. Dispose to leave.</summary>
    public async Task<Watcher?> WatchAsync(IReadOnlyList<Camera> cameras, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _watchers) > WatchersMax)
        {
            Interlocked.Decrement(ref _watchers);
            return null;
        }

        var watcher = new Watcher(this, cameras);
        foreach (var camera in cameras)
        {
            _watched.AddOrUpdate(camera.Id, [watcher], (_, all) => all.Add(watcher));
        }

        try
        {
            await BeginAsync([.. cameras.Select(c => c.Id)], cancellationToken);
        }
        catch
        {
            await LeaveAsync(watcher);
            throw;
        }

        if (_begun.CurrentCount == 0)
        {
            _begun.Release();
        }

        return watcher;
    }

    /// <summary>Takes a part of a frame; false where nobody asked for it.</summary>
    public bool Receive(CameraLink link, PreviewHeader header, ReadOnlySequence<byte> bytes)
    {
        if (askedCameras.Find(link.Camera.Id) is not { } asked || asked.Link != link)
        {
            return false;
        }

        if (asked.Assembly.Add(header, bytes) is { } jpeg)
        {
            var frame = new StoredFrame(link.Camera.Id, time.GetUtcNow(), jpeg);
            metrics.Frame();
            Publish(frame);
            if (asked.IsWatchedElsewhere)
            {
                _crossing.Writer.TryWrite(frame);
            }
        }

        return true;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(KeepWatchAsync(stoppingToken), CrossAsync(stoppingToken));

    internal async Task LeaveAsync(Watcher watcher)
    {
        Interlocked.Decrement(ref _watchers);
        foreach (var camera in watcher.Cameras)
        {
            var left = _watched.AddOrUpdate(camera.Id, [], (_, all) => all.Remove(watcher));
            if (!left.IsEmpty || !_watched.TryRemove(new KeyValuePair<int, ImmutableArray<Watcher>>(camera.Id, left)))
            {
                continue;
            }

            try
            {
                await watches.LeaveAsync(hub.Id, camera.Id, CancellationToken.None);
                if (_watched.ContainsKey(camera.Id))
                {
                    // Somebody came while the last one left.
                    await BeginAsync([camera.Id], CancellationToken.None);
                }

                calls.Ring(camera.Id);
            }
            catch (Exception fault) when (DatabaseFault.Is(fault))
            {
                // The watch ends by itself, and the preview with it.
                WatchFailed(log, fault.Message);
            }
        }
    }

    async Task BeginAsync(int[] cameraIds, CancellationToken cancellationToken)
    {
        await watches.WatchAsync(hub.Id, cameraIds, WatchLease, cancellationToken);
        foreach (var id in cameraIds)
        {
            calls.Ring(id);
        }
    }

    void Publish(StoredFrame frame)
    {
        if (_watched.TryGetValue(frame.CameraId, out var watchers))
        {
            foreach (var watcher in watchers)
            {
                watcher.Offer(frame);
            }
        }
    }

    /// <summary>
    /// Renews the watches, looks for frames of cameras that other hubs hold, and removes what is old.
    /// </summary>
    async Task KeepWatchAsync(CancellationToken stoppingToken)
    {
        var (renewedAt, cleanedAt) = (time.GetTimestamp(), time.GetTimestamp());
        var seen = new Dictionary<int, DateTimeOffset>();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await _begun.WaitAsync(_watched.IsEmpty ? CleanUpEvery : LookEvery, stoppingToken);
                if (time.GetElapsedTime(renewedAt) >= RenewEvery && !_watched.IsEmpty)
                {
                    renewedAt = time.GetTimestamp();
                    await watches.WatchAsync(hub.Id, _watched.Keys.ToArray(), WatchLease, stoppingToken);
                }

                if (time.GetElapsedTime(cleanedAt) >= CleanUpEvery)
                {
                    cleanedAt = time.GetTimestamp();
                    await watches.CleanUpAsync(stoppingToken);
                }

                await LookElsewhereAsync(seen, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (DatabaseFault.Is(fault))
            {
                WatchFailed(log, fault.Message);
                await Task.Delay(RenewEvery, time, stoppingToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    async Task LookElsewhereAsync(Dictionary<int, DateTimeOffset> seen, CancellationToken cancellationToken)
    {
        var elsewhere = _watched.Keys.Where(id => calls.Find(id) is null).ToArray();
        foreach (var gone in seen.Keys.Except(elsewhere).ToArray())
        {
            seen.Remove(gone);
        }

        if (elsewhere.Length == 0)
        {
            return;
        }

        // A frame from before anybody watched is old news.
        var now = time.GetUtcNow();
        foreach (var id in elsewhere)
        {
            seen.TryAdd(id, now);
        }

        foreach (var frame in await watches.ListNewerFramesAsync(
            [.. seen.Select(s => (s.Key, s.Value))], cancellationToken))
        {
            seen[frame.CameraId] = frame.TakenAt;
            Publish(frame);
        }
    }

    async Task CrossAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var frame in _crossing.Reader.ReadAllAsync(stoppingToken))
            {
                try
                {
                    await watches.PutFrameAsync(frame.CameraId, frame.TakenAt, frame.Jpeg, stoppingToken);
                }
                catch (Exception fault) when (DatabaseFault.Is(fault))
                {
                    // The next frame comes in half a second.
                    WatchFailed(log, fault.Message);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    public override void Dispose()
    {
        _begun.Dispose();
        base.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Watches of previews could not be kept: {Reason}")]
    static partial void WatchFailed(ILogger logger, string reason);
}

/// <summary>One who watches some cameras. A slow one misses frames and keeps nobody.</summary>
sealed class Watcher(Previews previews, IReadOnlyList<Camera> cameras) : IAsyncDisposable
{
    const int FramesPerCameraMax = 2;

    readonly Channel<StoredFrame> _frames = Channel.CreateBounded<StoredFrame>(
        new BoundedChannelOptions(FramesPerCameraMax * cameras.Count)
        {
            FullMode = BoundedChannelFullMode.DropOldest,
            SingleReader = true,
        });

    public IReadOnlyList<Camera> Cameras { get; } = cameras;

    public IAsyncEnumerable<StoredFrame> ReadAsync(CancellationToken cancellationToken) =>
        _frames.Reader.ReadAllAsync(cancellationToken);

    public ValueTask DisposeAsync() => new(previews.LeaveAsync(this));

    internal void Offer(StoredFrame frame) => _frames.Writer.TryWrite(frame);
}
