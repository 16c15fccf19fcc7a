using System.Runtime.CompilerServices;

namespace WildCam.Simulator.Scenes;

/// <summary>
/// What stands before a camera, without light: colour, sun from the left and from the right, open sky, depth, and
/// how far
/// wind moves it. Light is put on it per picture, so one set serves day, dusk and infrared, and the background
/// of a camera stays the same.
/// </summary>
sealed class SceneLayers(int width, int height)
{
    public int Width { get; } = width;

    public int Height { get; } = height;

    public byte[] Red { get; } = new byte[width * height];

    public byte[] Green { get; } = new byte[width * height];

    public byte[] Blue { get; } = new byte[width * height];

    /// <summary>Sun that reaches the place in the morning, from the left.</summary>
    public byte[] Morning { get; } = new byte[width * height];

    /// <summary>Sun that reaches the place in the afternoon, from the right.</summary>
    public byte[] Afternoon { get; } = new byte[width * height];

    /// <summary>Open sky above the place.</summary>
    public byte[] Open { get; } = new byte[width * height];

    /// <summary>Distance, see <see cref="Perspective.Depth"/>.</summary>
    public byte[] Depth { get; } = new byte[width * height];

    /// <summary>Movement in full wind, in sixteenths of a pixel.</summary>
    public byte[] Sway { get; } = new byte[width * height];

    /// <summary>Lays paint over one pixel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Lay(int at, float alpha, in Paint paint)
    {
        if (alpha >= 0.99f)
        {
            Red[at] = (byte)paint.Red;
            Green[at] = (byte)paint.Green;
            Blue[at] = (byte)paint.Blue;
            Morning[at] = (byte)paint.Morning;
            Afternoon[at] = (byte)paint.Afternoon;
            Open[at] = (byte)paint.Open;
        }
        else
        {
            Red[at] = Mix(Red[at], paint.Red, alpha);
            Green[at] = Mix(Green[at], paint.Green, alpha);
            Blue[at] = Mix(Blue[at], paint.Blue, alpha);
            Morning[at] = Mix(Morning[at], paint.Morning, alpha);
            Afternoon[at] = Mix(Afternoon[at], paint.Afternoon, alpha);
            Open[at] = Mix(Open[at], paint.Open, alpha);
        }

        if (alpha > 0.45f)
        {
            Depth[at] = paint.Depth;
            Sway[at] = paint.Sway;
        }
    }

    /// <summary>An ellipse with a soft edge: a leaf, a needle tuft, a pebble.</summary>
    public void Dab(float x, float y, float radius, float flat, float angle, in Paint paint)
    {
        var reach = radius + 1;
        var left = Math.Max(0, (int)(x - reach));
        var right = Math.Min(Width - 1, (int)(x + reach + 1));
        var top = Math.Max(0, (int)(y - reach));
        var bottom = Math.Min(Height - 1, (int)(y + reach + 1));
        var (sin, cos) = MathF.SinCos(angle);
        var inverse = 1f / radius;
        var inverseFlat = 1f / Math.Max(0.45f, radius * flat);
        for (var row = top; row <= bottom; row++)
        {
            for (var column = left; column <= right; column++)
            {
                var dx = column - x;
                var dy = row - y;
                var u = ((dx * cos) + (dy * sin)) * inverse;
                var v = ((dy * cos) - (dx * sin)) * inverseFlat;
                var alpha = (1f - MathF.Sqrt((u * u) + (v * v))) * radius * flat + 0.5f;
                if (alpha > 0.03f)
                {
                    Lay((row * Width) + column, Math.Min(1f, alpha), paint);
                }
            }
        }
    }

    /// <summary>A bent, tapering line from the root up: a blade of grass, a twig.</summary>
    public void Blade(float x, float y, float length, float lean, float bend, float thick, in Paint paint)
    {
        var steps = Math.Max(2, (int)(length * 1.15f));
        var rootSway = paint.Sway;
        var laid = paint;
        for (var i = 0; i <= steps; i++)
        {
            var t = i / (float)steps;
            var column = x + (lean * length * t) + (bend * length * t * t);
            var row = y - (length * t * (1f - (0.25f * Math.Abs(bend) * t)));
            var half = thick * 0.5f * (1f - (0.85f * t));
            laid.Sway = (byte)(rootSway * t);
            var left = (int)MathF.Floor(column - half);
            var right = (int)MathF.Floor(column + half + 1);
            var line = (int)row;
            if (line < 0 || line >= Height)
            {
                continue;
            }

            for (var c = Math.Max(0, left); c <= Math.Min(Width - 1, right); c++)
            {
                var cover = Math.Min(c + 1f, column + half + 0.35f) - Math.Max(c, column - half - 0.35f);
                if (cover > 0.05f)
                {
                    Lay((line * Width) + c, Math.Min(1f, cover), laid);
                }
            }
        }
    }

    /// <summary>The softness of a small lens: each colour is averaged with its neighbours.</summary>
    public void Soften()
    {
        foreach (var plane in (ReadOnlySpan<byte[]>)[Red, Green, Blue, Morning, Afternoon, Open])
        {
            var above = new int[Width];
            var here = new int[Width];
            for (var row = 0; row < Height; row++)
            {
                var line = plane.AsSpan(row * Width, Width);
                var below = row + 1 < Height ? plane.AsSpan((row + 1) * Width, Width) : line;
                for (var c = 0; c < Width; c++)
                {
                    here[c] = line[c];
                }

                var upper = row == 0 ? here : above;
                for (var c = 0; c < Width; c++)
                {
                    var l = here[Math.Max(0, c - 1)];
                    var r = here[Math.Min(Width - 1, c + 1)];
                    line[c] = (byte)(((here[c] * 4) + l + r + upper[c] + below[c] + 4) >> 3);
                }

                (above, here) = (here, above);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static byte Mix(byte old, float next, float alpha) => (byte)(old + ((next - old) * alpha) + 0.5f);
}

/// <summary>What a brush leaves: colour 0 to 255, sun and sky 0 to 255, depth and sway.</summary>
struct Paint
{
    public float Red;
    public float Green;
    public float Blue;
    public float Morning;
    public float Afternoon;
    public float Open;
    public byte Depth;
    public byte Sway;

    /// <summary>The same in another brightness; 1 is unchanged.</summary>
    public readonly Paint Times(float factor) => this with
    {
        Red = Math.Clamp(Red * factor, 0f, 255f),
        Green = Math.Clamp(Green * factor, 0f, 255f),
        Blue = Math.Clamp(Blue * factor, 0f, 255f),
    };

    public readonly Paint Lit(float morning, float afternoon, float open) => this with
    {
        Morning = Math.Clamp(morning, 0f, 1f) * 255f,
        Afternoon = Math.Clamp(afternoon, 0f, 1f) * 255f,
        Open = Math.Clamp(open, 0f, 1f) * 255f,
    };

    public readonly Paint At(float metres, float swayPixels = 0) => this with
    {
        Depth = Perspective.Depth(metres),
        Sway = (byte)Math.Clamp(swayPixels * 16f, 0f, 255f),
    };

    public static Paint Of(uint rgb) => new()
    {
        Red = (rgb >> 16) & 255,
        Green = (rgb >> 8) & 255,
        Blue = rgb & 255,
    };

    public static Paint Between(in Paint a, in Paint b, float t) => a with
    {
        Red = a.Red + ((b.Red - a.Red) * t),
        Green = a.Green + ((b.Green - a.Green) * t),
        Blue = a.Blue + ((b.Blue - a.Blue) * t),
    };
}
