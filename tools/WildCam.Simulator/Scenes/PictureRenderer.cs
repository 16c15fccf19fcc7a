using System.Numerics;

namespace WildCam.Simulator.Scenes;

/// <summary>
/// Puts a moment's light on a camera's layers and its visitors among them. One at a time; its arrays are kept for
/// the next picture.
/// </summary>
sealed class PictureRenderer(int width, int height)
{
    const int ToneSteps = 4096;
    const float ToneScale = 1000f;
    /// <summary>A body of which grass and trees leave less than this to be seen is not on the picture.</summary>
    const float SeenShareMin = 0.2f;

    const int NoiseSteps = 1 << 16;

    static readonly float[] LinearOf = [.. Enumerable.Range(0, 256).Select(n => Linear.Of((byte)n))];
    static readonly float[] MetresOf = [.. Enumerable.Range(0, 256).Select(n => Perspective.Metres((byte)n))];
    static readonly float[] Tone = BuildTone();
    static readonly float[] Grain = BuildGrain();

    readonly float[] _red = new float[width * height];
    readonly float[] _green = new float[width * height];
    readonly float[] _blue = new float[width * height];
    readonly float[] _hazeThrough = new float[256];
    readonly float[] _lamp = new float[256];
    readonly int[] _sourceRow = new int[width];
    readonly Sprite _sprite = new();

    /// <summary>Draws a picture into <paramref name="pixels"/>, three bytes a pixel, red first.</summary>
    public GroundTruth Draw(
        SceneLayers layers, Perspective view, SceneTrigger trigger, SceneLight light, int frame, ulong seed,
            byte[] pixels)
    {
        var random = SeededRandom.For(seed, 31, (ulong)frame);
        var phase = random.Next() * MathF.Tau;
        for (var d = 0; d < 256; d++)
        {
            _hazeThrough[d] = MathF.Exp(-light.HazePerMetre * MetresOf[d]);
            // The lamp's light falls with the square of the way; close by, its beam is not yet full.
            _lamp[d] = 24f * light.Exposure / ((MetresOf[d] * MetresOf[d]) + 11f);
        }

        Light(layers, view, trigger.Wind, phase, light);
        var boxes = new List<TruthBox>();
        foreach (var actor in trigger.Actors)
        {
            if (Visit(layers, view, trigger, actor, light, frame, phase) is { } box)
            {
                boxes.Add(box);
            }
        }

        Develop(light, ref random, pixels);
        return boxes.Count == 0 ? GroundTruth.Blank : new GroundTruth(trigger.Subject, trigger.Species, boxes);
    }

    /// <summary>Where each pixel of a row comes from while the wind blows.</summary>
    void Blow(SceneLayers layers, int row, float wind, float phase)
    {
        var start = row * width;
        for (var column = 0; column < width; column++)
        {
            var sway = layers.Sway[start + column];
            var from = column;
            if (sway > 8 && wind > 0.02f)
            {
                var wave = MathF.Sin(phase + (column * 0.011f) + (row * 0.006f))
                    + (0.5f * MathF.Sin((phase * 2.7f) + (column * 0.043f)));
                from = Math.Clamp(column + (int)MathF.Round(sway * wind * wave * 0.0625f), 0, width - 1);
            }

            _sourceRow[column] = start + from;
        }
    }

    void Light(SceneLayers layers, Perspective view, float wind, float phase, SceneLight light)
    {
        for (var row = 0; row < height; row++)
        {
            Blow(layers, row, wind, phase);
            if (light.Infrared)
            {
                LightLamp(layers, row);
            }
            else
            {
                LightDay(layers, view, row, light);
            }
        }
    }

