using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using WildCam.Hub.Detection.Onnx;
using WildCam.Storage.Detection;

namespace WildCam.Hub.Detection;

/// <summary>What a detector's process says of one picture.</summary>
sealed record DetectorAnswer(IReadOnlyList<DetectionRow> Rows, string? Problem);

/// <summary>The detector's process ended while it looked, or was ended; the message says why.</summary>
sealed class DetectorEndedException(string message) : Exception(message);

/// <summary>
/// A model that runs in a process of its own. A call into native code cannot be given up, so what hangs, crashes or
/// takes too much memory is ended from outside with all it was looking at; those pictures are looked at again.
/// </summary>
sealed class DetectorProcess : IDetector, IDisposable
{
    static readonly TimeSpan s_memoryCheckInterval = TimeSpan.FromMilliseconds(250);

    readonly Process _process;
    readonly BinaryWriter _to;
    readonly DetectionOptions _options;
    readonly string _name;
    readonly ConcurrentDictionary<long, TaskCompletionSource<DetectorAnswer>> _asked = new();
    readonly SemaphoreSlim _writing = new(1);
    readonly Timer _memoryCheck;
    readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    string? _lastWords;
    string? _ended;
    long _last;
    int _answers;

    DetectorProcess(Process process, Model model, DetectionOptions options)
    {
        _process = process;
        _options = options;
        _name = $"{model.Name} {model.Version}";
        ModelId = model.Id;
        _to = new BinaryWriter(process.StandardInput.BaseStream, Encoding.UTF8);
        process.ErrorDataReceived += (_, line) => _lastWords = line.Data ?? _lastWords;
        process.BeginErrorReadLine();
        _memoryCheck = new Timer(_ => CheckMemory(), null, s_memoryCheckInterval, s_memoryCheckInterval);
        new Thread(Listen) { IsBackground = true, Name = "detector" }.Start();
    }

    public int ModelId { get; }

    public int ProcessId => _process.Id;

    /// <summary>Why the process is no more; null while it works.</summary>
    public string? Ended => Volatile.Read(ref _ended);

    /// <summary>Whether it ever answered: what ends before that will hardly do better the next time.</summary>
    public bool HasAnswered => Volatile.Read(ref _answers) > 0;

    /// <summary>Starts a process and has it load and test the model.</summary>
    /// <exception cref="OnnxException">The model cannot be used; the message says why.</exception>
    public static async Task<DetectorProcess> StartAsync(
        Model model, ReadOnlyMemory<byte> weights, IReadOnlyList<string> libraries, DetectionOptions options,
        CancellationToken cancellationToken)
    {
        var detector = new DetectorProcess(StartProcess(), model, options);
        try
        {
            var setup = new DetectorSetup(libraries, model.Manifest, model.Id, options.Threads);
            await Task.Run(() => detector.Send(setup, weights.Span), cancellationToken);
            await detector._loaded.Task.WaitAsync(
                TimeSpan.FromSeconds(options.LoadSecondsMax), cancellationToken);
            return detector;
        }
        catch (Exception fault)
        {
            detector.Dispose();
            throw fault switch
            {
                TimeoutException => new OnnxException(
                    $"The model was not loaded within LoadSecondsMax ({options.LoadSecondsMax})."),
                DetectorEndedException or IOException => new OnnxException(detector.Ended ?? fault.Message),
                _ => fault,
            };
        }
    }

    /// <exception cref="DetectorEndedException">
    /// The process ended, by itself or because the picture took too long or too much; nothing is known of the picture.
    /// </exception>
    public async Task<Detected> DetectAsync(
        CaptureToDetect capture, ReadOnlyMemory<byte> jpeg, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _last);
        var asked = new TaskCompletionSource<DetectorAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked[id] = asked;
        try
        {
            if (Ended is { } before)
            {
                throw new DetectorEndedException(before);
            }

            var limit = TimeSpan.FromSeconds(_options.LookSecondsMax);
            // A process that does not even take the picture hangs too. Half a picture must not be sent, so that this
            // is not cancelled.
            await Task.Run(() => SendAsync(id, jpeg), CancellationToken.None)
                .WaitAsync(limit, CancellationToken.None);
            var answer = await asked.Task.WaitAsync(limit, cancellationToken);
            return new Detected(
                answer.Rows, answer.Problem is null ? null : $"{_name} on capture {capture.Id}: {answer.Problem}");
        }
        catch (TimeoutException)
        {
            End($"{_name} gave no answer within LookSecondsMax ({_options.LookSecondsMax}) and was ended.");
            throw new DetectorEndedException(Ended!);
        }
        finally
        {
            _asked.TryRemove(id, out _);
        }
    }

    public void Dispose()
    {
        End($"{_name} is not in use any more.");
        _memoryCheck.Dispose();
    }

    static Process StartProcess()
    {
        var start = new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "WildCam.Hub.dll"), DetectorHost.Argument])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Weights are foreign code as it were: they need none of the hub's secrets.
        foreach (var name in start.Environment.Keys.Where(
            k => k.StartsWith("WildCam__", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception fault)
        {
            throw new OnnxException($"The detector's process cannot be started: {fault.Message}", fault);
        }
    }

    void Send(DetectorSetup setup, ReadOnlySpan<byte> weights)
    {
        _to.Write(JsonSerializer.Serialize(setup));
        _to.Write(weights.Length);
        _to.Write(weights);
        _to.Flush();
    }

    async Task SendAsync(long id, ReadOnlyMemory<byte> jpeg)
    {
        await _writing.WaitAsync();
        try
        {
            _to.Write(id);
            _to.Write(jpeg.Length);
            _to.Write(jpeg.Span);
            _to.Flush();
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            End($"{_name} takes no more pictures.");
        }
        finally
        {
            _writing.Release();
        }
    }

    void Listen()
    {
        try
        {
            using var from = new BinaryReader(_process.StandardOutput.BaseStream, Encoding.UTF8);
            if (from.ReadString() is { Length: > 0 } problem)
            {
                _loaded.TrySetException(new OnnxException(problem));
                return;
            }

            _loaded.TrySetResult();
            while (true)
            {
                var id = from.ReadInt64();
                var answer = JsonSerializer.Deserialize<DetectorAnswer>(from.ReadString())!;
                Interlocked.Increment(ref _answers);
                if (_asked.TryRemove(id, out var asked))
                {
                    asked.TrySetResult(answer);
                }
            }
        }
        catch (Exception fault) when (fault is IOException or JsonException or FormatException)
        {
            End($"{_name} ended by itself{(_lastWords is null ? "" : $": {_lastWords}")}.");
        }
    }

    void CheckMemory()
    {
        try
        {
            _process.Refresh();
            if (_process.WorkingSet64 / 1_000_000 > _options.ProcessMegabytesMax)
            {
                End($"{_name} took more memory than ProcessMegabytesMax ({_options.ProcessMegabytesMax}).");
            }
        }
        catch (Exception fault) when (fault is InvalidOperationException or Win32Exception)
        {
            // It ended just now; whoever listens to it tells.
        }
    }

    void End(string why)
    {
        if (Interlocked.CompareExchange(ref _ended, why, null) is not null)
        {
            return;
        }

        try
        {
            _process.Kill();
        }
        catch (Exception fault) when (fault is InvalidOperationException or Win32Exception)
        {
            // It is gone already.
        }

        _loaded.TrySetException(new DetectorEndedException(why));
        foreach (var asked in _asked.Values)
        {
            asked.TrySetException(new DetectorEndedException(why));
        }
    }
}
