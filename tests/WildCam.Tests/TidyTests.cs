using System.Text.RegularExpressions;

namespace WildCam.Tests;

/// <summary>Holds what can be checked of the house style.</summary>
public sealed partial class TidyTests
{
    const int LineCharsMax = 120;
    const int FileLinesMax = 400;

    static readonly string[] TextEndings =
        [
            ".cs", ".razor", ".md", ".sql", ".js", ".mjs", ".css", ".json", ".yml", ".yaml", ".csproj", ".props",
            ".projitems", ".sh", "",
        ];

    static readonly string Root = RepositoryRoot.Path;

    static IEnumerable<string> SourceFiles() =>
        RepositoryRoot.TrackedFiles().Where(f => TextEndings.Contains(Path.GetExtension(f), StringComparer.Ordinal));

    [Fact]
    public void Lines_of_code_are_at_most_120_characters()
    {
        var long_ = SourceFiles().Where(f => f.EndsWith(".cs", StringComparison.Ordinal))
            .SelectMany(f => File.ReadLines(Path.Combine(Root, f)).Select((line, i) => (f, i, line)))
            .Where(x => x.line.Length > LineCharsMax)
            .Select(x => $"{x.f}:{x.i + 1} has {x.line.Length} characters")
            .ToList();
        Assert.True(long_.Count == 0, string.Join('\n', long_));
    }

    [Fact]
    public void Files_of_code_are_at_most_400_lines()
    {
        var long_ = SourceFiles().Where(f => f.EndsWith(".cs", StringComparison.Ordinal))
            .Select(f => (f, lines: File.ReadLines(Path.Combine(Root, f)).Count()))
            .Where(x => x.lines > FileLinesMax)
            .Select(x => $"{x.f} has {x.lines} lines")
            .ToList();
        Assert.True(long_.Count == 0, string.Join('\n', long_));
    }

    [Fact]
    public void No_emoji_anywhere()
    {
        var found = SourceFiles()
            .Where(f => Emoji().IsMatch(File.ReadAllText(Path.Combine(Root, f))))
            .ToList();
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    [Fact]
    public void Types_have_no_forbidden_suffix()
    {
        // The surface declares nanoFramework's types, whose names are not ours.
        var found = SourceFiles().Where(f => f.EndsWith(".cs", StringComparison.Ordinal))
            .Where(f => !f.StartsWith("tests/WildCam.Boards/Surface/", StringComparison.Ordinal))
            .SelectMany(f => ForbiddenSuffix().Matches(File.ReadAllText(Path.Combine(Root, f)))
                .Select(m => $"{f}: {m.Groups["name"].Value}"))
            .ToList();
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    [Fact]
    public void Every_firmware_file_is_in_its_projitems()
    {
        var missing = RepositoryRoot.TrackedFiles()
            .Where(f => Regex.IsMatch(f, "^firmware/WildCam\\.(Wire|Camera|Esp32|Loader)/.*\\.cs$"))
            .Where(f => Path.GetFileName(f) != "Program.cs")
            .Where(f =>
            {
                var parts = f.Split('/');
                var list = File.ReadAllText(Path.Combine(Root, parts[0], parts[1], parts[1] + ".projitems"));
                var name = string.Join('/', parts[2..]);
                return !list.Contains($"$(MSBuildThisFileDirectory){name}\"", StringComparison.Ordinal);
            })
            .ToList();
        Assert.True(missing.Count == 0, string.Join('\n', missing));
    }

    [Fact]
    public void A_slice_uses_no_other_slice()
    {
        const string hub = "hub/WildCam.Hub/";
        string[] open = ["Jobs", "Hosting"];
        var slices = RepositoryRoot.TrackedFiles()
            .Where(f => f.StartsWith(hub, StringComparison.Ordinal) && f.Count(c => c == '/') > 2)
            .Select(f => f[hub.Length..].Split('/')[0]).Distinct(StringComparer.Ordinal).ToList();
        var found = new List<string>();
        foreach (var file in SourceFiles().Where(f => f.StartsWith(hub, StringComparison.Ordinal)))
        {
            var own = file[hub.Length..].Split('/')[0];
            var text = File.ReadAllText(Path.Combine(Root, file));
            found.AddRange(slices
                .Where(s => s != own && own is not ("Hosting" or "Program.cs"))
                .Except(open, StringComparer.Ordinal)
                .Where(s => text.Contains($"WildCam.Hub.{s}", StringComparison.Ordinal))
                .Select(s => $"{file} uses the slice {s}"));
        }

        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    [GeneratedRegex(
        @"[\u2600-\u26FF\u2700-\u2712\u2715-\u27BF\u2B50\u2B55]|[\uD83C-\uD83E][\uDC00-\uDFFF]",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    internal static partial Regex Emoji();

    [GeneratedRegex(
        @"(?:class|struct|record|interface)\s+"
        + @"(?<name>\w+"
        + @"(?:Manager|Helper|Helpers|Util|Utils|Service|Processor|Common|Base|Impl|Dto))\b",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    internal static partial Regex ForbiddenSuffix();
}
