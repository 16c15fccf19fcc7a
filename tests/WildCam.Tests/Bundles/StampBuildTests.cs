using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace WildCam.Tests.Bundles;

/// <summary>
/// The firmware's build writes its stamp and a bundle's version into what it compiles. MSBuild itself runs the targets.
/// </summary>
public sealed partial class StampBuildTests
{
    static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Each_build_of_the_loader_compiles_a_stamp_of_its_time()
    {
        var before = DateTime.UtcNow.AddSeconds(-1);
        var (told, written) = await BuildAsync("WildCam.Loader", "StampBuild.targets", "BuiltInStamp.cs", "");
        Assert.Contains(
            "compiles Other.cs;FirmwareVersion.cs;obj/Release/BuiltInStamp.cs", told, StringComparison.Ordinal);
        var stamp = DateTime.ParseExact(
            Source().Match(written).Groups["stamp"].Value, "yyyyMMddHHmmss", CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
        Assert.InRange(stamp, before, DateTime.UtcNow);
    }

    [Fact]
    public async Task A_bundles_version_is_that_of_its_assemblies_and_what_its_program_reports()
    {
        var (told, written) = await BuildAsync(
            "WildCam.Esp32", "BundleVersion.targets", "BundleVersion.cs", "1.2.3");
        Assert.Contains("compiles Other.cs;obj/Release/BundleVersion.cs", told, StringComparison.Ordinal);
        Assert.Equal(
            [
                "[assembly: System.Reflection.AssemblyVersion(\"1.2.3.0\")]",
                "namespace WildCam.Esp32 { static class FirmwareVersion "
                    + "{ public const ushort Major = 1, Minor = 2, Patch = 3; } }",
            ],
            written.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

        (_, written) = await BuildAsync("WildCam.Wire", "BundleVersion.targets", "BundleVersion.cs", "1.2.3");
        Assert.Equal("[assembly: System.Reflection.AssemblyVersion(\"1.2.3.0\")]", written.Trim());
        (told, written) = await BuildAsync("WildCam.Esp32", "BundleVersion.targets", "BundleVersion.cs", "");
        Assert.Contains("compiles Other.cs;FirmwareVersion.cs", told, StringComparison.Ordinal);
        Assert.Equal("", written);
    }

    /// <summary>
    /// Runs the target that a project of the firmware imports, as its build does: what compiles is what is in Compile
    /// when CoreCompile begins.
    /// </summary>
    static async Task<(string Told, string Written)> BuildAsync(
        string assembly, string targets, string file, string version)
    {
        var firmware = Path.Combine(RepositoryRoot.Path, "firmware");
        var text = await File.ReadAllTextAsync(Path.Combine(firmware, assembly, $"{assembly}.nfproj"));
        var import = Import().Matches(text).Single(
            m => m.Groups["file"].Value.EndsWith(targets, StringComparison.Ordinal));
        var path = Path.Combine(firmware, assembly, import.Groups["file"].Value.Replace('\\', '/'));
        var folder = Directory.CreateTempSubdirectory("wildcam-stamp-");
        try
        {
            var project = Path.Combine(folder.FullName, "stamp.proj");
            await File.WriteAllTextAsync(
                project,
                $"""
                <Project>
                  <PropertyGroup>
                    <AssemblyName>{assembly}</AssemblyName>
                    <IntermediateOutputPath>obj/Release/</IntermediateOutputPath>
                  </PropertyGroup>
                  <ItemGroup><Compile Include="Other.cs;FirmwareVersion.cs" /></ItemGroup>
                  <Import Project="{path}" />
                  <Target Name="CoreCompile"><Message Importance="high" Text="compiles @(Compile)" /></Target>
                </Project>
                """);
            var told = await RunAsync(project, version);
            var written = Path.Combine(folder.FullName, "obj", "Release", file);
            return (told, File.Exists(written) ? await File.ReadAllTextAsync(written) : "");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static async Task<string> RunAsync(string project, string version)
    {
        using var build = Process.Start(new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                "msbuild", project, "-t:CoreCompile", "-nologo", "-v:minimal", "-nodeReuse:false",
                $"-p:BundleVersion={version}",
            },
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
        @"\Anamespace WildCam\.Loader \{ static class BuiltInStamp "
            + @"\{ public const ulong Value = (?<stamp>\d{14}); \} \}\s*\z",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    internal static partial Regex Source();

    [GeneratedRegex("<Import Project=\"(?<file>[^\"$]+)\"", RegexOptions.ExplicitCapture, 1000)]
    internal static partial Regex Import();
}
