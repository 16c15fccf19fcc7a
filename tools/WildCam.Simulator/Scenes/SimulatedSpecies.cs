namespace WildCam.Simulator.Scenes;

/// <summary>A species that the simulator can draw, and when and where it is about.</summary>
/// <param name="Slug">Name in addresses.</param>
/// <param name="GroupMax">Most at once in a picture.</param>
/// <param name="Activity">Weight of each hour of the site's day, from midnight.</param>
/// <param name="Biomes">Where it lives.</param>
public sealed record SimulatedSpecies(
    string ScientificName,
    string CommonName,
    string Slug,
    int GroupMax,
    IReadOnlyList<float> Activity,
    IReadOnlyList<Biome> Biomes)
{
    static readonly Biome[] Woods = [Biome.ConiferForest, Biome.DeciduousForest, Biome.Snow];
    static readonly Biome[] Open = [Biome.Meadow, Biome.DeciduousForest, Biome.Snow];
    static readonly Biome[] Dry = [Biome.Desert, Biome.Meadow];
    static readonly Biome[] Everywhere = Enum.GetValues<Biome>();

    public static IReadOnlyList<SimulatedSpecies> All { get; } =
    [
        new("Vulpes vulpes", "Red fox", "vulpes-vulpes", 1, Night(0.12f), Open),
        new("Odocoileus hemionus", "Mule deer", "odocoileus-hemionus", 3, Twilight(0.35f), Everywhere),
        new("Canis latrans", "Coyote", "canis-latrans", 2, Night(0.3f), Everywhere),
        new("Procyon lotor", "Raccoon", "procyon-lotor", 2, Night(0.03f), Woods),
        new("Sylvilagus audubonii", "Desert cottontail", "sylvilagus-audubonii", 2, Twilight(0.25f), Dry),
        new("Ursus americanus", "American black bear", "ursus-americanus", 2, Twilight(0.6f),
            [Biome.ConiferForest, Biome.DeciduousForest]),
        new("Lynx rufus", "Bobcat", "lynx-rufus", 1, Night(0.25f), Everywhere),
        new("Sus scrofa", "Wild boar", "sus-scrofa", 4, Night(0.1f), [Biome.DeciduousForest, Biome.Meadow]),
        new("Taxidea taxus", "American badger", "taxidea-taxus", 1, Night(0.15f), Dry),
        new("Cervus canadensis", "Elk", "cervus-canadensis", 2, Twilight(0.3f),
            [Biome.ConiferForest, Biome.Meadow, Biome.Snow]),
        new("Meleagris gallopavo", "Wild turkey", "meleagris-gallopavo", 4, Day(),
            [Biome.DeciduousForest, Biome.ConiferForest, Biome.Meadow]),
        new("Mephitis mephitis", "Striped skunk", "mephitis-mephitis", 1, Night(0.02f),
            [Biome.DeciduousForest, Biome.Meadow, Biome.Desert]),
    ];

    static float[] Night(float atDay) =>
        Hours(h => h is >= 20 or < 5 ? 1f : h is 5 or 6 or 18 or 19 ? 0.7f : atDay);

    static float[] Twilight(float otherwise) =>
        Hours(h => h is 5 or 6 or 7 or 17 or 18 or 19 ? 1f : otherwise);

    static float[] Day() =>
        Hours(h => h is >= 7 and < 18 ? 1f : h is 6 or 18 ? 0.4f : 0f);

    static float[] Hours(Func<int, float> weight) => [.. Enumerable.Range(0, 24).Select(weight)];
}
