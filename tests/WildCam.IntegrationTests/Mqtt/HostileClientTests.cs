using System.Diagnostics;
using System.Net.Sockets;
using WildCam.Mqtt;

namespace WildCam.IntegrationTests.Mqtt;

/// <summary>Clients that are slow, silent, absurd or malicious: cut off, while another one keeps working.</summary>
public sealed class HostileClientTests
{
    static readonly CancellationToken None = CancellationToken.None;

    static readonly MqttServerOptions Impatient = new()
    {
        ConnectTimeout = TimeSpan.FromSeconds(2),
        PacketTimeout = TimeSpan.FromSeconds(2),
        WriteTimeout = TimeSpan.FromSeconds(2),
        CloseTimeout = TimeSpan.FromSeconds(1),
    };

    /// <summary>CONNECT of version 3.1.1 with the client identifier "h" and keep-alive 2 s.</summary>
    static readonly byte[] Connect = Convert.FromHexString("100D00044D51545404020002" + "000168");

    [Fact]
    public async Task Who_never_sends_CONNECT_is_cut_off() => await Others_go_on(async (socket, _) =>
    {
        await ReadToEnd(socket);
    });

    [Fact]
    public async Task Who_sends_CONNECT_at_one_byte_a_second_is_cut_off() => await Others_go_on(async (socket, _) =>
    {
        await Drip(socket, Connect);
    });

    [Fact]
    public async Task Who_sends_a_message_at_one_byte_a_second_is_cut_off() => await Others_go_on(async (socket, _) =>
    {
        await Greet(socket);
        await Drip(socket, Convert.FromHexString("3080010001" + new string('6', 200)));
    });

    [Fact]
    public async Task Who_is_half_open_is_cut_off_after_its_keep_alive() => await Others_go_on(async (socket, _) =>
    {
        await Greet(socket);
        await ReadToEnd(socket);
    });

    [Fact]
    public async Task A_remaining_length_of_256_megabytes_is_cut_off_at_the_header() =>
        await Others_go_on(async (socket, _) =>
        {
            await Greet(socket);
            await socket.SendAsync(Convert.FromHexString("30FFFFFF7F"));
            await ReadToEnd(socket);
        });

    [Fact]
    public async Task Ten_megabytes_of_garbage_are_cut_off_at_the_first() => await Others_go_on(async (socket, _) =>
    {
        var garbage = new byte[10 * 1024 * 1024];
        new Random(1).NextBytes(garbage);
        garbage[0] = 0x00;
        try
        {
            await socket.SendAsync(garbage);
            await ReadToEnd(socket);
        }
        catch (SocketException)
        {
            // Reset in the middle: that is the point.
        }
    });

    [Fact]
    public async Task Who_does_not_read_is_cut_off() => await Others_go_on(async (socket, _) =>
    {
        await Greet(socket, keepAliveSeconds: 600);
        await SendForever(socket);
    });

    [Fact]
    public async Task Five_hundred_silent_clients_are_cut_off() => await Others_go_on(async (socket, broker) =>
    {
        var many = new List<Socket>();
        for (var i = 0; i < 500; i++)
        {
            var one = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await one.ConnectAsync("127.0.0.1", broker.Port);
            await one.SendAsync(Connect.AsMemory(0, 3));
            many.Add(one);
        }

        await ReadToEnd(socket);
        foreach (var one in many)
        {
            await ReadToEnd(one);
            one.Dispose();
        }
    });

    /// <summary>Runs the attack, which must end by itself, while a good client publishes all the time.</summary>
    static async Task Others_go_on(Func<Socket, KestrelBroker, Task> attack)
    {
        await using var broker = await KestrelBroker.StartAsync(Impatient);
        await using var good = await MqttClient.ConnectAsync(
            new MqttClientOptions { Host = "127.0.0.1", Port = broker.Port, ClientId = "good" }, None);
        using var ended = new CancellationTokenSource();
        var working = Task.Run(async () =>
        {
            var slowest = TimeSpan.Zero;
            while (!ended.IsCancellationRequested)
            {
                var watch = Stopwatch.StartNew();
                await good.PublishAsync("good", "x"u8.ToArray(), MqttQos.AtLeastOnce, None);
                slowest = watch.Elapsed > slowest ? watch.Elapsed : slowest;
                await Task.Delay(5, None);
            }

            return slowest;
        });
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", broker.Port);
        await attack(socket, broker).WaitAsync(TimeSpan.FromSeconds(60));
        await ended.CancelAsync();

        // Other tests share the processor: a stall of seconds is what would be wrong.
        Assert.True(await working < TimeSpan.FromSeconds(5));
        Assert.True(good.IsConnected);
        await KestrelBroker.Until(() => broker.Server.ConnectionCount == 1, "only the good client is left");
    }

    static async Task Greet(Socket socket, ushort keepAliveSeconds = 2)
    {
        var connect = Connect.ToArray();
        (connect[10], connect[11]) = ((byte)(keepAliveSeconds >> 8), (byte)keepAliveSeconds);
        await socket.SendAsync(connect);
        var answer = new byte[4];
        Assert.Equal(4, await socket.ReceiveAsync(answer));
        Assert.Equal(new byte[] { 0x20, 2, 0, 0 }, answer);
    }

    static async Task ReadToEnd(Socket socket)
    {
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Reset: cut off as well.
        }
    }

    static async Task Drip(Socket socket, byte[] bytes)
    {
        var ended = ReadToEnd(socket);
        foreach (var one in bytes)
        {
            try
            {
                await socket.SendAsync(new[] { one });
            }
            catch (SocketException)
            {
                break;
            }

            if (await Task.WhenAny(ended, Task.Delay(1000, None)) == ended)
            {
                break;
            }
        }

        Assert.True(ended.IsCompleted, "The server took the whole packet, at one byte a second.");
        await ended;
    }

    /// <summary>Pings and never reads the answers, until the server cuts.</summary>
    static async Task SendForever(Socket socket)
    {
        var pings = new byte[64 * 1024];
        for (var i = 0; i < pings.Length; i += 2)
        {
            pings[i] = 0xC0;
        }

        try
        {
            while (true)
            {
                await socket.SendAsync(pings);
            }
        }
        catch (SocketException)
        {
            // Cut off.
        }
    }
}
