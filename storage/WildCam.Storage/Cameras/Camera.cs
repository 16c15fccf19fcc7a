using WildCam.Storage.Accounts;

namespace WildCam.Storage.Cameras;

/// <summary>A camera as a hub needs it to let it in and to file what it sends.</summary>
public sealed record Camera(
    int Id,
    int ProjectId,
    string ProjectSlug,
    string Code,
    string Name,
    byte[]? PasswordHash,
    int HeartbeatSeconds,
    DateTimeOffset? RevokedAt);

/// <summary>A camera as people see it: where it stands and what was heard of it last.</summary>
public sealed record CameraOverview(
    int Id,
    int ProjectId,
    string ProjectSlug,
    string Code,
    string Name,
    short Board,
    DateTimeOffset CreatedAt,
    DateTimeOffset? RevokedAt,
    int HeartbeatSeconds,
    int? SiteId,
    string? SiteSlug,
    string? SiteName,
    string? SiteTimeZone,
    DateTimeOffset? LastSeenAt,
    DateTimeOffset? LastCaptureAt,
    DateTimeOffset? NextContactAt,
    DateTimeOffset? LostAt,
    string? Firmware,
    int? BatteryMillivolts,
    short? BatteryPercent,
    short? TemperatureTenths,
    short? SignalDbm,
    long? SpoolCount,
    long? SpoolBytes)
{
    /// <summary>Time after the announced contact, or the second missed heartbeat, until it counts as offline.</summary>
    public static readonly TimeSpan OfflineGrace = TimeSpan.FromMinutes(5);

    /// <summary>Whether the camera should have been heard of by now and was not.</summary>
    public bool IsOffline(DateTimeOffset now) =>
        RevokedAt is null && LastSeenAt is { } seen
        && now > (NextContactAt ?? seen.AddSeconds(2 * HeartbeatSeconds)) + OfflineGrace;
}

/// <summary>A camera to be added.</summary>
public sealed record NewCamera(string ProjectSlug, string Code, string Name)
{
    /// <summary>Site at which it stands; must exist in the project. Null: none yet.</summary>
    public string? SiteSlug { get; init; }

    /// <summary>Since when it stands there; null: from now on.</summary>
    public DateTimeOffset? DeployedFrom { get; init; }

    /// <summary>WildCam.Wire Boards.</summary>
    public short Board { get; init; }

    /// <summary>Who adds it, for the audit.</summary>
    public Actor Actor { get; init; } = Actor.CommandLine;
}

/// <summary>What became of a registration; the credential is shown once and stored nowhere.</summary>
public sealed record CameraAdded(int CameraId, string Code, string? Credential, CameraRefusal Refusal);

/// <summary>Why a camera was not added or changed.</summary>
public enum CameraRefusal
{
    None,
    BadCode,
    BadName,
    CodeTaken,
    NoSuchProject,
    NoSuchSite,
    NoSuchCamera,
    Revoked,
}
