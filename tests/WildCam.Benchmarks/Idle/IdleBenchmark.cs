using System.Globalization;
using System.Runtime.InteropServices;
using WildCam.Simulator.Cameras;

namespace WildCam.Benchmarks.Idle;

/// <summary>
/// Memory of connections that wait: cameras that said hello and ping, live streams of open pages, and browsers'
/// connections that ask for a page once a minute. The peer is a mosquitto with the same cameras.
/// </summary>
static partial class IdleBenchmark
{
    const int Cameras = 5000;

    /// <summary>They pay for what a first connection compiles; an idle camera is one of the others.</summary>
    const int FirstCameras = 100;

    const int Streams = 500;
    const int Browsers = 500;
    const int Visitors = 50;
    const int OpenFilesMin = Cameras + Streams + Browsers + 500;
    const int MinutesDefault = 3;
    const double Megabyte = 1 << 20;
    static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(10);
    static readonly TimeSpan SampleInterval = TimeSpan.FromSeconds(5);

    public static Benchmark Benchmark { get; } = new(
        "idle",
        $"memory of {Cameras} idle cameras and {Streams + Browsers} page connections for {MinutesDefault} minutes "
        + "(WILDCAM_BENCH_MINUTES for longer); the peer is mosquitto with the same cameras",
        RunAsync);

    static async Task RunAsync(Bench bench)
    {
        CheckOpenFiles();
        var length = TimeSpan.FromMinutes(double.Parse(
            Environment.GetEnvironmentVariable("WILDCAM_BENCH_MINUTES") ?? $"{MinutesDefault}",
            CultureInfo.InvariantCulture));
        await using var mosquitto = await Mosquitto.StartAsync(bench.Folder);
        var server = await bench.ServerAsync();
        await using var world = await FleetWorld.StartAsync(server, Cameras);
        bench.Say($"{Cameras} cameras are registered");
        double peerBytes;
        await using (var atPeer = new IdleCameras())
        {
            peerBytes = await ConnectAsync(
                atPeer, mosquitto.Port, world.Cameras, () => mosquitto.ResidentBytes, bench.Cancellation);
            atPeer.CheckAll();
        }

        // A hub of its own start: the one that saw the registrations is not the same hub idle.
        await world.KillAndRestartHubAsync();
        await Task.Delay(SettleTime, bench.Cancellation);
        var empty = world.Hub.ResidentBytes;
        bench.Say($"the hub idle: {empty / Megabyte:0} MB");
        await using var cameras = new IdleCameras();
        var cameraBytes = await ConnectAsync(
            cameras, world.Hub.MqttPort, world.Cameras, () => world.Hub.ResidentBytes, bench.Cancellation);
        bench.Say($"with {Cameras} cameras: {world.Hub.ResidentBytes / Megabyte:0} MB");
        await using var pages = await OpenPages.OpenAsync(world, Visitors, Streams, Browsers, bench.Cancellation);
        await Task.Delay(SettleTime, bench.Cancellation);
        var samples = await SampleAsync(world, cameras, pages, length, bench);
        var added = samples.ConvertAll(s => (s - empty) / Megabyte);
        var third = Math.Max(1, added.Count / 3);
        bench.ClaimUnder(
            $"memory of {Cameras} cameras and {Streams + Browsers} page connections, {length.TotalMinutes:0.#} min",
            "MB", new Spread([added.Max()]), 200);
        bench.ClaimUnder(
            "growth from the first third to the last", "MB",
            new Spread([added.TakeLast(third).Average() - added.Take(third).Average()]), 10);
        var perSession = new Pairs(
            new Spread([cameraBytes]), "mosquitto", new Spread([peerBytes]));
        bench.ClaimAtMost(
            $"resident bytes an idle camera, past the first {FirstCameras}", "bytes", perSession, ratioMax: 4);
    }

    /// <summary>Connects all; gives the resident bytes that each past the first ones costs.</summary>
    static async Task<double> ConnectAsync(
        IdleCameras idle, int port, IReadOnlyList<CameraAccount> cameras, Func<long> resident,
        CancellationToken cancellationToken)
    {
        await idle.ConnectAsync(port, cameras.Take(FirstCameras), cancellationToken);
        await Task.Delay(SettleTime, cancellationToken);
        var withFirst = resident();
        await idle.ConnectAsync(port, cameras.Skip(FirstCameras), cancellationToken);
        await Task.Delay(SettleTime, cancellationToken);
        return (resident() - withFirst) / (double)(cameras.Count - FirstCameras);
    }

    static async Task<List<long>> SampleAsync(
        FleetWorld world, IdleCameras cameras, OpenPages pages, TimeSpan length, Bench bench)
    {
        var samples = new List<long>();
        for (var left = length; left > TimeSpan.Zero; left -= SampleInterval)
        {
            await Task.Delay(SampleInterval, bench.Cancellation);
            cameras.CheckAll();
            pages.CheckAll();
            samples.Add(world.Hub.ResidentBytes);
            if (samples.Count % 6 == 0)
            {
                bench.Say($"{world.Hub.ResidentBytes / Megabyte:0} MB; {pages.Answers} pages were served");
            }
        }

        return samples;
    }

    // .NET raises the soft limit to the hard one when it starts, and what we start inherits it.
    static void CheckOpenFiles()
    {
        const int openFiles = 7; // RLIMIT_NOFILE
        if (GetLimit(openFiles, out var limit) == 0 && limit.Hard < OpenFilesMin)
        {
            throw new CannotRunException(
                $"a process may open {limit.Hard} files here and needs {OpenFilesMin}: ulimit -Hn");
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out Limit limit);
}
