using WildCam.Hub.Hosting;
using WildCam.Storage.Fleet;

namespace WildCam.Hub.Desk;

/// <summary>A group of cameras on the page of a rollout.</summary>
public sealed record UpdateGroup(
    string Title, string Icon, string Tone, int Count, IReadOnlyList<RolloutCameraLine> Cameras);

/// <summary>The words of the pages about firmware and rollouts.</summary>
static class UpdateWords
{
    /// <summary>A camera that restarts is heard of within this; after it the page says that it is not.</summary>
    public static readonly TimeSpan RestartTime = TimeSpan.FromMinutes(15);

    public const string NoPublisher =
        "No publisher is trusted yet, so no firmware can be taken. An admin adds one by its public key.";

    public const string NoFirmware = "No firmware yet. Upload a bundle that a trusted publisher signed.";
    public const string NoRollouts = "No rollout yet. Choose firmware below and see what it would do.";

    public static string Board(short board) => BoardNames.Of((byte)board);

    /// <summary>State, icon and tone of a rollout.</summary>
    public static (string Word, string Icon, string Tone) State(Rollout rollout) => rollout.State switch
    {
        RolloutState.Running => ("Running", "updates", "good"),
        RolloutState.Paused => ("Paused", "off", "late"),
        RolloutState.Stopped => ("Stopped", "bad", "bad"),
        RolloutState.Cancelled => ("Cancelled", "off", "none"),
        _ => ("Done", "good", "good"),
    };

    /// <summary>What a rollout does now, in one sentence.</summary>
    public static string Truth(RolloutLine line, DateTimeOffset now)
    {
        var rollout = line.Rollout;
        var open = line.Steps.Sum(s => s.Counts.Open);
        return rollout.State switch
        {
            RolloutState.Stopped => RolloutSentences.Stopped(rollout, line.Steps),
            RolloutState.Paused => $"{rollout.ChangedBy ?? "Somebody"} paused it {Texts.Ago(now - rollout.ChangedAt)}. "
                + "No camera is offered anything; what restarts into the new version goes on.",
            RolloutState.Cancelled when rollout.StopReason is StopReason.Expired =>
                "Ended by itself: nobody went on with it in time.",
            RolloutState.Cancelled when open > 0 =>
                $"Cancelled. {RolloutSentences.Cameras(open)} restarted before and will be followed to the end.",
            RolloutState.Cancelled => "Cancelled.",
            RolloutState.Done => $"{line.Good} of {RolloutSentences.Cameras(line.Total)} are good.",
            _ => Waiting(line, now),
        };
    }

    /// <summary>"7/10 good, 3 failed", "not begun (28)".</summary>
    public static string Progress(StepProgress step)
    {
        var counts = step.Counts;
        if (step.BegunAt is null)
        {
            return $"not begun ({counts.Total})";
        }

        var failed = counts.Failed > 0 ? $", {counts.Failed} failed" : "";
        var missed = counts.Missed > 0 ? $", {counts.Missed} missed" : "";
        return $"{counts.Good}/{counts.Total} good{failed}{missed}";
    }

    public static string StepIcon(Rollout rollout, StepProgress step) =>
        step.BegunAt is null ? "never"
        : rollout.State is RolloutState.Stopped && rollout.StopStep == step.Number ? "bad"
        : step.EnoughAt is not null ? "good"
        : "late";

    /// <summary>The cameras by what matters: failures first, then what is waited for, then what is well.</summary>
    public static IReadOnlyList<UpdateGroup> Groups(
        IReadOnlyList<RolloutCameraLine> cameras, IReadOnlyDictionary<UpdateState, int> counts, DateTimeOffset now)
    {
        var silent = cameras.Where(c => IsNotHeard(c, now)).ToList();
        UpdateGroup Group(string title, string icon, string tone, params UpdateState[] states) => new(
            title, icon, tone,
            states.Sum(s => counts.GetValueOrDefault(s)) - silent.Count(c => states.Contains(c.Update.State)),
            [.. cameras.Where(c => states.Contains(c.Update.State) && !silent.Contains(c))]);

        UpdateGroup[] groups =
        [
            Group("Failed", "bad", "bad", UpdateState.Failed),
            new("Not heard", "late", "late", silent.Count, silent),
            Group("Missed", "late", "late", UpdateState.Missed),
            Group(
                "Running", "updates", "good", UpdateState.Offered, UpdateState.Downloading, UpdateState.Installing,
                UpdateState.OnTrial),
            Group("Waiting for battery", "late", "late", UpdateState.WaitsForBattery),
            Group("Waiting to wake up", "asleep", "asleep", UpdateState.Waiting),
            Group("Good", "good", "good", UpdateState.Good),
            Group("Not a part of it any more", "off", "none", UpdateState.LeftOut),
        ];
        return [.. groups.Where(g => g.Count > 0)];
    }

