using System.Security.Cryptography.X509Certificates;
using WildCam.Simulator.Scenes;

namespace WildCam.Simulator.Cameras;

/// <summary>Where the hub is, and how to trust it.</summary>
public sealed record HubEndpoint
{
    public string Host { get; init; } = "localhost";

    public int Port { get; init; } = 1883;

    public bool UseTls { get; init; }

    /// <summary>The hub's certificate authority; needed with TLS.</summary>
    public X509Certificate2? Authority { get; init; }

    /// <summary>Name in the hub's certificate, where it is not <see cref="Host"/>.</summary>
    public string? TlsName { get; init; }

    /// <summary>Opens a way of its own to the hub, in place of TCP: for tests without a network.</summary>
    internal Func<Stream>? Open { get; init; }
}

/// <summary>A camera that is registered at the hub.</summary>
/// <param name="Code">Its name on the wire.</param>
/// <param name="Zone">Time zone of its site; UTC where null.</param>
/// <param name="Biome">What it looks at; drawn from the seed where null.</param>
/// <param name="UpdateKey">The key of its offers of firmware; null takes none.</param>
/// <param name="Fingerprint">
/// Of the enrolment code that it enrols with, whose secret is then the password; empty where it is a camera already.
/// </param>
public sealed record CameraAccount(
    string Code, string Password, TimeZoneInfo? Zone = null, Biome? Biome = null, byte[]? UpdateKey = null,
    string Fingerprint = "");

/// <summary>What new firmware does wrong, as shares of the cameras, drawn from the seed for each version.</summary>
/// <param name="Dead">It dies at each start, so that the loader soon falls back.</param>
/// <param name="Mute">It never connects, so that it is never confirmed and its trials run out.</param>
/// <param name="Lost">It hangs in a way that no loader can mend: the camera is never heard of again.</param>
public sealed record BundleFaults(double Dead = 0, double Mute = 0, double Lost = 0);

/// <summary>
/// Accidents, each a probability, all drawn from the simulation's seed. Those of messages count per message,
/// <see cref="PowerCut"/> and <see cref="Clock1970"/> per trigger and per boot.
/// </summary>
public sealed record FaultOptions
{
    public static FaultOptions None { get; } = new();

    /// <summary>A message that never reaches the hub.</summary>
    public double Drop { get; init; }

    /// <summary>A message that later ones overtake.</summary>
    public double Reorder { get; init; }

    /// <summary>A message that is sent twice.</summary>
    public double Duplicate { get; init; }

    /// <summary>A chunk with one bit flipped.</summary>
    public double BitFlip { get; init; }

    /// <summary>A message after which the connection breaks.</summary>
    public double LinkCut { get; init; }

    /// <summary>The camera loses power: all that is not in its spool or settings is gone.</summary>
    public double PowerCut { get; init; }

    /// <summary>A boot at which the clock starts at 1970.</summary>
    public double Clock1970 { get; init; }

    /// <summary>Some of everything.</summary>
    public static FaultOptions Rough { get; } = new()
    {
        Drop = 0.002,
        Reorder = 0.02,
        Duplicate = 0.02,
        BitFlip = 0.01,
        LinkCut = 0.004,
        PowerCut = 0.08,
        Clock1970 = 0.3,
    };

    public override string ToString() =>
        $"drop {Drop} reorder {Reorder} duplicate {Duplicate} bit-flip {BitFlip} link-cut {LinkCut} "
        + $"power-cut {PowerCut} clock-1970 {Clock1970}";
}

/// <summary>What a simulation does.</summary>
public sealed record SimulationOptions
{
    public HubEndpoint Hub { get; init; } = new();

    public required IReadOnlyList<CameraAccount> Cameras { get; init; }

    /// <summary>Decides landscapes, visitors, jitter and accidents.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Pictures that each camera takes before it stops; null: until it is stopped.</summary>
    public int? PicturesPerCamera { get; init; }

    /// <summary>Seconds between triggers of a camera; each varies by half of it. 0: as fast as the hub takes
    /// them.</summary>
    public double TriggerSeconds { get; init; } = 20;

    /// <summary>Seconds between triggers in the first minute; null: the same as later.</summary>
    public double? FirstMinuteTriggerSeconds { get; init; }

    /// <summary>Pictures of the past that each camera has in its spool when it first starts.</summary>
    public int HistoryPictures { get; init; }

    /// <summary>Over how many past days they spread.</summary>
    public double HistoryDays { get; init; } = 10;

    /// <summary>
    /// A folder of JPEG files in place of generated scenes. Its folders are bursts: dealt to the cameras in the
    /// order of
    /// their names; files that lie in it directly are dealt one by one. Each file is sent once.
    /// </summary>
    public string? ImagesFolder { get; init; }

    /// <summary>Where spools and settings live; null keeps them in memory, for thousands of cameras.</summary>
    public string? StateFolder { get; init; }

    /// <summary>Whether the cameras sleep when nothing is left to do, as those on batteries do.</summary>
    public bool SleepsWhenIdle { get; init; }

    public FaultOptions Faults { get; init; } = FaultOptions.None;

    public BundleFaults BundleFaults { get; init; } = new();

    /// <summary>Threads that drive the cameras.</summary>
    public int Workers { get; init; } = Math.Clamp(Environment.ProcessorCount, 2, 8);

    /// <summary>Bytes of a chunk: 4,096 as on a board without PSRAM, up to 16,384.</summary>
    public int ChunkBytes { get; init; } = 16_384;

    /// <summary>
    /// Width of generated pictures; null follows the camera's configuration (1600 unless the hub says otherwise).
    /// </summary>
    public int? PictureWidth { get; init; }

    /// <summary>
    /// Scenes that are drawn before the start and dealt out again and again, with EXIF of their own, where drawing each
    /// would be too slow; null draws each.
    /// </summary>
    public int? PicturePool { get; init; }

    /// <summary>How long to wait for the last receipts after the last picture.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Captures that the report lists; older ones are then only counted.</summary>
    public int ReportCapturesMax { get; init; } = 1_000_000;
}
