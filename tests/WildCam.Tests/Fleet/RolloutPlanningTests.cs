using WildCam.Storage.Fleet;

namespace WildCam.Tests.Fleet;

public sealed class RolloutPlanningTests
{
    const short Board = 2;
    static readonly Version Old = new(1, 4, 2);
    static readonly Version New = new(1, 5, 0);

    static List<RolloutCandidate> Cameras(int count) =>
    [
        .. Enumerable.Range(1, count).Select(n => new RolloutCandidate(n, $"c-{n:000}")
        {
            Board = Board, Reported = Old, BatteryPercent = 80,
        }),
    ];

    static RolloutPreview Preview(List<RolloutCandidate> cameras, RolloutPlan? plan = null, int seed = 1) =>
        RolloutPlanning.Preview(plan ?? RolloutPlan.Careful, Board, New, isRollback: false, cameras, seed);

    [Fact]
    public void Careful_takes_one_then_5_then_25_per_cent_then_the_rest()
    {
        var preview = Preview(Cameras(41));
        Assert.Equal([1, 2, 10, 28], Enumerable.Range(0, 4).Select(preview.CamerasOf));
        Assert.Equal("41 of 41 cameras.", RolloutSentences.Preview(preview, RolloutPlan.Careful));
        Assert.Equal([1, 0, 0, 0], Enumerable.Range(0, 4).Select(Preview(Cameras(1)).CamerasOf));
        Assert.Equal([1, 25, 125, 349], Enumerable.Range(0, 4).Select(Preview(Cameras(500)).CamerasOf));
    }

    [Fact]
    public void Each_camera_that_it_cannot_go_to_is_told_with_its_reason()
    {
        var cameras = Cameras(10);
        cameras[0] = cameras[0] with { Board = 3 };
        cameras[1] = cameras[1] with { Reported = New };
        cameras[2] = cameras[2] with { Reported = new Version(1, 10, 0) };
        cameras[3] = cameras[3] with { HasUpdateKey = false };
        cameras[4] = cameras[4] with { IsBusy = true };
        cameras[5] = cameras[5] with { BatteryPercent = 29 };
        cameras[6] = cameras[6] with { IsHeard = false };
        cameras[7] = cameras[7] with { Reported = null, BatteryPercent = null };
        var preview = Preview(cameras);
        Assert.Equal(5, preview.Targets.Count);
        Assert.Equal(
            "5 of 10 cameras: 1 below 30\u00a0% battery waits, 1 is not heard of as it should, 1 has another board, "
            + "1 has this version already, 1 runs a newer version, 1 has no update key, 1 is in another rollout.",
            RolloutSentences.Preview(preview, RolloutPlan.Careful));
    }

    [Fact]
    public void What_the_design_says_before_the_start_is_what_is_said()
    {
        var cameras = Cameras(47);
        for (var n = 0; n < 6; n++)
        {
            cameras[n] = n < 2 ? cameras[n] with { Board = 3 } : cameras[n] with { BatteryPercent = 12 };
        }

        Assert.Equal(
            "45 of 47 cameras: 4 below 30\u00a0% battery wait, 2 have another board.",
            RolloutSentences.Preview(Preview(cameras), RolloutPlan.Careful));
    }

    [Fact]
    public void Those_with_low_batteries_and_those_not_heard_come_last()
    {
        var cameras = Cameras(40);
        for (var n = 0; n < 20; n++)
        {
            cameras[n] = n % 2 == 0 ? cameras[n] with { BatteryPercent = 10 } : cameras[n] with { IsHeard = false };
        }

        var late = cameras.Take(20).Select(c => c.CameraId).ToHashSet();
        foreach (var seed in Enumerable.Range(1, 20))
        {
            Assert.All(
                Preview(cameras, seed: seed).Targets.Where(t => late.Contains(t.Camera.CameraId)),
                t => Assert.Equal(3, t.Step));
        }
    }

    [Fact]
    public void Chance_decides_among_equals_and_the_same_seed_decides_the_same()
    {
        var cameras = Cameras(200);
        var firsts = Enumerable.Range(1, 30)
            .Select(seed => Preview(cameras, seed: seed).Targets.First(t => t.Step == 0).Camera.CameraId).ToList();
        Assert.True(firsts.Distinct().Count() > 20, string.Join(' ', firsts));
        Assert.Equal(Preview(cameras, seed: 9).Targets, Preview(cameras, seed: 9).Targets);
    }

    [Fact]
    public void A_tag_takes_its_cameras_first_and_each_camera_is_dealt_once()
    {
        var cameras = Cameras(30);
        cameras[3] = cameras[3] with { Tags = ["north", "test"] };
        cameras[9] = cameras[9] with { Tags = ["test"], BatteryPercent = 5 };
        var plan = RolloutPlan.Careful with
        {
            Steps =
            [
                new(StepKind.Tag, Tag: "test"), new(StepKind.Tag, Tag: "none"), new(StepKind.Count, 5),
                new(StepKind.Rest),
            ],
        };
        var preview = Preview(cameras, plan);
        Assert.Equal([2, 0, 5, 23], Enumerable.Range(0, 4).Select(preview.CamerasOf));
        Assert.Equal([4, 10], preview.Targets.Where(t => t.Step == 0).Select(t => t.Camera.CameraId).Order());
        Assert.Equal(30, preview.Targets.Select(t => t.Camera.CameraId).Distinct().Count());
    }

    [Fact]
    public void A_rollback_goes_to_newer_versions_too()
    {
        var cameras = Cameras(3);
        cameras[0] = cameras[0] with { Reported = new Version(1, 6, 0) };
        Assert.Equal(2, Preview(cameras).Targets.Count);
        Assert.Equal(3, RolloutPlanning.Preview(
            RolloutPlan.Careful, Board, New, isRollback: true, cameras, 1).Targets.Count);
    }
}
