namespace WildCam.Storage.Orders;

/// <summary>How far a command has come; camera_commands.state.</summary>
public enum CommandState : short
{
    /// <summary>It waits for the camera, or is on its way.</summary>
    Queued = 0,

    /// <summary>The camera has it and has not told yet what became of it.</summary>
    Delivered = 1,

    Done = 2,

    /// <summary>The camera would not; the code says why.</summary>
    Refused = 3,

    /// <summary>The camera did not get it, or did not answer, in time.</summary>
    Expired = 4,

    /// <summary>Taken back before the camera had it, or the camera's credential was revoked.</summary>
    Withdrawn = 5,
}

/// <summary>Words for what a camera is told to do; camera_commands.kind.</summary>
public static class CommandWords
{
    public const string CaptureNow = "capture-now";
    public const string Reboot = "reboot";
    public const string Identify = "identify";
    public const string UploadBacklog = "upload-backlog";
    public const string DropReceipted = "drop-receipted";
    public const string TestPattern = "test-pattern";
    public const string Preview = "preview";
    public const string FullFrame = "full-frame";
}

/// <summary>A command to be given; the kind is one of <see cref="CommandWords"/>.</summary>
public sealed record NewCommand(string Kind, TimeSpan Lasting)
{
    /// <summary>Seconds of a preview.</summary>
    public uint Argument { get; init; }

    /// <summary>The stand-in whose full frame is wanted.</summary>
    public Guid? CaptureId { get; init; }

    /// <summary>Asking again with the same id gives the same command.</summary>
    public Guid RequestId { get; init; } = Guid.NewGuid();
}

/// <summary>A command as people see it.</summary>
public sealed record CommandRow(
    long Id, int CameraId, string Camera, string Kind, uint Argument, Guid? CaptureId, CommandState State, ushort Code,
    string? AskedBy, DateTimeOffset AskedAt, DateTimeOffset ExpiresAt, DateTimeOffset? DeliveredAt,
    DateTimeOffset? EndedAt);

/// <summary>A command as its camera hears it.</summary>
public sealed record DueCommand(
    long Id, string Kind, uint Argument, ulong SpoolId, ulong Counter, DateTimeOffset ExpiresAt);

/// <summary>Why a command was not given.</summary>
public enum CommandRefusal
{
    None,
    NoSuchCamera,
    Revoked,

    /// <summary>As many wait as may: <see cref="CommandsTable.WaitingMax"/>.</summary>
    TooMany,

    /// <summary>The picture is no stand-in, or its full frame is here.</summary>
    NoStandIn,
}
