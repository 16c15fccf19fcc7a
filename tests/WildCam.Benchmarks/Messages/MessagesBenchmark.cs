using System.Diagnostics;
using System.Globalization;
using WildCam.Simulator.Cameras;
using WildCam.Wire;

namespace WildCam.Benchmarks.Messages;

/// <summary>
/// Small messages of quality of service 1. Handled means: by us, acknowledged after the commit of its row; by the peer,
/// in the hands of a subscriber that throws it away. Both sides get the same bytes from the same generator.
/// </summary>
static class MessagesBenchmark
{
    static readonly int Cameras = int.Parse(Environment.GetEnvironmentVariable("X_CAMERAS") ?? "1000");
    static readonly int Window = int.Parse(Environment.GetEnvironmentVariable("X_WINDOW") ?? "4");
    static readonly int MessagesPerCamera = 100_000 / Cameras;
    static readonly int PacePerSecond = int.Parse(Environment.GetEnvironmentVariable("X_PACE") ?? "5000");
    static readonly int PaceMessages = PacePerSecond * 4;
    static readonly TimeSpan PeerTimeout = TimeSpan.FromSeconds(60);

    public static Benchmark Benchmark { get; } = new(
        "messages",
        "heartbeats of quality of service 1, acknowledged after commit; the peer is mosquitto to mosquitto_sub -q 1",
        RunAsync);

    static async Task RunAsync(Bench bench)
    {
        var server = await bench.ServerAsync();
        await using var mosquitto = await Mosquitto.StartAsync(bench.Folder);
        await using var world = await FleetWorld.StartAsync(server, Cameras);
        bench.Say($"{Cameras} cameras registered");
        await using var toHub = await HeartbeatLoad.ConnectAsync(
            world.Hub.MqttPort, world.Cameras, useTls: false, bench.Cancellation);
        await using var toPeer = await HeartbeatLoad.ConnectAsync(
            mosquitto.Port, world.Cameras, useTls: false, bench.Cancellation);
        var alone = await RateAsync(toPeer, bench.Cancellation);
        bench.Say($"the generator alone drives mosquitto without a subscriber at {alone:0} messages/s");
        var tlsRates = new List<double>();
        var throughput = await bench.AlternateAsync(
            "messages/s", () => OursAsync(world, toHub, bench.Cancellation),
            "mosquitto", () => PeerAsync(mosquitto, toPeer, bench.Cancellation));
        bench.ClaimAtLeast("messages handled", "messages/s", throughput, ratioMin: 0.7, floor: 10_000);
        foreach (var share in new[] { 0.5, 0.9 })
        {
            var pace = (int)(throughput.Ours.Median * share);
        }

        var latency = await bench.AlternateAsync(
            "ms", () => OurLatencyAsync(world, toHub, bench),
            "mosquitto", () => PeerLatencyAsync(mosquitto, toPeer, bench));
        bench.ClaimAtMost($"99th percentile at {PacePerSecond} messages/s", "ms", latency, ratioMax: 2);
    }

    static async Task<double> OursAsync(FleetWorld world, HeartbeatLoad load, CancellationToken cancellationToken)
    {
        var before = await world.Database.ReadAsync<long>("select count(*) from telemetry");
        var rate = await RateAsync(load, cancellationToken);
        var after = await world.Database.ReadAsync<long>("select count(*) from telemetry");
        Must.Equal((long)load.Cameras * MessagesPerCamera, after - before, "rows of acknowledged heartbeats");
        return rate;
    }

    static async Task<double> PeerAsync(Mosquitto mosquitto, HeartbeatLoad load, CancellationToken cancellationToken)
    {
        var messages = load.Cameras * MessagesPerCamera;
        using var subscriber = await mosquitto.SubscribeAsync(Topics.Prefix + "#", "/dev/null", "-C", $"{messages}");
        var clock = Stopwatch.StartNew();
        await load.SendAsync(MessagesPerCamera, Window, cancellationToken);
        await subscriber.WaitForExitAsync(cancellationToken).WaitAsync(PeerTimeout, cancellationToken);
        Must.Equal(0, subscriber.ExitCode, "exit code of mosquitto_sub");
        return messages / clock.Elapsed.TotalSeconds;
    }

    static async Task<double> RateAsync(HeartbeatLoad load, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        await load.SendAsync(MessagesPerCamera, Window, cancellationToken);
        return load.Cameras * MessagesPerCamera / clock.Elapsed.TotalSeconds;
    }

    static async Task<double> OurLatencyAsync(FleetWorld world, HeartbeatLoad load, Bench bench)
    {
        var pace = await load.PaceAsync(PacePerSecond, PaceMessages, bench.Cancellation);
        Say(bench, "ours", pace, pace.AcknowledgedMilliseconds(0.5), pace.AcknowledgedMilliseconds(0.99));
        return pace.AcknowledgedMilliseconds(0.99);
    }

    static async Task<double> PeerLatencyAsync(Mosquitto mosquitto, HeartbeatLoad load, Bench bench)
    {
        var file = Path.Combine(bench.Folder, "seen.txt");
        using var subscriber = await mosquitto.SubscribeAsync(
            Topics.Prefix + "#", file, "-C", $"{PaceMessages}", "-F", "%U %x");
        var pace = await load.PaceAsync(PacePerSecond, PaceMessages, bench.Cancellation);
        await subscriber.WaitForExitAsync(bench.Cancellation).WaitAsync(PeerTimeout, bench.Cancellation);
        Must.Equal(0, subscriber.ExitCode, "exit code of mosquitto_sub");
        var seen = new Dictionary<int, DateTime>();
        foreach (var line in File.ReadLines(file))
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            var body = Convert.FromHexString(line.AsSpan(space + 1));
            Must.Hold(Heartbeat.TryRead(body, 0, body.Length, out var heartbeat), $"not a heartbeat: {line}");
            var seconds = decimal.Parse(line.AsSpan(0, space), CultureInfo.InvariantCulture);
            seen.Add((int)heartbeat.SpoolCount, DateTime.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond)));
        }

        Must.Equal(PaceMessages, seen.Count, "messages that mosquitto_sub saw");
        Say(bench, "mosquitto", pace, pace.SeenMilliseconds(seen, 0.5), pace.SeenMilliseconds(seen, 0.99));
        return pace.SeenMilliseconds(seen, 0.99);
    }

    static void Say(Bench bench, string who, Pace pace, double median, double high) => bench.Say(
        $"{who}: median {median:0.00} ms, 99th percentile {high:0.00} ms; the generator was late by "
        + $"{pace.LateMilliseconds(0.99):0.00} ms, PUBACK {pace.AcknowledgedMilliseconds(0.99):0.00} ms");
}
