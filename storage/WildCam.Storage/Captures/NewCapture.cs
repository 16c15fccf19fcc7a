namespace WildCam.Storage.Captures;

/// <summary>What a capture came from.</summary>
public enum CaptureSource : short
{
    Camera = 1,
    Import = 2,
}

/// <summary>A picture whose bytes are durable, ready to be filed.</summary>
public sealed record NewCapture
{
    public required Guid Id { get; init; }
    public required byte[] DeviceCaptureId { get; init; }
    public required int ProjectId { get; init; }
    public required int CameraId { get; init; }
    public required DateTimeOffset CapturedAt { get; init; }
    public required DateTimeOffset ReceivedAt { get; init; }
    public required ClockQuality ClockQuality { get; init; }
    public DateTimeOffset? DeviceTime { get; init; }
    public uint? ClockEpoch { get; init; }
    public uint? ClockSeconds { get; init; }
    public CaptureSource Source { get; init; } = CaptureSource.Camera;
    public string? FileName { get; init; }
    public short Trigger { get; init; }
    public short BurstIndex { get; init; } = 1;
    public short BurstCount { get; init; } = 1;
    public bool IsInfrared { get; init; }

    /// <summary>A small stand-in; the full frame waits on the camera.</summary>
    public bool IsLowResolution { get; init; }
    public int? BatteryMillivolts { get; init; }
    public short? TemperatureTenths { get; init; }
    public required int SizeBytes { get; init; }

    /// <summary>The wire's digest chain.</summary>
    public required byte[] Digest { get; init; }

    public required byte[] Sha256 { get; init; }
    public required string BlobPath { get; init; }
}

/// <summary>What is known of a device's capture id.</summary>
public sealed record KnownCapture(
    Guid Id, byte[] DeviceCaptureId, int CameraId, DateTimeOffset CapturedAt, int SizeBytes, byte[] Digest,
    CaptureState State)
{
    /// <summary>Whether this is the same picture: size and digest match.</summary>
    public bool IsSame(long sizeBytes, ReadOnlySpan<byte> digest) =>
        SizeBytes == sizeBytes && digest.SequenceEqual(Digest);
}

/// <summary>capture_identities.state. The last two are tombstones.</summary>
public enum CaptureState : short
{
    Stored = 1,
    Erased = 2,
    Expired = 3,
}
