using Known = WildCam.Storage.Cameras.Camera;

namespace WildCam.Tests.Gateway;

public sealed class CameraSameTests
{
    static readonly DateTimeOffset Until = new(2026, 5, 20, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_camera_read_again_is_the_same_whatever_arrays_hold_its_hashes() =>
        Assert.True(Read().IsSame(Read()));

    [Fact]
    public void Any_change_that_a_hub_must_hear_of_makes_another()
    {
        var known = Read();
        Known[] changed =
        [
            known with { PasswordHash = [9] }, known with { PasswordHash = null }, known with { PreviousHash = [9] },
            known with { PreviousHash = null }, known with { PreviousUntil = null },
            known with { IsPasswordUsed = true }, known with { RevokedAt = Until }, known with { ProjectId = 2 },
        ];
        Assert.All(changed, c => Assert.False(known.IsSame(c)));
    }

    static Known Read() => new(1, 1, "demo", "cam-1", "Camera 1", [1, 2], 3600, null)
    {
        PreviousHash = [3, 4],
        PreviousUntil = Until,
    };
}
