using System.Diagnostics;
using WildCam.Cli.Machine;

namespace WildCam.Benchmarks;

/// <summary>
/// A mosquitto broker of a benchmark's own, on loopback and in memory, without a limit that would slow it; and its C
/// client, which takes what comes.
/// </summary>
sealed class Mosquitto : IAsyncDisposable
{
    static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(10);

    readonly Process _broker;
    readonly List<string> _output = [];
    int _lastSubscriber;

    Mosquitto(Process broker, int port)
    {
        _broker = broker;
        Port = port;
    }

    public int Port { get; }

    /// <summary>Resident memory of the broker, in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            _broker.Refresh();
            return _broker.WorkingSet64;
        }
    }

    /// <exception cref="CannotRunException">It is not installed.</exception>
    public static async Task<Mosquitto> StartAsync(string folder)
    {
        var program = Find("mosquitto", "mosquitto");
        var port = FreePort.Next();
        var file = Path.Combine(folder, $"mosquitto-{port}.conf");
        await File.WriteAllTextAsync(file, $"""
            listener {port} 127.0.0.1
            user {Environment.UserName}
            allow_anonymous true
            persistence false
            set_tcp_nodelay true
            max_inflight_messages 0
            max_queued_messages 0
            max_connections -1
            sys_interval 0
            log_dest stderr
            log_type error
            log_type subscribe

            """);
        var mosquitto = new Mosquitto(new Process { StartInfo = Start(program, "-c", file) }, port);
        mosquitto._broker.ErrorDataReceived += (_, line) => mosquitto.Note(line.Data);
        mosquitto._broker.Start();
        mosquitto._broker.BeginErrorReadLine();
        await Wait.UntilAsync(
            () => mosquitto._broker.HasExited || WorldHub.CanConnect(port), StartTimeout,
            () => $"mosquitto did not start: {mosquitto.Output}");
        Must.Hold(!mosquitto._broker.HasExited, $"mosquitto ended: {mosquitto.Output}");
        return mosquitto;
    }

    /// <summary>
    /// mosquitto_sub at this broker, of quality of service 1, subscribed when this returns; its output goes to the
    /// file. With -C among the arguments it ends by itself.
    /// </summary>
    public async Task<Process> SubscribeAsync(string filter, string outputFile, params string[] arguments)
    {
        var name = $"subscriber-{++_lastSubscriber}";
        var program = Find("mosquitto_sub", "mosquitto-clients");
        string[] command =
        [
            program, "-h", "127.0.0.1", "-p", $"{Port}", "-i", name, "-q", "1", "-t", filter, .. arguments,
        ];

        // A shell opens the file, so that no byte of the output passes through this process.
        var subscriber = Process.Start(Start("/bin/sh", ["-c", "out=$1; shift; exec \"$@\" > \"$out\"", "sh",
            outputFile, .. command]))!;
        await Wait.UntilAsync(
            () => subscriber.HasExited || Output.Contains($"{name} 1 ", StringComparison.Ordinal), StartTimeout,
            () => $"mosquitto_sub did not subscribe: {Output}");
        Must.Hold(!subscriber.HasExited, "mosquitto_sub ended before anything was sent.");
        return subscriber;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_broker.HasExited)
        {
            _broker.Kill();
            await _broker.WaitForExitAsync();
        }

        _broker.Dispose();
    }

    string Output
    {
        get
        {
            lock (_output)
            {
                return string.Join('\n', _output);
            }
        }
    }

    void Note(string? line)
    {
        if (line is not null)
        {
            lock (_output)
            {
                _output.Add(line);
            }
        }
    }

    static string Find(string program, string package) => Shell.Find(program)
        ?? throw new CannotRunException($"{program} is missing: sudo apt-get install {package}");

    static ProcessStartInfo Start(string program, params string[] arguments) => new(program, arguments)
    {
        UseShellExecute = false,
        RedirectStandardError = program.EndsWith("mosquitto", StringComparison.Ordinal),
    };
}
