using System.Runtime.CompilerServices;

namespace WildCam.Simulator.Scenes;

/// <summary>Smooth value noise: what gives bark, soil, cloud and fur their texture.</summary>
static class Noise
{
    /// <summary>One octave at a point, 0 to 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float At(float x, float y, uint seed)
    {
        var fx = MathF.Floor(x);
        var fy = MathF.Floor(y);
        var ix = (int)fx;
        var iy = (int)fy;
        var u = x - fx;
        var v = y - fy;
        u = u * u * (3 - (2 * u));
        v = v * v * (3 - (2 * v));
        var a = Lattice(ix, iy, seed);
        var b = Lattice(ix + 1, iy, seed);
        var c = Lattice(ix, iy + 1, seed);
        var d = Lattice(ix + 1, iy + 1, seed);
        var top = a + ((b - a) * u);
        var bottom = c + ((d - c) * u);
        return top + ((bottom - top) * v);
    }

    /// <summary>Octaves of falling weight, 0 to 1, mostly around one half.</summary>
    public static float Octaves(float x, float y, int octaves, uint seed)
    {
        var sum = 0f;
        var weight = 0.5f;
        var total = 0f;
        for (var i = 0; i < octaves; i++)
        {
            sum += weight * At(x, y, seed + (uint)i);
            total += weight;
            weight *= 0.55f;
            x = (x * 2.03f) + 17.1f;
            y = (y * 2.03f) + 9.7f;
        }

        return sum / total;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static float Lattice(int x, int y, uint seed)
    {
        var h = ((uint)x * 0x8DA6B343u) ^ ((uint)y * 0xD8163841u) ^ (seed * 0xCB1AB31Fu);
        h ^= h >> 15;
        h *= 0x2C1B3C6Du;
        h ^= h >> 12;
        h *= 0x297A2D39u;
        h ^= h >> 15;
        return (h & 0xFFFFFF) * (1f / 0xFFFFFF);
    }
}
