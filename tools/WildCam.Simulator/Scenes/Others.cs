using System.Numerics;

namespace WildCam.Simulator.Scenes;

/// <summary>What does not walk on four legs: turkeys, people, trucks.</summary>
static class Others
{
    public static Body Turkey(in Pose pose)
    {
        var body = new Body();
        var feather = new Coat(0x3A2E22, 0x3F3226, 0x2E251D, Marking.Bars, 0x6B4A2C, 0.9f);
        var wing = new Coat(0x6A5A48, 0x57483A, 0x3C3128, Marking.Bars, 0x9A8C78, 0.8f);
        var tail = new Coat(0x6A4A2E, 0x5C3F28, 0x4A3322, Marking.Rings, 0x2A1E16, 0.8f);
        var leg = new Coat(0x8A5A4A, 0x8A5A4A, 0x7A5044, Marking.Plain, 0, 0);
        foreach (var (z, half) in (ReadOnlySpan<(float, float)>)[(-0.07f, 0.5f), (0.07f, 0f)])
        {
            var (sin, cos) = MathF.SinCos((pose.Step + half) * MathF.Tau);
            var foot = new Vector3(0.02f + (0.13f * sin * pose.Stride),
                0.015f + Math.Max(0f, 0.07f * cos * pose.Stride), z);
            body.Leg(new Vector3(0, 0.36f, z), foot, 0.2f, 0.2f, -1f, 0.07f, 0.02f, 0.012f, feather, leg, 0.03f);
            body.Limb(foot, foot + new Vector3(0.08f, -0.006f, 0.02f), 0.012f, 0.006f, leg, 0.005f);
            body.Limb(foot, foot + new Vector3(0.07f, -0.006f, -0.04f), 0.012f, 0.006f, leg, 0.005f);
        }

        body.Limb(new Vector3(-0.2f, 0.5f, 0), new Vector3(-0.52f, 0.38f, 0), 0.1f, 0.07f, tail, 0.05f);
        body.Limb(new Vector3(-0.2f, 0.5f, 0), new Vector3(0.12f, 0.5f, 0), 0.13f, 0.19f, feather, 0.1f);
        body.Limb(new Vector3(0.06f, 0.5f, 0.13f), new Vector3(-0.24f, 0.44f, 0.1f), 0.11f, 0.06f, wing, 0.03f);
        var peck = pose.HeadDown;
        var neck = new Vector3(0.34f + (0.1f * peck), float.Lerp(0.86f, 0.28f, peck), 0.02f);
        var skin = new Coat(0x8A5F62, 0x96625F, 0x9A4A44, Marking.Plain, 0, 0.2f);
        body.Limb(new Vector3(0.2f, 0.58f, 0), Vector3.Lerp(new Vector3(0.24f, 0.6f, 0), neck, 0.55f), 0.11f, 0.045f,
            feather, 0.05f);
        body.Limb(Vector3.Lerp(new Vector3(0.24f, 0.6f, 0), neck, 0.5f), neck, 0.04f, 0.024f, skin, 0.02f);
        body.Limb(neck, neck + new Vector3(0.045f, 0.012f, 0), 0.036f, 0.026f, skin, 0.01f);
        body.Limb(neck + new Vector3(0.06f, 0, 0), neck + new Vector3(0.1f, -0.015f, 0), 0.014f, 0.005f,
            Coat.Of(0xB9A68A, 0), 0.004f);
        body.Limb(neck + new Vector3(0.03f, -0.03f, 0), neck + new Vector3(0.025f, -0.085f, 0), 0.014f, 0.01f,
            Coat.Of(0xA03A32, 0), 0.006f);
        body.Glows.Add(new Glow(neck + new Vector3(0.04f, 0.015f, 0.03f), 0.008f, 0.5f, true));
        return body;
    }

