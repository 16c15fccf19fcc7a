namespace WildCam.Storage.Fleet;

/// <summary>How a rollout stands; rollouts.state.</summary>
public enum RolloutState : short
{
    Running = 1,

    /// <summary>By a person.</summary>
    Paused = 2,

    /// <summary>By itself; a person decides how it goes on.</summary>
    Stopped = 3,

    Cancelled = 4,
    Done = 5,
}

/// <summary>Why a rollout stopped by itself; rollouts.stop_reason.</summary>
public enum StopReason : short
{
    None = 0,

    /// <summary>A step has too many failures.</summary>
    TooManyFailed = 1,

    /// <summary>A step cannot have enough good cameras any more.</summary>
    NotEnoughGood = 2,

    /// <summary>Its firmware's publisher is trusted no more.</summary>
    PublisherRevoked = 3,

    /// <summary>Nobody went on with it before its time was over.</summary>
    Expired = 4,
}

/// <summary>The cameras of a step, by how they stand. Those that were left out do not count.</summary>
public readonly record struct StepCounts(int Planned, int UnderWay, int Good, int Failed, int Missed)
{
    public int Total => Planned + UnderWay + Good + Failed + Missed;

    public int Open => Planned + UnderWay;
}

/// <summary>A step and how far it is.</summary>
/// <param name="BegunAt">Null: not begun.</param>
/// <param name="EnoughAt">Since when enough of its cameras are good; null: they are not.</param>
/// <param name="Forgiven">Failures that somebody saw and went on.</param>
/// <param name="Excused">Missed cameras that somebody saw and went on.</param>
public sealed record StepProgress(
    int Number, DateTimeOffset? BegunAt, DateTimeOffset? EnoughAt, int Forgiven, int Excused, StepCounts Counts)
{
    /// <summary>Failures that nobody has seen and gone on.</summary>
    public int NewFailures => Math.Max(0, Counts.Failed - Forgiven);

    /// <summary>Cameras of which a share must be good.</summary>
    public int Judged => Counts.Total - Math.Min(Forgiven, Counts.Failed) - Math.Min(Excused, Counts.Missed);
}

/// <summary>What a rollout does next.</summary>
public enum MoveKind
{
    None,
    BeginStep,

    /// <summary>Enough cameras of the step are good: the watch begins.</summary>
    Enough,

    /// <summary>They are not any more.</summary>
    NoLongerEnough,

    Stop,
    Finish,
}

/// <summary>A move of a rollout.</summary>
public readonly record struct RolloutMove(MoveKind Kind, int Step = 0, StopReason Reason = StopReason.None);

/// <summary>
/// The rings of a running rollout: a pure function of its plan, its counts and the time. A failure limit comes before
/// everything else; a step begins only when enough cameras of every step before are good and were so for the watch;
/// that all actions ended is never enough.
/// </summary>
public static class RolloutRules
{
    /// <summary>The next move; the caller carries it out and asks again until there is none.</summary>
    public static RolloutMove Next(RolloutPlan plan, IReadOnlyList<StepProgress> steps, DateTimeOffset now)
    {
        var begun = steps.Where(s => s.BegunAt is not null).ToList();
        foreach (var step in begun)
        {
            if (IsOverLimit(plan, step))
            {
                return new(MoveKind.Stop, step.Number, StopReason.TooManyFailed);
            }
        }

        foreach (var step in begun)
        {
            var needed = Needed(plan, step);
            if (step.Counts.Good + step.Counts.Open < needed)
            {
                return new(MoveKind.Stop, step.Number, StopReason.NotEnoughGood);
            }

            var isEnough = step.Counts.Good >= needed;
            if (isEnough != step.EnoughAt is not null)
            {
                return new(isEnough ? MoveKind.Enough : MoveKind.NoLongerEnough, step.Number);
            }
        }

        if (begun.Count < steps.Count)
        {
            var isEnough = begun.TrueForAll(s => s.EnoughAt is not null);
            return isEnough && (begun.Count == 0 || IsWatched(plan, begun[^1], now))
                ? new(MoveKind.BeginStep, begun.Count)
                : default;
        }

        return steps.All(s => s.Counts.Open == 0) ? new(MoveKind.Finish) : default;
    }

    /// <summary>Failures of a step at which the rollout stops.</summary>
    public static int FailureLimit(RolloutPlan plan, int cameras) =>
        Math.Min(plan.FailuresMax, Math.Max(1, Share(cameras, plan.FailedPercentMax)));

    /// <summary>Cameras of a step that must be good before the next one begins.</summary>
    public static int Needed(RolloutPlan plan, StepProgress step) => Share(step.Judged, plan.GoodPercentMin);

    static bool IsOverLimit(RolloutPlan plan, StepProgress step) =>
        step.NewFailures > 0 && step.NewFailures >= FailureLimit(plan, step.Counts.Total);

    // Nothing is watched in a step without cameras.
    static bool IsWatched(RolloutPlan plan, StepProgress step, DateTimeOffset now) =>
        step.Counts.Total == 0 || now >= step.EnoughAt + plan.Watch;

    static int Share(int cameras, int percent) => (int)(((cameras * (long)percent) + 99) / 100);
}
