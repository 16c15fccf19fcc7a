using System.Numerics;

namespace WildCam.Simulator.Scenes;

/// <summary>How a coat is marked along a limb.</summary>
enum Marking
{
    Plain,

    /// <summary>Rings across, as on a raccoon's tail.</summary>
    Rings,

    /// <summary>Dark spots, as on a bobcat.</summary>
    Spots,

    /// <summary>A pale band along the back, as on a skunk.</summary>
    BackBand,

    /// <summary>Fine bars, as on a turkey's feathers.</summary>
    Bars,

    /// <summary>Grizzled hair: coyote, badger, boar.</summary>
    Grizzled,
}

/// <summary>Colours of a part from back to belly, 0xRRGGBB, and its marking.</summary>
readonly record struct Coat(uint Back, uint Side, uint Belly, Marking Marking = Marking.Plain, uint Mark = 0,
    float Fur = 1f)
{
    public static Coat Of(uint all, float fur = 1f) => new(all, all, all, Marking.Plain, 0, fur);
}

/// <summary>A limb: two spheres and what lies between them, in metres; x forward, y up, z to the near side.</summary>
readonly record struct Limb(Vector3 From, Vector3 To, float FromRadius, float ToRadius, Coat Coat, float Blend);

/// <summary>A flat side of a made thing, corners in order, in metres.</summary>
readonly record struct Face(Vector3[] Corners, uint Color, float Gloss);

/// <summary>A light or a shining eye.</summary>
readonly record struct Glow(Vector3 At, float Radius, float Strength, bool InfraredOnly);

/// <summary>A thing that can stand in a scene: an animal, a person, a vehicle.</summary>
sealed class Body
{
    public List<Limb> Limbs { get; } = [];

    public List<Face> Faces { get; } = [];

    public List<Glow> Glows { get; } = [];

    /// <summary>From the origin to the farthest limb or corner along the ground, in metres.</summary>
    public float Reach => Math.Max(
        Limbs.Max(l => Math.Abs(l.From.X)), Faces.SelectMany(f => f.Corners).Select(c => c.X).DefaultIfEmpty().Max());

    public void Limb(Vector3 from, Vector3 to, float fromRadius, float toRadius, in Coat coat, float blend = 0.03f) =>
        Limbs.Add(new Limb(from, to, fromRadius, toRadius, coat, blend));

    /// <summary>
    /// Two bones from a joint to a foot: the middle joint bends to <paramref name="bend"/> (1 forward, -1 back).
    /// </summary>
    public void Leg(
        Vector3 joint, Vector3 foot, float upper, float lower, float bend, float thigh, float knee, float ankle,
        in Coat upperCoat, in Coat lowerCoat, float blend)
    {
        var line = foot - joint;
        var reach = Math.Min(line.Length(), (upper + lower) * 0.995f);
        var direction = Vector3.Normalize(line);
        var along = ((upper * upper) - (lower * lower) + (reach * reach)) / (2 * reach);
        var off = MathF.Sqrt(Math.Max(0f, (upper * upper) - (along * along)));
        var side = new Vector3(-direction.Y, direction.X, 0) * bend;
        var middle = joint + (direction * along) + (side * off);
        Limb(joint, middle, thigh, knee, upperCoat, blend);
        Limb(middle, joint + (direction * reach), knee, ankle, lowerCoat, blend * 0.6f);
    }
}
