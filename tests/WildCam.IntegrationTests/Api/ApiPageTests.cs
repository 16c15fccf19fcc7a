using System.Diagnostics;
using System.Text.RegularExpressions;
using WildCam.IntegrationTests.Desk;
using WildCam.Storage.Accounts;

namespace WildCam.IntegrationTests.Api;

/// <summary>The code of "Use it from R and Python" runs as it stands.</summary>
public sealed partial class ApiPageTests(DeskHub hub) : IClassFixture<DeskHub>
{
    [Fact]
    public Task The_Python_of_the_page_runs() => RunAsync("python3", "python", ".py", "detections of red foxes");

    [Fact]
    public async Task The_R_of_the_page_runs()
    {
        var program = Cli.Machine.Shell.Find("Rscript");
        Assert.SkipUnless(program is not null, "The program 'Rscript' is not on this machine.");
        using var asked = Process.Start(program!, ["-e", "library(httr2); library(jsonlite)"]);
        await asked.WaitForExitAsync();
        Assert.SkipUnless(asked.ExitCode == 0, "R has no httr2 or jsonlite on this machine.");
        await RunAsync("Rscript", "r", ".R", "Vulpes vulpes");
    }

    async Task RunAsync(string program, string language, string ending, string expected)
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Components.Root, "hub", "WildCam.Hub", "API.md"));
        var code = Code().Matches(page).Single(m => m.Groups["language"].Value == language).Groups["code"].Value;
        var path = Cli.Machine.Shell.Find(program);
        Assert.SkipUnless(path is not null, $"The program '{program}' is not on this machine.");
        var account = await hub.Database.ReadAsync<int>("select id from accounts where email = 'ana@example.org'");
        var token = await new ApiTokensTable(hub.Database.Source).CreateAsync(
            account, language, TimeSpan.FromDays(1), ["read", "export"], default);
        var script = Path.Combine(Path.GetTempPath(), $"wildcam-{Guid.NewGuid():N}{ending}");
        await File.WriteAllTextAsync(script, code);
        try
        {
            using var process = Process.Start(new ProcessStartInfo(path!, [script])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
                Environment =
                {
                    ["WILDCAM"] = hub.Address, ["WILDCAM_TOKEN"] = token!.Value.Text, ["WILDCAM_PROJECT"] = "creek",
                },
            })!;
            var said = process.StandardOutput.ReadToEndAsync();
            var complaint = await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0, complaint);
            Assert.Contains(expected, await said, StringComparison.Ordinal);
            Assert.DoesNotContain("\n0 detections", "\n" + await said, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(script);
        }
    }

    [GeneratedRegex("```(?<language>[a-z]+)\n(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    internal static partial Regex Code();
}
