using System.Diagnostics;
using WildCam.Wire;

namespace WildCam.Benchmarks.Messages;

/// <summary>
/// Small messages of quality of service 1: a heartbeat each from a thousand cameras, again and again. Handled means:
/// by us, acknowledged after the commit of its row; by the peer, in the hands of a subscriber that throws it away. Both
/// get the same bytes from the same generator.
/// </summary>
/// <remarks>
/// Latency is counted from the time at which a message was due, at a rate below what either side can do, until it is
/// handled. mosquitto and its subscriber keep nothing, and no commit is as quick as none. So the peer that is claimed
/// against makes our promise: behind mosquitto_sub a plain loop reads what is there, appends it to a file and calls
/// fdatasync, and a message is handled after that. The subscriber that keeps nothing stands beside it, without target.
/// </remarks>
static class MessagesBenchmark
{
    const int Cameras = 1000;

    /// <summary>Messages unacknowledged at most; a camera sends its next heartbeat long after the last one.</summary>
    const int WindowPerCamera = 4;

    const int MessagesPerCamera = 100;
    const int PacePerSecond = 5000;
    const int PaceMessages = PacePerSecond * 4;

    /// <summary>What the generator must reach alone, as a share of what is measured with it.</summary>
    const double GeneratorShareMin = 1.2;

    static readonly TimeSpan PeerTimeout = TimeSpan.FromSeconds(60);

    public static Benchmark Benchmark { get; } = new(
        "messages",
        "heartbeats of quality of service 1, acknowledged after commit; the peer is mosquitto to mosquitto_sub -q 1, "
        + "for latency with a file behind it that is forced to the disk",
        RunAsync);

    static async Task RunAsync(Bench bench)
    {
        var server = await bench.ServerAsync();
        await using var mosquitto = await Mosquitto.StartAsync(bench.Folder);
        await using var world = await FleetWorld.StartAsync(server, Cameras);
        await using var toHub = await HeartbeatLoad.ConnectAsync(
            world.Hub.MqttPort, world.Cameras, useTls: false, bench.Cancellation);
        await using var toPeer = await HeartbeatLoad.ConnectAsync(
            mosquitto.Port, world.Cameras, useTls: false, bench.Cancellation);
        var generator = new List<double>();
        for (var i = 0; i < 3; i++)
        {
            generator.Add(await RateAsync(toPeer, bench.Cancellation));
        }

        bench.Say($"the generator drives mosquitto without a subscriber at {generator.Max():0} messages/s");
        var handled = await bench.AlternateAsync(
            "messages/s", () => OursAsync(world, toHub, bench.Cancellation),
            "mosquitto", () => PeerAsync(mosquitto, toPeer, bench.Cancellation));
        Must.Hold(
            generator.Max() >= GeneratorShareMin * handled.Peers.Median,
            $"The generator is the bottleneck: {generator.Max():0} messages/s alone, "
            + $"{handled.Peers.Median:0} handled.");
        bench.ClaimAtLeast("messages handled", "messages/s", handled, ratioMin: 0.7, floor: 10_000);
        await LatencyAsync(bench, world, toHub, mosquitto, toPeer);
        await TlsAsync(bench, world);
    }

    static async Task LatencyAsync(
        Bench bench, FleetWorld world, HeartbeatLoad toHub, Mosquitto mosquitto, HeartbeatLoad toPeer)
    {
        var forgetful = new List<double>();
        var latency = await bench.AlternateAsync(
            "ms",
            async () =>
            {
                var pace = await toHub.PaceAsync(PacePerSecond, PaceMessages, bench.Cancellation);
                bench.Say($"ours: median {pace.AcknowledgedMilliseconds(0.5):0.00} ms; the generator was late by "
                    + $"{pace.LateMilliseconds(0.99):0.00} ms (99th percentile)");
                return pace.AcknowledgedMilliseconds(0.99);
            },
            "mosquitto, durable",
            async () =>
            {
                forgetful.Add(await PeerLatencyAsync(bench, mosquitto, toPeer, isDurable: false));
                return await PeerLatencyAsync(bench, mosquitto, toPeer, isDurable: true);
            });
        bench.ClaimAtMost($"99th percentile at {PacePerSecond} messages/s", "ms", latency, ratioMax: 2);
        bench.Tell(
            "the same beside a subscriber that keeps nothing", "ms",
            new Pairs(latency.Ours, "mosquitto", new Spread(forgetful[1..])));
        Must.Equal(
            await world.Database.ReadAsync<long>("select max(sequence) * $1 from telemetry", (long)Cameras),
            await world.Database.ReadAsync<long>("select count(*) from telemetry"), "rows of acknowledged heartbeats");
    }

    static async Task TlsAsync(Bench bench, FleetWorld world)
    {
        // Sequences begin anew with these connections, so as other cameras' messages do: in a boot of their own.
        await using var plain = await HeartbeatLoad.ConnectAsync(
            world.Hub.MqttPort, world.Cameras.Take(Cameras / 2).ToList(), useTls: false, bench.Cancellation, boot: 2);
        await using var tls = await HeartbeatLoad.ConnectAsync(
            world.Hub.MqttTlsPort, world.Cameras.Skip(Cameras / 2).ToList(), useTls: true, bench.Cancellation, boot: 2);
        var pairs = await bench.AlternateAsync(
            "messages/s", () => OursAsync(world, tls, bench.Cancellation),
            "without TLS", () => OursAsync(world, plain, bench.Cancellation));
        bench.Tell("messages handled over TLS", "messages/s", pairs);
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
        await load.SendAsync(MessagesPerCamera, WindowPerCamera, cancellationToken);
        await subscriber.WaitForExitAsync(cancellationToken).WaitAsync(PeerTimeout, cancellationToken);
        Must.Equal(0, subscriber.ExitCode, "exit code of mosquitto_sub");
        return messages / clock.Elapsed.TotalSeconds;
    }

    static async Task<double> RateAsync(HeartbeatLoad load, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        await load.SendAsync(MessagesPerCamera, WindowPerCamera, cancellationToken);
        return load.Cameras * MessagesPerCamera / clock.Elapsed.TotalSeconds;
    }

    static async Task<double> PeerLatencyAsync(
        Bench bench, Mosquitto mosquitto, HeartbeatLoad load, bool isDurable)
    {
        using var pipe = new SubscriberPipe(bench.Folder, isDurable);
        using var subscriber = await mosquitto.SubscribeAsync(
            Topics.Prefix + "#", pipe.Path, "-C", $"{PaceMessages}", "-N");
        var pace = await load.PaceAsync(PacePerSecond, PaceMessages, bench.Cancellation, pipe.Read);
        await subscriber.WaitForExitAsync(bench.Cancellation).WaitAsync(PeerTimeout, bench.Cancellation);
        Must.Equal(0, subscriber.ExitCode, "exit code of mosquitto_sub");
        bench.Say($"{(isDurable ? "mosquitto, durable" : "mosquitto")}: median {pace.SeenMilliseconds(0.5):0.00} ms, "
            + $"99th percentile {pace.SeenMilliseconds(0.99):0.00} ms; the generator was late by "
            + $"{pace.LateMilliseconds(0.99):0.00} ms (99th percentile)");
        return pace.SeenMilliseconds(0.99);
    }
}
