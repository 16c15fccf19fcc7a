using System.Numerics;

namespace WildCam.Simulator.Scenes;

/// <summary>Draws one plant or stone at a place on the ground.</summary>
sealed class Plants(BiomeLook look, SceneLayers layers, Perspective view, uint noise)
{
    readonly Paint[] _grass = Array.ConvertAll(look.Grass, Paint.Of);
    readonly Paint[] _leaf = Array.ConvertAll(look.Leaf, Paint.Of);
    readonly Paint[] _litter = Array.ConvertAll(look.Litter, Paint.Of);

    /// <summary>Small things shrink with the picture.</summary>
    float Unit => view.Width / 1600f;

    /// <summary>A whole tree of the wood behind: a crown of dabs, its trunk half seen.</summary>
    public void FarTree(float column, float metres, float tall, ref SeededRandom random)
    {
        var scale = view.Scale(metres);
        var foot = view.GroundRow(column, metres);
        var width = tall * (look.Needles ? 0.2f : 0.36f);
        var tone = random.Between(0.72f, 1.18f);
        var bark = Paint.Of(look.Bark).Times(0.7f).Lit(0.3f, 0.3f, 0.5f).At(metres);
        layers.Blade(column, foot, tall * scale * 0.8f, random.Between(-0.03f, 0.03f), 0, 0.28f * scale, bark);
        var dabs = (int)(tall * (look.Needles ? 17 : 24));
        for (var n = 0; n < dabs; n++)
        {
            var up = MathF.Sqrt(random.Next());
            var reach = look.Needles ? width * (1.05f - up)
                : width * MathF.Sqrt(Math.Max(0f, up * (1.08f - up)) * 3.2f);
            var side = random.Between(-1f, 1f);
            var x = column + (side * reach * scale);
            var y = foot - (tall * scale * ((0.16f + (0.84f * up)) + random.Between(-0.02f, 0.02f)));
            var leaf = Leaf(ref random, up).Times(tone * random.Between(0.7f, 1.25f));
            var deep = 0.35f + (0.65f * random.Next());
            var laid = leaf.Lit(deep * (0.55f - (0.5f * side)), deep * (0.55f + (0.5f * side)),
                0.3f + (0.65f * deep * up))
                .At(metres, 1.2f * up * Unit);
            layers.Dab(x, y, Math.Max(1.2f, scale * (look.Needles ? random.Between(0.12f, 0.34f)
                : random.Between(0.05f, 0.2f))),
                look.Needles ? 0.42f : 0.62f,
                look.Needles ? side * 0.5f : random.Between(0f, 3f), laid);
        }
    }

    /// <summary>A trunk with bark, light around its round, and the lower branches that the picture still
    /// shows.</summary>
    public void Trunk(float column, float metres, ref SeededRandom random)
    {
        var scale = view.Scale(metres);
        var foot = view.GroundRow(column, metres);
        var radius = random.Between(0.09f, 0.24f) * scale;
        var lean = random.Between(-0.05f, 0.05f);
        var bark = Paint.Of(look.Bark).Times(random.Between(0.75f, 1.2f));
        var seed = noise + (uint)random.Below(1 << 20);
        var shaded = random.Between(0.35f, 1f);
        var fine = 1f / Math.Max(0.02f * scale, 0.8f);
        for (var row = Math.Min(view.Height - 1, (int)(foot + (radius * 0.25f))); row >= 0; row--)
        {
            var up = (foot - row) / scale;
            var flare = 1f + (0.55f * MathF.Exp(-Math.Max(0f, up) * 5f));
            var wave = 0.16f * (Noise.At(row * 0.012f, 1f, seed) - 0.5f) * radius;
            var half = radius * flare * Math.Max(0.3f, 1f - (up * 0.035f));
            var middle = column + (lean * (foot - row)) + wave;
            for (var c = Math.Max(0, (int)(middle - half)); c <= Math.Min(view.Width - 1,
                (int)(middle + half + 1)); c++)
            {
                var across = (c - middle) / half;
                var alpha = Math.Clamp((1f - Math.Abs(across)) * half + 0.5f, 0f, 1f);
                var round = MathF.Asin(Math.Clamp(across, -1f, 1f));
                var plates = Noise.Octaves(round * half * fine * 0.8f, row * fine * 0.16f, 4, seed + 3);
                var furrow = Math.Clamp((plates - 0.33f) * 3.2f, 0.3f, 1.3f);
                var moss = Math.Clamp((Noise.At(round * 2f, row * 0.02f, seed + 8) - 0.55f) * 3f, 0f, 0.5f)
                    * MathF.Exp(-Math.Max(0f, up) * 0.9f);
                var paint = Paint.Between(bark.Times(0.55f + (0.6f * furrow)), _leaf[0].Times(1.1f), moss);
                if (look.Snowy && plates > 0.6f && across < -0.3f)
                {
                    paint = Paint.Between(paint, Paint.Of(0xDDE4EA), 0.6f);
                }

                var ambient = 0.35f + (0.5f * MathF.Sqrt(Math.Max(0f, 1f - (across * across))) * furrow);
                layers.Lay((row * view.Width) + c, alpha, paint
                    .Lit(shaded * (0.35f - (0.85f * across)) * furrow, shaded * (0.35f + (0.85f * across)) * furrow,
                        ambient)
                    .At(metres));
            }
        }

        if (metres > 9f)
        {
            Branches(column, foot, metres, lean, ref random);
        }
    }

