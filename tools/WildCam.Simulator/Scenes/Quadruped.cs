using System.Numerics;

namespace WildCam.Simulator.Scenes;

/// <summary>How far a walking thing is in its step, and how it holds itself.</summary>
/// <param name="Step">0 to 1 through the stride.</param>
/// <param name="Stride">0 stands, 1 walks, 1.8 runs.</param>
/// <param name="HeadDown">0 alert, 1 nose to the ground.</param>
/// <param name="Turn">Of the head to the camera, -1 to 1.</param>
readonly record struct Pose(float Step, float Stride, float HeadDown, float Turn);

/// <summary>The measures of a four-legged animal, in metres, and its coat.</summary>
sealed record Quadruped
{
    public required float Shoulder { get; init; }

    public required float Length { get; init; }

    public required float Chest { get; init; }

    public required float Waist { get; init; }

    public required float Rump { get; init; }

    public float Arch { get; init; }

    public required float Neck { get; init; }

    public required float NeckRadius { get; init; }

    /// <summary>Of the neck over the line of the back, in degrees, head up.</summary>
    public required float NeckDegrees { get; init; }

    public required float Skull { get; init; }

    public required float Muzzle { get; init; }

    public required float MuzzleRadius { get; init; }

    public required float Ear { get; init; }

    public float EarWidth { get; init; } = 0.42f;

    public float EarDegrees { get; init; } = 62;

    public required float LegRadius { get; init; }

    public float Thigh { get; init; } = 1.9f;

    public required float Tail { get; init; }

    public required float TailRadius { get; init; }

    public float TailDegrees { get; init; } = -35;

    public required Coat Trunk { get; init; }

    public required Coat NeckCoat { get; init; }

    public required Coat Head { get; init; }

    public required Coat MuzzleCoat { get; init; }

    public required Coat Legs { get; init; }

    public required Coat Feet { get; init; }

    public required Coat TailCoat { get; init; }

    public uint? TailTip { get; init; }

    public uint? RumpPatch { get; init; }

    public uint EarBack { get; init; } = 0x2A2522;

    public uint? Mask { get; init; }

    public uint? FaceStripe { get; init; }

    public float Antlers { get; init; }

    /// <summary>The body in a pose.</summary>
    public Body Build(Pose pose)
    {
        var body = new Body();
        var bob = 0.012f * Shoulder * MathF.Sin(pose.Step * MathF.Tau * 2f) * pose.Stride;
        var chest = new Vector3(Length * 0.34f, Shoulder - (Chest * 0.72f) + bob, 0);
        var waist = new Vector3(-Length * 0.06f, Shoulder - (Chest * 0.78f) + (Arch * 0.6f) + bob, 0);
        var rump = new Vector3(-Length * 0.4f, Shoulder - (Rump * 0.82f) + Arch - bob, 0);
        Legged(body, pose, chest, rump, near: false);
        body.Limb(rump, waist, Rump, Waist, Trunk, Chest * 0.5f);
        body.Limb(waist, chest, Waist, Chest, Trunk, Chest * 0.5f);
        if (RumpPatch is { } patch)
        {
            body.Limb(rump + new Vector3(-Rump * 0.62f, Rump * 0.1f, 0),
                rump + new Vector3(-Rump * 0.5f, -Rump * 0.5f, 0),
                Rump * 0.56f, Rump * 0.44f, Coat.Of(patch), Rump * 0.2f);
        }

        Tailed(body, pose, rump);
        Legged(body, pose, chest, rump, near: true);
        Headed(body, pose, chest);
        return body;
    }

    void Legged(Body body, Pose pose, Vector3 chest, Vector3 rump, bool near)
    {
        var z = (near ? 1f : -1f) * Chest * 0.5f;
        var half = near ? 0f : 0.5f;
        var stride = Shoulder * 0.3f * pose.Stride;
        Foot(body, chest + new Vector3(-Length * 0.015f, -Chest * 0.25f, z), pose.Step + half, stride, front: true);
        Foot(body, rump + new Vector3(0, -Rump * 0.12f, z), pose.Step + half + 0.28f, stride, front: false);
    }

