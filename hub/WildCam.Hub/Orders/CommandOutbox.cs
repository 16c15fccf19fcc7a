using WildCam.Hub.Hosting;
using WildCam.Hub.Hosting.Orders;
using WildCam.Storage.Cameras;
using WildCam.Storage.Events;
using WildCam.Storage.Orders;
using WildCam.Wire;

namespace WildCam.Hub.Orders;

/// <summary>The commands that wait for cameras.</summary>
sealed class CommandOutbox(CommandsTable commands, PageNews news, TimeProvider time) : ICameraOutbox
{
    /// <summary>
    /// Commands that a camera has at once. It holds four that are not carried out; one place is left for a preview.
    /// </summary>
    const int OpenMax = 3;

    public async Task<IReadOnlyCollection<int>> ListDueAsync(int[] cameraIds, CancellationToken cancellationToken) =>
        await commands.ListDueAsync(cameraIds, cancellationToken);

    public async Task SendAsync(CameraLink link, bool isHello, CancellationToken cancellationToken)
    {
        var unsent = new List<long>();
        foreach (var due in await commands.TakeForOutboxAsync(link.Camera.Id, isHello, OpenMax, cancellationToken))
        {
            // What it has received is noted after what the link is doing now; a note that finds no place is made up for
            // by the result.
            if (!link.TrySend(Topics.Command, Write(due), () => link.TryBegin(() => NoteAsync(link.Camera, due.Id))))
            {
                unsent.Add(due.Id);
            }
        }

        if (unsent.Count > 0)
        {
            await commands.PutBackForOutboxAsync(unsent, cancellationToken);
        }
    }

    async Task NoteAsync(Camera camera, long id)
    {
        try
        {
            if (await commands.DeliverAsync(id, CancellationToken.None))
            {
                await TellAsync(camera);
            }
        }
        catch (Exception fault) when (Storage.DatabaseFault.Is(fault))
        {
            // The result will say more.
        }
    }

    /// <summary>Open pages of the camera look again.</summary>
    public Task TellAsync(Camera camera) => news.TellAsync(
        [new PageEvent(camera.ProjectId, PageEventKinds.Camera, camera.Code, null)], CancellationToken.None);

    byte[] Write(DueCommand due)
    {
        var now = time.GetUtcNow();
        var bytes = new byte[Command.Bytes];
        new Command
        {
            CommandId = (ulong)due.Id,
            Kind = CommandCatalogue.Find(due.Kind)?.Kind ?? CommandKinds.None,
            Argument = due.Argument,
            SentUnixSeconds = now.ToUnixTimeSeconds(),
            ExpiresSeconds = (uint)Math.Max(1, (due.ExpiresAt - now).TotalSeconds),
            SpoolId = due.SpoolId,
            Counter = due.Counter,
        }.Write(bytes, 0);
        return bytes;
    }
}
