using WildCam.Storage.Cameras;
using WildCam.Storage.Captures;
using WildCam.Wire;

namespace WildCam.Hub.Ingest;

/// <summary>What is filed of a picture, from what its camera said.</summary>
static class CaptureFacts
{
    public static NewCapture OfDelivery(
        Camera camera, Begin begin, DateTimeOffset? epochZeroAt, DateTimeOffset receivedAt, byte[] sha256)
    {
        var id = Guid.CreateVersion7(receivedAt);
        var deviceId = CapturePath.DeviceCaptureId(begin.SpoolId, begin.Counter);
        var time = CaptureTime.OfCamera(
            epochZeroAt, begin.ClockSeconds, begin.ClockMilliseconds, begin.DeviceUnixSeconds, receivedAt);
        return new NewCapture
        {
            Id = id,
            DeviceCaptureId = deviceId,
            ProjectId = camera.ProjectId,
            CameraId = camera.Id,
            CapturedAt = time.CapturedAt,
            ReceivedAt = receivedAt,
            ClockQuality = time.Quality,
            DeviceTime = time.DeviceTime,
            ClockEpoch = begin.ClockEpoch,
            ClockSeconds = begin.ClockSeconds,
            Trigger = begin.Trigger,
            BurstIndex = Math.Max(begin.BurstIndex, (byte)1),
            BurstCount = Math.Max(begin.BurstCount, (byte)1),
            IsInfrared = (begin.Flags & BeginFlags.Infrared) != 0,
            IsLowResolution = (begin.Flags & BeginFlags.LowResolution) != 0,
            BatteryMillivolts = begin.BatteryMillivolts == 0 ? null : begin.BatteryMillivolts,
            TemperatureTenths = begin.Temperature == Protocol.NoTemperature ? null : begin.Temperature,
            SizeBytes = (int)begin.SizeBytes,
            Digest = begin.Digest,
            Sha256 = sha256,
            BlobPath = CapturePath.Of(camera.ProjectSlug, camera.Code, time.CapturedAt, id, deviceId),
        };
    }
}
