using WildCam.Worlds.Virtual;

namespace WildCam.Faults.Delivery;

/// <summary>
/// The camera's own code against the hub's own way in, without a network and without real time. There is no database to
/// check in the end: the simulation itself holds that every picture is stored with its bytes or on its card, bytes
/// before rows, once, and that after the faults every card is empty, nothing is in quarantine and what was given up
/// came.
/// </summary>
static class ProtocolSimulated
{
    public static Scenario Scenario { get; } = new(
        "protocol", $"{ProtocolSimulation.StepsASeed:N0} steps of camera and hub in virtual time: deaths, cuts, lost "
            + "and doubled messages, failed writes", RunAsync);

    static Task RunAsync(Point point) => Task.Run(
        () =>
        {
            ProtocolSimulation.RunAgainstIngest(point.Seed);
            ProtocolSimulation.DeliverOverNarrowLink(point.Seed);
        },
        point.Cancellation);
}
