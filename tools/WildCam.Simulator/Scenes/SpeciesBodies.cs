namespace WildCam.Simulator.Scenes;

/// <summary>The measures and coats of the species.</summary>
static class SpeciesBodies
{
    static readonly Quadruped Fox = new()
    {
        Shoulder = 0.4f, Length = 0.58f, Chest = 0.105f, Waist = 0.088f, Rump = 0.092f, Arch = -0.01f,
        Neck = 0.17f, NeckRadius = 0.07f, NeckDegrees = 38, Skull = 0.062f, Muzzle = 0.07f, MuzzleRadius = 0.022f,
        Ear = 0.088f, LegRadius = 0.02f, Tail = 0.42f, TailRadius = 0.062f, TailDegrees = -24,
        Trunk = new(0x9A4E20, 0xB86A30, 0xCDB79C, Marking.Plain, 0, 1.5f),
            NeckCoat = new(0xA85A28, 0xBE7238, 0xE4DACB, Marking.Plain, 0, 1.5f),
        Head = new(0xA4561F, 0xB56A30, 0xE8DFD2), MuzzleCoat = new(0x9A5A2C, 0xD8C7B0, 0xF0EAE0),
        Legs = new(0x5A2F18, 0x3A241A, 0x2A1D18), Feet = Coat.Of(0x1E1816),
            TailCoat = new(0x8F5028, 0xA8622F, 0x8C6A4C, Marking.Grizzled, 0x4A2E1C, 2f),
        TailTip = 0xEEE8DD, EarBack = 0x1C1614,
    };

    static readonly Quadruped Coyote = Fox with
    {
        Shoulder = 0.56f, Length = 0.82f, Chest = 0.15f, Waist = 0.12f, Rump = 0.125f, Neck = 0.25f, NeckRadius = 0.1f,
        Skull = 0.085f, Muzzle = 0.11f, MuzzleRadius = 0.033f, Ear = 0.12f, LegRadius = 0.028f, Tail = 0.4f,
            TailRadius = 0.066f,
        TailDegrees = -52, Trunk = new(0x6A5D4C, 0x8E7C62, 0xB9A78B, Marking.Grizzled, 0x3C342B, 1.6f),
        NeckCoat = new(0x776650, 0x96815F, 0xC9BAA0, Marking.Grizzled, 0x4A4034, 1.6f),
            Head = new(0x84694A, 0x94805F, 0xC9BAA0),
        MuzzleCoat = new(0x8C6C4A, 0xB09A7C, 0xDCD2C0), Legs = new(0x9A7A52, 0xA58A62, 0xB5A080),
            Feet = Coat.Of(0xA08660),
        TailCoat = new(0x65594A, 0x84735B, 0xA08F74, Marking.Grizzled, 0x3A322A, 2f), TailTip = 0x211D1A,
            EarBack = 0x8A6238,
    };

    static readonly Quadruped Deer = new()
    {
        Shoulder = 0.98f, Length = 1.05f, Chest = 0.235f, Waist = 0.2f, Rump = 0.205f, Arch = 0.03f,
        Neck = 0.46f, NeckRadius = 0.115f, NeckDegrees = 52, Skull = 0.1f, Muzzle = 0.16f, MuzzleRadius = 0.05f,
        Ear = 0.22f, EarWidth = 0.4f, EarDegrees = 30, LegRadius = 0.032f, Thigh = 2.9f, Tail = 0.2f,
            TailRadius = 0.03f, TailDegrees = -78,
        Trunk = new(0x6E5B46, 0x89735A, 0xA8977E, Marking.Plain, 0, 0.8f),
            NeckCoat = new(0x75624C, 0x8B765D, 0xA39178, Marking.Plain, 0, 0.8f),
        Head = new(0x6A5846, 0x8C7860, 0xB8A98F), MuzzleCoat = new(0x8A7660, 0xB2A38C, 0xDDD4C4),
            Legs = new(0x806A50, 0x8F7A5E, 0xA8967C),
        Feet = Coat.Of(0x7A664E), TailCoat = new(0xE6E0D4, 0xE6E0D4, 0xE6E0D4), TailTip = 0x1C1917,
            RumpPatch = 0xDCD4C4, EarBack = 0x5A4C3E,
    };

