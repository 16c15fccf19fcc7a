using WildCam.Hub.Hosting;
using WildCam.Storage.Fleet;
using WildCam.Wire;

namespace WildCam.Hub.Fleet;

/// <summary>Offers firmware to the cameras whose turn it is, and takes back what is cancelled.</summary>
sealed partial class BundleOutbox(
    RolloutWork work, FirmwareTable firmware, UpdateKeys keys, ILogger<BundleOutbox> log) : ICameraOutbox
{
    public async Task<IReadOnlyCollection<int>> ListDueAsync(int[] cameraIds, CancellationToken cancellationToken) =>
        await work.ListDueAsync(cameraIds, cancellationToken);

    public async Task SendAsync(CameraLink link, bool isHello, CancellationToken cancellationToken)
    {
        if (await work.TakeOfferAsync(link.Camera.Id, isHello, cancellationToken) is not { } due
            || await firmware.FindAsync(due.FirmwareId, cancellationToken) is not { } offered)
        {
            return;
        }

        try
        {
            if (await keys.FindAsync(link.Camera.Id, cancellationToken) is { } key)
            {
                var message = new byte[BundleOffer.Bytes];
                Write(due, offered, key).Write(message, 0);
                link.TrySend(Topics.Bundle, message);
            }
        }
        catch (UpdateKeyException fault)
        {
            KeyFailed(log, link.Camera.Code, fault.Message);
        }
    }

    internal static BundleOffer Write(DueOffer due, Firmware firmware, byte[] key)
    {
        var offer = new BundleOffer
        {
            BundleId = (ulong)due.OfferId,
            Board = (byte)firmware.Board,
            Major = (ushort)firmware.Version.Major,
            Minor = (ushort)firmware.Version.Minor,
            Patch = (ushort)firmware.Version.Build,
            Flags = (byte)((due.OlderIsMeant ? BundleOffer.OlderIsMeant : 0)
                | (due.IsWithdrawal ? BundleOffer.Withdrawn : 0)),
            BatteryPercentMin = (byte)due.BatteryPercentMin,
            Number = checked((uint)due.Number),
            SizeBytes = (uint)firmware.SizeBytes,
            Digest = firmware.Digest,
        };
        offer.Authenticator = offer.ComputeAuthenticator(key);
        return offer;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Camera {Camera} cannot be offered firmware: {Reason}")]
    static partial void KeyFailed(ILogger logger, string camera, string reason);
}
