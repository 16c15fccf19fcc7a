namespace WildCam.Storage.Fleet;

/// <summary>How far a camera's update within a rollout is; rollout_cameras.state.</summary>
public enum UpdateState : short
{
    /// <summary>Its step has not begun.</summary>
    Planned = 1,

    /// <summary>Its step has begun; the camera was not offered the firmware yet.</summary>
    Waiting = 2,

    /// <summary>The offer was sent; the camera has not answered.</summary>
    Offered = 3,

    Downloading = 4,
    WaitsForBattery = 5,

    /// <summary>All bytes are there; it restarts, and was not heard of with the new version.</summary>
    Installing = 6,

    /// <summary>It reports the new version, and has not delivered a picture on it.</summary>
    OnTrial = 7,

    /// <summary>It reports the new version, confirmed it, and delivered a picture on it; or had it before.</summary>
    Good = 8,

    Failed = 9,

    /// <summary>It never came, never answered, or its battery stayed low: nothing was changed on it.</summary>
    Missed = 10,

    /// <summary>Not a part of the rollout any more.</summary>
    LeftOut = 11,
}

/// <summary>Why an update ended as it did; rollout_cameras.reason.</summary>
public enum UpdateReason : short
{
    None = 0,

    /// <summary>It reported the version before it was offered.</summary>
    AlreadyThere = 1,

    /// <summary>It reports the version, confirmed it, and delivered a picture.</summary>
    Proven = 2,

    /// <summary>The camera refused; the code says why.</summary>
    Refused = 3,

    /// <summary>The camera went back to the version before by itself; the code says why.</summary>
    FellBack = 4,

    /// <summary>It was good, and reports an older version again.</summary>
    WentBack = 5,

    DownloadTooSlow = 6,
    NotHeardAfterDownload = 7,
    NoPicture = 8,
    NoContact = 9,
    NoAnswer = 10,
    BatteryLow = 11,

    /// <summary>Revoked, deleted, or moved to another project.</summary>
    Removed = 12,

    Cancelled = 13,

    /// <summary>A rollback goes on with it.</summary>
    RolledBack = 14,

    /// <summary>It runs a newer version than this one.</summary>
    NewerThere = 15,
}

/// <summary>What a camera says of an update: the states of WildCam.Wire's BundleStates.</summary>
public enum ReportedState
{
    None = 0,
    Downloading = 1,
    Verified = 2,
    Pending = 3,
    Confirmed = 4,
    Refused = 5,
    FellBack = 6,
    WaitsForBattery = 7,
}

/// <summary>One camera's update within a rollout.</summary>
public sealed record CameraUpdate(UpdateState State, DateTimeOffset Since)
{
    /// <summary>When the state ends by itself; null where it is an end, or its step has not begun.</summary>
    public DateTimeOffset? DeadlineAt { get; init; }

    public UpdateReason Reason { get; init; }

    /// <summary>Why the camera refused or fell back: WildCam.Wire's RefusalCodes.</summary>
    public int Code { get; init; }

    /// <summary>The version that the camera reported last; null: none ever.</summary>
    public Version? Reported { get; init; }

    /// <summary>Since when it reports the new version without a break; null: it does not.</summary>
    public DateTimeOffset? NewVersionAt { get; init; }

    /// <summary>Whether the camera says that it confirmed the new version.</summary>
    public bool IsConfirmed { get; init; }

    public long ReceivedBytes { get; init; }

    /// <summary>1, and one more for each "try again".</summary>
    public int Attempts { get; init; } = 1;

    /// <summary>Offers made in this attempt; a camera may call one stale.</summary>
    public int Offers { get; init; }

    /// <summary>The offer that the camera answers to; null: none in this attempt, or it needs another.</summary>
    public long? OfferId { get; init; }

    /// <summary>When the offer was sent last.</summary>
    public DateTimeOffset? OfferedAt { get; init; }

    /// <summary>Whether the camera has to be told that the offer counts no more.</summary>
    public bool MustWithdraw { get; init; }

    /// <summary>Whether the rollout still waits for this camera.</summary>
    public bool IsOpen => State < UpdateState.Good;

    /// <summary>Whether its step has begun and nothing has ended yet.</summary>
    public bool IsUnderWay => State is > UpdateState.Planned and < UpdateState.Good;
}