    /// <summary>Somebody on foot; the seed dresses them.</summary>
    public static Body Person(in Pose pose, ref SeededRandom random)
    {
        ReadOnlySpan<uint> jackets = [0x3E4A39, 0x4D3A2C, 0x2F3B52, 0x7A2E26, 0xC25A1E, 0x5B5B52];
        ReadOnlySpan<uint> trousers = [0x2E3440, 0x4A4336, 0x3A3F34, 0x565048];
        ReadOnlySpan<uint> skins = [0xC89A7C, 0x8D5E41, 0xE0B497, 0x5E3F2D];
        ReadOnlySpan<uint> packs = [0x2B2F33, 0x44503A, 0x6A3A2A];
        var jacket = Cloth(jackets[random.Below(6)]);
        var trouser = Cloth(trousers[random.Below(4)]);
        var skin = Coat.Of(skins[random.Below(4)], 0.1f);
        var hat = Cloth(jackets[random.Below(6)]);
        var pack = random.Chance(0.6) ? packs[random.Below(3)] : 0u;
        var boot = Coat.Of(0x2A221C, 0.2f);
        var body = new Body();
        var tall = random.Between(0.94f, 1.05f);
        var hip = 0.92f * tall;
        var neck = 1.46f * tall;
        foreach (var (z, half) in (ReadOnlySpan<(float, float)>)[(-0.1f, 0.5f), (0.1f, 0f)])
        {
            var (sin, cos) = MathF.SinCos((pose.Step + half) * MathF.Tau);
            var foot = new Vector3(0.33f * sin * pose.Stride, 0.09f + Math.Max(0f, 0.13f * cos * pose.Stride), z);
            body.Leg(new Vector3(0, hip, z), foot, 0.44f * tall, 0.43f * tall, 1f, 0.1f, 0.072f, 0.055f, trouser,
                trouser, 0.03f);
            body.Limb(foot + new Vector3(-0.03f, -0.04f, 0), foot + new Vector3(0.16f, -0.055f, 0), 0.055f, 0.04f,
                boot, 0.02f);
        }

        var arm = MathF.Sin((pose.Step + 0.5f) * MathF.Tau) * 0.22f * pose.Stride;
        Arm(body, new Vector3(0.02f, neck - 0.07f, -0.2f), -arm, jacket, skin);
        if (pack != 0)
        {
            body.Limb(new Vector3(-0.22f, neck - 0.14f, 0), new Vector3(-0.2f, hip + 0.14f, 0), 0.13f, 0.15f,
                Cloth(pack), 0.02f);
        }

        body.Limb(new Vector3(0, hip, 0), new Vector3(0.03f, neck - 0.22f, 0), 0.145f, 0.165f, jacket, 0.05f);
        body.Limb(new Vector3(0.03f, neck - 0.22f, 0), new Vector3(0.04f, neck - 0.06f, 0), 0.165f, 0.12f, jacket,
            0.05f);
        Arm(body, new Vector3(0.04f, neck - 0.07f, 0.2f), arm, jacket, skin);
        body.Limb(new Vector3(0.05f, neck - 0.02f, 0), new Vector3(0.07f, neck + 0.1f, 0), 0.06f, 0.06f, skin, 0.02f);
        body.Limb(new Vector3(0.08f, neck + 0.12f, 0), new Vector3(0.08f, neck + 0.2f, 0), 0.085f, 0.1f, skin, 0.02f);
        body.Limb(new Vector3(0.07f, neck + 0.22f, 0), new Vector3(0.06f, neck + 0.25f, 0), 0.108f, 0.1f, hat, 0.01f);
        body.Limb(new Vector3(0.13f, neck + 0.21f, 0), new Vector3(0.23f, neck + 0.2f, 0), 0.045f, 0.02f, hat, 0.02f);
        return body;
    }

    static void Arm(Body body, Vector3 shoulder, float swing, in Coat sleeve, in Coat skin)
    {
        var hand = shoulder + new Vector3(swing + 0.06f, -0.56f, 0.02f);
        body.Leg(shoulder, hand, 0.3f, 0.29f, -1f, 0.068f, 0.055f, 0.042f, sleeve, sleeve, 0.03f);
        body.Limb(hand, hand + new Vector3(0.03f, -0.07f, 0), 0.04f, 0.03f, skin, 0.01f);
    }

    static Coat Cloth(uint color) => new(color, color, color, Marking.Plain, 0, 0.45f);

