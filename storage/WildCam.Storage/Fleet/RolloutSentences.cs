using System.Globalization;

namespace WildCam.Storage.Fleet;

/// <summary>What rollouts say to people: one wording for pages, API and command line.</summary>
public static class RolloutSentences
{
    /// <summary>"41 of 47 cameras: 4 below 30 % battery wait, 2 have another board."</summary>
    public static string Preview(RolloutPreview preview, RolloutPlan plan)
    {
        var parts = new List<string>();
        Add(parts, preview.LowBattery, $"below {plan.BatteryPercentMin}\u00a0% battery waits",
            $"below {plan.BatteryPercentMin}\u00a0% battery wait");
        Add(parts, preview.NotHeard, "is not heard of as it should", "are not heard of as they should");
        Add(parts, preview.OtherBoard, "has another board", "have another board");
        Add(parts, preview.AlreadyThere, "has this version already", "have this version already");
        Add(parts, preview.NewerThere, "runs a newer version", "run a newer version");
        Add(parts, preview.WithoutKey, "has no update key", "have no update key");
        Add(parts, preview.InOtherRollout, "is in another rollout", "are in another rollout");
        var start = $"{preview.Targets.Count} of {Cameras(preview.Cameras)}";
        return parts.Count == 0 ? start + "." : $"{start}: {string.Join(", ", parts)}.";
    }

    public static string Cameras(int count) => count == 1 ? "1 camera" : $"{count} cameras";

    /// <summary>A step's name: "1 camera", "25 %", "tagged north", "rest".</summary>
    public static string Step(RolloutStep step) => step.Kind switch
    {
        StepKind.Count => Cameras(step.Value),
        StepKind.Percent => $"{step.Value}\u00a0%",
        StepKind.Tag => $"tagged {step.Tag}",
        _ => "rest",
    };

    /// <summary>Why a rollout stopped by itself.</summary>
    public static string Stopped(Rollout rollout, IReadOnlyList<StepProgress> steps)
    {
        var number = (rollout.StopStep ?? 0) + 1;
        var step = steps.FirstOrDefault(s => s.Number == rollout.StopStep);
        var counts = step?.Counts ?? default;
        return rollout.StopReason switch
        {
            StopReason.TooManyFailed =>
                $"Stopped by itself in step {number}: {counts.Failed} of {counts.Total} failed (limit "
                + $"{RolloutRules.FailureLimit(rollout.Plan, counts.Total)}).",
            StopReason.NotEnoughGood when step is not null =>
                $"Stopped by itself in step {number}: {counts.Good} of {counts.Total} are good, "
                + $"{RolloutRules.Needed(rollout.Plan, step)} must be, and too few are left to wait for.",
            StopReason.PublisherRevoked => "Stopped by itself: the firmware's publisher is trusted no more.",
            StopReason.Expired => "Ended by itself: nobody went on with it in time.",
            _ => "Stopped by itself.",
        };
    }

    /// <summary>Why something was not done.</summary>
    public static string Refused(RolloutAnswer answer) => answer.Refusal switch
    {
        RolloutRefusal.NoSuchRollout => "There is no such rollout here.",
        RolloutRefusal.NoSuchFirmware => "There is no such firmware for the board of this rollout.",
        RolloutRefusal.NoSuchCamera => "There is no such camera in this rollout.",
        RolloutRefusal.BadPlan => answer.Detail ?? "The plan cannot be followed.",
        RolloutRefusal.NoCameras => $"It would go to no camera. {answer.Detail}".TrimEnd(),
        RolloutRefusal.NotTrusted => "The publisher of this firmware is trusted no more.",
        RolloutRefusal.ChangedMeanwhile => $"Nothing was done: {answer.Detail} Look again, then decide.",
        _ => "This cannot be done now: the rollout has ended, or there is nothing to do it with.",
    };

    /// <summary>"Ben paused it 2 min ago." for whoever comes second.</summary>
    public static string Changed(Rollout rollout, DateTimeOffset now)
    {
        var did = rollout.State switch
        {
            RolloutState.Running => "went on with it",
            RolloutState.Paused => "paused it",
            RolloutState.Stopped => "stopped by itself",
            RolloutState.Cancelled => "cancelled it",
            _ => "ended",
        };
        var minutes = Math.Max(0, (int)(now - rollout.ChangedAt).TotalMinutes);
        var who = rollout.State is RolloutState.Stopped or RolloutState.Done
            ? "It"
            : rollout.ChangedBy ?? (rollout.State is RolloutState.Running ? "It" : "Somebody");
        return $"{who} {(who == "It" && rollout.State is RolloutState.Running ? "went on" : did)} "
            + (minutes == 0 ? "just now." : $"{minutes} min ago.");
    }

