using System.Collections.Concurrent;
using System.Threading.Channels;
using WildCam.Hub.Hosting;
using WildCam.Storage;
using NoticeChannels = WildCam.Storage.Channels;

namespace WildCam.Hub.Jobs;

/// <summary>Wakes the loops of a kind: at once in this hub, through the database in the others.</summary>
public sealed class JobSignal(NoticeSender notices)
{
    readonly ConcurrentDictionary<string, Channel<bool>> _bells = new(StringComparer.Ordinal);

    /// <summary>Call after the transaction that enqueued has committed.</summary>
    public void Ready(string kind)
    {
        Ring(kind);
        notices.Send(NoticeChannels.Jobs, kind);
    }

    internal void Ring(string kind) => Bell(kind).Writer.TryWrite(true);

    /// <summary>Returns when the kind was rung since the last wait, or after the poll's interval.</summary>
    internal async Task WaitAsync(string kind, TimeSpan pollInterval, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(pollInterval);
        try
        {
            await Bell(kind).Reader.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    Channel<bool> Bell(string kind) => _bells.GetOrAdd(kind, static _ => Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }));
}
