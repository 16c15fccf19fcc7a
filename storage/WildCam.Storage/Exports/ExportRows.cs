namespace WildCam.Storage.Exports;

/// <summary>Where a camera stood, with the coordinates as they are and as everyone may see them.</summary>
public sealed record ExportPlace(
    int DeploymentId, int CameraId, string Camera, string CameraName, int SiteId, string Site, string SiteName,
    double? Latitude, double? Longitude, double? ShownLatitude, double? ShownLongitude, bool IsSensitive,
    string ZoneName, DateTimeOffset From, DateTimeOffset? Until);

/// <summary>A time in which a camera did not work, as somebody accepted.</summary>
public readonly record struct ExportGap(int CameraId, DateTime From, DateTime Until);

/// <summary>A place in the captures of a project, oldest first.</summary>
public readonly record struct ExportKey(DateTime CapturedAt, Guid Id);

/// <summary>One thing on a picture that counts now.</summary>
public sealed record ExportFinding(
    int ModelId, long IdentificationId, short Ordinal, IdentificationSource Source, Category Category, int? TaxonId,
    float? Confidence, float? X, float? Y, float? Width, float? Height, short Count, string? Sex, string? LifeStage,
    string? Behavior, DateTime SaidAt, int? AccountId)
{
    public bool HasBox => X is not null && Width > 0 && Height > 0;
}

/// <summary>A picture, and what counts of what was said of it.</summary>
public sealed record ExportCapture(
    Guid Id, DateTime CapturedAt, int CameraId, Guid? EventId, short Trigger, string? FileName,
    ClockQuality ClockQuality, int? Width, int? Height)
{
    /// <summary>Whether people who may not see persons may not see this picture.</summary>
    public bool IsHidden { get; internal set; }

    public List<ExportFinding> Findings { get; } = [];

    public ExportKey Key => new(CapturedAt, Id);
}

/// <summary>What an event shows.</summary>
public sealed record ExportEvent(
    Guid Id, DateTime StartedAt, DateTime EndedAt, int CameraId, Category Category, int TaxonId,
    IdentificationSource Source, float? Confidence, int Count, string? Account);

/// <summary>A taxon, with its common names by language.</summary>
public sealed record ExportTaxon(
    int Id, string ScientificName, string Rank, IReadOnlyDictionary<string, string> Names);

/// <summary>The project of an export.</summary>
public sealed record ExportProject(
    int Id, string Slug, string Name, string ZoneName, string Language, DateTimeOffset CreatedAt);

/// <summary>What the pages of an export are asked for.</summary>
/// <param name="From">The first moment.</param>
/// <param name="Until">Exclusive.</param>
public sealed record ExportSpan(int ProjectId, DateTime From, DateTime Until);