    void Branches(float column, float foot, float metres, float lean, ref SeededRandom random)
    {
        var scale = view.Scale(metres);
        var from = random.Between(1.6f, 3.2f);
        var to = Math.Min(14f, foot / scale);
        for (var up = from; up < to; up += random.Between(0.25f, 0.6f))
        {
            var side = random.Chance(0.5) ? 1f : -1f;
            var length = random.Between(0.7f, 2.1f);
            var x = column + (lean * up * scale);
            var y = foot - (up * scale);
            var droop = look.Needles ? random.Between(0.1f, 0.45f) : random.Between(-0.5f, 0.05f);
            var dabs = (int)(length * (look.Needles ? 36 : 44));
            var twig = Paint.Of(look.Bark).Times(0.7f).Lit(0.3f, 0.3f, 0.4f).At(metres, 1f);
            for (var t = 0f; t < 1f; t += 1.5f / Math.Max(4f, length * scale))
            {
                layers.Dab(x + (side * length * t * scale), y + (droop * length * t * t * scale),
                    Math.Max(0.7f, 0.02f * scale * (1f - t)), 1f, 0, twig);
            }

            for (var n = 0; n < dabs; n++)
            {
                var t = MathF.Pow(random.Next(), 0.7f);
                var spread = (look.Needles ? 0.16f : 0.3f) * scale;
                var high = random.Bell();
                var light = Math.Clamp(0.5f - (0.28f * high), 0.1f, 1f) * random.Between(0.3f, 1f);
                var leaf = Leaf(ref random, 0.5f - (0.3f * high)).Times(random.Between(0.75f, 1.2f))
                    .Lit(light, light, 0.35f + (0.5f * light)).At(metres, 2.2f * t * Unit);
                layers.Dab(x + (side * length * t * scale) + (random.Bell() * spread * 0.5f),
                    y + (droop * length * t * t * scale) + (high * spread * 0.5f),
                    Math.Max(1f, scale * random.Between(0.022f, 0.06f)), look.Needles ? 0.3f : 0.5f,
                    look.Needles ? (side * droop) + random.Between(-0.5f, 0.5f) : random.Between(0f, 3.1f), leaf);
            }
        }
    }

