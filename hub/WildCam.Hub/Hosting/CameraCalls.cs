using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using WildCam.Storage;

namespace WildCam.Hub.Hosting;

/// <summary>
/// What a slice has for cameras. Its rows are the truth: they say what waits, and what was sent and when. A camera may
/// be anywhere or asleep; the hub that holds it asks its outboxes when it says hello, when it is called, and now and
/// then.
/// </summary>
public interface ICameraOutbox
{
    /// <summary>Of these connected cameras those that something is due for now.</summary>
    Task<IReadOnlyCollection<int>> ListDueAsync(int[] cameraIds, CancellationToken cancellationToken);

    /// <summary>
    /// Sends what is due to a camera, by <see cref="CameraLink.TrySend"/>; what could not be queued stays due. One call
    /// at a time for each camera. After a hello all that is unanswered is due again, since what was sent may be lost:
    /// the camera must know it by its id.
    /// </summary>
    Task SendAsync(CameraLink link, bool isHello, CancellationToken cancellationToken);
}

/// <summary>
/// The way to a camera on whichever hub it is. To send it something: write the row, commit, call <see cref="Ring"/>.
/// The hub that holds the camera hears it by a notice, which is a hint; a poll makes up for a lost one.
/// </summary>
public sealed partial class CameraCalls(
    IEnumerable<ICameraOutbox> outboxes, DatabaseNotices notices, NoticeSender sender, TimeProvider time,
    ILogger<CameraCalls> log) : BackgroundService
{
    /// <summary>Longest time that a lost notice costs.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);

    /// <summary>Cameras asked for at once; the poll brings what does not fit.</summary>
    const int RungMax = 4096;

    /// <summary>Cameras whose outboxes are read at once: a storm of hellos leaves connections to the others.</summary>
    const int ReadersMax = 16;

    readonly ICameraOutbox[] _outboxes = [.. outboxes];
    readonly ConcurrentDictionary<int, Line> _lines = new();
    readonly SemaphoreSlim _readers = new(ReadersMax);

    // Id 0 asks for all.
    readonly Channel<int> _rung = Channel.CreateBounded<int>(
        new BoundedChannelOptions(RungMax) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Cameras that said hello to this hub.</summary>
    public int Count => _lines.Count;

    /// <summary>Something waits for a camera: the hub that holds it sends it soon. Call after the commit.</summary>
    public void Ring(int cameraId)
    {
        if (_lines.ContainsKey(cameraId))
        {
            _rung.Writer.TryWrite(cameraId);
        }
        else
        {
            sender.Send(Channels.Calls, cameraId.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Something waits for many cameras.</summary>
    public void RingAll() => sender.Send(Channels.Calls, "");

    /// <summary>The link of a camera that said hello to this hub; null: it is elsewhere, or nowhere.</summary>
    public CameraLink? Find(int cameraId) => _lines.GetValueOrDefault(cameraId)?.Link;

    /// <summary>The camera said hello: sends what waits for it. Part of the link's own work.</summary>
    internal Task JoinAsync(CameraLink link)
    {
        if (link.Closed.IsCancellationRequested)
        {
            return Task.CompletedTask;
        }

        _lines[link.Camera.Id] = new Line(link);
        if (link.Closed.IsCancellationRequested)
        {
            // It left meanwhile, perhaps before it could be found.
            Leave(link);
        }

        return SendAsync(link, isHello: true);
    }

    internal void Leave(CameraLink link)
    {
        if (_lines.TryGetValue(link.Camera.Id, out var line) && line.Link == link)
        {
            _lines.TryRemove(new KeyValuePair<int, Line>(link.Camera.Id, line));
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var subscription = notices.Subscribe(Channels.Calls, payload => _rung.Writer.TryWrite(
            int.TryParse(payload, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0));
        var polledAt = time.GetTimestamp();
        while (!stoppingToken.IsCancellationRequested)
        {
            var left = PollInterval - time.GetElapsedTime(polledAt);
            var isPoll = left <= TimeSpan.Zero || !await WaitForRingAsync(left, stoppingToken);
            while (_rung.Reader.TryRead(out var cameraId))
            {
                isPoll |= cameraId == 0;
                Begin(cameraId);
            }

            if (isPoll)
            {
                polledAt = time.GetTimestamp();
                await PollAsync(stoppingToken);
            }
        }
    }

    async Task<bool> WaitForRingAsync(TimeSpan atMost, CancellationToken stoppingToken)
    {
        using var until = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        until.CancelAfter(atMost);
        try
        {
            return await _rung.Reader.WaitToReadAsync(until.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    async Task PollAsync(CancellationToken cancellationToken)
    {
        if (_lines.IsEmpty)
        {
            return;
        }

        var ids = _lines.Keys.ToArray();
        foreach (var outbox in _outboxes)
        {
            try
            {
                foreach (var id in await outbox.ListDueAsync(ids, cancellationToken))
                {
                    Begin(id);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (DatabaseFault.Is(fault))
            {
                PollFailed(log, fault.Message);
            }
        }
    }

    /// <summary>Sends after what the link began before; once, however often it is rung meanwhile.</summary>
    void Begin(int cameraId)
    {
        if (!_lines.TryGetValue(cameraId, out var line) || !line.TryRing())
        {
            return;
        }

        var isBegun = line.Link.TryBegin(() =>
        {
            line.Answer();
            return SendAsync(line.Link, isHello: false);
        });
        if (!isBegun)
        {
            line.Answer(); // It has much to do; the poll comes again.
        }
    }

    async Task SendAsync(CameraLink link, bool isHello)
    {
        try
        {
            await _readers.WaitAsync(link.Closed);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        try
        {
            foreach (var outbox in _outboxes)
            {
                await outbox.SendAsync(link, isHello, link.Closed);
            }
        }
        catch (OperationCanceledException) when (link.Closed.IsCancellationRequested)
        {
            // It left; its next hello asks again.
        }
        catch (Exception fault) when (DatabaseFault.Is(fault))
        {
            // Its pictures do not wait for this; the poll tries again.
            SendFailed(log, link.Camera.Code, fault.Message);
        }
        finally
        {
            _readers.Release();
        }
    }

    public override void Dispose()
    {
        _readers.Dispose();
        base.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Looking for what waits for cameras failed: {Reason}")]
    static partial void PollFailed(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What waits for camera {Camera} was not sent: {Reason}")]
    static partial void SendFailed(ILogger logger, string camera, string reason);

    sealed class Line(CameraLink link)
    {
        int _isRung;

        public CameraLink Link { get; } = link;

        public bool TryRing() => Interlocked.Exchange(ref _isRung, 1) == 0;

        public void Answer() => Volatile.Write(ref _isRung, 0);
    }
}
