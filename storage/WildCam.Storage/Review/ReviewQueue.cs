namespace WildCam.Storage.Review;

/// <summary>Why an event waits for a person. Every queue has an end.</summary>
public enum ReviewQueue
{
    /// <summary>A model says something below the project's threshold.</summary>
    LowConfidence,

    /// <summary>Two models contradict each other.</summary>
    Disagree,

    /// <summary>A species that its camera showed on few days of the last year.</summary>
    Rare,

    /// <summary>From the first days of a site.</summary>
    NewSite,

    /// <summary>Everything that no person decided on, of one site or of all.</summary>
    Unreviewed,

    /// <summary>Somebody asked for another opinion.</summary>
    Questions,
}

/// <summary>How many events wait; each count stops at <see cref="ReviewQueuesTable.CountMax"/>.</summary>
public sealed record ReviewCounts(
    IReadOnlyDictionary<ReviewQueue, int> Queues, IReadOnlyDictionary<int, int> BySite);

/// <summary>An event of a queue, and where the queue goes on after it.</summary>
public readonly record struct ReviewEntry(Guid EventId, DateTimeOffset StartedAt);

/// <summary>Somebody else who reviews now.</summary>
public sealed record OtherReviewer(string Name, int CameraId, int? SiteId);
