using WildCam.Hub.Jobs;

namespace WildCam.Tests.Jobs;

public sealed class BackoffTests
{
    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 10)]
    [InlineData(5, 80)]
    [InlineData(10, 2560)]
    [InlineData(11, 3600)]
    [InlineData(1_000_000, 3600)]
    public void The_pause_doubles_to_an_hour_and_jitter_takes_up_to_half(int attempts, int seconds)
    {
        Assert.Equal(seconds / 2.0, Backoff.After(attempts, 0).TotalSeconds);
        Assert.Equal(seconds * 0.75, Backoff.After(attempts, 0.5).TotalSeconds);
        Assert.True(Backoff.After(attempts, 0.999).TotalSeconds < seconds);
    }
}
