using System.Buffers.Binary;
using System.Security.Cryptography;

namespace WildCam.Storage.Fleet;

/// <summary>A camera of the project, as a rollout to be planned sees it.</summary>
public sealed record RolloutCandidate(int CameraId, string Code)
{
    public short Board { get; init; }

    /// <summary>The version that it reported last; null: it was never heard of.</summary>
    public Version? Reported { get; init; }

    public int? BatteryPercent { get; init; }

    /// <summary>Whether it is heard of as often as it should.</summary>
    public bool IsHeard { get; init; } = true;

    /// <summary>Whether the hub can vouch for firmware to it.</summary>
    public bool HasUpdateKey { get; init; } = true;

    /// <summary>Whether another rollout still waits for it.</summary>
    public bool IsBusy { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];
}

/// <summary>Which cameras a rollout would go to, in which step, and why not to the others.</summary>
public sealed record RolloutPreview
{
    /// <summary>Cameras that were looked at.</summary>
    public int Cameras { get; init; }

    public int OtherBoard { get; init; }

    /// <summary>Run this version already.</summary>
    public int AlreadyThere { get; init; }

    /// <summary>Run a newer one.</summary>
    public int NewerThere { get; init; }

    public int WithoutKey { get; init; }

    public int InOtherRollout { get; init; }

    /// <summary>Of those that it goes to: charge below the floor, so they wait.</summary>
    public int LowBattery { get; init; }

    /// <summary>Of those that it goes to: not heard of as often as they should.</summary>
    public int NotHeard { get; init; }

    /// <summary>The cameras that it goes to, and the step of each, from 0.</summary>
    public IReadOnlyList<(RolloutCandidate Camera, int Step)> Targets { get; init; } = [];

    public int CamerasOf(int step) => Targets.Count(t => t.Step == step);
}

/// <summary>
/// Deals the cameras of a project into the steps of a rollout: a pure function. Those that are heard and charged come
/// first, so that the first steps say something soon; among equals chance decides, and not the order of their names.
/// </summary>
public static class RolloutPlanning
{
    public static RolloutPreview Preview(
        RolloutPlan plan, short board, Version target, bool isRollback, IReadOnlyList<RolloutCandidate> cameras,
        int seed)
    {
        var preview = new RolloutPreview { Cameras = cameras.Count };
        var fit = new List<RolloutCandidate>();
        foreach (var camera in cameras)
        {
            if (camera.Board != board)
            {
                preview = preview with { OtherBoard = preview.OtherBoard + 1 };
            }
            else if (camera.Reported == target)
            {
                preview = preview with { AlreadyThere = preview.AlreadyThere + 1 };
            }
            else if (camera.Reported > target && !isRollback)
            {
                preview = preview with { NewerThere = preview.NewerThere + 1 };
            }
            else if (!camera.HasUpdateKey)
            {
                preview = preview with { WithoutKey = preview.WithoutKey + 1 };
            }
            else if (camera.IsBusy)
            {
                preview = preview with { InOtherRollout = preview.InOtherRollout + 1 };
            }
            else
            {
                fit.Add(camera);
            }
        }

        return preview with
        {
            LowBattery = fit.Count(c => IsLow(plan, c)),
            NotHeard = fit.Count(c => !c.IsHeard),
            Targets = Deal(plan, fit, seed),
        };
    }

    static List<(RolloutCandidate Camera, int Step)> Deal(RolloutPlan plan, List<RolloutCandidate> cameras, int seed)
    {
        var left = cameras.OrderBy(c => !c.IsHeard || IsLow(plan, c)).ThenBy(c => Lot(seed, c.CameraId))
            .ThenBy(c => c.CameraId).ToList();
        var dealt = new List<(RolloutCandidate Camera, int Step)>(left.Count);
        for (var at = 0; at < plan.Steps.Count; at++)
        {
            var step = plan.Steps[at];
            var taken = step.Kind switch
            {
                StepKind.Tag => left.FindAll(c => c.Tags.Contains(step.Tag!, StringComparer.OrdinalIgnoreCase)),
                StepKind.Count => left.Take(step.Value).ToList(),
                StepKind.Percent => left.Take(PercentOf(cameras.Count, step.Value)).ToList(),
                _ => left.ToList(),
            };
            var number = at;
            dealt.AddRange(taken.Select(c => (c, number)));
            var ids = taken.Select(c => c.CameraId).ToHashSet();
            left.RemoveAll(c => ids.Contains(c.CameraId));
        }

        return dealt;
    }

    static int PercentOf(int cameras, int percent) =>
        cameras == 0 ? 0 : Math.Max(1, (int)Math.Round(cameras * percent / 100.0, MidpointRounding.AwayFromZero));

    static bool IsLow(RolloutPlan plan, RolloutCandidate camera) => camera.BatteryPercent < plan.BatteryPercentMin;

    static ulong Lot(int seed, int cameraId)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, seed);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], cameraId);
        return BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(bytes));
    }
}