    static readonly Quadruped Elk = Deer with
    {
        Shoulder = 1.42f, Length = 1.55f, Chest = 0.36f, Waist = 0.31f, Rump = 0.3f, Arch = -0.02f, Neck = 0.62f,
            NeckRadius = 0.21f,
        Skull = 0.14f, Muzzle = 0.26f, MuzzleRadius = 0.07f, Ear = 0.2f, LegRadius = 0.046f, Tail = 0.14f,
            TailRadius = 0.04f,
        Trunk = new(0x8C7250, 0xA58A63, 0x6B543C, Marking.Plain, 0, 0.9f),
            NeckCoat = new(0x4A3626, 0x42301F, 0x38291C, Marking.Plain, 0, 1.8f),
        Head = new(0x4E3A28, 0x59442F, 0x4C3A29), MuzzleCoat = new(0x4A3828, 0x5C4834, 0x6A5642),
            Legs = new(0x54402D, 0x4C3927, 0x45341F),
        Feet = Coat.Of(0x3E2F21), TailCoat = Coat.Of(0xD3BF98), TailTip = null, RumpPatch = 0xD6C29B, Antlers = 1.15f,
    };

    static readonly Quadruped Bear = new()
    {
        Shoulder = 0.86f, Length = 1.12f, Chest = 0.29f, Waist = 0.31f, Rump = 0.3f, Arch = 0.03f,
        Neck = 0.3f, NeckRadius = 0.2f, NeckDegrees = 10, Skull = 0.155f, Muzzle = 0.12f, MuzzleRadius = 0.062f,
        Ear = 0.1f, EarWidth = 0.75f, EarDegrees = 55, LegRadius = 0.085f, Thigh = 1.7f, Tail = 0,
        TailRadius = 0.02f, Trunk = new(0x231E1B, 0x1D1917, 0x171413, Marking.Plain, 0, 1.7f),
            NeckCoat = new(0x231E1B, 0x1D1917, 0x171413, Marking.Plain, 0, 1.7f),
        Head = new(0x241F1C, 0x1E1A18, 0x181514, Marking.Plain, 0, 1f),
            MuzzleCoat = new(0x6A4B31, 0x7A5738, 0x5C412B, Marking.Plain, 0, 0.4f),
        Legs = Coat.Of(0x1A1715, 1.4f), Feet = Coat.Of(0x161312, 1f), TailCoat = Coat.Of(0x1D1917), EarBack = 0x1F1B19,
    };

    static readonly Quadruped Raccoon = new()
    {
        Shoulder = 0.27f, Length = 0.44f, Chest = 0.1f, Waist = 0.115f, Rump = 0.12f, Arch = 0.06f,
        Neck = 0.1f, NeckRadius = 0.066f, NeckDegrees = 5, Skull = 0.068f, Muzzle = 0.045f, MuzzleRadius = 0.022f,
        Ear = 0.05f, EarWidth = 0.62f, LegRadius = 0.023f, Tail = 0.28f, TailRadius = 0.046f, TailDegrees = -20,
        Trunk = new(0x3E3A36, 0x69625A, 0x857A6C, Marking.Grizzled, 0x2B2825, 1.9f),
            NeckCoat = new(0x5A544D, 0x7A7268, 0x8A8074, Marking.Grizzled, 0x35312D, 1.8f),
        Head = new(0x6E675E, 0xB5ADA2, 0xCFC8BD), MuzzleCoat = new(0x4A433C, 0xC9C2B7, 0xE2DCD2),
            Legs = new(0x4F4841, 0x453F39, 0x3C3732),
        Feet = Coat.Of(0x2E2A27), TailCoat = new(0x8B7F6E, 0x978A77, 0x978A77, Marking.Rings, 0x221F1C, 1.8f),
            TailTip = 0x1E1B19,
        EarBack = 0xB9B1A5, Mask = 0x171513,
    };

