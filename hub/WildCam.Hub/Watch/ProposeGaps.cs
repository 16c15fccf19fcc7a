using WildCam.Hub.Jobs;
using WildCam.Storage.Watch;

namespace WildCam.Hub.Watch;

/// <summary>Proposes the times in which cameras did not work, for researchers to decide on.</summary>
sealed class ProposeGaps(OperationalGapsTable gaps, TimeProvider time) : IRecurringWork
{
    public string Name => "gaps";

    public string Title => "Propose the times in which cameras did not work";

    public TimeSpan Every => TimeSpan.FromMinutes(30);

    public async Task<string> RunAsync(CancellationToken cancellationToken) =>
        $"Proposed or changed {await gaps.ProposeAsync(time.GetUtcNow(), cancellationToken)} gaps.";
}
