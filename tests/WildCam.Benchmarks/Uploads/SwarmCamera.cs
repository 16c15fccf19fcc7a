using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using WildCam.Wire;

namespace WildCam.Benchmarks.Uploads;

/// <summary>What all cameras of a swarm share.</summary>
/// <param name="ToHub">Whether they speak the whole protocol, or publish the same chunks to a plain broker.</param>
/// <param name="Boot">Of all cameras; each swarm at one hub has its own, so that its pictures are new.</param>
sealed record SwarmPlan(int Port, SwarmPictures Pictures, ushort ChunkBytes, bool ToHub, uint Boot)
{
    /// <summary>Unacknowledged chunks of one camera: as many as the firmware's.</summary>
    public const int Window = 2;

    public int ChunkCount { get; } = Protocol.ChunkCount((uint)Pictures.SizeBytes, ChunkBytes);

    public Dictionary<SwarmPicture, uint[]> Crcs { get; } = Pictures.ChunkCrcs(ChunkBytes);
}

/// <summary>
/// One connection of a swarm. It speaks MQTT 3.1.1 by itself: a picture's bytes go from the one array that all cameras
/// share to the socket, and nothing is computed twice.
/// </summary>
sealed class SwarmCamera : IDisposable
{
    const byte Connect = 0x10;
    const byte PublishOnce = 0x32;
    const byte PubAck = 0x40;
    const byte Subscribe = 0x82;
    const int ReceiveBytesMax = 4096;

    readonly SwarmPlan _plan;
    readonly int _number;
    readonly string _code;
    readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    readonly byte[] _received = new byte[ReceiveBytesMax];
    readonly byte[] _chunkTopic;
    readonly byte[] _heads;
    readonly List<ArraySegment<byte>> _pieces = [];
    readonly Queue<long> _due = new();
    int _receivedCount;
    ushort _packetId;
    ushort _attempt;
    int _unacknowledged;
    int _next;
    SwarmPicture? _picture;
    bool _isSending;

    public SwarmCamera(SwarmPlan plan, int number, string code)
    {
        _plan = plan;
        _number = number;
        _code = code;
        _chunkTopic = Encoding.ASCII.GetBytes(Topics.Up(code, Topics.Chunk));
        _heads = new byte[SwarmPlan.Window * (8 + _chunkTopic.Length + ChunkHeader.Bytes)];
    }

    public int Descriptor => (int)_socket.Handle;

    public ulong SpoolId => ((ulong)_plan.Boot << 32) | ((uint)_number + 1);

    /// <summary>Pictures that were receipted, or by a plain broker acknowledged.</summary>
    public ulong Delivered { get; private set; }

    public bool IsIdle => _picture is null;

    /// <summary>Connects, and on a hub listens and says hello.</summary>
    public async Task OpenAsync(string credential)
    {
        await _socket.ConnectAsync(IPAddress.Loopback, _plan.Port);
        Write(Connect, ConnectBody(_code, credential));
        await ReadUntilAsync(0x20);
        if (!_plan.ToHub)
        {
            return;
        }

        var filter = Encoding.ASCII.GetBytes(Topics.AllDown(_code));
        Write(Subscribe, [0, 1, 0, (byte)filter.Length, .. filter, 1]);
        await ReadUntilAsync(0x90);
        var hello = new Hello
        {
            Boot = _plan.Boot, Session = 1, ClockEpoch = 1, ClockSeconds = 1000, SpoolId = SpoolId,
        };
        Publish(Topics.Hello, Hello.Bytes, hello.Write);
        await ReadUntilAsync(PubAck);
        _unacknowledged = 0;
    }

    /// <summary>One more picture is to be sent; it was due at this timestamp.</summary>
    public void Add(long dueTimestamp)
    {
        _due.Enqueue(dueTimestamp);
        if (IsIdle)
        {
            BeginNext();
        }
    }

