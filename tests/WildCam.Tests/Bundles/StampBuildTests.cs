using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace WildCam.Tests.Bundles;

/// <summary>The firmware's build writes its stamp into what it compiles. MSBuild itself runs the target here.</summary>
public sealed partial class StampBuildTests
{
    static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Each_build_of_the_loader_compiles_a_stamp_of_its_time()
    {
        var folder = Directory.CreateTempSubdirectory("wildcam-stamp-");
        try
        {
            var targets = Path.Combine(RepositoryRoot.Path, "firmware", "WildCam.Loader", "StampBuild.targets");
            var loader = await File.ReadAllTextAsync(
                Path.Combine(RepositoryRoot.Path, "firmware", "WildCam.Loader", "WildCam.Loader.nfproj"));
            Assert.Contains("<Import Project=\"StampBuild.targets\" />", loader, StringComparison.Ordinal);
            // As the C# targets do: what compiles is what is in Compile when CoreCompile begins.
            var project = Path.Combine(folder.FullName, "stamp.proj");
            await File.WriteAllTextAsync(
                project,
                $"""
                <Project>
                  <PropertyGroup><IntermediateOutputPath>obj/Release/</IntermediateOutputPath></PropertyGroup>
                  <Import Project="{targets}" />
                  <Target Name="CoreCompile"><Message Importance="high" Text="compiles @(Compile)" /></Target>
                </Project>
                """);
            var before = DateTime.UtcNow.AddSeconds(-1);
            var told = await BuildAsync(project);
            Assert.Contains("compiles obj/Release/BuiltInStamp.cs", told, StringComparison.Ordinal);
            var source = await File.ReadAllTextAsync(
                Path.Combine(folder.FullName, "obj", "Release", "BuiltInStamp.cs"));
            var value = Source().Match(source).Groups["stamp"].Value;
            var stamp = DateTime.ParseExact(
                value, "yyyyMMddHHmmss", CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
            Assert.InRange(stamp, before, DateTime.UtcNow);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static async Task<string> BuildAsync(string project)
    {
        using var build = Process.Start(new ProcessStartInfo("dotnet")
        {
            ArgumentList = { "msbuild", project, "-t:CoreCompile", "-nologo", "-v:minimal", "-nodeReuse:false" },
            WorkingDirectory = Path.GetDirectoryName(project)!,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        var told = await build.StandardOutput.ReadToEndAsync().WaitAsync(Timeout);
        await build.WaitForExitAsync().WaitAsync(Timeout);
        Assert.True(build.ExitCode == 0, told);
        return told;
    }

    [GeneratedRegex(
        @"\Anamespace WildCam\.Loader \{ static class BuiltInStamp \{ public const ulong Value = (?<stamp>\d{14}); \} \}\s*\z",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    internal static partial Regex Source();
}