    /// <summary>Why the camera stands so, and when that ends.</summary>
    public static string Why(RolloutCameraLine camera, Rollout rollout, TimeZoneInfo zone, DateTimeOffset now)
    {
        var update = camera.Update;
        if (IsNotHeard(camera, now))
        {
            return $"since {SiteTime.Full(camera.LastSeenAt ?? update.Since, zone)}, after the download. "
                + $"Counts as failed {When(update.DeadlineAt!.Value, zone, now)}";
        }

        var why = RolloutSentences.Reason(update, rollout.Target, rollout.Plan);
        if (update.State is UpdateState.Waiting && camera.NextContactAt is { } next && next > now)
        {
            why += $", expected {When(next, zone, now)}";
        }

        var isHeld = rollout.IsHeld && update.State is not (UpdateState.Installing or UpdateState.OnTrial);
        return update.DeadlineAt is not { } deadline || isHeld ? why
            : update.State is UpdateState.Downloading or UpdateState.Installing or UpdateState.OnTrial
                ? $"{why}. Counts as failed {When(deadline, zone, now)}"
                : $"{why}. Given up {When(deadline, zone, now)}";
    }

    public static string History(RolloutEvent entry, Rollout rollout)
    {
        if (entry.Camera is null)
        {
            var who = entry.Who is null ? "" : $" by {entry.Who}";
            return char.ToUpperInvariant(entry.Word[0]) + entry.Word[1..] + who;
        }

        var parts = new List<string> { entry.Word };
        if (entry.Detail.TryGetValue("reports", out var version))
        {
            parts.Add($"reports {version}");
        }

        if (entry.Detail.TryGetValue("code", out var code) && int.TryParse(code, out var number))
        {
            parts.Add(RolloutSentences.Refusal(number));
        }
        else if (Enum.TryParse<UpdateReason>(entry.Detail.GetValueOrDefault("reason"), out var reason)
            && reason is not (UpdateReason.Refused or UpdateReason.FellBack))
        {
            parts.Add(RolloutSentences.Reason(
                new CameraUpdate(UpdateState.Failed, entry.At)
                {
                    Reason = reason,
                    Reported = FirmwareVersions.Parse(version),
                },
                rollout.Target, rollout.Plan));
        }

        return string.Join(", ", parts);
    }

    static string Waiting(RolloutLine line, DateTimeOffset now)
    {
        var step = line.Steps.LastOrDefault(s => s.BegunAt is not null);
        if (step is null)
        {
            return "Begins in a moment.";
        }

        var name = $"Step {step.Number + 1} of {line.Steps.Count}";
        var isLast = step.Number == line.Steps.Count - 1;
        if (step.EnoughAt is { } enough && !isLast)
        {
            var left = enough + line.Rollout.Plan.Watch - now;
            return left > TimeSpan.Zero
                ? $"{name}: enough cameras are good. The next step begins in {Texts.Lasting(left)}."
                : $"{name}: the next step begins in a moment.";
        }

        return $"{name}: {Progress(step)}, {RolloutRules.Needed(line.Rollout.Plan, step)} must be good"
            + (isLast ? "." : " before the next step begins.");
    }

    static bool IsNotHeard(RolloutCameraLine camera, DateTimeOffset now) =>
        camera.Update.State is UpdateState.Installing
        && now - Later(camera.Update.Since, camera.LastSeenAt) > RestartTime;

    static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset? other) => other > one ? other.Value : one;

    /// <summary>"at 16:42", "on 31 May 2026 16:42".</summary>
    static string When(DateTimeOffset at, TimeZoneInfo zone, DateTimeOffset now) =>
        SiteTime.DateOf(at, zone) == SiteTime.DateOf(now, zone)
            ? $"at {SiteTime.Clock(at, zone)}"
            : $"on {SiteTime.Full(at, zone)}";
}