    /// <summary>
    /// Takes what came and answers it. Gives the timestamp at which the picture was due that this ended, or 0.
    /// </summary>
    /// <exception cref="WorldException">The other side closed, or refused a picture.</exception>
    public long Turn()
    {
        var count = _socket.Receive(_received.AsSpan(_receivedCount));
        Must.Hold(count > 0, $"The connection of {_code} was closed.");
        _receivedCount += count;
        var at = 0;
        var ended = 0L;
        while (TryFrame(at, out var body, out var next))
        {
            ended |= Handle(_received[at], body, next - body);
            at = next;
        }

        _receivedCount -= at;
        _received.AsSpan(at, _receivedCount).CopyTo(_received);
        if (_isSending)
        {
            ended |= SendOn();
        }

        return ended;
    }

    public void Dispose() => _socket.Dispose();

    long Handle(byte type, int at, int count)
    {
        if (type == PubAck)
        {
            _unacknowledged--;
            return 0;
        }

        Must.Equal(PublishOnce, type & 0xf6, $"the packet type that {_code} was sent");
        var topicBytes = BinaryPrimitives.ReadUInt16BigEndian(_received.AsSpan(at));
        var topic = _received.AsSpan(at + 2, topicBytes);
        var body = at + 2 + topicBytes + 2;
        _socket.Send([PubAck, 2, _received[body - 2], _received[body - 1]]);
        var bodyBytes = at + count - body;
        if (topic.EndsWith("/want"u8))
        {
            Must.Hold(Want.TryRead(_received, body, bodyBytes, out var want), "The want cannot be read.");
            Must.Hold(want.IsAll, $"{_code} is wanted parts of a picture again.");
            _next = 0;
            _isSending = true;
        }
        else if (topic.EndsWith("/receipt"u8))
        {
            Must.Hold(Receipt.TryRead(_received, body, bodyBytes, out var receipt), "The receipt cannot be read.");
            Must.Equal(
                (Delivered, ReceiptOutcomes.Stored), (receipt.Counter, receipt.Outcome), $"the receipt of {_code}");
            return End();
        }
        else
        {
            Must.Hold(topic.EndsWith("/time"u8), $"{_code} was told {Encoding.ASCII.GetString(topic)}.");
        }

        return 0;
    }

    void BeginNext()
    {
        _picture = _plan.Pictures.Of(_number, Delivered);
        if (!_plan.ToHub)
        {
            _next = 0;
            _isSending = true;
            SendOn();
            return;
        }

        var begin = new Begin
        {
            SpoolId = SpoolId,
            Counter = Delivered,
            Attempt = ++_attempt,
            SizeBytes = (uint)_picture.Bytes.Length,
            Digest = _picture.Digest,
            ChunkBytes = _plan.ChunkBytes,
            Trigger = Triggers.Motion,
            BurstIndex = 1,
            BurstCount = 1,
            ClockEpoch = 1,
            ClockSeconds = 1000 + (uint)Delivered,
            Temperature = Protocol.NoTemperature,
        };
        Publish(Topics.Begin, Begin.Bytes, begin.Write);
    }

    /// <summary>Sends the chunks that the window has room for, in one call; after the last one says so.</summary>
    long SendOn()
    {
        if (_next == _plan.ChunkCount)
        {
            if (_unacknowledged > 0)
            {
                return 0;
            }

            _isSending = false;
            if (!_plan.ToHub)
            {
                return End();
            }

            var end = new End { SpoolId = SpoolId, Counter = Delivered, Attempt = _attempt };
            Publish(Topics.End, Wire.End.Bytes, end.Write);
            return 0;
        }

        _pieces.Clear();
        var head = 0;
        while (_next < _plan.ChunkCount && _unacknowledged < SwarmPlan.Window)
        {
            head = AddChunk(head);
            _unacknowledged++;
            _next++;
        }

        if (_pieces.Count > 0)
        {
            _socket.Send(_pieces);
        }

        return 0;
    }

