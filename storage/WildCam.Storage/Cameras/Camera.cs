using WildCam.Storage.Accounts;
using WildCam.Storage.Orders;

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
    DateTimeOffset? RevokedAt)
{
    /// <summary>Whether it signed in with its credential before.</summary>
    public bool IsPasswordUsed { get; init; }

    /// <summary>The credential before, which is good too until the new one is used; null: none.</summary>
    public byte[]? PreviousHash { get; init; }

    /// <summary>Until when the credential before is good at most.</summary>
    public DateTimeOffset? PreviousUntil { get; init; }

    /// <summary>Whether the other one says the same of the same camera.</summary>
    public bool IsSame(Camera other) =>
        other == this with { PasswordHash = other.PasswordHash, PreviousHash = other.PreviousHash }
        && IsSame(PasswordHash, other.PasswordHash) && IsSame(PreviousHash, other.PreviousHash);

    /// <summary>Whether a credential of this hash lets the camera in.</summary>
    public bool Accepts(byte[] hash, DateTimeOffset now) => RevokedAt is null
        && (hash.AsSpan().SequenceEqual(PasswordHash)
            || (PreviousUntil > now && hash.AsSpan().SequenceEqual(PreviousHash)));

    /// <summary>The hash of the credential that this password is; null: it is none that is good.</summary>
    public byte[]? FindCredential(ReadOnlySpan<byte> password, DateTimeOffset now)
    {
        // Both are always looked at: how long it takes tells nothing.
        var isCurrent = CameraCredential.Matches(password, PasswordHash);
        var isPrevious = CameraCredential.Matches(password, PreviousHash);
        return RevokedAt is not null ? null
            : isCurrent ? PasswordHash
            : isPrevious && PreviousUntil > now ? PreviousHash
            : null;
    }

    static bool IsSame(byte[]? one, byte[]? other) =>
        (one is null) == (other is null) && one.AsSpan().SequenceEqual(other);
}

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

/// <summary>A site to be added.</summary>
/// <param name="TimeZone">IANA.</param>
public sealed record NewSite(string Slug, string Name, double? Latitude, double? Longitude, string TimeZone);

/// <summary>A camera to be added.</summary>
public sealed record NewCamera(string ProjectSlug, string Code, string Name)
{
    /// <summary>Site at which it stands; must exist in the project. Null: none yet.</summary>
    public string? SiteSlug { get; init; }

    /// <summary>A site to be added with it, at which it stands; null: none.</summary>
    public NewSite? NewSite { get; init; }

    /// <summary>Since when it stands there; null: from now on.</summary>
    public DateTimeOffset? DeployedFrom { get; init; }

    /// <summary>WildCam.Wire Boards.</summary>
    public short Board { get; init; }

    public string Notes { get; init; } = "";

    public IReadOnlyCollection<string> Tags { get; init; } = [];

    /// <summary>What is wanted of it from its first hello on; null: nothing.</summary>
    public SettingsChange? Wanted { get; init; }

    /// <summary>Who adds it, for the audit.</summary>
    public Actor Actor { get; init; } = Actor.CommandLine;
}

/// <summary>What became of a registration; the credential is shown once and stored nowhere.</summary>
public sealed record CameraAdded(int CameraId, string Code, string? Credential, CameraRefusal Refusal);

/// <summary>Why a camera is used no more; cameras.end_reason.</summary>
public enum CameraEnd : short
{
    /// <summary>Its credential was taken away.</summary>
    Revoked = 1,
    Stolen = 2,
    Retired = 3,
}

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
    BadNotes,
    BadTags,
    BadSite,
    SiteTaken,

    /// <summary>A time to come, or one before the camera came to where it stands.</summary>
    BadTime,

    /// <summary>It was not ended: it needs no way back.</summary>
    InUse,

    /// <summary>It stands there already.</summary>
    SameSite,

    /// <summary>It stood somewhere else then.</summary>
    Overlaps,
}
