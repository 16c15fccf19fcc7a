namespace WildCam.Simulator.Scenes;

/// <summary>What grows before a camera.</summary>
public enum Biome
{
    ConiferForest,
    DeciduousForest,
    Meadow,
    Desert,
    Snow,
}

/// <summary>The colours and densities of a biome.</summary>
sealed record BiomeLook
{
    /// <summary>Ground, from bare to covered; three tones that noise mixes.</summary>
    public required uint[] Ground { get; init; }

    public required uint[] Grass { get; init; }

    public required uint[] Leaf { get; init; }

    public required uint[] Litter { get; init; }

    public required uint Bark { get; init; }

    public required uint Rock { get; init; }

    public required uint[] Ridge { get; init; }

    public required int Blades { get; init; }

    /// <summary>Length of grass, in metres.</summary>
    public required float BladeMetres { get; init; }

    public required int Leaves { get; init; }

    public required int Trunks { get; init; }

    public required int Bushes { get; init; }

    public required int Rocks { get; init; }

    /// <summary>How much of the sky the far trees hide, 0 to 1.</summary>
    public required float Wall { get; init; }

    /// <summary>How much of the ground lies under a canopy, 0 to 1.</summary>
    public required float Canopy { get; init; }

    public bool Needles { get; init; }

    public bool Snowy { get; init; }

    public static BiomeLook Of(Biome biome) => biome switch
    {
        Biome.ConiferForest => new BiomeLook
        {
            Ground = [0x4B3F2E, 0x5E5137, 0x4E5A2E],
            Grass = [0x565D38, 0x6A6A42, 0x817A54],
            Leaf = [0x2C3F24, 0x3A5030, 0x4A6238],
            Litter = [0x6B5439, 0x7C6444, 0x52422E],
            Bark = 0x5A4A3C,
            Rock = 0x6F6D68,
            Ridge = [0x3E4F3C, 0x34462F],
            Blades = 9000,
            BladeMetres = 0.16f,
            Leaves = 14000,
            Trunks = 30,
            Bushes = 34,
            Rocks = 7,
            Wall = 0.86f,
            Canopy = 0.62f,
            Needles = true,
        },
        Biome.DeciduousForest => new BiomeLook
        {
            Ground = [0x6A5238, 0x7C6143, 0x5B5334],
            Grass = [0x626641, 0x7A744A, 0x948460],
            Leaf = [0x4C5A30, 0x626A3A, 0x807642],
            Litter = [0x9A6F42, 0x85603A, 0xB08A58, 0x6C4D31],
            Bark = 0x6B6154,
            Rock = 0x77736B,
            Ridge = [0x5A6240, 0x4E5634],
            Blades = 7000,
            BladeMetres = 0.17f,
            Leaves = 30000,
            Trunks = 26,
            Bushes = 24,
            Rocks = 4,
            Wall = 0.7f,
            Canopy = 0.5f,
        },
        Biome.Meadow => new BiomeLook
        {
            Ground = [0x6B6138, 0x78713E, 0x5F682F],
            Grass = [0x6E6E45, 0x878055, 0xA8996B, 0x5E6540],
            Leaf = [0x45582B, 0x5A6B33, 0x6F7C3B],
            Litter = [0x8F8350, 0x756B40],
            Bark = 0xA39E92,
            Rock = 0x8B867C,
            Ridge = [0x5B6B4C, 0x475A3B, 0x3C5032],
            Blades = 42000,
            BladeMetres = 0.2f,
            Leaves = 5000,
            Trunks = 5,
            Bushes = 16,
            Rocks = 6,
            Wall = 0.2f,
            Canopy = 0.06f,
        },
        Biome.Desert => new BiomeLook
        {
            Ground = [0xB08E66, 0xC2A179, 0x9A7853],
            Grass = [0xB5A26B, 0xC4B482, 0x8F8655],
            Leaf = [0x6B7148, 0x7F8455, 0x5A6140],
            Litter = [0x8D6E4E, 0xD0B48C, 0x77604A],
            Bark = 0x6E5A45,
            Rock = 0x9A7A5E,
            Ridge = [0x9C7C66, 0x8C6A50, 0xA07B56],
            Blades = 6000,
            BladeMetres = 0.24f,
            Leaves = 16000,
            Trunks = 0,
            Bushes = 46,
            Rocks = 20,
            Wall = 0,
            Canopy = 0,
        },
        _ => new BiomeLook
        {
            Ground = [0xDDE3EA, 0xE9EDF1, 0xCBD4DF],
            Grass = [0x9C8A5E, 0xB19E70, 0x80704A],
            Leaf = [0x2B3B2C, 0x394B38, 0xD5DCE2],
            Litter = [0xF2F4F6, 0xC3CCD8, 0xD6DDE5],
            Bark = 0x4E443B,
            Rock = 0x72726F,
            Ridge = [0x8B98A3, 0x5B6A68],
            Blades = 2600,
            BladeMetres = 0.24f,
            Leaves = 250,
            Trunks = 22,
            Bushes = 20,
            Rocks = 6,
            Wall = 0.78f,
            Canopy = 0.3f,
            Needles = true,
            Snowy = true,
        },
    };
}
