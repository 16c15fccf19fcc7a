using WildCam.Simulator.Scenes;
using WildCam.Wire;

namespace WildCam.Simulator.Cameras;

/// <summary>A picture that a camera kept in its spool, and what became of it.</summary>
public sealed record CaptureRecord
{
    public required string Camera { get; init; }

    /// <summary>Digest chain, as the camera offers it; finds the record of an offer.</summary>
    public required string Digest { get; init; }

    /// <summary>Plain SHA-256, lower-case hex.</summary>
    public required string Sha256 { get; init; }

    public required int SizeBytes { get; init; }

    /// <summary>Real time of the shutter, whatever the camera's clock said.</summary>
    public required DateTimeOffset CapturedAt { get; init; }

    /// <summary>What the picture shows; null where nobody knows.</summary>
    public GroundTruth? Truth { get; init; }

    /// <summary>File that it was; null where it was generated.</summary>
    public string? Source { get; init; }

    /// <summary>32 hex digits, once offered: spool id, then counter, as on the wire. A conflict gives a new
    /// one.</summary>
    public string? DeviceCaptureId { get; set; }

    /// <summary>A value of ReceiptOutcomes; None while it waits.</summary>
    public byte Outcome { get; set; }

    /// <summary>A value of ReceiptCodes.</summary>
    public ushort Code { get; set; }

    public DateTimeOffset? ReceiptedAt { get; set; }

    public bool IsReceipted => Outcome is not (ReceiptOutcomes.None or ReceiptOutcomes.Conflict);
}

/// <summary>How far a simulation is; a snapshot.</summary>
public sealed record FleetProgress
{
    public int Cameras { get; init; }

    public int Connected { get; init; }

    /// <summary>Pictures in all, where that is known.</summary>
    public long? Expected { get; init; }

    public long Captured { get; init; }

    /// <summary>Offers; more than pictures where some were repeated.</summary>
    public long Offered { get; init; }

    public long Stored { get; init; }

    public long Duplicate { get; init; }

    public long Quarantined { get; init; }

    public long Never { get; init; }

    public long Conflicts { get; init; }

    /// <summary>Captured and not receipted.</summary>
    public long Waiting => Captured - Receipted;

    public long Receipted => Stored + Duplicate + Quarantined + Never;

    public long BytesSent { get; init; }

    public long PowerCuts { get; init; }

    public long LinkCuts { get; init; }

    /// <summary>Pictures that a camera could not keep.</summary>
    public long Failed { get; init; }

    /// <summary>A camera's last trouble with the hub; null when all is well.</summary>
    public string? Problem { get; init; }
}

/// <summary>What a simulation did: the truth that a hub's contents are checked against.</summary>
/// <param name="IsComplete">Every picture that was to be taken was, and every one is receipted.</param>
public sealed record SimulationReport(
    ulong Seed, FaultOptions Faults, bool IsComplete, FleetProgress Progress, IReadOnlyList<CaptureRecord> Captures);
