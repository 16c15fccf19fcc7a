using System.Text.Json.Nodes;
using WildCam.Cli.Machine;

namespace WildCam.IntegrationTests.EndToEnd;

/// <summary>The program `wildcam` as people and scripts run it, in a folder of its own.</summary>
sealed class WildCamProgram(string connectionString) : IDisposable
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("wildcam-cli-");

    public string Root => _root.FullName;

    public string DataFolder => Path.Combine(Root, ".wildcam", "data");

    public int WebPort { get; init; } = FreePort.Next();

    public int MqttPort { get; } = FreePort.Next();

    public int MqttTlsPort { get; } = FreePort.Next();

    /// <summary>The command line that runs it with its settings, to be started as a program.</summary>
    public string[] CommandLine(params string[] arguments) =>
    [
        "env", $"WILDCAM_ROOT={Root}", $"WildCam__Database={connectionString}", $"WildCam__WebPort={WebPort}",
        $"WildCam__Gateway__MqttPort={MqttPort}", $"WildCam__Gateway__MqttTlsPort={MqttTlsPort}",
        "dotnet", Path.Combine(AppContext.BaseDirectory, "wildcam.dll"), .. arguments,
    ];

    public async Task<ShellResult> RunAsync(params string[] arguments)
    {
        using var timeout = new CancellationTokenSource(Timeout);
        var line = CommandLine(arguments);
        return await Shell.RunAsync(line[0], line[1..], timeout.Token);
    }

    /// <summary>Runs a command that must succeed.</summary>
    public async Task<string> DoAsync(params string[] arguments)
    {
        var result = await RunAsync(arguments);
        Assert.True(result.Ok, $"{string.Join(' ', arguments)} ended with {result.ExitCode}: {result.Tail()}");
        return result.Output;
    }

    /// <summary>Runs a command that must succeed with JSON.</summary>
    public async Task<JsonNode> AskAsync(params string[] arguments) =>
        JsonNode.Parse(await DoAsync([.. arguments, "--json"]))!;

    /// <summary>Runs a command that must be refused: one sentence on standard error, nothing else.</summary>
    public async Task<string> RefusedAsync(params string[] arguments)
    {
        var result = await RunAsync(arguments);
        Assert.Equal(1, result.ExitCode);
        Assert.DoesNotContain("   at ", result.Output + result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", result.Output + result.Errors, StringComparison.Ordinal);
        return Assert.Single(result.Errors.TrimEnd().Split('\n'));
    }

    public void Dispose() => _root.Delete(recursive: true);
}
