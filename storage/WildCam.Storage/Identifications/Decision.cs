namespace WildCam.Storage.Identifications;

/// <summary>A box on the picture as shown, each in 0-1 from the top left.</summary>
public sealed record Box(float X, float Y, float Width, float Height);

/// <summary>One kind of thing on a picture. Blank is a finding too, and stands alone.</summary>
public sealed record Finding(
    Category Category, int? TaxonId = null, short Count = 1, string? Sex = null, string? LifeStage = null,
    string? Behavior = null, Box? Box = null);

/// <summary>
/// What an account says of a whole event (<paramref name="CaptureId"/> null), of one capture, or that an earlier
/// decision no longer counts (<paramref name="Undoes"/>, without findings). <paramref name="SeenVersion"/> is the
/// version of the event that the account saw; null: whatever it is now.
/// </summary>
public sealed record Decision(
    int AccountId, Guid? EventId, Guid? CaptureId, int? SeenVersion, IReadOnlyList<Finding> Findings, long? Undoes)
{
    /// <summary>The only project that it may fall into; null: any.</summary>
    public int? ProjectId { get; init; }

    /// <summary>The sender's name for it: sent again it is the same decision.</summary>
    public Guid? ClientKey { get; init; }

    /// <summary>The step of many decisions that this is one of.</summary>
    public Guid? Batch { get; init; }

    /// <summary>The model whose suggestion was taken.</summary>
    public int? ModelId { get; init; }

    /// <summary>
    /// How many captures of the event the account saw. With it, a newer version is a conflict only where another person
    /// decided since or captures joined or left; what models and the simulator said meanwhile is none.
    /// </summary>
    public int? SeenCaptures { get; init; }
}

/// <summary>What became of a decision.</summary>
public enum FileOutcome
{
    Filed,

    /// <summary>The event changed since: its version is in the result.</summary>
    Conflict,

    /// <summary>No such event, capture, account or decision.</summary>
    NotFound,

    /// <summary>The findings contradict themselves, or the decision was undone already.</summary>
    Refused,
}

/// <summary>What became of a decision; the event and its version are those after it, where there is an event.</summary>
public sealed record FileResult(
    FileOutcome Outcome, long IdentificationId, int ProjectId, Guid? EventId, int? Version, string? Reason)
{
    /// <summary>It was filed before, under the same client key; nothing changed now.</summary>
    public bool IsRepeated { get; init; }

    internal static FileResult NotFound(string what) => new(FileOutcome.NotFound, 0, 0, null, null, what);

    internal static FileResult Refused(string why) => new(FileOutcome.Refused, 0, 0, null, null, why);
}