    static readonly Quadruped Rabbit = new()
    {
        Shoulder = 0.15f, Length = 0.24f, Chest = 0.062f, Waist = 0.085f, Rump = 0.095f, Arch = 0.05f,
        Neck = 0.07f, NeckRadius = 0.045f, NeckDegrees = 48, Skull = 0.045f, Muzzle = 0.022f, MuzzleRadius = 0.018f,
        Ear = 0.105f, EarWidth = 0.26f, EarDegrees = 82, LegRadius = 0.013f, Thigh = 3.4f, Tail = 0.03f,
            TailRadius = 0.032f, TailDegrees = 15,
        Trunk = new(0x6E5E48, 0x8D7A5E, 0xC9BDA8, Marking.Grizzled, 0x4A3F31, 1.5f),
            NeckCoat = new(0x93693F, 0x9E7B52, 0xC9BDA8, Marking.Plain, 0, 1.4f),
        Head = new(0x75634B, 0x8C785B, 0xB8A88E), MuzzleCoat = new(0x87745A, 0x9A866A, 0xD0C4B0),
            Legs = new(0x8C7658, 0x9A8464, 0xB8A68A),
        Feet = Coat.Of(0xB5A488), TailCoat = Coat.Of(0xF0ECE4, 1.8f), EarBack = 0x7D6A50,
    };

    static readonly Quadruped Bobcat = new()
    {
        Shoulder = 0.5f, Length = 0.68f, Chest = 0.125f, Waist = 0.115f, Rump = 0.125f, Arch = 0.05f,
        Neck = 0.15f, NeckRadius = 0.088f, NeckDegrees = 30, Skull = 0.083f, Muzzle = 0.026f, MuzzleRadius = 0.04f,
        Ear = 0.09f, EarWidth = 0.46f, LegRadius = 0.034f, Thigh = 2.2f, Tail = 0.13f, TailRadius = 0.034f,
            TailDegrees = 12,
        Trunk = new(0x77593C, 0x97775A, 0xCFC2AE, Marking.Spots, 0x3A2A1E, 1.1f),
            NeckCoat = new(0x7D5F43, 0x9A7C5E, 0xD6CABA, Marking.Spots, 0x4A382A, 1.1f),
        Head = new(0x80634A, 0xA0856A, 0xDBD0C0, Marking.Spots, 0x54402F),
            MuzzleCoat = new(0xB59C80, 0xDDD2C2, 0xEFE8DD),
        Legs = new(0x8F7154, 0x9D8063, 0xC4B299, Marking.Spots, 0x3A2A1E), Feet = Coat.Of(0xA88D70),
            TailCoat = new(0x86684A, 0x96785A, 0xD8CCBC),
        TailTip = 0x17120F, EarBack = 0x1B1613,
    };

    static readonly Quadruped Boar = new()
    {
        Shoulder = 0.74f, Length = 0.98f, Chest = 0.26f, Waist = 0.225f, Rump = 0.2f, Arch = -0.05f,
        Neck = 0.24f, NeckRadius = 0.18f, NeckDegrees = -8, Skull = 0.13f, Muzzle = 0.24f, MuzzleRadius = 0.06f,
        Ear = 0.14f, EarWidth = 0.45f, EarDegrees = 70, LegRadius = 0.04f, Thigh = 2.2f, Tail = 0.22f,
            TailRadius = 0.018f, TailDegrees = -75,
        Trunk = new(0x2A2521, 0x3E362F, 0x352E28, Marking.Grizzled, 0x6A5C4B, 2f),
            NeckCoat = new(0x26211E, 0x3A332C, 0x342D27, Marking.Grizzled, 0x665848, 2f),
        Head = new(0x2E2823, 0x453C34, 0x4B4238, Marking.Grizzled, 0x6A5C4B, 1.2f),
            MuzzleCoat = new(0x3E362F, 0x54493E, 0x4A4036),
        Legs = Coat.Of(0x28231F), Feet = Coat.Of(0x1B1816), TailCoat = Coat.Of(0x2B2622), TailTip = 0x191614,
            EarBack = 0x2A2521,
    };