    void LightDay(SceneLayers layers, Perspective view, int row, SceneLight light)
    {
        var high = Math.Clamp(row / Math.Max(1f, view.Horizon), 0f, 1f);
        var sky = Vector3.Lerp(light.SkyTop, light.SkyLow, high * high) * light.Exposure;
        var cloud = light.CloudColor * light.Exposure;
        var fromLeft = light.FromLeft / 255f;
        var fromRight = (1f - light.FromLeft) / 255f;
        var sun = light.Sun * light.Exposure;
        var ambient = light.Ambient * (light.Exposure / 255f);
        var haze = light.Haze * light.Exposure;
        var start = row * width;
        for (var column = 0; column < width; column++)
        {
            var at = _sourceRow[column];
            var depth = layers.Depth[at];
            if (depth == Perspective.Sky)
            {
                var cover = Math.Clamp((layers.Red[at] / 255f) + (2f * light.Cloudiness) - 1f, 0f, 1f);
                _red[start + column] = sky.X + ((cloud.X - sky.X) * cover);
                _green[start + column] = sky.Y + ((cloud.Y - sky.Y) * cover);
                _blue[start + column] = sky.Z + ((cloud.Z - sky.Z) * cover);
                continue;
            }

            var lit = (layers.Morning[at] * fromLeft) + (layers.Afternoon[at] * fromRight);
            var open = layers.Open[at];
            var through = _hazeThrough[depth];
            var back = 1f - through;
            _red[start + column] = (LinearOf[layers.Red[at]] * ((sun.X * lit) + (ambient.X * open)) * through)
                + (haze.X * back);
            _green[start + column] = (LinearOf[layers.Green[at]] * ((sun.Y * lit) + (ambient.Y * open)) * through)
                + (haze.Y * back);
            _blue[start + column] = (LinearOf[layers.Blue[at]] * ((sun.Z * lit) + (ambient.Z * open)) * through)
                + (haze.Z * back);
        }
    }

    void LightLamp(SceneLayers layers, int row)
    {
        var start = row * width;
        for (var column = 0; column < width; column++)
        {
            var at = _sourceRow[column];
            var depth = layers.Depth[at];
            if (depth == Perspective.Sky)
            {
                _red[start + column] = 0.0015f;
                continue;
            }

            // Leaves and grass are bright in infrared, whatever their green.
            var leaf = layers.Sway[at] > 0 ? 0.06f : 0.03f;
            var grey = (0.45f * LinearOf[layers.Red[at]]) + (0.5f * LinearOf[layers.Green[at]]) + leaf;
            var damp = 1f - _hazeThrough[depth];
            _red[start + column] = (grey * _lamp[depth] * (0.25f + (layers.Open[at] * 0.003f)) * _hazeThrough[depth])
                + (0.05f * damp) + 0.0015f;
        }
    }

    TruthBox? Visit(
        SceneLayers layers, Perspective view, SceneTrigger trigger, in Actor actor, SceneLight light, int frame,
            float phase)
    {
        var seconds = frame * SceneTrigger.BurstGapSeconds;
        var moved = actor.MetresPerSecond * seconds;
        var metres = Math.Max(1.8f, actor.Metres + (moved * MathF.Sin(actor.Yaw)));
        var scale = view.Scale(metres) * actor.Size;
        var column = (actor.Column * width) + (moved * MathF.Cos(actor.Yaw) * view.Scale(metres));
        var pose = actor.Pose with { Step = actor.Pose.Step + (seconds * 1.1f * Math.Min(1f,
            actor.MetresPerSecond * 4f)) };
        var look = new SeededRandom(actor.Look);
        var body = trigger.Subject switch
        {
            SceneSubject.Person => Others.Person(pose with { HeadDown = 0 }, ref look),
            SceneSubject.Vehicle => Others.Truck(light.SunDegrees < 4, ref look),
            _ => SpeciesBodies.Build(trigger.Species!, pose, look.Chance(0.45)),
        };
        var foot = view.GroundRow(column, metres);
        Shade(layers, column, foot, scale * 0.8f * body.Reach, metres, light);
        _sprite.Draw(body, column, foot, scale, actor.Yaw, width, height, (uint)actor.Look);
        return Compose(layers, view, light, metres, column, foot, trigger.Wind, phase);
    }

