using System.Diagnostics;
using System.Text;

namespace WildCam.IntegrationTests.Mqtt;

/// <summary>A foreign program that runs beside the test, its output gathered; killed when disposed.</summary>
sealed class ForeignProgram : IDisposable
{
    static readonly TimeSpan Deadline = TimeSpan.FromSeconds(40);

    readonly Process _process;
    readonly StringBuilder _output = new();

    public ForeignProgram(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, e) => Add(e.Data);
        _process.ErrorDataReceived += (_, e) => Add(e.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Waits for the end; the exit code and all output.</summary>
    public async Task<(int Code, string Output)> EndAsync()
    {
        using var timeout = new CancellationTokenSource(Deadline);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"{_process.StartInfo.FileName} did not end within {Deadline}; it said: {Output}");
        }

        return (_process.ExitCode, Output);
    }

    public void Kill() => _process.Kill();

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    void Add(string? line)
    {
        if (line is not null)
        {
            lock (_output)
            {
                _output.AppendLine(line);
            }
        }
    }
}
