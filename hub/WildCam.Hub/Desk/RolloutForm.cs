using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using WildCam.Storage.Fleet;

namespace WildCam.Hub.Desk;

/// <summary>What the form of a new rollout holds, in the address and in the post: a plan in words that people type.
/// </summary>
public sealed record RolloutForm(
    string Steps, string Watch, string Good, string Failures, string Failed, string Battery, string Rate)
{
    /// <summary>Longest text of one field.</summary>
    const int CharsMax = 400;

    public static RolloutForm Careful { get; } = Of(RolloutPlan.Careful);

    /// <summary>Steps as they are typed: "1, 5 %, 25 %, tag:north, rest".</summary>
    public static RolloutForm Of(RolloutPlan plan) => new(
        string.Join(", ", plan.Steps.Select(s => s.Kind switch
        {
            StepKind.Count => Number(s.Value),
            StepKind.Percent => $"{Number(s.Value)} %",
            StepKind.Tag => $"tag:{s.Tag}",
            _ => "rest",
        })),
        plan.Watch.TotalHours.ToString("0.##", CultureInfo.InvariantCulture), Number(plan.GoodPercentMin),
        Number(plan.FailuresMax), Number(plan.FailedPercentMax), Number(plan.BatteryPercentMin),
        (plan.BytesPerSecondMax / 1000.0).ToString("0.##", CultureInfo.InvariantCulture));

    /// <summary>From an address or a post; what is left out is as in Careful.</summary>
    public static RolloutForm Read(Func<string, string?> value)
    {
        string Field(string name, string careful) =>
            value(name) is { Length: > 0 and <= CharsMax } given ? given.Trim() : careful;

        return new RolloutForm(
            Field("steps", Careful.Steps), Field("watch", Careful.Watch), Field("good", Careful.Good),
            Field("failures", Careful.Failures), Field("failed", Careful.Failed), Field("battery", Careful.Battery),
            Field("rate", Careful.Rate));
    }

    /// <summary>The address of the form with this in it, for this firmware.</summary>
    public string Address(string root, int firmwareId) => QueryHelpers.AddQueryString(
        $"{root}/updates/new", new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["firmware"] = Number(firmwareId),
            ["steps"] = Steps == Careful.Steps ? null : Steps,
            ["watch"] = Watch == Careful.Watch ? null : Watch,
            ["good"] = Good == Careful.Good ? null : Good,
            ["failures"] = Failures == Careful.Failures ? null : Failures,
            ["failed"] = Failed == Careful.Failed ? null : Failed,
            ["battery"] = Battery == Careful.Battery ? null : Battery,
            ["rate"] = Rate == Careful.Rate ? null : Rate,
        }.Where(p => p.Value is not null));

    /// <summary>The plan that is meant; null with the problem where it is none.</summary>
    public RolloutPlan? ToPlan(out string? problem)
    {
        var steps = new List<RolloutStep>();
        foreach (var part in Steps.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (StepOf(part) is not { } step)
            {
                problem = $"'{part}' is no step. Write 3 for three cameras, 25 % of them, tag:north, or rest.";
                return null;
            }

            steps.Add(step);
        }

        var isRead = TryNumber(Watch, out var hours) & TryNumber(Good, out var good)
            & TryNumber(Failures, out var failures) & TryNumber(Failed, out var failed)
            & TryNumber(Battery, out var battery) & TryNumber(Rate, out var rate);
        if (!isRead)
        {
            problem = "Hours, per cent, failures and KB a second are numbers.";
            return null;
        }

        var plan = RolloutPlan.Careful with
        {
            Steps = steps,
            Watch = TimeSpan.FromHours(hours),
            GoodPercentMin = (int)good,
            FailuresMax = (int)failures,
            FailedPercentMax = (int)failed,
            BatteryPercentMin = (int)battery,
            BytesPerSecondMax = (int)(rate * 1000),
        };
        problem = plan.FindProblem();
        return problem is null ? plan : null;
    }

    static RolloutStep? StepOf(string text)
    {
        if (text.Equals("rest", StringComparison.OrdinalIgnoreCase))
        {
            return new RolloutStep(StepKind.Rest);
        }

        if (text.StartsWith("tag:", StringComparison.OrdinalIgnoreCase))
        {
            return new RolloutStep(StepKind.Tag, Tag: text[4..].Trim());
        }

        var isPercent = text.EndsWith('%');
        return int.TryParse(
            isPercent ? text[..^1].Trim() : text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? new RolloutStep(isPercent ? StepKind.Percent : StepKind.Count, number)
                : null;
    }

    // Small enough for every use of it; the plan says what is too much.
    static bool TryNumber(string text, out double number)
    {
        const double numberMax = 1_000_000;
        var isNumber = double.TryParse(text, CultureInfo.InvariantCulture, out number)
            && double.IsFinite(number) && Math.Abs(number) <= numberMax;
        number = isNumber ? number : 0;
        return isNumber;
    }

    static string Number(int n) => n.ToString(CultureInfo.InvariantCulture);
}