    TruthBox? Compose(
        SceneLayers layers, Perspective view, SceneLight light, float metres, float footX, float footY, float wind,
            float phase)
    {
        var depth = Perspective.Depth(metres);
        var stand = (Math.Clamp((int)footY, 0, height - 1) * width) + Math.Clamp((int)footX, 0, width - 1);
        var shine = 0.3f + (0.7f * ((layers.Morning[stand] * light.FromLeft)
            + (layers.Afternoon[stand] * (1f - light.FromLeft))) / 255f);
        var toSun = Vector3.Normalize(new Vector3((0.5f - light.FromLeft) * 1.7f, 0.75f, 0.4f));
        var through = _hazeThrough[depth];
        var (left, top, right, bottom, seen, drawn) = (int.MaxValue, int.MaxValue, -1, -1, 0, 0);
        for (var row = 0; row < _sprite.Height; row++)
        {
            var line = (row + _sprite.Top) * width;
            Blow(layers, row + _sprite.Top, wind, phase);
            for (var column = 0; column < _sprite.Width; column++)
            {
                var x = column + _sprite.Left;
                if (!_sprite.TryRead(column, row, out var cover, out var color, out var facing))
                {
                    continue;
                }

                drawn++;
                if (layers.Depth[_sourceRow[x]] < depth)
                {
                    continue;
                }

                Vector3 lit;
                if (light.Infrared)
                {
                    var grey = (0.5f * color.X) + (0.5f * color.Y) + (0.25f * color.Z) + 0.05f;
                    lit = new Vector3(grey * _lamp[depth] * (0.3f + (0.7f * facing.Z)));
                }
                else
                {
                    var open = 0.55f + (0.45f * facing.Y) - (0.15f * Math.Max(0f, -facing.Y));
                    lit = color * ((light.Sun * shine * Math.Max(0f, Vector3.Dot(facing, toSun)))
                        + (light.Ambient * Math.Max(0.2f, open)))
                        * light.Exposure;
                    lit = (lit * through) + (light.Haze * light.Exposure * (1f - through));
                }

                var at = line + x;
                _red[at] += (lit.X - _red[at]) * cover;
                _green[at] += (lit.Y - _green[at]) * cover;
                _blue[at] += (lit.Z - _blue[at]) * cover;
                if (cover > 0.4f)
                {
                    seen++;
                    left = Math.Min(left, x);
                    right = Math.Max(right, x);
                    top = Math.Min(top, row + _sprite.Top);
                    bottom = Math.Max(bottom, row + _sprite.Top);
                }
            }
        }

        foreach (var glow in _sprite.Glows)
        {
            if (light.Infrared || !glow.InfraredOnly)
            {
                Shine(glow.X, glow.Y, Math.Max(width * 0.0016f, glow.Radius), glow.Strength);
            }
        }

        // What hides but for a few pixels is not on the picture.
        return seen < width * height / 4000 || seen < drawn * SeenShareMin
            ? null
            : new TruthBox(
                left / (float)width, top / (float)height, (right + 1 - left) / (float)width,
                    (bottom + 1 - top) / (float)height);
    }

    void Shine(float x, float y, float radius, float strength)
    {
        var reach = (int)(radius * (4f + (2f * strength))) + 2;
        for (var row = Math.Max(0, (int)y - reach); row <= Math.Min(height - 1, (int)y + reach); row++)
        {
            for (var column = Math.Max(0, (int)x - reach); column <= Math.Min(width - 1, (int)x + reach); column++)
            {
                var away = MathF.Sqrt(((column - x) * (column - x)) + ((row - y) * (row - y))) / radius;
                var core = Math.Clamp(1.4f - away, 0f, 1f) * 2.5f;
                var fade = Math.Clamp(1f - (away * radius / reach), 0f, 1f);
                var halo = 0.16f * strength * fade * fade / (1f + (away * away * 0.5f));
                var at = (row * width) + column;
                _red[at] += core + halo;
                _green[at] += core + (halo * 0.97f);
                _blue[at] += core + (halo * 0.85f);
            }
        }
    }

