using WildCam.Hub.Desk;
using WildCam.Storage.Jobs;

namespace WildCam.Tests.Desk;

public sealed class JobsWordsTests
{
    static readonly DateTimeOffset s_now = new(2026, 5, 31, 14, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_hub_that_keeps_up_says_how_quick_the_newest_picture_was()
    {
        Assert.Equal(
            "Keeping up: newest picture processed 3 s after arrival.",
            Lag(new ProcessingLag(3.4, null, null, 0), 0, 0));
        Assert.Equal(
            "Keeping up: newest picture processed 3 s after arrival. 37 pictures are still being worked on.",
            Lag(new ProcessingLag(3, s_now.AddSeconds(-59), "detection", 37), 37, 60));
        Assert.Equal("Keeping up: no new picture waits.", Lag(new ProcessingLag(null, null, null, 0), 0, 0));
    }

    [Fact]
    public void A_hub_that_is_behind_says_by_how_much_and_when_it_has_caught_up()
    {
        var behind = new ProcessingLag(3, s_now.AddMinutes(-130), "detection", 4100);
        Assert.Equal(
            "Behind by 2 h 10 min: 4,100 detection jobs wait, 60 a minute are done: caught up in about 1 h 08 min.",
            Lag(behind, 4100, 60));
        Assert.Equal(
            "Behind by 2 h 10 min: 1 detection job waits and none was done in 5 minutes. Look at the hub's log.",
            Lag(behind, 1, 0));
        Assert.Equal(
            "Behind by 2 h 10 min: more than 9,999 detection jobs wait, 1000 a minute are done: "
            + "caught up in at least 10 min.",
            Lag(behind, JobsOverview.CountMax, 1000));
    }

    static string Lag(ProcessingLag lag, int ready, double perMinute) => JobsWords.Lag(
        lag,
        [new("exif", 9, 0, 0, 0, 1, 0), new("detection", ready, 0, 0, 0, perMinute, 0)],
        s_now);
}
