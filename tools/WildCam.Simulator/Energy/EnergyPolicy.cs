using WildCam.Camera;
using WildCam.Wire;

namespace WildCam.Simulator.Energy;

/// <summary>What a camera is asked to do, for which a battery's life is reckoned.</summary>
public sealed record EnergyPolicy
{
    /// <summary>Hours of the day in which batched pictures go up.</summary>
    const uint BatchedHours = (1u << 6) | (1u << 18);

    /// <summary>Triggers a day, spread by chance.</summary>
    public int TriggersADay { get; init; } = 50;

    /// <summary>A value of UploadModes.</summary>
    public byte UploadMode { get; init; } = UploadModes.AtOnce;

    public uint HeartbeatSeconds { get; init; } = 3600;

    public byte BurstCount { get; init; } = 1;

    /// <summary>Part of the triggers that come in the dark and need the lamp.</summary>
    public double NightPart { get; init; } = 0.5;

    public string Mode => UploadMode switch
    {
        UploadModes.Batched => "batched, 2 hours a day",
        UploadModes.LowResolutionFirst => "low resolution first",
        _ => "at once",
    };

    internal CameraConfig ToConfig()
    {
        var config = CameraConfig.BuiltIn();
        config.ConfigVersion = 1;
        config.UploadMode = UploadMode;
        config.UploadHours = BatchedHours;
        config.HeartbeatSeconds = HeartbeatSeconds;
        config.BurstCount = BurstCount;
        return config;
    }
}