    /// <summary>A bush: dark inside, leaves lighter to the top and the sun.</summary>
    public void Bush(float column, float metres, ref SeededRandom random)
    {
        var scale = view.Scale(metres);
        var foot = view.GroundRow(column, metres);
        var tall = random.Between(0.4f, look.Canopy > 0 ? 1.5f : 1.1f);
        var wide = tall * random.Between(0.55f, 1.1f);
        var tone = random.Between(0.75f, 1.2f);
        var yellow = random.Chance(0.25) ? 0.35f : 0f;
        var stems = 7 + random.Below(6);
        for (var n = 0; n < stems; n++)
        {
            var stem = Paint.Of(look.Bark).Times(0.7f).Lit(0.3f, 0.3f, 0.45f).At(metres, 1f * Unit);
            layers.Blade(column + (random.Bell() * 0.08f * wide * scale), foot,
                tall * scale * random.Between(0.5f, 0.95f),
                random.Bell() * 0.35f, random.Bell() * 0.3f, Math.Max(1f, 0.025f * scale), stem);
        }

        var size = Math.Max(1.1f, scale * (look.Needles ? 0.017f : 0.021f));
        var dabs = (int)Math.Clamp(tall * wide * 3600f * Math.Min(1f, scale / 260f) + 160f, 120f, 5200f);
        Span<Vector3> clumps = stackalloc Vector3[4 + random.Below(7)];
        foreach (ref var clump in clumps)
        {
            // Boughs: where each carries its leaves, and how many.
            clump = new Vector3(random.Between(-0.75f, 0.75f), random.Between(0.16f, 0.82f),
                random.Between(0.16f, 0.42f));
        }

        for (var n = 0; n < dabs; n++)
        {
            var clump = clumps[random.Below(clumps.Length)];
            var dx = random.Bell() * 0.62f;
            var dy = random.Bell() * 0.62f;
            var side = clump.X + (dx * clump.Z);
            var high = Math.Max(0.02f, clump.Y + (dy * clump.Z * 0.8f));
            var outer = Math.Clamp(0.42f + (0.4f * dy) + (0.25f * (high - 0.5f)), 0.05f, 1f);
            var light = (0.12f + (0.88f * outer)) * random.Between(0.5f, 1.1f);
            var leaf = Paint.Between(Leaf(ref random, high), _grass[^1],
                yellow).Times(tone * random.Between(0.72f, 1.25f))
                .Lit(light * (0.75f - (0.4f * dx)), light * (0.75f + (0.4f * dx)), 0.2f + (0.7f * light))
                .At(metres * (1f + (0.02f * random.Bell())), 2.6f * high * Unit);
            layers.Dab(column + (side * wide * scale), foot - (high * tall * scale), size * random.Between(0.6f, 1.5f),
                look.Needles ? 0.35f : 0.46f, random.Between(0f, 3.1f), leaf);
        }
    }

    /// <summary>A stone, lit on its top.</summary>
    public void Rock(float column, float metres, ref SeededRandom random)
    {
        var scale = view.Scale(metres);
        var foot = view.GroundRow(column, metres);
        var size = random.Between(0.05f, 0.32f) * random.Between(0.5f, 1f) * scale;
        var flat = random.Between(0.45f, 0.75f);
        var tone = Paint.Of(look.Rock).Times(random.Between(0.8f, 1.15f));
        var seed = noise + (uint)random.Below(1 << 20);
        for (var row = (int)(foot - (2 * size * flat)); row <= foot + (size * 0.1f); row++)
        {
            for (var c = (int)(column - (size * 1.2f)); c <= column + (size * 1.2f); c++)
            {
                if (row < 0 || c < 0 || row >= view.Height || c >= view.Width)
                {
                    continue;
                }

                var u = (c - column) / size;
                var v = (row - (foot - (size * flat * 0.7f))) / (size * flat);
                var angle = MathF.Atan2(v, u);
                var edge = 0.75f + (0.45f * Noise.At((angle * 1.7f) + 9f, 2f, seed));
                var inside = edge - MathF.Sqrt((u * u) + (v * v));
                if (inside <= 0)
                {
                    continue;
                }

                var grain = Noise.Octaves(u * 9f, v * 9f, 6, seed + 5);
                var facing = Math.Clamp(0.55f - (0.6f * v), 0.05f, 1f);
                var paint = look.Snowy && v < -0.1f + (0.4f * grain) ? Paint.Of(0xE6EBEF)
                    : tone.Times(0.6f + (0.8f * grain));
                layers.Lay((row * view.Width) + c, Math.Min(1f, inside * size), paint
                    .Lit(facing * (0.8f - (0.6f * u)), facing * (0.8f + (0.6f * u)),
                        0.3f + (0.6f * facing)).At(metres));
            }
        }
    }

