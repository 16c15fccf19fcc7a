namespace WildCam.Tests.Camera;

/// <summary>A thousand lives of a camera; WILDCAM_SEED=n lives one of them.</summary>
public sealed class CameraLivesTests(ITestOutputHelper output)
{
    const int Lives = 1000;

    static readonly int? OneSeed = int.TryParse(Environment.GetEnvironmentVariable("WILDCAM_SEED"), out var seed)
        ? seed : null;

    [Fact]
    public void In_a_thousand_lives_no_picture_is_gone_that_the_camera_did_not_count()
    {
        var seeds = OneSeed is { } one ? [one] : Enumerable.Range(1, Lives).ToArray();
        var sum = new LifeReport(0, 0, 0, 0, 0, 0, 0, 0, 0);
        foreach (var seed in seeds)
        {
            sum = sum.Plus(CameraLife.Live(seed));
        }

        output.WriteLine(sum.ToString());
        Assert.True(sum.Taken > 20 * seeds.Length, $"Too little happened: {sum}");
        Assert.True(sum.Ids >= sum.Taken, $"Not every picture had an id of its own: {sum}");
        if (OneSeed is null)
        {
            // All kinds of faults came, and the full-spool policy had its work.
            Assert.All(
                new[] { sum.Dropped, sum.PowerCuts, sum.CardsOut, sum.Deaths, sum.Failed },
                n => Assert.InRange(n, Lives / 2, int.MaxValue));
        }
    }
}
