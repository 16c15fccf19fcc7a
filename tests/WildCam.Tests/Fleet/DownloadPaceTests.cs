using WildCam.Hub.Fleet;

namespace WildCam.Tests.Fleet;

public sealed class DownloadPaceTests
{
    readonly Clock _clock = new();

    [Fact]
    public void Windows_follow_each_other_at_the_rollouts_rate()
    {
        var pace = new DownloadPace(_clock);
        var waits = Enumerable.Range(0, 3).Select(_ => pace.Reserve(1, 20_000, 10_000, 1)!.Value.TotalSeconds);
        Assert.Equal([0.0, 2.0, 4.0], waits);
        Assert.Equal(TimeSpan.Zero, pace.Reserve(2, 20_000, 10_000, 1));
        _clock.Now += TimeSpan.FromSeconds(60);
        Assert.Equal(TimeSpan.Zero, pace.Reserve(1, 20_000, 10_000, 1));
    }

    [Fact]
    public void Hubs_share_the_rate()
    {
        var pace = new DownloadPace(_clock);
        pace.Reserve(1, 10_000, 10_000, 4);
        Assert.Equal(TimeSpan.FromSeconds(4), pace.Reserve(1, 10_000, 10_000, 4));
    }

    [Fact]
    public void A_camera_that_would_wait_longer_than_its_patience_is_left_to_ask_again()
    {
        var pace = new DownloadPace(_clock);
        var granted = 0;
        while (pace.Reserve(1, 16_384, 10_000, 1) is { } wait)
        {
            Assert.True(wait <= DownloadPace.WaitMax);
            granted++;
        }

        Assert.Equal(13, granted);
        _clock.Now += TimeSpan.FromSeconds(10);
        Assert.NotNull(pace.Reserve(1, 16_384, 10_000, 1));
    }

    sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 5, 4, 8, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