    /// <summary>Why a camera's update ended as it did, or what it waits for.</summary>
    public static string Reason(CameraUpdate update, Version target, RolloutPlan plan) => update.Reason switch
    {
        UpdateReason.AlreadyThere => $"reports {target}, which it had already",
        UpdateReason.Proven => $"reports {target} and delivered a picture on it",
        UpdateReason.Refused => $"refused: {Refusal(update.Code)}",
        UpdateReason.FellBack => $"went back to {update.Reported?.ToString() ?? "what it ran before"}: "
            + Refusal(update.Code),
        UpdateReason.WentBack => $"was good, and reports {update.Reported} again",
        UpdateReason.DownloadTooSlow =>
            $"the download did not end in {Time(plan.DownloadTime)}: {update.ReceivedBytes} bytes came",
        UpdateReason.NotHeardAfterDownload =>
            $"not heard of with {target} in {Time(plan.ReturnTime)} after the download",
        UpdateReason.NoPicture => $"reports {target}, and proved no picture in {Time(plan.ProofTime)}",
        UpdateReason.NoContact => $"did not come in {Time(plan.ContactTime)}",
        UpdateReason.NoAnswer => $"was offered it, and did not answer in {Time(plan.AnswerTime)}",
        UpdateReason.BatteryLow => $"its battery stayed low for {Time(plan.ContactTime)}",
        UpdateReason.Removed => "revoked, or moved to another project",
        UpdateReason.Cancelled => "not updated: the rollout was cancelled",
        UpdateReason.RolledBack => "a rollback goes on with it",
        UpdateReason.NewerThere => $"runs {update.Reported}, which is newer",
        _ => State(update),
    };

    /// <summary>What a camera refused for, or why it fell back: WildCam.Wire's RefusalCodes.</summary>
    public static string Refusal(int code) => code switch
    {
        5 => "its slot store failed",
        7 => "it has no loader; only USB brings one",
        20 => "the firmware is for another board",
        21 => "the firmware is not newer than what it runs",
        22 => "the firmware is larger than its board can load",
        23 => "the offer was not made with its update key; give it the hub's key again",
        24 => "it followed a newer offer before",
        25 => "its slot has no room for the firmware",
        26 => "the bytes that came are not those of the offer",
        27 or 28 or 29 => "what came is not the offered firmware",
        30 => "it needs a newer loader; only USB brings one",
        31 => "the offer was withdrawn",
        40 => "no picture was delivered in any of its trials",
        41 => "the firmware could not be loaded or started",
        42 => "its trial could not be counted, so it was not begun",
        _ => string.Create(CultureInfo.InvariantCulture, $"code {code}"),
    };

    /// <summary>Entries of the history for what changed its state.</summary>
    internal static List<RolloutEntry> Entries(
        IReadOnlyList<RolloutCamera> before, IReadOnlyList<RolloutCamera> after, int? accountId)
    {
        var was = before.ToDictionary(r => (r.RolloutId, r.CameraId), r => r.Update);
        var entries = new List<RolloutEntry>();
        foreach (var row in after)
        {
            var old = was[(row.RolloutId, row.CameraId)];
            if (old.State == row.Update.State && old.Attempts == row.Update.Attempts)
            {
                continue;
            }

            var detail = new Dictionary<string, string>(StringComparer.Ordinal);
            if (row.Update.Reported is { } version)
            {
                detail["reports"] = version.ToString();
            }

            if (row.Update.Reason != UpdateReason.None)
            {
                detail["reason"] = row.Update.Reason.ToString();
            }

            if (row.Update.Code != 0)
            {
                detail["code"] = row.Update.Code.ToString(CultureInfo.InvariantCulture);
            }

            entries.Add(new RolloutEntry(row.CameraId, accountId, row.Update.State.ToString(), detail));
        }

        return entries;
    }

    static string State(CameraUpdate update) => update.State switch
    {
        UpdateState.Planned => "its step has not begun",
        UpdateState.Waiting when update.Code == 32 => "another version is on trial; offered again after it",
        UpdateState.Waiting => "waits to wake up",
        UpdateState.Offered => "was offered it",
        UpdateState.Downloading => $"downloads: {update.ReceivedBytes} bytes came",
        UpdateState.WaitsForBattery => "waits for its battery",
        UpdateState.Installing => "has all bytes, and restarts",
        UpdateState.OnTrial => "reports the new version; its picture is awaited",
        _ => "",
    };

    static void Add(List<string> parts, int count, string one, string many)
    {
        if (count > 0)
        {
            parts.Add($"{count} {(count == 1 ? one : many)}");
        }
    }

    static string Time(TimeSpan time) => time.TotalHours >= 48 ? $"{time.TotalDays:0.#} days"
        : time.TotalMinutes >= 120 ? $"{time.TotalHours:0.#} h"
        : time.TotalSeconds >= 120 ? $"{time.TotalMinutes:0.#} min"
        : $"{time.TotalSeconds:0.#} s";
}
