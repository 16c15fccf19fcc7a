using WildCam.Hub.Hosting;
using WildCam.Mqtt;
using WildCam.Storage;
using WildCam.Storage.Blobs;
using WildCam.Storage.Fleet;
using WildCam.Wire;

namespace WildCam.Hub.Fleet;

/// <summary>"bundle": a camera says how its update stands. Acknowledged once that is in the database.</summary>
sealed partial class BundleWord(RolloutWork work, ILogger<BundleWord> log) : ICameraWord
{
    public string Word => Topics.Bundle;

    public MqttVerdict Receive(CameraLink link, in MqttPublication publication)
    {
        var count = publication.CopyToScratch();
        if (count < 0 || !BundleState.TryRead(CameraMessage.Scratch, 0, count, out var told))
        {
            return MqttVerdict.Acknowledge;
        }

        // Behind its hello, which says the version; and behind what it told before.
        var packetId = publication.Qos == MqttQos.AtLeastOnce ? publication.PacketId : (ushort)0;
        return !link.TryBegin(() => TellAsync(link, told, packetId)) ? MqttVerdict.Close
            : packetId != 0 ? MqttVerdict.AcknowledgeLater
            : MqttVerdict.Acknowledge;
    }

    async Task TellAsync(CameraLink link, BundleState told, ushort packetId)
    {
        try
        {
            await work.TellAsync(
                link.Camera.Id, (long)told.BundleId, told.OfferNumber, (ReportedState)told.State, told.Code,
                told.ReceivedBytes, CancellationToken.None);
            if (packetId != 0)
            {
                link.Acknowledge(packetId);
            }
        }
        catch (Exception fault) when (DatabaseFault.Is(fault))
        {
            // It tells again at each connection.
            TellingFailed(log, link.Camera.Code, fault.Message);
            link.Close("The hub could not note the state of the update.");
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The update of camera {Camera} was not noted: {Reason}")]
    static partial void TellingFailed(ILogger logger, string camera, string reason);
}

/// <summary>
/// "bundle-want": a camera asks for bytes of the firmware that it was offered, from where its slot ends. Any hub serves
/// them. What does not come is asked for again, so nothing here is kept or tried twice.
/// </summary>
sealed partial class BundleWantWord(
    RolloutWork work, BundleBytes bundles, DownloadPace pace, TimeProvider time, ILogger<BundleWantWord> log)
    : ICameraWord
{
    /// <summary>Bytes that one message may ask for.</summary>
    const int WindowBytesMax = 64 * 1024;

    /// <summary>Windows under way in this hub; more are left to the cameras' patience.</summary>
    public const int WindowsMax = 512;

    /// <summary>Hubs that were seen within this share a rollout's rate.</summary>
    static readonly TimeSpan HubAlive = TimeSpan.FromSeconds(30);

    int _windows;

    public string Word => Topics.BundleWant;

    public MqttVerdict Receive(CameraLink link, in MqttPublication publication)
    {
        var count = publication.CopyToScratch();
        if (count < 0 || !BundleWant.TryRead(CameraMessage.Scratch, 0, count, out var want)
            || want.ChunkBytes is < Protocol.ChunkBytesMin or > Protocol.ChunkBytesMax || want.WantedBytes == 0)
        {
            return MqttVerdict.Acknowledge;
        }

        if (Interlocked.Increment(ref _windows) > WindowsMax)
        {
            Interlocked.Decrement(ref _windows);
            return MqttVerdict.Acknowledge;
        }

        _ = ServeAsync(link, want);
        return MqttVerdict.Acknowledge;
    }

    async Task ServeAsync(CameraLink link, BundleWant want)
    {
        try
        {
            if (await work.TakeWantAsync(
                    link.Camera.Id, (long)want.BundleId, want.Offset, HubAlive, link.Closed) is not { } granted
                || await bundles.FindAsync(granted.FirmwareId, link.Closed) is not { } bundle)
            {
                return;
            }

            var begin = (int)Math.Min(want.Offset, bundle.Length);
            var end = (int)Math.Min(begin + Math.Min(want.WantedBytes, WindowBytesMax), bundle.Length);
            if (pace.Reserve(granted.RolloutId, end - begin, granted.BytesPerSecondMax, granted.Hubs) is { } wait)
            {
                await Task.Delay(wait, time, link.Closed);
                Send(link, want, bundle, begin, end);
            }
        }
        catch (OperationCanceledException) when (link.Closed.IsCancellationRequested)
        {
            // It left; it asks again from where its slot ends.
        }
        catch (Exception fault) when (DatabaseFault.Is(fault) || fault is BlobStoreException)
        {
            ServingFailed(log, link.Camera.Code, fault.Message);
        }
        catch (Exception fault)
        {
            ServingBroke(log, fault, link.Camera.Code);
        }
        finally
        {
            Interlocked.Decrement(ref _windows);
        }
    }

    static void Send(CameraLink link, BundleWant want, byte[] bundle, int begin, int end)
    {
        var message = new byte[BundleChunkHeader.Bytes + want.ChunkBytes];
        var at = begin;
        do
        {
            // Without bytes it says that the bundle ends here.
            var length = Math.Min(want.ChunkBytes, end - at);
            Array.Copy(bundle, at, message, BundleChunkHeader.Bytes, length);
            var header = new BundleChunkHeader
            {
                BundleId = want.BundleId,
                Offset = (uint)at,
                Length = (ushort)length,
                Crc32 = Crc32.Compute(message, BundleChunkHeader.Bytes, length),
            };
            header.Write(message, 0);
            if (!link.TrySend(Topics.BundleChunk, message.AsSpan(0, BundleChunkHeader.Bytes + length)))
            {
                return;
            }

            at += length;
        }
        while (at < end);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Camera {Camera} got no bytes of its firmware: {Reason}")]
    static partial void ServingFailed(ILogger logger, string camera, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Serving firmware to camera {Camera} failed")]
    static partial void ServingBroke(ILogger logger, Exception fault, string camera);
}
