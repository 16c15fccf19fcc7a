using System.Text.Json;
using System.Text.Json.Serialization;

namespace WildCam.Storage.Fleet;

/// <summary>How a step of a rollout chooses its cameras.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StepKind>))]
public enum StepKind
{
    [JsonStringEnumMemberName("count")]
    Count = 1,

    /// <summary>Of all cameras of the rollout, at least one.</summary>
    [JsonStringEnumMemberName("percent")]
    Percent = 2,

    [JsonStringEnumMemberName("tag")]
    Tag = 3,

    /// <summary>All that no step before took; always the last step.</summary>
    [JsonStringEnumMemberName("rest")]
    Rest = 4,
}

/// <summary>A ring of cameras that are updated together.</summary>
/// <param name="Value">How many cameras, or per cent of them.</param>
/// <param name="Tag">Cameras with this tag.</param>
public sealed record RolloutStep(StepKind Kind, int Value = 0, string? Tag = null);

/// <summary>How a rollout proceeds, and what stops it. Fixed at its start.</summary>
public sealed record RolloutPlan
{
    public const int StepsMax = 10;

    /// <summary>Most bytes of a plan as JSON.</summary>
    public const int JsonCharsMax = 4000;

    const int CountMax = 10_000;
    const int BatteryPercentTop = 90;
    const int BytesPerSecondTop = 100_000_000;
    const int BytesPerSecondLeast = 1_000;
    static readonly TimeSpan TimeMax = TimeSpan.FromDays(60);

    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>1 camera, 5 %, 25 %, the rest; a day after each; stops at 2 failures or 5 % of a step.</summary>
    public static RolloutPlan Careful { get; } = new();

    public IReadOnlyList<RolloutStep> Steps { get; init; } =
        [new(StepKind.Count, 1), new(StepKind.Percent, 5), new(StepKind.Percent, 25), new(StepKind.Rest)];

    /// <summary>From the moment when enough cameras of a step are good until the next step begins.</summary>
    public TimeSpan Watch { get; init; } = TimeSpan.FromHours(24);

    /// <summary>So many of a step's cameras must be good before the next step begins.</summary>
    public int GoodPercentMin { get; init; } = 90;

    /// <summary>At so many failures of a step the rollout stops by itself.</summary>
    public int FailuresMax { get; init; } = 2;

    /// <summary>The same as per cent of the step's cameras; whichever comes first.</summary>
    public int FailedPercentMax { get; init; } = 5;

    /// <summary>A camera waits below this charge; it has a floor of its own.</summary>
    public int BatteryPercentMin { get; init; } = 30;

    /// <summary>Bytes a second that the cameras of the rollout download together, over all hubs.</summary>
    public int BytesPerSecondMax { get; init; } = 200_000;

    /// <summary>For a camera to come, and to have its battery charged.</summary>
    public TimeSpan ContactTime { get; init; } = TimeSpan.FromDays(14);

    /// <summary>For an answer to an offer.</summary>
    public TimeSpan AnswerTime { get; init; } = TimeSpan.FromDays(3);

    /// <summary>For the download.</summary>
    public TimeSpan DownloadTime { get; init; } = TimeSpan.FromDays(3);

    /// <summary>From the end of the download until the new version is heard of.</summary>
    public TimeSpan ReturnTime { get; init; } = TimeSpan.FromHours(6);

    /// <summary>From then until it delivered a picture and confirmed itself.</summary>
    public TimeSpan ProofTime { get; init; } = TimeSpan.FromHours(6);

    /// <summary>What is wrong with the plan, as a sentence; null where nothing is.</summary>
    public string? FindProblem()
    {
        if (Steps.Count is 0 or > StepsMax)
        {
            return $"A rollout has 1 to {StepsMax} steps (StepsMax), not {Steps.Count}.";
        }

        if (Steps[^1].Kind != StepKind.Rest || Steps.Take(Steps.Count - 1).Any(s => s.Kind == StepKind.Rest))
        {
            return "The last step, and only it, is the rest of the cameras.";
        }

        return Steps.Select((step, at) => FindProblem(step, at + 1)).FirstOrDefault(p => p is not null)
            ?? Outside(GoodPercentMin, 1, 100, "per cent of good cameras")
            ?? Outside(FailuresMax, 1, CountMax, "failures")
            ?? Outside(FailedPercentMax, 1, 100, "per cent of failed cameras")
            ?? Outside(BatteryPercentMin, 0, BatteryPercentTop, "per cent of charge")
            ?? Outside(BytesPerSecondMax, BytesPerSecondLeast, BytesPerSecondTop, "bytes a second")
            ?? new[] { Watch, ContactTime, AnswerTime, DownloadTime, ReturnTime, ProofTime }
                .Where(t => t < TimeSpan.Zero || t > TimeMax)
                .Select(t => $"A time of a rollout is between 0 and {TimeMax.TotalDays:0} days, not {t}.")
                .FirstOrDefault();
    }

    /// <summary>The plan as it is stored and as the API writes it.</summary>
    public string Write() => JsonSerializer.Serialize(this, Json);

    /// <summary>Reads a plan; null with the problem where it is none, or not one that can be followed.</summary>
    public static RolloutPlan? Read(string json, out string? problem)
    {
        if (json.Length > JsonCharsMax)
        {
            problem = $"A plan has at most {JsonCharsMax} characters (JsonCharsMax), not {json.Length}.";
            return null;
        }

        try
        {
            var plan = JsonSerializer.Deserialize<RolloutPlan>(json, Json);
            problem = plan?.Steps is null || plan.Steps.Contains(null!) ? "There are no steps." : plan.FindProblem();
            return problem is null ? plan : null;
        }
        catch (JsonException fault)
        {
            problem = $"The plan cannot be read: {fault.Message}";
            return null;
        }
    }

    static string? FindProblem(RolloutStep step, int number) => step.Kind switch
    {
        StepKind.Count when step.Value is < 1 or > CountMax =>
            $"Step {number} takes 1 to {CountMax} cameras, not {step.Value}.",
        StepKind.Percent when step.Value is < 1 or > 100 => $"Step {number} takes 1 to 100 %, not {step.Value}.",
        StepKind.Tag when string.IsNullOrWhiteSpace(step.Tag) => $"Step {number} takes a tag, and names none.",
        StepKind.Count or StepKind.Percent or StepKind.Tag or StepKind.Rest => null,
        _ => $"Step {number} is of no known kind.",
    };

    static string? Outside(int value, int least, int most, string what) => value >= least && value <= most
        ? null
        : $"A rollout has {least} to {most} {what}, not {value}.";
}
