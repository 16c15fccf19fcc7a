using WildCam.Storage;
using WildCam.Storage.Watch;

namespace WildCam.Hub.Watch;

/// <summary>Sends the messages that are due. Every hub does; each message is one hub's at a time.</summary>
sealed partial class MessageLoop(
    AlertMessagesTable messages, MessageSender sender, TimeProvider time, ILogger<MessageLoop> log) : BackgroundService
{
    /// <summary>Sent at once; each has its own deadline well inside the lease.</summary>
    const int AtOnceMax = 16;

    static readonly TimeSpan Every = TimeSpan.FromSeconds(2);
    static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        try
        {
            do
            {
                await SendDueAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The hub stops; what it had claimed is sent by another once the lease ends.
        }
    }

    internal async Task<int> SendDueAsync(CancellationToken cancellationToken)
    {
        try
        {
            var claimed = await messages.ClaimAsync(time.GetUtcNow(), Lease, AtOnceMax, cancellationToken);
            await Task.WhenAll(claimed.Select(m => SendAsync(m, cancellationToken)));
            return claimed.Count;
        }
        catch (Exception fault) when (DatabaseFault.Is(fault))
        {
            LoopFailed(log, fault.Message);
            return 0;
        }
    }

    async Task SendAsync(ClaimedMessage message, CancellationToken cancellationToken)
    {
        var result = await sender.SendAsync(message, cancellationToken);
        var now = time.GetUtcNow();
        var state = result.State;
        DateTimeOffset? next = null;
        if (state == MessageState.Waiting)
        {
            var pause = StandardWebhook.PauseAfter(message.Attempts, Random.Shared.NextDouble());
            state = pause is null ? MessageState.Dead : state;
            next = pause is { } wait ? now + (result.RetryAfter > wait ? result.RetryAfter.Value : wait) : null;
        }

        if (result.Reason is not null)
        {
            NotDelivered(log, message.Id, message.ChannelId, message.Kind, message.Attempts, result.Reason);
        }

        if (result.IsEnded)
        {
            await messages.EndBrowserAsync(message.ChannelId, CancellationToken.None);
            return;
        }

        await messages.NoteAsync(
            message.Id, message.Attempts, state, now, next, result.Reason, CancellationToken.None);
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Message {Message} over channel {Channel} ({Kind}) was not delivered (attempt {Attempt}): {Reason}")]
    static partial void NotDelivered(
        ILogger logger, Guid message, int channel, ChannelKind kind, int attempt, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Messages could not be read or noted; trying again: {Reason}")]
    static partial void LoopFailed(ILogger logger, string reason);
}
