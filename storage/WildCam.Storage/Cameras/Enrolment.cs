namespace WildCam.Storage.Cameras;

/// <summary>How an enrolment code stands.</summary>
public enum EnrolmentState
{
    /// <summary>No board has come with it yet.</summary>
    Unused,

    /// <summary>A board came, and nobody has accepted it yet.</summary>
    Waiting,

    /// <summary>The board may have its credential, as often as it asks.</summary>
    Accepted,

    /// <summary>The camera signed in with the credential: the code is worth nothing any more.</summary>
    Spent,

    /// <summary>Somebody said no to the board.</summary>
    Rejected,

    /// <summary>Somebody, or a newer code of the camera, took it back.</summary>
    Revoked,

    /// <summary>Its time is over.</summary>
    Expired,
}

/// <summary>A one-time code by which a board fetches the credential of a camera.</summary>
/// <param name="Fingerprint">Names it; no secret.</param>
/// <param name="Camera">Code of the camera; null where nobody has said which one it becomes.</param>
public sealed record Enrolment(
    int Id,
    int ProjectId,
    int? CameraId,
    string? Camera,
    string Fingerprint,
    DateTimeOffset CreatedAt,
    string? CreatedBy,
    DateTimeOffset ExpiresAt,
    DateTimeOffset? AskedAt,
    short? Board,
    string? Firmware,
    byte[]? HardwareAddress,
    string? Remote,
    DateTimeOffset? AcceptedAt,
    DateTimeOffset? RejectedAt,
    DateTimeOffset? IssuedAt,
    DateTimeOffset? SpentAt,
    DateTimeOffset? RevokedAt)
{
    public EnrolmentState State(DateTimeOffset now) => this switch
    {
        { SpentAt: not null } => EnrolmentState.Spent,
        { RevokedAt: not null } => EnrolmentState.Revoked,
        { RejectedAt: not null } => EnrolmentState.Rejected,
        _ when ExpiresAt <= now => EnrolmentState.Expired,
        { AcceptedAt: not null } => EnrolmentState.Accepted,
        { AskedAt: not null } => EnrolmentState.Waiting,
        _ => EnrolmentState.Unused,
    };
}

/// <summary>A code that was just made; its secret is given away this once and stored nowhere.</summary>
public sealed record NewEnrolment(int Id, string Fingerprint, string Secret, DateTimeOffset ExpiresAt)
{
    /// <summary>As a set-up file has it.</summary>
    public string Line => $"{Fingerprint}.{Secret}";
}

/// <summary>What a board says of itself when it comes with a code.</summary>
public sealed record EnrolmentAsk(short Board, string Firmware, byte[] HardwareAddress, string Remote);

/// <summary>Why a code was not made, or a board not accepted.</summary>
public enum EnrolmentRefusal
{
    None,
    NoSuchCode,
    NoSuchProject,
    NoSuchCamera,
    CameraRevoked,
    NotOpen,
    TooMany,
}
