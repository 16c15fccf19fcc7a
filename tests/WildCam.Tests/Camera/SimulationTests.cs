namespace WildCam.Tests.Camera;

/// <summary>The protocol's two sides in virtual time; `./wildcam faults protocol` runs more seeds of it.</summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    static readonly int? OneSeed = int.TryParse(Environment.GetEnvironmentVariable("WILDCAM_SEED"), out var seed)
        ? seed : null;

    public static TheoryData<int> Seeds => OneSeed is { } one ? [one] : [.. Enumerable.Range(1, 3)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_receipted_picture_is_in_the_hub_once_and_every_other_in_the_spool(int seed)
    {
        output.WriteLine($"WILDCAM_SEED={seed}");
        output.WriteLine(ProtocolSimulation.RunAgainstModel(seed));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_hubs_own_way_in_loses_and_doubles_nothing(int seed)
    {
        output.WriteLine($"WILDCAM_SEED={seed}");
        var told = ProtocolSimulation.RunAgainstIngest(seed);
        output.WriteLine(told);
        Assert.Equal(told, ProtocolSimulation.RunAgainstIngest(seed));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_link_of_8_KB_a_second_that_is_cut_every_30_s_still_finishes_a_picture_of_300_KB(int seed)
    {
        output.WriteLine($"WILDCAM_SEED={seed}: {ProtocolSimulation.DeliverOverNarrowLink(seed):0} s of virtual time");
    }
}
