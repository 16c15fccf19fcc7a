using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using WildCam.Cli.Machine;

namespace WildCam.Worlds;

/// <summary>A real hub: the shipped program in a process of its own, on free ports and in its own folder.</summary>
sealed class WorldHub : IAsyncDisposable
{
    static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    readonly Process _process;
    readonly List<string> _output = [];
    bool _isDisposed;

    readonly string _database;
    readonly (string Name, string Value)[] _settings;

    WorldHub(Process process, string database, string dataFolder, (string Name, string Value)[] settings)
    {
        _process = process;
        _database = database;
        _settings = settings;
        DataFolder = dataFolder;
    }

    public string DataFolder { get; }

    public int WebPort { get; private init; }

    public int MqttPort { get; private init; }

    public int MqttTlsPort { get; private init; }

    public int ProcessId => _process.Id;

    /// <summary>What the hub wrote so far, for the message of a failing test.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return string.Join('\n', _output);
            }
        }
    }

    /// <summary>Starts a hub and waits until cameras can connect. Settings are environment variables.</summary>
    public static Task<WorldHub> StartAsync(
        string database, string dataFolder, params (string Name, string Value)[] settings) =>
        StartAsync(database, dataFolder, (FreePort.Next(), FreePort.Next(), FreePort.Next()), settings);

    /// <summary>Starts the next hub at the addresses of one that ended, so that cameras find it again.</summary>
    public Task<WorldHub> StartAgainAsync() =>
        StartAsync(_database, DataFolder, (WebPort, MqttPort, MqttTlsPort), _settings);

    static async Task<WorldHub> StartAsync(
        string database, string dataFolder, (int Web, int Mqtt, int Tls) ports,
        (string Name, string Value)[] settings)
    {
        var (web, mqtt, tls) = ports;
        var start = HubProcess.Command(new Dictionary<string, string>
        {
            ["WildCam__Database"] = database + ";Maximum Pool Size=20",
            ["WildCam__DataFolder"] = dataFolder,
            ["WildCam__BindAddress"] = "127.0.0.1",
            ["WildCam__WebPort"] = $"{web}",
            ["WildCam__Gateway__MqttPort"] = $"{mqtt}",
            ["WildCam__Gateway__MqttTlsPort"] = $"{tls}",
        });
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        var process = new Process { StartInfo = start };
        var hub = new WorldHub(process, database, dataFolder, settings)
        {
            WebPort = web,
            MqttPort = mqtt,
            MqttTlsPort = tls,
        };
        process.OutputDataReceived += (_, line) => hub.Note(line.Data);
        process.ErrorDataReceived += (_, line) => hub.Note(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await Wait.UntilAsync(
            () => process.HasExited || (CanConnect(mqtt) && CanConnect(tls) && CanConnect(web)), StartTimeout,
            () => $"The hub did not start:\n{hub.Output}");
        if (process.HasExited)
        {
            await process.WaitForExitAsync(); // For the last of what it says.
            throw new WorldException($"The hub ended with {process.ExitCode} as it started:\n{hub.Output}");
        }

        return hub;
    }

    /// <summary>SIGKILL: nothing is flushed, nothing is said.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGSTOP: the hub holds its connections and leases and does nothing, until it is woken.</summary>
    public void Freeze() => Send(19);

    /// <summary>SIGCONT.</summary>
    public void Wake() => Send(18);

    /// <summary>Resident memory of the process, in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Most resident memory that the process ever had, in bytes.</summary>
    public long PeakResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.PeakWorkingSet64;
        }
    }

    /// <summary>SIGTERM, as systemd or Ctrl-C would.</summary>
    public async Task<int> StopAsync()
    {
        Send(15);
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(40));
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    void Send(int signal) => Must.Equal(0, Signal(_process.Id, signal), $"sending signal {signal}");

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

    public static bool CanConnect(int port)
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int Signal(int processId, int signal);
}
