using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using WildCam.Simulator.Cameras;
using WildCam.Wire;

namespace WildCam.Benchmarks.Messages;

/// <summary>One camera of the generator: MQTT 3.1.1 written out by hand.</summary>
sealed class HeartbeatSender : IAsyncDisposable
{
    const int PubAckBytes = 4;

    /// <summary>Packet identifiers go round in this; more are never unacknowledged.</summary>
    const int IdentifiersMax = 4096;

    readonly Socket _socket;
    readonly Stream _stream;
    readonly byte[] _packet;
    readonly int _packetIdAt;
    readonly int _bodyAt;
    readonly int[] _numbers = new int[IdentifiersMax];
    readonly byte[] _received = new byte[PubAckBytes * 1024];
    int _receivedCount;
    byte[] _batch = [];
    uint _sequence;
    CancellationTokenSource _receiving = new();

    HeartbeatSender(Socket socket, Stream stream, string camera, uint boot)
    {
        _socket = socket;
        _stream = stream;
        var topic = Encoding.ASCII.GetBytes(Topics.Up(camera, Topics.Heartbeat));
        var remaining = 2 + topic.Length + 2 + Heartbeat.Bytes;
        Must.Hold(remaining < 128, "The length of a heartbeat's packet does not fit into one byte.");
        _packet = new byte[2 + remaining];
        _packet[0] = 0x32; // PUBLISH, quality of service 1
        _packet[1] = (byte)remaining;
        BinaryPrimitives.WriteUInt16BigEndian(_packet.AsSpan(2), (ushort)topic.Length);
        topic.CopyTo(_packet, 4);
        _packetIdAt = 4 + topic.Length;
        _bodyAt = _packetIdAt + 2;
        new Heartbeat
        {
            Boot = boot,
            BatteryMillivolts = 3900,
            BatteryPercent = 81,
            Temperature = 215,
            SignalDbm = -61,
            SpoolCapacityBytes = 8UL << 30,
            FreeMemoryBytes = 60_000,
            NextContactSeconds = 600,
        }.Write(_packet, _bodyAt);
    }

    public static async Task<HeartbeatSender> ConnectAsync(
        int port, CameraAccount camera, bool useTls, uint boot, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellationToken);
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        if (useTls)
        {
            var tls = new SslStream(stream, leaveInnerStreamOpen: false);
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "localhost",
#pragma warning disable CA5359 // The certificate is not what is measured.
                    RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
                },
                cancellationToken);
            stream = tls;
        }

        await stream.WriteAsync(Connect(camera), cancellationToken);
        var answer = new byte[4];
        await stream.ReadExactlyAsync(answer, cancellationToken);
        Must.Hold(answer is [0x20, 2, _, 0], $"CONNACK of {camera.Code} is {Convert.ToHexString(answer)}");
        return new HeartbeatSender(socket, stream, camera.Code, boot);
    }

    /// <summary>Sends in a window, as fast as the other side acknowledges.</summary>
    public async Task SendAsync(int messages, int window, CancellationToken cancellationToken)
    {
        var sent = 0;
        var acknowledged = 0;
        while (acknowledged < messages)
        {
            var count = Math.Min(messages - sent, window - (sent - acknowledged));
            if (count > 0)
            {
                await _stream.WriteAsync(Batch(count), cancellationToken);
                sent += count;
            }

            acknowledged += await ReceiveAsync(static (_, _) => { }, 0, cancellationToken);
        }
    }

    /// <summary>Sends one now. The message's number can be read again in its spool count.</summary>
    public void SendOne(int number)
    {
        Patch(_packet, 0, number);
        _stream.Write(_packet);
    }

    /// <summary>Takes acknowledgements until <see cref="StopReceiving"/>.</summary>
    public async Task ReceiveAsync(Pace pace, CancellationToken cancellationToken)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(_receiving.Token, cancellationToken);
        try
        {
            while (true)
            {
                await ReceiveAsync(static (pace, number) => pace.Acknowledge(number), pace, both.Token);
            }
        }
        catch (OperationCanceledException) when (_receiving.IsCancellationRequested)
        {
            _receiving.Dispose();
            _receiving = new CancellationTokenSource();
        }
    }

    public void StopReceiving() => _receiving.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _socket.Dispose();
        _receiving.Dispose();
    }

    async ValueTask<int> ReceiveAsync<T>(Action<T, int> acknowledge, T state, CancellationToken cancellationToken)
    {
        var count = await _stream.ReadAsync(_received.AsMemory(_receivedCount), cancellationToken);
        Must.Hold(count > 0, "The connection was closed.");
        _receivedCount += count;
        var whole = _receivedCount / PubAckBytes;
        for (var i = 0; i < whole; i++)
        {
            var at = _received.AsSpan(i * PubAckBytes, PubAckBytes);
            Must.Hold(at[0] == 0x40 && at[1] == 2, $"not a PUBACK: {Convert.ToHexString(at)}");
            acknowledge(state, _numbers[BinaryPrimitives.ReadUInt16BigEndian(at[2..]) - 1]);
        }

        var rest = _receivedCount - whole * PubAckBytes;
        _received.AsSpan(whole * PubAckBytes, rest).CopyTo(_received);
        _receivedCount = rest;
        return whole;
    }

    ReadOnlyMemory<byte> Batch(int count)
    {
        if (_batch.Length < count * _packet.Length)
        {
            _batch = new byte[count * _packet.Length];
        }

        for (var i = 0; i < count; i++)
        {
            _packet.CopyTo(_batch, i * _packet.Length);
            Patch(_batch, i * _packet.Length, 0);
        }

        return _batch.AsMemory(0, count * _packet.Length);
    }

    void Patch(byte[] packet, int at, int number)
    {
        _sequence++;
        var id = (int)(_sequence % IdentifiersMax);
        _numbers[id] = number;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(at + _packetIdAt), (ushort)(id + 1));
        BinaryPrimitives.WriteUInt32LittleEndian(packet.AsSpan(at + _bodyAt + 5), _sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(packet.AsSpan(at + _bodyAt + 23), (uint)number);
    }

    static byte[] Connect(CameraAccount camera)
    {
        var body = new List<byte> { 0, 4, (byte)'M', (byte)'Q', (byte)'T', (byte)'T', 4, 0b1100_0010, 0, 0 };
        foreach (var text in new[] { camera.Code, camera.Code, camera.Password })
        {
            body.AddRange([(byte)(text.Length >> 8), (byte)text.Length, .. Encoding.ASCII.GetBytes(text)]);
        }

        // CONNECT; keep-alive 0: nothing but heartbeats is sent.
        return body.Count < 128
            ? [0x10, (byte)body.Count, .. body]
            : [0x10, (byte)(body.Count & 0x7f | 0x80), (byte)(body.Count >> 7), .. body];
    }
}