    public void Grass(float column, float metres, ref SeededRandom random)
    {
        var scale = view.Scale(metres);
        var x = (column - (view.Width / 2f)) / scale;
        var clump = Noise.Octaves(x * 1.3f, metres * 0.9f, 2, noise + 201);
        var tone = _grass[Math.Clamp((int)((clump + (0.2f * random.Bell())) * _grass.Length), 0, _grass.Length - 1)];
        var length = look.BladeMetres * random.Between(0.35f, 1.1f) * (0.5f + clump) * scale;
        if (length < 2f)
        {
            length = 2f;
        }

        var light = random.Between(0.45f, 1f);
        var side = random.Bell() * 0.2f;
        var paint = tone.Times(random.Between(0.72f, 1.22f))
            .Lit(light * (0.8f - side), light * (0.8f + side), 0.5f + (0.4f * light))
            .At(metres, Math.Clamp(length * 0.05f, 0f, 9f * Unit));
        layers.Blade(column, view.GroundRow(column, metres), length, random.Bell() * 0.28f, random.Bell() * 0.4f,
            Math.Clamp(0.007f * scale, 0.7f, Math.Max(0.7f, 5.5f * Unit)), paint);
    }

    /// <summary>A fallen leaf, a pebble, a clod of snow: flat on the ground.</summary>
    public void Litter(float column, float metres, ref SeededRandom random)
    {
        var scale = view.Scale(metres);
        var size = scale * random.Between(0.012f, 0.034f);
        var light = random.Between(0.35f, 1f);
        var row = view.GroundRow(column, metres) - (size * 0.2f);
        var at = ((int)Math.Clamp(row, 0, view.Height - 1) * view.Width) + (int)Math.Clamp(column, 0, view.Width - 1);
        var morning = layers.Morning[at] / 255f;
        var afternoon = layers.Afternoon[at] / 255f;
        var paint = _litter[random.Below(_litter.Length)].Times(random.Between(0.65f, 1.15f))
            .Lit((0.3f + light) * morning, (0.3f + light) * afternoon, 0.55f + (0.4f * light)).At(metres);
        layers.Dab(column, row + (size * 0.35f), size, 0.45f, 0.2f * random.Bell(), paint.Times(0.4f));
        layers.Dab(column, row, size, random.Between(0.28f, 0.5f), 0.35f * random.Bell(), paint);
    }

    /// <summary>Leaves close before the lens, at an upper corner.</summary>
    public void HangingBranch(bool left, ref SeededRandom random)
    {
        const float metres = 1.6f;
        var x = left ? -10f : view.Width + 10f;
        var inward = left ? 1f : -1f;
        var y = view.Height * random.Between(-0.05f, 0.1f);
        var length = view.Width * random.Between(0.16f, 0.3f);
        var droop = view.Height * random.Between(0.08f, 0.2f);
        var twig = Paint.Of(look.Bark).Times(0.6f).Lit(0.25f, 0.25f, 0.5f).At(metres, 1.5f * Unit);
        for (var t = 0f; t < 1f; t += 0.004f)
        {
            layers.Dab(x + (inward * length * t), y + (droop * t * t), (6f * Unit * (1f - t)) + 1f, 1f, 0, twig);
        }

        for (var n = 0; n < (look.Needles ? 700 : 150); n++)
        {
            var t = random.Next();
            var light = random.Between(0.15f, 0.9f);
            var leaf = Leaf(ref random, random.Next()).Times(random.Between(0.7f, 1.2f)).Lit(light, light,
                0.4f + (0.4f * light))
                .At(metres, 5f * t * Unit);
            var spread = view.Width * 0.02f * (1.2f - (0.5f * t));
            layers.Dab(x + (inward * length * t) + (random.Bell() * spread),
                y + (droop * t * t) + (random.Bell() * spread),
                Unit * (look.Needles ? random.Between(10f, 17f) : random.Between(9f, 20f)),
                look.Needles ? 0.1f : 0.48f, random.Between(0f, 3.1f), leaf);
        }
    }

    Paint Leaf(ref SeededRandom random, float high)
    {
        if (look.Snowy)
        {
            // Snow lies on what looks up.
            return random.Chance(0.22 + (0.3 * high)) ? _leaf[2] : _leaf[random.Below(2)];
        }

        return _leaf[random.Below(_leaf.Length)];
    }
}