    /// <summary>A pickup truck; the seed paints it.</summary>
    public static Body Truck(bool lit, ref SeededRandom random)
    {
        ReadOnlySpan<uint> colors = [0x8A8C8E, 0x5E1F1B, 0x25344A, 0xCFCFC8, 0x2C3A2C, 0x1D1E20];
        var color = colors[random.Below(6)];
        var body = new Body();
        const float w = 0.88f;
        Box(body, -2.6f, 2.6f, 0.5f, 1.02f, w, color, 0.08f);
        Box(body, -2.6f, -0.75f, 1.0f, 1.14f, w, color, 0.06f);
        Prism(body, [new(-0.75f, 1f, 0), new(1.25f, 1f, 0), new(0.6f, 1.72f, 0), new(-0.6f, 1.75f, 0)], w * 0.93f,
            color, 0.1f);
        Prism(body, [new(-0.58f, 1.1f, 0), new(0.2f, 1.1f, 0), new(0.2f, 1.66f, 0), new(-0.5f, 1.68f, 0)], w * 0.945f,
            0x14191C, 0.09f);
        Prism(body, [new(0.27f, 1.1f, 0), new(1.04f, 1.1f, 0), new(0.55f, 1.64f, 0), new(0.27f, 1.66f, 0)], w * 0.945f,
            0x14191C, 0.09f);
        Box(body, 2.55f, 2.72f, 0.42f, 0.66f, w * 0.98f, 0x3A3B3C, 0.05f);
        Box(body, -2.72f, -2.55f, 0.45f, 0.62f, w * 0.98f, 0x3A3B3C, 0.05f);
        foreach (var x in (ReadOnlySpan<float>)[-1.65f, 1.72f])
        {
            Wheel(body, x, 0.4f, 0.46f, w + 0.005f, 0x0F0F0F);
            Wheel(body, x, 0.38f, 0.37f, w + 0.015f, 0x1C1B1A);
            Wheel(body, x, 0.38f, 0.2f, w + 0.025f, 0x77787A);
        }

        foreach (var z in (ReadOnlySpan<float>)[-0.7f, 0.7f])
        {
            body.Limb(new Vector3(2.62f, 0.86f, z), new Vector3(2.64f, 0.86f, z), 0.09f, 0.09f, Coat.Of(0xE6E6DC, 0),
                0.01f);
            if (lit)
            {
                body.Glows.Add(new Glow(new Vector3(2.74f, 0.86f, z), 0.13f, 14f, false));
            }

            body.Limb(new Vector3(-2.62f, 0.88f, z), new Vector3(-2.64f, 0.88f, z), 0.07f, 0.07f, Coat.Of(0x8A1A14, 0),
                0.01f);
        }

        return body;
    }

    static void Box(Body body, float back, float front, float low, float high, float half, uint color, float gloss) =>
        Prism(body, [new(back, low, 0), new(front, low, 0), new(front, high, 0), new(back, high, 0)], half, color,
            gloss);

    static void Prism(Body body, Vector3[] outline, float half, uint color, float gloss)
    {
        Vector3 Out(Vector3 p, float z) => p with { Z = z };
        body.Faces.Add(new Face(Array.ConvertAll(outline, p => Out(p, half)), color, gloss));
        body.Faces.Add(new Face(Array.ConvertAll(outline, p => Out(p, -half)), color, gloss));
        for (var n = 0; n < outline.Length; n++)
        {
            var p = outline[n];
            var q = outline[(n + 1) % outline.Length];
            body.Faces.Add(new Face([Out(p, half), Out(q, half), Out(q, -half), Out(p, -half)], color, gloss));
        }
    }

    static void Wheel(Body body, float x, float y, float radius, float z, uint color)
    {
        var rim = new Vector3[20];
        for (var n = 0; n < rim.Length; n++)
        {
            var (sin, cos) = MathF.SinCos(n * MathF.Tau / rim.Length);
            rim[n] = new Vector3(x + (radius * cos), y + (radius * sin), z);
        }

        body.Faces.Add(new Face(rim, color, 0));
        body.Faces.Add(new Face(Array.ConvertAll(rim, p => p with { Z = -z }), color, 0));
    }
}
