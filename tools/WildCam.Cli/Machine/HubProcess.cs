using System.Diagnostics;
using System.Globalization;

namespace WildCam.Cli.Machine;

/// <summary>The hub as a process of its own, its output in a log file.</summary>
sealed class HubProcess : IAsyncDisposable
{
    static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(60);
    static readonly TimeSpan ReadyPoll = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(20);
    const long LogBytesMax = 64L * 1024 * 1024;

    // The collector's own choice of 2 MB has it run all the time in a busy hub. The program's own configuration has no
    // such setting.
    const string FirstGenerationVariable = "DOTNET_GCgen0size";
    const string FirstGenerationBytes = "0x400000"; // 4 MB

    readonly Process _process;
    readonly StreamWriter _log;
    readonly string _logFile;

    HubProcess(Process process, StreamWriter log, string logFile)
    {
        _process = process;
        _log = log;
        _logFile = logFile;
    }

    public Task Exited => _process.WaitForExitAsync(CancellationToken.None);

    public int ProcessId => _process.Id;

    /// <summary>Starts the hub that lies beside this program.</summary>
    public static HubProcess Start(Workspace workspace)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(workspace.HubLog)!);
        if (File.Exists(workspace.HubLog) && new FileInfo(workspace.HubLog).Length > LogBytesMax)
        {
            File.Move(workspace.HubLog, workspace.HubLog + ".1", overwrite: true);
        }

        var start = Command(workspace.HubEnvironment());
        start.WorkingDirectory = workspace.Folder;

        var stream = new FileStream(workspace.HubLog, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        var log = new StreamWriter(stream) { AutoFlush = true };
        log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"--- hub starts {DateTime.UtcNow:u}"));
        var process = new Process { StartInfo = start };
        DataReceivedEventHandler write = (_, line) =>
        {
            if (line.Data is not null)
            {
                lock (log)
                {
                    log.WriteLine(line.Data);
                }
            }
        };
        process.OutputDataReceived += write;
        process.ErrorDataReceived += write;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new HubProcess(process, log, workspace.HubLog);
    }

    /// <summary>How the hub that lies beside this program is started, with settings from the environment.</summary>
    public static ProcessStartInfo Command(IEnumerable<KeyValuePair<string, string>> settings)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "WildCam.Hub.dll")])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.TryAdd(FirstGenerationVariable, FirstGenerationBytes);
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    /// <summary>Waits until the hub says that it is ready.</summary>
    /// <exception cref="CommandException">It ended or is not ready in time; says what it wrote last.</exception>
    public async Task WaitReadyAsync(Uri address, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        var deadline = Stopwatch.StartNew();
        var last = "no answer";
        while (deadline.Elapsed < ReadyTimeout)
        {
            if (_process.HasExited)
            {
                throw new CommandException($"The hub ended at once. It says:\n{LogTail()}");
            }

            try
            {
                using var answer = await http.GetAsync(new Uri(address, "/health/ready"), cancellationToken);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }

                last = await answer.Content.ReadAsStringAsync(cancellationToken);
            }
            catch (HttpRequestException fault)
            {
                last = fault.Message;
            }

            await Task.Delay(ReadyPoll, cancellationToken);
        }

        throw new CommandException($"The hub is not ready after {ReadyTimeout.TotalSeconds:0} s: {last}\n{LogTail()}");
    }

    /// <summary>Asks the hub to end and waits; after a while it is killed.</summary>
    public async Task StopAsync()
    {
        if (!_process.HasExited)
        {
            string[] terminate = ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)];
            await Shell.RunAsync("kill", terminate, CancellationToken.None);
            using var patience = new CancellationTokenSource(StopTimeout);
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
                await _process.WaitForExitAsync(CancellationToken.None);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
        await _log.DisposeAsync();
    }

    /// <summary>The last lines of the log since this start.</summary>
    public string LogTail()
    {
        const int linesMax = 12;
        using var file = new FileStream(_logFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        var lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var start = Array.FindLastIndex(lines, l => l.StartsWith("--- hub starts", StringComparison.Ordinal));
        return string.Join('\n', lines[(start + 1)..].TakeLast(linesMax));
    }
}
