using WildCam.Storage.Jobs;

namespace WildCam.Tests.Jobs;

public sealed class RecurringRunTests
{
    static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1, 0)]
    [InlineData(12, 0)]
    [InlineData(13, 7)]
    [InlineData(92 * 24, 92 * 24 - 6)]
    public void Work_is_overdue_once_two_intervals_and_a_run_went_by_without_an_end(int hoursAgo, int hoursOverdue)
    {
        var run = new RecurringRun(
            "partitions", "Make", TimeSpan.FromHours(6), null, Now.AddHours(-hoursAgo), true, "", null);
        Assert.Equal(TimeSpan.FromHours(hoursOverdue), run.OverdueAt(Now));
    }

    [Fact]
    public void Work_that_never_ran_is_not_overdue()
    {
        var run = new RecurringRun("new", "New", TimeSpan.FromHours(6), null, null, null, null, null);
        Assert.Equal(TimeSpan.Zero, run.OverdueAt(Now));
    }
}
