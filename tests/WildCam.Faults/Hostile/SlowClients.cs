using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace WildCam.Faults.Hostile;

/// <summary>
/// Five hundred clients that trickle or say nothing, beside malformed packets and endless headers: all are cut off, the
/// hub's memory stays, and a camera delivers its pictures meanwhile as if they were not there.
/// </summary>
static class SlowClients
{
    const int Clients = 500;

    /// <summary>Pictures before, so that a cold hub's own growth is not laid to the clients' charge.</summary>
    const int PicturesBefore = 20;

    /// <summary>What is read ahead for each client (128 KiB at most), and a margin.</summary>
    const long GrowthBytesMax = 100L << 20;

    /// <summary>The hub's limits for such clients are 10 s and less, the web server's own would be 30 s.</summary>
    static readonly TimeSpan CutOffMax = TimeSpan.FromSeconds(25);

    /// <summary>A stall is what would be wrong, not a machine with much to do.</summary>
    static readonly TimeSpan DeliveryMax = TimeSpan.FromSeconds(10);

    static readonly TimeSpan DripInterval = TimeSpan.FromSeconds(1);

    public static Scenario Scenario { get; } = new(
        "slow-clients", "500 clients at a byte a second, half-open, malformed or endless: cut off; cameras go on",
        RunAsync);

    static async Task RunAsync(Point point)
    {
        await using var world = await FleetWorld.StartAsync(point.Server, cameras: 1);
        await using var camera = await Grounds.ConnectAsync(world, world.Cameras[0]);
        var taken = new List<TakenPicture>();
        var memory = new PeakMemory(world.Hub.ProcessId);
        while (taken.Count < PicturesBefore)
        {
            await DeliverAsync();
        }

        await world.SettleAsync(Grounds.Timeout);
        var before = memory.NowBytes;
        memory.Reset();

        var slow = Task.WhenAll(Enumerable.Range(0, Clients).Select(n => DripAsync(world.Hub, n, point.Chance.Next())));
        var malformed = Task.WhenAll(Malformed(point.Chance)
            .Select(bytes => CutOffAsync(world.Hub.MqttPort, bytes, "a malformed packet"))
            .Append(CutOffAsync(world.Hub.WebPort, Endless(10 << 20), "a header of ten megabytes")));
        var slowest = TimeSpan.Zero;
        while (!slow.IsCompleted || !malformed.IsCompleted)
        {
            var clock = Stopwatch.StartNew();
            await DeliverAsync();
            slowest = clock.Elapsed > slowest ? clock.Elapsed : slowest;
            await Task.Delay(100, point.Cancellation);
        }

        await slow;
        await malformed;
        Must.Hold(slowest < DeliveryMax, $"A camera had to wait {slowest} for its receipt.");
        var growth = memory.Bytes - before;
        Must.Hold(growth < GrowthBytesMax, $"The clients took {growth >> 20} MB of the hub.");
        await world.SettleAsync(Grounds.Timeout);
        await Grounds.InvariantsOf(world).CheckAsync(taken);
        await Grounds.CheckHubAsync(world);

        async Task DeliverAsync() => taken.Add(await Grounds.DeliverAsync(camera, new ScriptedPicture(
            1, (ulong)taken.Count + 1, CraftedJpeg.Picture(point.Chance, 160, 120))));
    }

    /// <summary>One client of five kinds, at a byte a second or none, until the hub cuts it off.</summary>
    static Task DripAsync(WorldHub hub, int number, int seed) => (number % 5) switch
    {
        0 => CutOffAsync(hub.MqttPort, [], "a CONNECT at a byte a second", drip: Connect),
        1 => CutOffAsync(number % 2 == 0 ? hub.MqttPort : hub.MqttTlsPort, [], "a client that says nothing"),
        2 => CutOffAsync(hub.MqttTlsPort, [], "a TLS hello at a byte a second", drip: [0x16, 3, 1, 2, 0, 1]),
        3 => CutOffAsync(
            hub.WebPort, [], "a header at a byte a second",
            drip: Encoding.ASCII.GetBytes($"GET /?{seed} HTTP/1.1\r\nHost: slow.example.org\r\nX-Endless: ")),
        _ => CutOffAsync(
            hub.WebPort, [.. "POST /sign-in HTTP/1.1\r\nHost: h\r\nSec-Fetch-Site: none\r\n"u8,
                .. "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9000\r\n\r\n"u8],
            "a body at a byte a second", drip: []),
    };

    /// <summary>Sends, where asked goes on with a byte a second without end, and waits to be cut off.</summary>
    static async Task CutOffAsync(int port, byte[] atOnce, string what, byte[]? drip = null)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", port);
        var ended = ReadToEndAsync(socket);
        var clock = Stopwatch.StartNew();
        try
        {
            await socket.SendAsync(atOnce).WaitAsync(CutOffMax);
            for (var at = 0; drip is not null && !ended.IsCompleted && clock.Elapsed < CutOffMax; at++)
            {
                await socket.SendAsync(new[] { at < drip.Length ? drip[at] : (byte)'a' });
                await Task.WhenAny(ended, Task.Delay(DripInterval));
            }
        }
        catch (SocketException)
        {
            // Reset while it was sending.
        }

        var left = CutOffMax - clock.Elapsed;
        Must.Hold(
            await Task.WhenAny(ended, Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero)) == ended,
            $"The hub did not cut off {what} within {CutOffMax}.");
    }

    static async Task ReadToEndAsync(Socket socket)
    {
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer) > 0)
            {
            }
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // Reset: cut off as well.
        }
    }

    /// <summary>CONNECT of version 3.1.1 with the client identifier "h".</summary>
    static readonly byte[] Connect = Convert.FromHexString("100D00044D51545404020002" + "000168");

    static IEnumerable<byte[]> Malformed(Random chance)
    {
        string[] packets =
        [
            "00", "F0FFFFFF7F", "10FFFFFF7F", "30FFFFFF7F", "10FFFFFFFF7F", "1000", "100400044D51",
            "100D00044D51545405020002000168", "100D00034D51540402000200016800", "100D00044D515454FF020002000168",
            "100D00044D51545404FF0002000168", "820600010001230100", "C000", "E000", "300700032B2F2378", "2002FFFF",
            "160D00044D51545404020002000168", "100D00044D5154540402000200FF68",
        ];
        foreach (var packet in packets)
        {
            yield return Convert.FromHexString(packet);
        }

        for (var i = 0; i < 20; i++)
        {
            var mutated = (byte[])Connect.Clone();
            mutated[chance.Next(mutated.Length)] ^= (byte)(1 << chance.Next(8));
            yield return mutated;
            var garbage = new byte[chance.Next(1, 100_000)];
            chance.NextBytes(garbage);
            yield return garbage;
        }
    }

    static byte[] Endless(int count) =>
        [.. "GET / HTTP/1.1\r\nHost: h\r\nX-Endless: "u8, .. Enumerable.Repeat((byte)'a', count)];
}
