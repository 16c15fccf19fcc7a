using System.ComponentModel.DataAnnotations;

namespace WildCam.Hub.Ingest;

/// <summary>Bounds of the way in; section WildCam:Ingest.</summary>
public sealed class IngestOptions
{
    public const string Section = "WildCam:Ingest";

    /// <summary>Bytes that pictures in flight may take in memory, all cameras together.</summary>
    [Range(1 << 20, 1L << 40)]
    public long AssemblyBytesMax { get; set; } = 256L << 20;

    /// <summary>Pictures in flight or in filing, all cameras together.</summary>
    [Range(1, 65536)]
    public int AssembliesMax { get; set; } = 4096;

    /// <summary>Pictures in flight from one camera.</summary>
    [Range(1, 64)]
    public int AssembliesPerCameraMax { get; set; } = 4;

    /// <summary>Bytes of one picture; a larger one is refused for good.</summary>
    [Range(1024, Wire.Protocol.CaptureBytesMax)]
    public int CaptureBytesMax { get; set; } = 8 << 20;

    /// <summary>Seconds that a broken-off picture is kept for the rest of it.</summary>
    [Range(1, 86400)]
    public int AssemblyKeepSeconds { get; set; } = 600;

    /// <summary>Seconds without a chunk after which a camera's own new picture may push an old one out.</summary>
    [Range(1, 3600)]
    public int AssemblyIdleSeconds { get; set; } = 30;

    /// <summary>Bytes that must stay free in the blob store; below, pictures are put off.</summary>
    [Range(0, long.MaxValue)]
    public long DiskFreeBytesMin { get; set; } = 512L << 20;

    /// <summary>Pictures that are digested and written to the blob store at once.</summary>
    [Range(1, 256)]
    public int StoreWorkers { get; set; } = 8;

    /// <summary>Most pictures in one transaction.</summary>
    [Range(1, 1024)]
    public int CommitPicturesMax { get; set; } = 128;

    /// <summary>Milliseconds that a transaction waits for company.</summary>
    [Range(0, 1000)]
    public int CommitDelayMilliseconds { get; set; } = 20;

    /// <summary>Least seconds that a camera is put off; the jitter comes on top, up to as much again.</summary>
    [Range(1, 3600)]
    public int LaterSeconds { get; set; } = 15;

    /// <summary>Percent of the blobs looked at that may lack a row; above, the sweep of orphans stops.</summary>
    [Range(0, 100)]
    public double OrphanPercentMax { get; set; } = 1;

    /// <summary>So many orphans never stop the sweep, however few blobs there are.</summary>
    [Range(0, int.MaxValue)]
    public int OrphansAlwaysTaken { get; set; } = 100;
}
