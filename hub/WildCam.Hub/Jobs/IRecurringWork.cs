namespace WildCam.Hub.Jobs;

/// <summary>Work that runs again and again, in one hub at a time. Twice is harmless.</summary>
public interface IRecurringWork
{
    /// <summary>The key in the schedule, such as "partitions".</summary>
    string Name { get; }

    /// <summary>What it does, for people.</summary>
    string Title { get; }

    TimeSpan Every { get; }

    /// <summary>Runs once; what it did, in one sentence.</summary>
    Task<string> RunAsync(CancellationToken cancellationToken);
}
