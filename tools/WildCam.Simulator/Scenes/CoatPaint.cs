using System.Numerics;

namespace WildCam.Simulator.Scenes;

/// <summary>The colour of a limb at a place: back to belly, marking, hair.</summary>
readonly struct CoatPaint(Coat coat, float scale, uint seed)
{
    readonly Vector3 _back = Linear.Of(coat.Back);
    readonly Vector3 _side = Linear.Of(coat.Side);
    readonly Vector3 _belly = Linear.Of(coat.Belly);
    readonly Vector3 _mark = Linear.Of(coat.Mark);
    readonly float _fine = Math.Min(1f, scale / 220f);

    /// <summary>Colour at metres along and across the limb.</summary>
    public Vector3 At(float along, float across, float t, float up, out float fuzz)
    {
        // Hair lies along the limb: long that way, fine across.
        var hair = Noise.At(along * 38f, across * 240f, seed);
        var tuft = Noise.At(along * 16f, across * 26f, seed + 3);
        var color = up > 0
            ? Vector3.Lerp(_side, _back, Smooth(up, 0.25f, 0.85f))
            : Vector3.Lerp(_side, _belly, Smooth(-up, 0.25f, 0.85f));
        switch (coat.Marking)
        {
            case Marking.Rings:
                color = Vector3.Lerp(color, _mark, Smooth(MathF.Sin((t + (0.04f * tuft)) * 22f), -0.2f, 0.3f));
                break;
            case Marking.Spots:
                color = Vector3.Lerp(color, _mark, 0.75f * Smooth(Noise.At(along * 34f, across * 46f, seed + 9), 0.6f,
                    0.72f));
                break;
            case Marking.BackBand:
                color = Vector3.Lerp(color, _mark, Smooth(up + (0.25f * (tuft - 0.5f)), 0.42f, 0.6f));
                break;
            case Marking.Bars:
                color = Vector3.Lerp(color, _mark, 0.7f * Smooth(MathF.Sin((along * 90f) + (7f * tuft)), 0.1f, 0.8f));
                break;
            case Marking.Grizzled:
                color = Vector3.Lerp(color, _mark, 0.65f * Smooth(hair, 0.5f, 0.85f));
                break;
            default:
                break;
        }

        var depth = coat.Fur * _fine;
        fuzz = (hair - 0.45f) * 3.4f * Math.Min(coat.Fur, 1.6f) * (0.3f + _fine);
        return color * (1f + (depth * (((hair - 0.5f) * 0.8f) + ((tuft - 0.5f) * 0.55f))));
    }

    static float Smooth(float x, float low, float high)
    {
        var t = Math.Clamp((x - low) / (high - low), 0f, 1f);
        return t * t * (3f - (2f * t));
    }
}