    void Foot(Body body, Vector3 joint, float step, float stride, bool front)
    {
        var (sin, cos) = MathF.SinCos(step * MathF.Tau);
        var lift = Math.Max(0f, cos) * stride * 0.32f;
        var apart = Length * (joint.Z > 0 == front ? 0.055f : -0.055f);
        var foot = new Vector3(joint.X + apart + (stride * sin) - (front ? 0f : Length * 0.03f),
            LegRadius * 0.8f + lift, joint.Z);
        var hock = front ? Shoulder * 0.14f : Shoulder * 0.24f;
        var ankle = foot + new Vector3(front ? -hock * 0.1f - (lift * 0.5f) : -hock * 0.38f - (lift * 0.3f), hock, 0);
        var bone = (joint - ankle).Length() * 0.535f;
        var thick = LegRadius * Thigh * (front ? 1f : 1.3f);
        body.Leg(joint, ankle, bone, bone, front ? -1f : 1f, thick, LegRadius * 1.15f, LegRadius * 0.86f, Trunk with
        {
            Back = Trunk.Side,
            Belly = Legs.Side,
        }, Legs, Chest * 0.3f);
        body.Limb(ankle, foot, LegRadius * 0.86f, LegRadius * 0.74f, Feet, LegRadius * 0.5f);
        body.Limb(foot, foot + new Vector3(LegRadius * 1.5f, -LegRadius * 0.1f, 0), LegRadius * 0.8f, LegRadius * 0.6f,
            Feet,
            LegRadius * 0.4f);
    }

    void Tailed(Body body, Pose pose, Vector3 rump)
    {
        if (Tail <= 0)
        {
            return;
        }

        var angle = (TailDegrees + (8f * MathF.Sin(pose.Step * MathF.Tau))) * MathF.PI / 180f;
        var root = rump + new Vector3(-Rump * 0.8f, Rump * 0.32f, 0);
        var out_ = new Vector3(-MathF.Cos(angle), MathF.Sin(angle), 0);
        var middle = root + (out_ * Tail * 0.5f);
        var end = middle + (new Vector3(-MathF.Cos(angle * 0.6f), MathF.Sin(angle * 0.6f), 0.1f) * Tail * 0.5f);
        body.Limb(root, middle, TailRadius * 0.62f, TailRadius, TailCoat, TailRadius * 0.6f);
        body.Limb(middle, end, TailRadius, TailRadius * 0.62f, TailCoat, TailRadius * 0.4f);
        if (TailTip is { } tip)
        {
            body.Limb(Vector3.Lerp(middle, end, 0.8f), end + ((end - middle) * 0.22f), TailRadius * 0.66f,
                TailRadius * 0.3f,
                Coat.Of(tip, 1.5f), TailRadius * 0.3f);
        }
    }

