namespace WildCam.Storage.Captures;

/// <summary>What the API asks of captures, detections and events of a project; null: whatever it is.</summary>
public sealed record CaptureFilter(int ProjectId)
{
    public Category? Category { get; init; }

    /// <summary>Slug of a taxon.</summary>
    public string? Species { get; init; }

    /// <summary>Code.</summary>
    public string? Camera { get; init; }

    /// <summary>Slug.</summary>
    public string? Site { get; init; }

    public DateTimeOffset? From { get; init; }

    /// <summary>Exclusive.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Holds for a model's findings; what people say has no score and passes.</summary>
    public double? ConfidenceMin { get; init; }

    /// <summary>Whether the filter asks for something on the picture.</summary>
    public bool NamesFinding => Category is not null || Species is not null || ConfidenceMin is not null;
}

/// <summary>A place in a list of captures, newest first.</summary>
public readonly record struct CaptureKey(DateTimeOffset CapturedAt, Guid Id);

/// <summary>All facts of a capture.</summary>
public sealed record CaptureFacts(
    Guid Id, byte[] DeviceCaptureId, DateTimeOffset CapturedAt, DateTimeOffset ReceivedAt, ClockQuality ClockQuality,
    DateTimeOffset? DeviceTime, string Camera, string? Site, Guid? EventId, CaptureSource Source, string? FileName,
    short Trigger, short BurstIndex, short BurstCount, bool IsInfrared, int? BatteryMillivolts,
    short? TemperatureTenths, int SizeBytes, byte[] Sha256, int? Width, int? Height, short Integrity,
    CaptureStages StagesMissing)
{
    public CaptureKey Key => new(CapturedAt, Id);

    /// <summary>Whether it is a small stand-in of a picture that its camera holds.</summary>
    public bool IsLowResolution { get; init; }
}

/// <summary>Where a picture's bytes lie.</summary>
/// <param name="IsHidden">Somebody may be on it: not for those who see no people.</param>
/// <param name="IsAtSensitiveSite">Only managers may learn where exactly it was taken.</param>
public sealed record CaptureBlob(string Path, bool IsHidden, bool IsAtSensitiveSite);

/// <summary>One thing on a picture, as one source sees it.</summary>
public sealed record DetectionFacts(
    Guid CaptureId, DateTimeOffset CapturedAt, int CameraId, Guid? EventId, IdentificationSource Source,
    Category Category, string? Species, string? ScientificName, float? Confidence, float? BoxX, float? BoxY,
    float? BoxWidth, float? BoxHeight, short Count, bool IsCurrent, int ModelId, long IdentificationId,
    string? Author, DateTimeOffset At, short Ordinal)
{
    /// <summary>The camera's code.</summary>
    public string Camera { get; internal set; } = "";

    /// <summary>Name and version; null: people said it.</summary>
    public string? Model { get; internal set; }

    public DetectionKey Key => new(CapturedAt, CaptureId, ModelId, IdentificationId, Ordinal);
}

/// <summary>A place in a list of detections, newest capture first.</summary>
public readonly record struct DetectionKey(
    DateTimeOffset CapturedAt, Guid CaptureId, int ModelId, long IdentificationId, short Ordinal);
