using System.CommandLine;
using WildCam.Cli;
using WildCam.Cli.Commands;
using WildCam.Cli.Machine;

namespace WildCam.Tests.Fleet;

public sealed class FirmwareCommandTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("wildcam-firmware-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    string At(string name) => Path.Combine(_folder, name);

    static async Task RunAsync(params string[] arguments)
    {
        var root = new RootCommand { FirmwareCommands.Create() };
        var parsed = root.Parse(["firmware", .. arguments]);
        Assert.Empty(parsed.Errors);
        var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false };
        Assert.Equal(0, await parsed.InvokeAsync(configuration, TestContext.Current.CancellationToken));
    }

    static async Task<string> ProblemAsync(params string[] arguments) =>
        (await Assert.ThrowsAsync<CommandException>(() => RunAsync(arguments))).Message;

    string[] Pack(string board = "esp32-psram-ov2640", string version = "1.2.3", string key = "key.pem") =>
    [
        "pack", At("WildCam.Wire.pe"), At("WildCam.Camera.pe"), At("WildCam.Esp32.pe"), "--board", board,
        "--version-number", version, "--key", At(key), "--output", At("bundle.wcb"),
    ];

    async Task PrepareAsync()
    {
        await RunAsync("key", At("key.pem"));
        foreach (var part in NanoAssemblies.Three())
        {
            await File.WriteAllBytesAsync(At(part.Name + ".pe"), part.Bytes, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task A_key_packs_and_its_public_half_verifies()
    {
        await PrepareAsync();
        await RunAsync(Pack());
        await RunAsync("verify", At("bundle.wcb"), "--key", At("key.pem.pub"));
        await RunAsync("verify", At("bundle.wcb"), "--key", At("key.pem.pub"), "--json");
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(At("key.pem")));
        }

        Assert.DoesNotContain("PRIVATE", await File.ReadAllTextAsync(At("key.pem.pub"),
            TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_never_written_over()
    {
        await PrepareAsync();
        var before = await File.ReadAllBytesAsync(At("key.pem"), TestContext.Current.CancellationToken);
        Assert.Contains("is there already", await ProblemAsync("key", At("key.pem")), StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(At("key.pem"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Problems_are_said_as_sentences()
    {
        await PrepareAsync();
        Assert.Contains("no board 'esp33'", await ProblemAsync(Pack(board: "esp33")), StringComparison.Ordinal);
        Assert.Contains("'one' is no version", await ProblemAsync(Pack(version: "one")), StringComparison.Ordinal);
        Assert.Contains("first two numbers", await ProblemAsync(Pack(version: "2.0.0")), StringComparison.Ordinal);
        Assert.Contains(
            "is not a secret ECDSA P-256 key", await ProblemAsync(Pack(key: "key.pem.pub")), StringComparison.Ordinal);
        Assert.Contains("There is no file", await ProblemAsync(Pack(key: "none.pem")), StringComparison.Ordinal);
        Assert.False(File.Exists(At("bundle.wcb")));
        await RunAsync(Pack());
        await RunAsync("key", At("other.pem"));
        Assert.Contains(
            "signature is not of this publisher's key",
            await ProblemAsync("verify", At("bundle.wcb"), "--key", At("other.pem.pub")), StringComparison.Ordinal);
        Assert.Contains(
            "It is no bundle", await ProblemAsync("verify", At("WildCam.Wire.pe"), "--key", At("key.pem.pub")),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_is_joined_of_folders_and_of_each_assembly_once()
    {
        string[] names = ["mscorlib", "WildCam.Loader", "WildCam.Wire", "WildCam.Camera", "WildCam.Esp32"];
        var folders = new[] { At("loader"), At("application") };
        foreach (var folder in folders)
        {
            Directory.CreateDirectory(folder);
        }

        foreach (var name in names)
        {
            var bytes = NanoAssemblies.WithMethod(name == "WildCam.Loader");
            foreach (var folder in folders)
            {
                await File.WriteAllBytesAsync(
                    Path.Combine(folder, name + ".pe"), bytes, TestContext.Current.CancellationToken);
            }
        }

        await RunAsync(["image", .. folders, "--output", At("WildCam.bin")]);
        Assert.Equal(names.Length * 1004, new FileInfo(At("WildCam.bin")).Length);

        await File.WriteAllBytesAsync(
            Path.Combine(folders[0], "mscorlib.pe"), NanoAssemblies.WithMethod(isEntry: false, bytes: 1002),
            TestContext.Current.CancellationToken);
        Assert.Contains(
            "There are two different mscorlib.pe", await ProblemAsync(["image", .. folders, "--output", At("x.bin")]),
            StringComparison.Ordinal);
        Assert.Contains(
            "There is no mscorlib.pe",
            await ProblemAsync("image", Path.Combine(folders[0], "WildCam.Wire.pe"), "--output", At("x.bin")),
            StringComparison.Ordinal);
    }
}
