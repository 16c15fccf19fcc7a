using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace WildCam.IntegrationTests;

/// <summary>A real hub: the shipped program in a process of its own, on free ports and in its own folder.</summary>
sealed class HubProcess : IAsyncDisposable
{
    static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    readonly Process _process;
    readonly List<string> _output = [];
    bool _isDisposed;

    HubProcess(Process process, string dataFolder)
    {
        _process = process;
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
    public static Task<HubProcess> StartAsync(
        TestDatabase database, string dataFolder, params (string Name, string Value)[] settings) =>
        StartAsync(database, dataFolder, (FreePort(), FreePort(), FreePort()), settings);

    /// <summary>Starts the next hub at the addresses of one that ended, so that cameras find it again.</summary>
    public Task<HubProcess> StartAgainAsync(TestDatabase database) =>
        StartAsync(database, DataFolder, (WebPort, MqttPort, MqttTlsPort), []);

    static async Task<HubProcess> StartAsync(
        TestDatabase database, string dataFolder, (int Web, int Mqtt, int Tls) ports,
        (string Name, string Value)[] settings)
    {
        var (web, mqtt, tls) = ports;
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "WildCam.Hub.dll")])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["WildCam__Database"] = database.ConnectionString + ";Maximum Pool Size=20",
                ["WildCam__DataFolder"] = dataFolder,
                ["WildCam__BindAddress"] = "127.0.0.1",
                ["WildCam__WebPort"] = $"{web}",
                ["WildCam__Gateway__MqttPort"] = $"{mqtt}",
                ["WildCam__Gateway__MqttTlsPort"] = $"{tls}",
            },
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        var process = new Process { StartInfo = start };
        var hub = new HubProcess(process, dataFolder) { WebPort = web, MqttPort = mqtt, MqttTlsPort = tls };
        process.OutputDataReceived += (_, line) => hub.Note(line.Data);
        process.ErrorDataReceived += (_, line) => hub.Note(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await Wait.UntilAsync(
            () => process.HasExited || (CanConnect(mqtt) && CanConnect(tls) && CanConnect(web)), StartTimeout,
            () => $"The hub did not start:\n{hub.Output}");
        Assert.False(process.HasExited, hub.Output);
        return hub;
    }

    /// <summary>SIGKILL: nothing is flushed, nothing is said.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, as systemd or Ctrl-C would.</summary>
    public async Task<int> StopAsync()
    {
        Assert.Equal(0, Signal(_process.Id, 15));
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

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int Signal(int processId, int signal);
}
