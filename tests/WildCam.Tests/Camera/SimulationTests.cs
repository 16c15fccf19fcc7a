namespace WildCam.Tests.Camera;

/// <summary>Lives of a camera by chance: everything that can go wrong does, and nothing is lost or doubled.</summary>
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
}
