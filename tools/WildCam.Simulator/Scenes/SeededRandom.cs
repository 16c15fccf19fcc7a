namespace WildCam.Simulator.Scenes;

/// <summary>SplitMix64: small, seeded, and the same on every machine and runtime version.</summary>
public struct SeededRandom(ulong seed)
{
    ulong _state = seed;

    /// <summary>A generator of its own for a thing within a seed: a camera, a trigger, a tree.</summary>
    public static SeededRandom For(ulong seed, params ReadOnlySpan<ulong> parts)
    {
        var mixed = new SeededRandom(seed);
        var state = mixed.NextUInt64();
        foreach (var part in parts)
        {
            state = new SeededRandom(state ^ (part * 0x9E3779B97F4A7C15UL)).NextUInt64();
        }

        return new SeededRandom(state);
    }

    public ulong NextUInt64()
    {
        _state += 0x9E3779B97F4A7C15UL;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    /// <summary>At least 0, below 1.</summary>
    public float Next() => (NextUInt64() >> 40) * (1f / (1 << 24));

    public float Between(float low, float high) => low + ((high - low) * Next());

    /// <summary>At least 0, below <paramref name="below"/>.</summary>
    public int Below(int below) => (int)((NextUInt64() >> 33) % (ulong)below);

    public bool Chance(double probability) => probability > 0 && Next() < probability;

    /// <summary>About normal, mean 0, deviation 1, never beyond 3.5.</summary>
    public float Bell() => (Next() + Next() + Next() + Next() - 2f) * 1.732f;
}
