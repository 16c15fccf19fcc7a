using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace WildCam.IntegrationTests.EndToEnd;

/// <summary>`wildcam up`, from the printed address to Ctrl-C.</summary>
public sealed partial class UpTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    const int Interrupt = 2;
    static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(90);
    static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Up_prints_its_address_takes_simulated_pictures_and_ends_at_an_interrupt_leaving_nothing()
    {
        using var program = new WildCamProgram(database.ConnectionString);
        var line = program.CommandLine("up");
        using var up = new Process
        {
            // A shell's background job ignores interrupts, and so would what it starts.
            StartInfo = new ProcessStartInfo("env", ["--default-signal=INT", .. line])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        var said = new List<string>();
        up.OutputDataReceived += Note;
        up.ErrorDataReceived += Note;
        up.Start();
        up.BeginOutputReadLine();
        up.BeginErrorReadLine();
        var children = new List<int>();
        try
        {
            await Wait.UntilAsync(
                () => Link().IsMatch(Said()) || up.HasExited, StartTimeout, () => $"It does not start:\n{Said()}");
            Assert.False(up.HasExited, $"It ended as it started:\n{Said()}");
            Assert.Contains($"WildCam runs at http://localhost:{program.WebPort}", Said(), StringComparison.Ordinal);
            children = ChildrenOf(up.Id);
            Assert.NotEmpty(children);
            await VisitAsync(program, Link().Match(Said()).Groups[1].Value);
            await SimulateAsync(program);

            Assert.Equal(0, WorldHub.Signal(up.Id, Interrupt));
            await up.WaitForExitAsync().WaitAsync(EndTimeout);
            Assert.True(up.ExitCode is 0 or 130, $"It ended with {up.ExitCode}:\n{Said()}");
            Assert.All(children, c => Assert.False(Directory.Exists($"/proc/{c}"), $"Process {c} was left behind."));
            Assert.All(
                [program.WebPort, program.MqttPort, program.MqttTlsPort],
                port => Assert.False(WorldHub.CanConnect(port), $"Port {port} is still in use."));
            Assert.False(File.Exists(Path.Combine(program.Root, ".wildcam", "up.pid")));
        }
        finally
        {
            foreach (var id in children.Append(up.Id).Where(id => Directory.Exists($"/proc/{id}")))
            {
                Process.GetProcessById(id).Kill();
            }
        }

        void Note(object sender, DataReceivedEventArgs received)
        {
            lock (said)
            {
                said.Add(received.Data ?? "");
            }
        }

        string Said()
        {
            lock (said)
            {
                return string.Join('\n', said);
            }
        }
    }

    static async Task VisitAsync(WildCamProgram program, string link)
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://localhost:{program.WebPort}") };
        using var ready = await client.GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.StartsWith(client.BaseAddress + "setup?link=", link, StringComparison.Ordinal);
        var page = await client.GetStringAsync(link);
        Assert.Contains("<h1", page, StringComparison.Ordinal);
        Assert.Contains("<form", page, StringComparison.Ordinal);

        var status = await program.AskAsync("status");
        Assert.True((bool)status["running"]! && (bool)status["ready"]!, $"{status}");
    }

    async Task SimulateAsync(WildCamProgram program)
    {
        var report = await program.AskAsync("simulate", "--cameras", "2", "--pictures", "2", "--every", "0");
        Assert.Equal((4, 0), ((int)report["progress"]!["stored"]!, (int)report["progress"]!["waiting"]!));
        Assert.Equal(4L, await database.ReadAsync<long>("select count(*) from captures"));
        Assert.True(
            await database.ReadAsync<long>("select count(*) from wildlife_detections where source = 3") > 0,
            "The simulator filed nothing of what it knows.");
    }

    /// <summary>Processes whose parent is this one.</summary>
    static List<int> ChildrenOf(int parent)
    {
        var children = new List<int>();
        foreach (var folder in Directory.GetDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && ReadStat(id) is { } stat && stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1] == $"{parent}")
            {
                children.Add(id);
            }
        }

        return children;
    }

    static string? ReadStat(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/stat");
        }
        catch (IOException)
        {
            return null; // It ended meanwhile.
        }
    }

    [GeneratedRegex("Sign in once with this link: (.+)")]
    internal static partial Regex Link();
}
