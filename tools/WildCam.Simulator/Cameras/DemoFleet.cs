using WildCam.Simulator.Scenes;

namespace WildCam.Simulator.Cameras;

/// <summary>A camera of the demo, with the site that it stands at.</summary>
public sealed record DemoCamera(
    string Code, string Name, string SiteName, double Latitude, double Longitude, string ZoneId, Biome Biome);

/// <summary>The four cameras of <c>wildcam up --demo</c>: four sites, four landscapes, time zones of their
/// own.</summary>
public static class DemoFleet
{
    /// <summary>Past pictures of each camera, so that charts and species pages are not empty.</summary>
    public const int HistoryPictures = 14;

    /// <summary>The deployments of the demo must begin before this many days ago.</summary>
    public const double HistoryDays = 10;

    public static IReadOnlyList<DemoCamera> Cameras { get; } =
    [
        new("demo-ridge", "North Ridge", "Cedar Ridge", 46.812, -121.642, "America/Los_Angeles", Biome.ConiferForest),
        new("demo-meadow", "Elk Meadow", "Upper Meadow", 40.388, -105.562, "America/Denver", Biome.Meadow),
        new("demo-creek", "Creek Crossing", "Hollow Creek", 35.614, -83.489, "America/New_York", Biome.DeciduousForest),
        new("demo-wash", "Dry Wash", "Saguaro Wash", 32.251, -110.917, "America/Phoenix", Biome.Desert),
    ];

    /// <summary>The simulation of the demo.</summary>
    /// <param name="passwords">Of each camera, by its code.</param>
    /// <param name="stateFolder">Where spools and settings outlive a restart; the history is made once.</param>
    /// <param name="updateKeys">Of each camera; one without takes no firmware.</param>
    public static SimulationOptions Options(
        HubEndpoint hub, IReadOnlyDictionary<string, string> passwords, string? stateFolder, ulong seed = 7,
        IReadOnlyDictionary<string, byte[]>? updateKeys = null) => new()
    {
        Hub = hub,
        Cameras =
        [
            .. Cameras.Select(c => new CameraAccount(
                c.Code, passwords[c.Code], TimeZoneInfo.FindSystemTimeZoneById(c.ZoneId), c.Biome,
                updateKeys?.GetValueOrDefault(c.Code))),
        ],
        Seed = seed,
        FirstMinuteTriggerSeconds = 7,
        TriggerSeconds = 90,
        HistoryPictures = HistoryPictures,
        HistoryDays = HistoryDays,
        StateFolder = stateFolder,
    };
}
