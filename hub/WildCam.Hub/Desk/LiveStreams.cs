using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using System.Threading.Channels;
using Npgsql;
using WildCam.Hub.Hosting;
using WildCam.Storage;
using WildCam.Storage.Events;

namespace WildCam.Hub.Desk;

/// <summary>
/// Tells open pages what happened. One read of the database serves all of them: it is woken by a notice, and by a
/// clock, since a notice is only a hint. A page that reads slowly loses the oldest and is told to look for itself.
/// </summary>
sealed partial class LiveStreams(
    PageEventsTable pageEvents, DatabaseNotices notices, RecentReads reads, ILogger<LiveStreams> log)
    : BackgroundService
{
    /// <summary>Messages kept for one page that does not read.</summary>
    const int QueuedMax = 64;

    static readonly TimeSpan PollEvery = TimeSpan.FromSeconds(1);
    static readonly TimeSpan BreathEvery = TimeSpan.FromSeconds(20);

    readonly ConcurrentDictionary<int, ImmutableHashSet<Channel<Message>>> _listeners = new();
    readonly SemaphoreSlim _wake = new(0, 1);
    long _last = -1;

    /// <summary>The last change that this hub knows of; null before its first look.</summary>
    public long? Last => Interlocked.Read(ref _last) is >= 0 and var last ? last : null;

    /// <summary>Pages listening now.</summary>
    public int Count => _listeners.Values.Sum(l => l.Count);

    /// <summary>Writes events to one page until it leaves.</summary>
    public async Task SendAsync(int projectId, long? after, HttpResponse response, CancellationToken cancellationToken)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        var channel = Channel.CreateBounded<Message>(
            new BoundedChannelOptions(QueuedMax) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        _listeners.AddOrUpdate(projectId, [channel], (_, l) => l.Add(channel));
        try
        {
            // Listening began before the catch-up is read: what falls between comes twice, never not at all.
            var sent = await CatchUpAsync(projectId, after, response, cancellationToken);
            while (!cancellationToken.IsCancellationRequested)
            {
                await channel.Reader.WaitToReadAsync(cancellationToken);
                while (channel.Reader.TryRead(out var message))
                {
                    if (message == Message.Breath || message.Sequence > sent)
                    {
                        sent = Math.Max(sent, message.Sequence);
                        await response.Body.WriteAsync(message.Bytes, cancellationToken);
                    }
                }

                await response.Body.FlushAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The page left, or the hub stops.
        }
        finally
        {
            _listeners.AddOrUpdate(projectId, [], (_, l) => l.Remove(channel));
        }
    }

    // The first to end gives the outcome: one that failed must not hide behind the other.
    protected override async Task ExecuteAsync(CancellationToken stoppingToken) =>
        await await Task.WhenAny(TellAllAsync(stoppingToken), BreatheAsync(stoppingToken));

    /// <summary>So that quiet streams are not taken for dead, also while the database is away.</summary>
    async Task BreatheAsync(CancellationToken stoppingToken)
    {
        using var clock = new PeriodicTimer(BreathEvery);
        try
        {
            while (await clock.WaitForNextTickAsync(stoppingToken))
            {
                foreach (var listener in _listeners.Values.SelectMany(l => l))
                {
                    listener.Writer.TryWrite(Message.Breath);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The hub stops.
        }
    }

    async Task TellAllAsync(CancellationToken stoppingToken)
    {
        using var subscription = notices.Subscribe(Channels.Pages, _ =>
        {
            if (_wake.CurrentCount == 0)
            {
                try
                {
                    _wake.Release();
                }
                catch (SemaphoreFullException)
                {
                    // Another notice woke it at the same moment.
                }
            }
        });
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await _wake.WaitAsync(PollEvery, stoppingToken);
                // Read before the listeners are counted: one that comes in between is told everything after it.
                var newest = await pageEvents.ReadLastSequenceAsync(stoppingToken);
                if (Count == 0 || _last < 0)
                {
                    Interlocked.Exchange(ref _last, newest);
                }
                else if (newest > _last)
                {
                    await TellAsync(stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (DatabaseFault.Is(fault))
            {
                ReadingFailed(log, fault.Message);
                await Task.Delay(PollEvery, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    async Task TellAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<NumberedPageEvent> rows;
        do
        {
            rows = await pageEvents.ReadAfterAsync(_last, cancellationToken);

            // A page that is told of a new species or camera must find its name.
            reads.Forget();
            foreach (var row in rows)
            {
                Interlocked.Exchange(ref _last, row.Sequence);
                if (_listeners.TryGetValue(row.ProjectId, out var listeners) && !listeners.IsEmpty)
                {
                    var message = Message.Of(row);
                    foreach (var listener in listeners)
                    {
                        listener.Writer.TryWrite(message);
                    }
                }
            }
        }
        while (rows.Count == PageEventsTable.ReadMax);
    }

    async Task<long> CatchUpAsync(
        int projectId, long? after, HttpResponse response, CancellationToken cancellationToken)
    {
        var last = await pageEvents.ReadLastSequenceAsync(cancellationToken);
        if (after is { } sequence && sequence < last)
        {
            var rows = await pageEvents.ReadAfterAsync(projectId, sequence, cancellationToken);
            foreach (var row in rows)
            {
                await response.Body.WriteAsync(Message.Of(row).Bytes, cancellationToken);
            }
        }

        // Gives a quiet page a place to catch up from.
        await response.Body.WriteAsync(
            Encoding.UTF8.GetBytes($"retry: 2000\nid: {last}\nevent: place\ndata: {{}}\n\n"), cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
        return last;
    }

    sealed record Message(long Sequence, byte[] Bytes)
    {
        public static Message Breath { get; } = new(0, ": still here\n\n"u8.ToArray());

        public static Message Of(NumberedPageEvent row) => new(row.Sequence, Encoding.UTF8.GetBytes(
            $"id: {row.Sequence}\nevent: {row.Kind}\ndata: {{\"subject\":\"{row.Subject}\"}}\n\n"));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Page events could not be read; trying again: {Reason}")]
    static partial void ReadingFailed(ILogger logger, string reason);
}
