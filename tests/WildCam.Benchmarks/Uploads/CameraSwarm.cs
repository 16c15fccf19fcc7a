using System.Diagnostics;
using System.Runtime.InteropServices;
using WildCam.Simulator.Cameras;

namespace WildCam.Benchmarks.Uploads;

/// <summary>What a swarm did.</summary>
/// <param name="ProcessorSeconds">Of the whole process of the swarm.</param>
/// <param name="Milliseconds">From when each picture was due to its receipt, ascending.</param>
sealed record SwarmReport(int Pictures, double Seconds, double ProcessorSeconds, IReadOnlyList<double> Milliseconds)
{
    public double PicturesPerSecond => Pictures / Seconds;

    public double Percentile(double part) => Milliseconds[(int)((Milliseconds.Count - 1) * part)];
}

/// <summary>
/// Many cameras on one thread: it waits on all sockets at once, so that the load costs little beside what it loads.
/// </summary>
sealed partial class CameraSwarm : IDisposable
{
    static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(60);

    const short Readable = 1; // POLLIN

    readonly SwarmPlan _plan;
    readonly SwarmCamera[] _cameras;
    readonly PollDescriptor[] _descriptors;

    CameraSwarm(SwarmPlan plan, SwarmCamera[] cameras)
    {
        _plan = plan;
        _cameras = cameras;
        _descriptors = [.. cameras.Select(c => new PollDescriptor { Descriptor = c.Descriptor, Events = Readable })];
    }

    /// <summary>Connects one camera after another.</summary>
    public static async Task<CameraSwarm> OpenAsync(SwarmPlan plan, IReadOnlyList<CameraAccount> accounts)
    {
        var cameras = new SwarmCamera[accounts.Count];
        for (var n = 0; n < cameras.Length; n++)
        {
            cameras[n] = new SwarmCamera(plan, n, accounts[n].Code);
            await cameras[n].OpenAsync(accounts[n].Password);
        }

        return new CameraSwarm(plan, cameras);
    }

    /// <summary>Every camera delivers so many pictures, one after another, as fast as it may.</summary>
    public Task<SwarmReport> DeliverAsync(int picturesPerCamera, CancellationToken cancellationToken) =>
        RunAsync(double.PositiveInfinity, picturesPerCamera * _cameras.Length, cancellationToken);

    /// <summary>Pictures come due at this rate, whether the ones before are through or not, camera by camera.</summary>
    public Task<SwarmReport> DeliverAtAsync(
        double picturesPerSecond, TimeSpan duration, CancellationToken cancellationToken) =>
        RunAsync(picturesPerSecond, (int)(picturesPerSecond * duration.TotalSeconds), cancellationToken);

    /// <summary>What the cameras have receipts for: the device's id in hex, and the picture's SHA-256.</summary>
    public IEnumerable<(string DeviceCaptureId, string Sha256)> Delivered()
    {
        for (var n = 0; n < _cameras.Length; n++)
        {
            for (var counter = 0UL; counter < _cameras[n].Delivered; counter++)
            {
                yield return (
                    Convert.ToHexStringLower(
                        [.. BitConverter.GetBytes(_cameras[n].SpoolId), .. BitConverter.GetBytes(counter)]),
                    _plan.Pictures.Of(n, counter).Sha256);
            }
        }
    }

    /// <summary>Whether the device's id, in hex, is one of this swarm's.</summary>
    public bool IsOwn(string deviceCaptureId) =>
        BitConverter.ToUInt32(Convert.FromHexString(deviceCaptureId), sizeof(uint)) == _plan.Boot;

    public void Dispose() => Array.ForEach(_cameras, c => c.Dispose());

    Task<SwarmReport> RunAsync(double rate, int pictures, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(
            () => Run(rate, pictures, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

    SwarmReport Run(double rate, int pictures, CancellationToken cancellationToken)
    {
        var took = new List<double>(pictures);
        var started = Stopwatch.GetTimestamp();
        var processor = Process.GetCurrentProcess().TotalProcessorTime;
        var due = 0;
        var heard = started;
        while (took.Count < pictures)
        {
            cancellationToken.ThrowIfCancellationRequested();
            while (due < pictures && due <= rate * Stopwatch.GetElapsedTime(started).TotalSeconds)
            {
                // When it was due, not when this thread came round to it.
                var at = double.IsInfinity(rate) ? 0 : (long)(due / rate * Stopwatch.Frequency);
                _cameras[due % _cameras.Length].Add(started + at);
                due++;
            }

            if (Wait(due < pictures ? 1 : 100) > 0)
            {
                heard = Stopwatch.GetTimestamp();
                Serve(took);
            }

            Must.Hold(
                took.Count == due || Stopwatch.GetElapsedTime(heard) < SilenceMax,
                $"Nothing came for {SilenceMax}; {took.Count} of {pictures} pictures were delivered.");
        }

        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        took.Sort();
        return new SwarmReport(
            pictures, seconds, (Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds, took);
    }

    void Serve(List<double> took)
    {
        for (var n = 0; n < _descriptors.Length; n++)
        {
            if (_descriptors[n].Happened == 0)
            {
                continue;
            }

            if (_cameras[n].Turn() is var due and not 0)
            {
                took.Add(Stopwatch.GetElapsedTime(due).TotalMilliseconds);
            }
        }
    }

    int Wait(int milliseconds)
    {
        var ready = Poll(_descriptors, (nuint)_descriptors.Length, milliseconds);
        return ready >= 0 ? ready : throw new IOException($"poll: errno {Marshal.GetLastPInvokeError()}");
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Happened;
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll([In, Out] PollDescriptor[] descriptors, nuint count, int milliseconds);
}
