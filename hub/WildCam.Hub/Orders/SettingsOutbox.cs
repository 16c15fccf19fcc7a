using WildCam.Hub.Hosting;
using WildCam.Hub.Hosting.Orders;
using WildCam.Storage.Orders;
using WildCam.Wire;

namespace WildCam.Hub.Orders;

/// <summary>The settings that cameras have yet to take.</summary>
sealed class SettingsOutbox(SettingsTable settings) : ICameraOutbox
{
    public async Task<IReadOnlyCollection<int>> ListDueAsync(int[] cameraIds, CancellationToken cancellationToken) =>
        await settings.ListDueAsync(cameraIds, cancellationToken);

    public async Task SendAsync(CameraLink link, bool isHello, CancellationToken cancellationToken)
    {
        var cameraId = link.Camera.Id;
        if (await settings.TakeForOutboxAsync(cameraId, isHello, cancellationToken) is not { } due)
        {
            return;
        }

        var bytes = new byte[CameraConfig.Bytes];
        SettingsWire.ToWire(due.Settings, due.Version).Write(bytes, 0);
        if (!link.TrySend(Topics.Config, bytes))
        {
            await settings.PutBackForOutboxAsync(cameraId, cancellationToken);
        }
    }
}