    int AddChunk(int head)
    {
        var bytes = _picture!.Bytes;
        var offset = _next * _plan.ChunkBytes;
        var count = Math.Min(_plan.ChunkBytes, bytes.Length - offset);
        var start = head;
        _heads[head++] = PublishOnce;
        head += WriteLength(_heads.AsSpan(head), 2 + _chunkTopic.Length + 2 + ChunkHeader.Bytes + count);
        BinaryPrimitives.WriteUInt16BigEndian(_heads.AsSpan(head), (ushort)_chunkTopic.Length);
        _chunkTopic.CopyTo(_heads, head + 2);
        head += 2 + _chunkTopic.Length;
        BinaryPrimitives.WriteUInt16BigEndian(_heads.AsSpan(head), NextPacketId());
        var header = new ChunkHeader
        {
            SpoolId = SpoolId,
            Counter = Delivered,
            Attempt = _attempt,
            Index = (ushort)_next,
            Length = (ushort)count,
            Crc32 = _plan.Crcs[_picture][_next],
        };
        head = header.Write(_heads, head + 2);
        _pieces.Add(new ArraySegment<byte>(_heads, start, head - start));
        _pieces.Add(new ArraySegment<byte>(bytes, offset, count));
        return head;
    }

    long End()
    {
        _picture = null;
        Delivered++;
        var due = _due.Dequeue();
        if (_due.Count > 0)
        {
            BeginNext();
        }

        return due;
    }

    void Publish(string word, int bytes, Func<byte[], int, int> write)
    {
        var topic = Encoding.ASCII.GetBytes(Topics.Up(_code, word));
        var body = new byte[2 + topic.Length + 2 + bytes];
        BinaryPrimitives.WriteUInt16BigEndian(body, (ushort)topic.Length);
        topic.CopyTo(body, 2);
        BinaryPrimitives.WriteUInt16BigEndian(body.AsSpan(2 + topic.Length), NextPacketId());
        write(body, 2 + topic.Length + 2);
        _unacknowledged++;
        Write(PublishOnce, body);
    }

    void Write(byte type, byte[] body)
    {
        Span<byte> head = stackalloc byte[4];
        head[0] = type;
        var count = 1 + WriteLength(head[1..], body.Length);
        _socket.Send([.. head[..count], .. body]);
    }

    async Task ReadUntilAsync(byte type)
    {
        while (true)
        {
            while (TryFrame(0, out var body, out var next))
            {
                var found = _received[0] == type;
                if (_received[0] == 0x20)
                {
                    Must.Equal(0, _received[body + 1], $"the answer to the CONNECT of {_code}");
                }

                _receivedCount -= next;
                _received.AsSpan(next, _receivedCount).CopyTo(_received);
                if (found)
                {
                    return;
                }
            }

            var count = await _socket.ReceiveAsync(_received.AsMemory(_receivedCount));
            Must.Hold(count > 0, $"The connection of {_code} was closed.");
            _receivedCount += count;
        }
    }

    // Nothing that a swarm is sent is longer than two bytes of length can say.
    bool TryFrame(int at, out int body, out int next)
    {
        body = at + 2;
        next = 0;
        if (_receivedCount - at < 2)
        {
            return false;
        }

        int length = _received[at + 1];
        if ((length & 0x80) != 0)
        {
            if (_receivedCount - at < 3)
            {
                return false;
            }

            length = (length & 0x7f) | (_received[at + 2] << 7);
            body++;
        }

        next = body + length;
        return next <= _receivedCount;
    }

    ushort NextPacketId() => _packetId = _packetId == ushort.MaxValue ? (ushort)1 : (ushort)(_packetId + 1);

    static int WriteLength(Span<byte> target, int length)
    {
        var count = 0;
        do
        {
            target[count++] = (byte)((length & 0x7f) | (length > 0x7f ? 0x80 : 0));
            length >>= 7;
        }
        while (length > 0);
        return count;
    }

    // MQTT 3.1.1, 3.1: clean session, user name, password, no keep-alive.
    static byte[] ConnectBody(string code, string credential)
    {
        var name = Encoding.ASCII.GetBytes(code);
        var password = Encoding.ASCII.GetBytes(credential);
        return
        [
            0, 4, .. "MQTT"u8, 4, 0xc2, 0, 0,
            0, (byte)name.Length, .. name, 0, (byte)name.Length, .. name, 0, (byte)password.Length, .. password,
        ];
    }
}
