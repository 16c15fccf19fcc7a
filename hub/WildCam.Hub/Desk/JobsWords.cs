using System.Globalization;

namespace WildCam.Hub.Desk;

/// <summary>The sentences of the jobs page.</summary>
static class JobsWords
{
    /// <summary>A fresh job that waits longer means that the hub does not keep up.</summary>
    public static readonly TimeSpan KeepingUpMax = TimeSpan.FromMinutes(1);

    /// <summary>How far behind processing is, and when it has caught up.</summary>
    public static string Lag(ProcessingLag lag, IReadOnlyList<JobKindCounts> kinds, DateTimeOffset now)
    {
        if (lag.BehindSince is { } since && now - since > KeepingUpMax)
        {
            return Behind(now - since, kinds.First(k => k.Kind == lag.BehindKind));
        }

        var sentence = lag.FreshSeconds is { } seconds
            ? $"Keeping up: newest picture processed {Texts.Lasting(TimeSpan.FromSeconds(seconds))} after arrival."
            : "Keeping up: no new picture waits.";
        return lag.UnfinishedCaptures switch
        {
            0 => sentence,
            1 => $"{sentence} 1 picture is still being worked on.",
            var n => $"{sentence} {Count(n)} pictures are still being worked on.",
        };
    }

    /// <summary>A count that is bounded: "more than 9,999" at its bound.</summary>
    public static string Count(int number) => number >= JobsOverview.CountMax
        ? $"more than {Texts.Number(JobsOverview.CountMax - 1)}"
        : Texts.Number(number);

    public static string Rate(double perMinute) => perMinute.ToString("0.#", CultureInfo.InvariantCulture);

    /// <summary>"in 12 min"; what is due now is "due".</summary>
    public static string In(TimeSpan ahead) => ahead.TotalSeconds < 1 ? "due" : $"in {Texts.Lasting(ahead)}";

    public static string Retried(int n) => n switch
    {
        0 => "No failed job was left to try again.",
        1 => "1 job will be tried again.",
        _ => $"{Texts.Number(n)} jobs will be tried again.",
    };

    static string Behind(TimeSpan age, JobKindCounts kind)
    {
        var waiting = kind.Ready == 1 ? $"1 {kind.Kind} job waits" : $"{Count(kind.Ready)} {kind.Kind} jobs wait";
        var behind = $"Behind by {Texts.Lasting(age)}: {waiting}";
        if (kind.DonePerMinute <= 0)
        {
            return $"{behind} and none was done in {JobsOverview.ThroughputMinutes} minutes. Look at the hub's log.";
        }

        var atLeast = kind.Ready >= JobsOverview.CountMax ? "at least" : "about";
        return $"{behind}, {Rate(kind.DonePerMinute)} a minute are done: "
            + $"caught up in {atLeast} {Texts.Lasting(TimeSpan.FromMinutes(kind.Ready / kind.DonePerMinute))}.";
    }
}
