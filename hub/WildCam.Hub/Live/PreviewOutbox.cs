using WildCam.Hub.Hosting;
using WildCam.Storage.Live;
using WildCam.Wire;

namespace WildCam.Hub.Live;

/// <summary>Asks watched cameras for frames, a minute at a time, and ends what nobody watches.</summary>
sealed class PreviewOutbox(WatchesTable watches, AskedCameras askedCameras, HubIdentity hub, TimeProvider time)
    : ICameraOutbox
{
    /// <summary>Frames are asked for so long at once, so that a camera whose hub dies soon stops.</summary>
    const uint AskSeconds = 60;

    /// <summary>With so little left they are asked for again; more than the pause between two polls.</summary>
    static readonly TimeSpan AskAgainBefore = TimeSpan.FromSeconds(20);

    public async Task<IReadOnlyCollection<int>> ListDueAsync(int[] cameraIds, CancellationToken cancellationToken)
    {
        var watched = await watches.ListWatchedAsync(hub.Id, cameraIds, cancellationToken);
        var now = time.GetUtcNow();
        var due = watched
            .Where(w => askedCameras.Find(w.CameraId) is not { } asked || asked.Until - now < AskAgainBefore
                || asked.IsWatchedElsewhere != w.IsWatchedElsewhere)
            .Select(w => w.CameraId);
        return [.. due, .. askedCameras.Ids.Except(watched.Select(w => w.CameraId)).Intersect(cameraIds)];
    }

    public async Task SendAsync(CameraLink link, bool isHello, CancellationToken cancellationToken)
    {
        var cameraId = link.Camera.Id;
        var watch = await watches.FindForOutboxAsync(hub.Id, cameraId, cancellationToken);
        var asked = askedCameras.Find(cameraId);
        var now = time.GetUtcNow();
        if (!watch.IsWatched)
        {
            if (asked is not null && asked.Until > now && asked.Link == link)
            {
                TrySend(link, watch.OrderId, seconds: 0, now);
            }

            askedCameras.Note(cameraId, null);
        }
        else if (!isHello && asked?.Link == link && asked.Until - now >= AskAgainBefore)
        {
            askedCameras.Note(cameraId, asked with { IsWatchedElsewhere = watch.IsWatchedElsewhere });
        }
        else if (TrySend(link, watch.OrderId, AskSeconds, now))
        {
            // The frame that is under way goes on.
            var assembly = asked?.Link == link ? asked.Assembly : new FrameAssembly();
            askedCameras.Note(
                cameraId, new Asked(link, now.AddSeconds(AskSeconds), watch.IsWatchedElsewhere, assembly));
        }
    }

    static bool TrySend(CameraLink link, long orderId, uint seconds, DateTimeOffset now)
    {
        var bytes = new byte[Command.Bytes];
        new Command
        {
            CommandId = (ulong)orderId,
            Kind = CommandKinds.Preview,
            Argument = seconds,
            SentUnixSeconds = now.ToUnixTimeSeconds(),
            ExpiresSeconds = AskSeconds,
        }.Write(bytes, 0);
        return link.TrySend(Topics.Command, bytes);
    }
}
