namespace WildCam.Storage.Accounts;

/// <summary>Who does something, and from where: an address of the net, or another of the ways into a hub.</summary>
public sealed record Actor(int? AccountId, string From)
{
    /// <summary>The machine's owner at its terminal.</summary>
    public static Actor CommandLine { get; } = new(null, "command line");

    /// <summary>The hub by itself, such as a rollout that halts.</summary>
    public static Actor Hub { get; } = new(null, "hub");
}

/// <summary>
/// Something that was done. The action is a noun and a verb: "camera.rename"; the subject is what people call the
/// thing. Before and after are what changed, written as JSON: anonymous objects or dictionaries, never a secret.
/// </summary>
public sealed record AuditEntry(Actor Actor, string Action, string Subject)
{
    public int? ProjectId { get; init; }

    public int? CameraId { get; init; }

    public object? Before { get; init; }

    public object? After { get; init; }
}

/// <summary>An entry as people read it; before and after are JSON.</summary>
public sealed record AuditRow(
    long Id, DateTimeOffset At, string? Who, string From, string Action, string Subject, string? Project,
    string? Camera, string? Before, string? After);

/// <summary>Which entries are looked for.</summary>
public sealed record AuditFilter(DateTimeOffset FromAt, DateTimeOffset UntilAt)
{
    public int? ProjectId { get; init; }

    public int? CameraId { get; init; }

    /// <summary>A part of the action, the subject, the person's name, or of where it came from.</summary>
    public string Text { get; init; } = "";

    /// <summary>Only entries before this one: the end of the page before.</summary>
    public long? BeforeId { get; init; }
}