    /// <summary>The ground under a body lies in its shade.</summary>
    void Shade(SceneLayers layers, float x, float y, float reach, float metres, SceneLight light)
    {
        var shift = light.Infrared ? 0f : (light.FromLeft - 0.5f) * reach * 0.9f;
        var flat = reach * 0.2f;
        var depth = Perspective.Depth(metres);
        var strength = light.Infrared ? 0.35f : 0.48f;
        for (var row = Math.Max(0, (int)(y - flat)); row <= Math.Min(height - 1, (int)(y + flat)); row++)
        {
            for (var column = Math.Max(0, (int)(x + shift - reach)); column <= Math.Min(width - 1,
                (int)(x + shift + reach)); column++)
            {
                var u = (column - x - shift) / reach;
                var v = (row - y) / flat;
                var away = (u * u) + (v * v);
                var at = (row * width) + column;
                if (away < 1f && Math.Abs(layers.Depth[at] - depth) < 14)
                {
                    var keep = 1f - (strength * (1f - away));
                    _red[at] *= keep;
                    _green[at] *= keep;
                    _blue[at] *= keep;
                }
            }
        }
    }

    /// <summary>Vignette, tone curve and the sensor's noise.</summary>
    void Develop(SceneLight light, ref SeededRandom random, byte[] pixels)
    {
        var wide = 1f / ((width * width / 4f) + (height * height / 4f));
        var edge = light.Infrared ? 0.72f : 0.3f;
        for (var row = 0; row < height; row++)
        {
            var dy = row - (height * 0.5f);
            var noise = random.Below(NoiseSteps - (width * 2));
            var start = row * width;
            for (var column = 0; column < width; column++)
            {
                var dx = column - (width * 0.5f);
                var away = ((dx * dx) + (dy * dy)) * wide;
                var lens = (1f - (edge * away)) * ToneScale;
                var grain = Grain[noise + column] * light.Grain;
                var at = start + column;
                var to = at * 3;
                if (light.Infrared)
                {
                    var grey = ToByte(_red[at] * lens, grain);
                    pixels[to] = pixels[to + 1] = pixels[to + 2] = grey;
                    continue;
                }

                var dull = ((_red[at] * 0.3f) + (_green[at] * 0.6f) + (_blue[at] * 0.1f)) * light.Dull;
                var keep = 1f - light.Dull;
                var tint = Grain[noise + width + column] * light.Grain * 0.4f;
                pixels[to] = ToByte(((_red[at] * keep) + dull) * lens, grain + tint);
                pixels[to + 1] = ToByte(((_green[at] * keep) + dull) * lens, grain);
                pixels[to + 2] = ToByte(((_blue[at] * keep) + dull) * lens, grain - tint);
            }
        }
    }

    static byte ToByte(float light, float grain) =>
        (byte)Math.Clamp(Tone[Math.Clamp((int)(light + (grain * 0.12f) + 0.7f), 0, ToneSteps - 1)] + grain, 0f, 255f);

    /// <summary>Shadows lifted a little, highlights rolled off, as a small sensor's processor does it.</summary>
    static float[] BuildTone() =>
    [
        .. Enumerable.Range(0, ToneSteps).Select(n =>
        {
            var light = n / ToneScale;
            var rolled = 1f - MathF.Exp(-2.1f * light);
            var screen = MathF.Pow(rolled, 1f / 2.2f);
            var curve = screen + (0.16f * MathF.Sin((screen - 0.5f) * MathF.Tau) * 0.5f);
            return 6f + (246f * curve);
        }),
    ];

    static float[] BuildGrain()
    {
        var random = new SeededRandom(71);
        var grain = new float[NoiseSteps];
        var last = 0f;
        for (var n = 0; n < grain.Length; n++)
        {
            var next = random.Bell();
            grain[n] = (next + (0.55f * last)) * 0.88f;
            last = next;
        }

        return grain;
    }
}
