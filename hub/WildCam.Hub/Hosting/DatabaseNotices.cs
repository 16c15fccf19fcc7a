using System.Collections.Concurrent;
using Npgsql;
using WildCam.Storage;

namespace WildCam.Hub.Hosting;

/// <summary>
/// NOTIFY of the database, passed on to whoever subscribed. One direct connection listens; when it breaks it is opened
/// again, and every subscriber is called once with an empty payload, since something may have been missed.
/// </summary>
public sealed partial class DatabaseNotices(NpgsqlDataSource direct, ILogger<DatabaseNotices> log) : BackgroundService
{
    static readonly TimeSpan ReconnectPause = TimeSpan.FromSeconds(1);

    readonly ConcurrentDictionary<string, ConcurrentDictionary<long, Action<string>>> _subscribers =
        new(StringComparer.Ordinal);
    long _lastSubscriber;

    /// <summary>Calls <paramref name="heard"/> with each payload; it must return at once. Dispose to stop.</summary>
    public IDisposable Subscribe(string channel, Action<string> heard)
    {
        var key = Interlocked.Increment(ref _lastSubscriber);
        var ofChannel = _subscribers.GetOrAdd(channel, _ => new());
        ofChannel[key] = heard;
        return new Subscription(() => ofChannel.TryRemove(key, out _));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (DatabaseFault.Is(fault))
            {
                ListeningBroke(log, fault.Message);
                await Task.Delay(ReconnectPause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    async Task ListenAsync(CancellationToken cancellationToken)
    {
        await using var connection = await direct.OpenConnectionAsync(cancellationToken);
        connection.Notification += (_, notice) => Tell(notice.Channel, notice.Payload);
        await using (var listen = new NpgsqlCommand(
            $"listen {Channels.Jobs}; listen {Channels.Cameras}; listen {Channels.Calls}; listen {Channels.Pages}",
            connection))
        {
            await listen.ExecuteNonQueryAsync(cancellationToken);
        }

        foreach (var channel in _subscribers.Keys)
        {
            Tell(channel, "");
        }

        while (true)
        {
            await connection.WaitAsync(cancellationToken);
        }
    }

    void Tell(string channel, string payload)
    {
        if (!_subscribers.TryGetValue(channel, out var ofChannel))
        {
            return;
        }

        foreach (var heard in ofChannel.Values)
        {
            heard(payload);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Listening to the database broke; trying again: {Reason}")]
    static partial void ListeningBroke(ILogger logger, string reason);

    sealed class Subscription(Action dispose) : IDisposable
    {
        public void Dispose() => dispose();
    }
}