    static readonly Quadruped Badger = new()
    {
        Shoulder = 0.21f, Length = 0.5f, Chest = 0.115f, Waist = 0.135f, Rump = 0.125f, Arch = 0.02f,
        Neck = 0.1f, NeckRadius = 0.08f, NeckDegrees = -4, Skull = 0.072f, Muzzle = 0.065f, MuzzleRadius = 0.026f,
        Ear = 0.034f, EarWidth = 0.7f, LegRadius = 0.032f, Tail = 0.12f, TailRadius = 0.035f, TailDegrees = -25,
        Trunk = new(0x8B8072, 0x9A8E7C, 0xA89A82, Marking.Grizzled, 0x3F3932, 2.2f),
            NeckCoat = new(0x776D61, 0x8C8171, 0x94876F, Marking.Grizzled, 0x38332D, 1.8f),
        Head = new(0x3A342E, 0xC9C0B2, 0xDDD5C8), MuzzleCoat = new(0x35302B, 0x7A7064, 0xCFC6B8),
            Legs = Coat.Of(0x231F1C), Feet = Coat.Of(0x1B1816),
        TailCoat = Coat.Of(0x9A8D78, 1.6f), EarBack = 0xD8D0C3, FaceStripe = 0xF0EBE2, Mask = 0x2A2622,
    };

    static readonly Quadruped Skunk = new()
    {
        Shoulder = 0.17f, Length = 0.32f, Chest = 0.066f, Waist = 0.085f, Rump = 0.092f, Arch = 0.04f,
        Neck = 0.07f, NeckRadius = 0.05f, NeckDegrees = 0, Skull = 0.045f, Muzzle = 0.04f, MuzzleRadius = 0.018f,
        Ear = 0.022f, EarWidth = 0.8f, LegRadius = 0.017f, Tail = 0.3f, TailRadius = 0.07f, TailDegrees = 38,
        Trunk = new(0x151312, 0x171514, 0x141211, Marking.BackBand, 0xEEEBE4, 2f),
            NeckCoat = new(0x151312, 0x171514, 0x141211, Marking.BackBand, 0xEEEBE4, 1.6f),
        Head = new(0x161413, 0x171514, 0x141211), MuzzleCoat = Coat.Of(0x1B1817, 0.5f), Legs = Coat.Of(0x141211),
            Feet = Coat.Of(0x100F0E),
        TailCoat = new(0xC9C5BC, 0x2A2725, 0x161413, Marking.Grizzled, 0xE4E0D8, 2.4f), EarBack = 0x171514,
            FaceStripe = 0xEDE9E2,
    };

    public static Body Build(SimulatedSpecies species, in Pose pose, bool antlered) => species.Slug switch
    {
        "vulpes-vulpes" => Fox.Build(pose),
        "odocoileus-hemionus" => (antlered ? Deer with { Antlers = 0.5f } : Deer).Build(pose),
        "canis-latrans" => Coyote.Build(pose),
        "procyon-lotor" => Raccoon.Build(pose),
        "sylvilagus-audubonii" => Rabbit.Build(pose with { Stride = pose.Stride * 0.5f }),
        "ursus-americanus" => Bear.Build(pose),
        "lynx-rufus" => Bobcat.Build(pose),
        "sus-scrofa" => Boar.Build(pose),
        "taxidea-taxus" => Badger.Build(pose),
        "cervus-canadensis" => (antlered ? Elk : Elk with { Antlers = 0 }).Build(pose),
        "meleagris-gallopavo" => Others.Turkey(pose),
        _ => Skunk.Build(pose),
    };
}