    void Headed(Body body, Pose pose, Vector3 chest)
    {
        var angle = float.Lerp(NeckDegrees, -48f, pose.HeadDown) * MathF.PI / 180f;
        var reach = Neck * (1f + (0.12f * pose.HeadDown));
        var root = chest + new Vector3(Chest * 0.35f, Chest * 0.3f, 0);
        var turn = pose.Turn * 0.9f;
        var neckEnd = root + new Vector3(MathF.Cos(angle) * reach, MathF.Sin(angle) * reach, turn * Skull * 0.5f);
        body.Limb(root, neckEnd, NeckRadius * 1.35f, NeckRadius * 0.86f, NeckCoat, Chest * 0.4f);
        var pitch = float.Lerp(-0.28f, -1.0f, pose.HeadDown);
        var flat = MathF.Cos(pitch);
        var ahead = new Vector3(flat * MathF.Cos(turn), MathF.Sin(pitch), flat * MathF.Sin(turn));
        var up = new Vector3(-MathF.Sin(pitch) * MathF.Cos(turn), flat, -MathF.Sin(pitch) * MathF.Sin(turn));
        var side = Vector3.Cross(ahead, up);
        var skull = neckEnd + (ahead * Skull * 0.4f);
        body.Limb(neckEnd, skull + (ahead * Skull * 0.25f), Skull * 0.95f, Skull * 0.9f, Head, Skull * 0.35f);
        var nose = skull + (ahead * (Skull * 0.75f + Muzzle)) - (up * Skull * 0.26f);
        body.Limb(skull + (ahead * Skull * 0.5f) - (up * Skull * 0.12f), nose, MuzzleRadius * 1.35f,
            MuzzleRadius * 0.85f,
            MuzzleCoat, Skull * 0.28f);
        body.Limb(nose + (ahead * MuzzleRadius * 0.5f) + (up * MuzzleRadius * 0.2f),
            nose + (ahead * MuzzleRadius * 0.6f),
            MuzzleRadius * 0.5f, MuzzleRadius * 0.42f, Coat.Of(0x1B1817, 0), MuzzleRadius * 0.1f);
        Faced(body, skull, ahead, up, side);
        foreach (var ear in (ReadOnlySpan<float>)[-1f, 1f])
        {
            var (sin, cos) = MathF.SinCos(EarDegrees * MathF.PI / 180f);
            var foot = skull + (up * Skull * 0.62f) + (side * ear * Skull * 0.52f) - (ahead * Skull * 0.25f);
            var tip = foot + (((up * sin) + (side * ear * cos * 0.7f) - (ahead * cos * 0.55f)) * Ear);
            body.Limb(foot, Vector3.Lerp(foot, tip, 0.5f), Ear * EarWidth * 0.62f, Ear * EarWidth * 0.6f, Head,
                Skull * 0.1f);
            body.Limb(Vector3.Lerp(foot, tip, 0.45f), tip, Ear * EarWidth * 0.6f, Ear * EarWidth * 0.16f,
                new Coat(EarBack, EarBack, Head.Side), Skull * 0.08f);
            if (Antlers > 0)
            {
                Antler(body, skull + (up * Skull * 0.8f) + (side * ear * Skull * 0.3f), up, ahead, side * ear);
            }
        }
    }

    void Faced(Body body, Vector3 skull, Vector3 ahead, Vector3 up, Vector3 side)
    {
        foreach (var eye in (ReadOnlySpan<float>)[-1f, 1f])
        {
            var at = skull + (ahead * Skull * 0.62f) + (up * Skull * 0.2f) + (side * eye * Skull * 0.66f);
            if (Mask is { } mask)
            {
                body.Limb(at - (up * Skull * 0.1f), at - (ahead * Skull * 0.4f) - (up * Skull * 0.2f), Skull * 0.36f,
                    Skull * 0.3f, Coat.Of(mask), Skull * 0.08f);
            }

            body.Limb(at, at + (ahead * Skull * 0.04f), Skull * 0.13f, Skull * 0.13f, Coat.Of(0x0B0908, 0),
                Skull * 0.02f);
            body.Glows.Add(new Glow(at + (side * eye * Skull * 0.13f), Math.Max(0.008f, Skull * 0.12f), 1f, true));
        }

        if (FaceStripe is { } stripe)
        {
            body.Limb(skull - (ahead * Skull * 0.6f) + (up * Skull * 0.8f),
                skull + (ahead * (Skull + (Muzzle * 0.5f))) + (up * Skull * 0.2f), Skull * 0.26f, Skull * 0.13f,
                Coat.Of(stripe), Skull * 0.06f);
        }
    }

    void Antler(Body body, Vector3 root, Vector3 up, Vector3 ahead, Vector3 side)
    {
        var bone = new Coat(0xA58F6C, 0x86704F, 0x6B583E, Marking.Plain, 0, 0);
        var from = root;
        var thick = Antlers * 0.035f;
        for (var n = 0; n < 4; n++)
        {
            var bend = n / 3f;
            var to = from + (((up * (0.7f + (0.2f * bend))) - (ahead * (0.75f - (0.7f * bend)))
                + (side * (0.45f - (0.25f * bend))))
                * Antlers * 0.27f);
            body.Limb(from, to, thick, thick * 0.82f, bone, 0.01f);
            body.Limb(from, from + (((ahead * 0.8f) + (up * (0.35f + bend))) * Antlers * 0.2f), thick * 0.8f,
                thick * 0.3f, bone,
                0.01f);
            from = to;
            thick *= 0.82f;
        }
    }
}
