using System.Globalization;
using System.Text.RegularExpressions;

namespace WildCam.IntegrationTests.Api;

/// <summary>One line of Api/Routes: a route, and who gets what of it.</summary>
public sealed partial record RouteEntry(
    string Method, string Route, string Kind, string Least, int[] Status, bool IsShared,
    IReadOnlyDictionary<string, string> Values, string Body)
{
    /// <summary>Everyone who knocks; nobody first, then those who are somebody.</summary>
    public static readonly string[] Nobodies = ["anonymous", "camera", "expired"];
    public static readonly string[] Somebodies = ["stranger", "viewer", "researcher", "manager", "admin"];

    static readonly string[] Kinds = ["api", "page", "part"];
    static readonly string[] Leasts = ["open", "signed-in", "viewer", "researcher", "manager", "admin"];

    public string Name => $"{Method} {Route}";

    public bool Changes => Method is not ("GET" or "HEAD" or "*");

    /// <summary>Whether it names, beside the project, a thing of a project.</summary>
    public bool NamesAThing => !IsShared && Route.Contains("{project}", StringComparison.Ordinal)
        && Placeholder().Matches(Route).Any(m => m.Value != "{project}");

    public static IReadOnlyList<RouteEntry> ReadAll() =>
        [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Api", "Routes"), "*.txt")
            .SelectMany(File.ReadLines).Where(l => l.Trim().Length > 0 && l[0] != '#').Select(Read)];

    /// <summary>The status that the matrix promises this caller.</summary>
    public int StatusFor(string caller)
    {
        var isNobody = Nobodies.Contains(caller, StringComparer.Ordinal);
        if (Least == "open")
        {
            return isNobody ? Status[0] : Status[^1];
        }

        if (isNobody)
        {
            return Kind switch { "api" => 401, "page" => 302, _ => 404 };
        }

        if (caller == "stranger" && Least is not ("signed-in" or "admin"))
        {
            return 404;
        }

        var (role, least) = (Rank(caller == "stranger" ? "signed-in" : caller), Rank(Least));
        return role >= least ? Status[0] : Kind == "api" ? 403 : 404;
    }

    static int Rank(string role) => Array.IndexOf(Leasts, role);

    static RouteEntry Read(string line)
    {
        var match = Line().Match(line);
        Assert.True(match.Success, $"No line of the matrix: {line}");
        string Part(string name) => match.Groups[name].Value;
        Assert.Contains(Part("kind"), Kinds);
        Assert.Contains(Part("least"), Leasts);
        var values = match.Groups["name"].Captures.Zip(match.Groups["value"].Captures)
            .ToDictionary(v => v.First.Value, v => v.Second.Value, StringComparer.Ordinal);
        return new RouteEntry(
            Part("method"), Part("route"), Part("kind"), Part("least"),
            [.. Part("status").Split('/').Select(s => int.Parse(s, CultureInfo.InvariantCulture))],
            match.Groups["shared"].Success, values, Part("body").Trim());
    }

    [GeneratedRegex(
        @"^(?<method>\S+)\s+(?<route>/\S*)\s+(?<kind>\w+)\s+(?<least>[\w-]+)\s+(?<status>[\d/]+)"
        + @"(?:\s+(?<name>\{[^}\s]+\})=(?<value>\S+))*(?<shared>\s+shared)?(?<body>(?:\s.*)?)$",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    internal static partial Regex Line();

    [GeneratedRegex(@"\{[^}]*\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    internal static partial Regex Placeholder();
}
