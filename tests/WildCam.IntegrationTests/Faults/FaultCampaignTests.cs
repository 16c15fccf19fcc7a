using WildCam.Faults;

namespace WildCam.IntegrationTests.Faults;

/// <summary>The short form of `./wildcam faults`: every scenario at one point, another one in every run.</summary>
public sealed class FaultCampaignTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. Scenario.All.Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Nothing_is_lost_when(string scenario)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("WILDCAM_SEED"), out var given)
            ? given
            : Random.Shared.Next();
        var again = $"./wildcam faults {scenario} --seed {seed} --point 1";
        output.WriteLine(again);
        await using var shared = new SharedWorld();
        var fault = await Campaign.RunPointAsync(
            TestCluster.Server, Scenario.All.Single(s => s.Name == scenario), seed, 1, shared,
            TestContext.Current.CancellationToken);
        Assert.True(fault is null, $"{fault}\nagain: {again}");
    }
}
