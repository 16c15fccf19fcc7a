using System.CommandLine;
using System.Globalization;
using System.Xml.Linq;
using WildCam.Cli.Machine;

namespace WildCam.Cli.Commands;

/// <summary>`test`: installs what the tests need, builds all, runs all, and ends with one line of sums.</summary>
static class TestCommand
{
    static readonly string[] Suites = ["WildCam.Tests", "WildCam.IntegrationTests"];

    public static Command Create()
    {
        var only = new Option<string?>("--class") { Description = "Only this test class (full name, * allowed)." };
        var command = new Command("test", "Build and run all tests.") { only };
        command.SetAction((parse, cancellationToken) => RunAsync(parse.GetValue(only), cancellationToken));
        return command;
    }

    static async Task<int> RunAsync(string? only, CancellationToken cancellationToken)
    {
        var workspace = Workspace.Open();
        await Packages.EnsureAsync(Packages.ForTesting, cancellationToken);
        await Packages.EnsureNpmAsync(workspace, withTestTools: true, cancellationToken);

        Screen.Line("Building ...");
        string[] build =
        [
            "build", "WildCam.sln", "-c", "Release", "-v", "quiet", "-nologo", "--tl:off", "-clp:NoSummary",
        ];
        if (await Shell.RunVisiblyAsync("dotnet", build, cancellationToken, workspace.Root) != 0)
        {
            throw new CommandException("The build failed; no test ran.");
        }

        var sums = (Passed: 0, Failed: 0, Skipped: 0);
        List<string> failures = [];
        var crashed = false;
        foreach (var suite in Suites)
        {
            var result = Path.Combine(workspace.Folder, "test", suite + ".xml");
            Directory.CreateDirectory(Path.GetDirectoryName(result)!);
            File.Delete(result);
            var program = Path.Combine(workspace.Root, "tests", suite, "bin", "Release", "net10.0", suite + ".dll");
            string[] run = [program, "-noLogo", "-noColor", "-xml", result];
            Screen.Line($"Running {suite} ...");
            var exitCode = await Shell.RunVisiblyAsync(
                "dotnet", only is null ? run : [.. run, "-class", only], cancellationToken, workspace.Root);
            var counted = File.Exists(result) ? Count(result) : default;
            failures.AddRange(File.Exists(result) ? Failures(result) : []);
            crashed |= exitCode != 0 && counted.Failed == 0;
            sums = (sums.Passed + counted.Passed, sums.Failed + counted.Failed, sums.Skipped + counted.Skipped);
        }

        // Once more at the end: thousands of lines of the hubs' logs may lie between a failure and the sums.
        foreach (var failure in failures)
        {
            Screen.Line("FAILED " + failure);
        }

        if (crashed)
        {
            Screen.Line("A test program ended with an error of its own; see above.");
        }

        Screen.Line($"{sums.Passed} passed, {sums.Failed + (crashed ? 1 : 0)} failed, {sums.Skipped} skipped");
        return sums.Failed > 0 || crashed ? 1 : 0;
    }

    static (int Passed, int Failed, int Skipped) Count(string xmlFile)
    {
        var assemblies = XDocument.Load(xmlFile).Descendants("assembly").ToList();
        return (Sum("passed"), Sum("failed") + Sum("errors"), Sum("skipped"));

        int Sum(string name) =>
            assemblies.Sum(a => int.Parse(a.Attribute(name)?.Value ?? "0", CultureInfo.InvariantCulture));
    }

    /// <summary>The names of the tests that failed, each with the first line of its message.</summary>
    static IEnumerable<string> Failures(string xmlFile) =>
        from test in XDocument.Load(xmlFile).Descendants("test")
        where test.Attribute("result")?.Value == "Fail"
        let message = test.Descendants("message").FirstOrDefault()?.Value.Trim().Split('\n')[0].Trim()
        select $"{test.Attribute("name")?.Value}: {message}";
}
