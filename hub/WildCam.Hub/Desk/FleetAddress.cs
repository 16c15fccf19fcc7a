using System.Globalization;
using WildCam.Storage.Watch;

namespace WildCam.Hub.Desk;

/// <summary>What the address of the cameras' list says: which, and from where on.</summary>
public sealed record FleetAddress(string State, string Search, (CameraCondition Condition, string Code)? After)
{
    const int SearchCharsMax = 100;

    /// <summary>Names of groups in the address, the word of their chip, and the conditions that they hold.</summary>
    public static IReadOnlyList<(string Name, string Word, CameraCondition[] Conditions)> Groups { get; } =
    [
        ("silent", "silent", [CameraCondition.Silent]),
        ("visit", "need a visit", [CameraCondition.NeedsVisit]),
        ("late", "late", [CameraCondition.Late]),
        ("never", "never seen", [CameraCondition.Never]),
        ("working", "working", [CameraCondition.Working, CameraCondition.Asleep]),
        ("off", "switched off", [CameraCondition.Off]),
    ];

    /// <summary>An unknown state is none, and what is no place is the beginning.</summary>
    public static FleetAddress Parse(IQueryCollection query)
    {
        var state = query["state"].ToString();
        var search = query["q"].ToString().Trim().Replace("\0", "", StringComparison.Ordinal);
        return new FleetAddress(
            Groups.Any(g => g.Name == state) ? state : "",
            search.Length > SearchCharsMax ? search[..SearchCharsMax] : search,
            Place(query["after"].ToString()));
    }

    public FleetFilter Filter(int projectId) => new(projectId)
    {
        Conditions = Groups.FirstOrDefault(g => g.Name == State).Conditions ?? [],
        Search = Search,
        After = After,
    };

    /// <summary>The address of the list with these changes; null leaves a part as it is.</summary>
    public string To(string root, string? state = null, FleetRow? after = null)
    {
        var parts = new List<string>();
        Add("state", state ?? State);
        Add("q", Search);
        Add("after", after is null ? "" : string.Create(
            CultureInfo.InvariantCulture, $"{(short)after.Condition}~{after.Code}"));
        return $"{root}/cameras{(parts.Count == 0 ? "" : "?")}{string.Join('&', parts)}";

        void Add(string name, string value)
        {
            if (value.Length > 0)
            {
                parts.Add($"{name}={Uri.EscapeDataString(value)}");
            }
        }
    }

    static (CameraCondition Condition, string Code)? Place(string text) =>
        text.Split('~', 2) is [var number, { Length: > 0 and <= 32 } code]
        && short.TryParse(number, CultureInfo.InvariantCulture, out var condition)
        && Enum.IsDefined((CameraCondition)condition) && !code.Contains('\0', StringComparison.Ordinal)
            ? ((CameraCondition)condition, code)
            : null;
}
