using WildCam.Camera;
using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Simulator.Energy;

/// <summary>A board's ports in virtual time, as far as they cost time or charge.</summary>
sealed class EnergyPorts(EnergyRun run)
{
    public PacedSensor Sensor { get; } = new(run);

    public PacedLink Link { get; } = new(run);

    public PacedPower Power { get; } = new();

    public PacedClock Clock { get; } = new(run);

    public PacedLamp Lamp { get; } = new();
}

/// <summary>A sensor whose pictures take as long as a real one's; their bytes say nothing.</summary>
sealed class PacedSensor(EnergyRun run) : ISensor
{
    int _left;

    /// <summary>Time in which pictures were taken, in ms.</summary>
    public long Milliseconds { get; private set; }

    public byte Flags => 0;

    public int Start(byte resolution, byte quality, bool isTestPattern)
    {
        Take(EnergyRun.ExposureMilliseconds);
        _left = resolution == Resolutions.Vga640 ? EnergyRun.StandInBytes : EnergyRun.PictureBytes;
        return _left;
    }

    public int Read(byte[] target, int offset, int count)
    {
        var read = Math.Min(count, _left);
        _left -= read;
        Take(read * 1000L / EnergyRun.CaptureBytesPerSecond);
        return read;
    }

    public void Stop() => _left = 0;

    void Take(long milliseconds)
    {
        Milliseconds += milliseconds;
        run.Pass(milliseconds);
    }
}

/// <summary>A lamp that burns while it is dark.</summary>
sealed class PacedLamp : ILamp
{
    public bool IsDark { get; set; }

    public bool IsOn { get; private set; }

    public void On() => IsOn = true;

    public void Off() => IsOn = false;
}

sealed class PacedClock(EnergyRun run) : IClock
{
    public long RtcMilliseconds => run.UnixMilliseconds;

    public bool IsKept { get; set; }

    public bool Set(long unixMilliseconds) => true;
}

sealed class PacedPower : IPower
{
    /// <summary>The board was told to sleep; its owner forgets the brain, as a board does.</summary>
    public uint? SleepSeconds { get; set; }

    public ushort BatteryMillivolts => 0;

    public byte BatteryPercent => Protocol.NoPercent;

    public short Temperature => Protocol.NoTemperature;

    public byte WakeCause { get; set; } = WakeCauses.PowerOn;

    public byte ResetCause => WakeCauses.PowerOn;

    public uint FreeMemoryBytes => 0;

    public void Sleep(uint seconds) => SleepSeconds = seconds;

    public void Reboot() => SleepSeconds = 0;
}

/// <summary>
/// A line with a speed to a hub that takes everything: hello is answered by the time, begin by a want for all, end by
/// a receipt.
/// </summary>
sealed class PacedLink(EnergyRun run) : ILink
{
    const int WindowMessagesMax = 8;

    readonly PriorityQueue<Action<CameraBrain>, (long At, long Order)> _events = new();
    long _order;
    long _lineFreeAt;
    int _connection;
    int _lastId;
    int _open;

    public byte State { get; private set; }

    public sbyte SignalDbm => -65;

    public long BytesSent { get; private set; }

    public int Connections { get; private set; }

    /// <summary>Pictures that the hub receipted.</summary>
    public int Stored { get; private set; }

    /// <summary>When the next thing happens, in ms.</summary>
    public long NextAt => _events.TryPeek(out _, out var next) ? next.At : long.MaxValue;

    public void Connect(string will)
    {
        State = LinkStates.Connecting;
        Connections++;
        At(run.Now + EnergyRun.ConnectMilliseconds, _ => State = LinkStates.Up);
    }

    public void Disconnect(bool isClean)
    {
        State = LinkStates.Down;
        _connection++;
        _open = 0;
        _lineFreeAt = 0;
    }

    public int Publish(string word, string route, byte[] message, byte qos)
    {
        const int headerBytes = 60;
        if (State != LinkStates.Up || _open >= WindowMessagesMax)
        {
            return 0;
        }

        _open++;
        BytesSent += message.Length + headerBytes;
        _lineFreeAt = Math.Max(_lineFreeAt, run.Now)
            + ((message.Length + headerBytes) * 1000L / EnergyRun.LinkBytesPerSecond);
        var id = ++_lastId;
        byte[] copy = [.. message];
        At(_lineFreeAt + EnergyRun.RoundTripMilliseconds, brain =>
        {
            _open--;
            brain.Acknowledged(id);
            Answer(brain, word, copy);
        });
        return id;
    }

    /// <summary>Hands over what is due.</summary>
    public void Deliver(CameraBrain brain)
    {
        while (_events.TryPeek(out var happen, out var due) && due.At <= run.Now)
        {
            _events.Dequeue();
            happen(brain);
        }
    }

    void At(long at, Action<CameraBrain> happen)
    {
        var connection = _connection;
        _events.Enqueue(
            brain =>
            {
                if (connection == _connection)
                {
                    happen(brain);
                }
            },
            (at, _order++));
    }

    void Answer(CameraBrain brain, string word, byte[] message)
    {
        switch (word)
        {
            case Topics.Hello when Hello.TryRead(message, 0, message.Length, out var hello):
                var time = new HubTime
                {
                    ClockEpoch = hello.ClockEpoch, ClockSeconds = hello.ClockSeconds,
                    UnixMilliseconds = run.UnixMilliseconds, IssuedSpoolId = hello.SpoolId == 0 ? 1ul : 0,
                };
                Hand(brain, Topics.Time, HubTime.Bytes, time.Write);
                break;
            case Topics.Begin when Begin.TryRead(message, 0, message.Length, out var begin):
                var want = new Want
                {
                    SpoolId = begin.SpoolId, Counter = begin.Counter, Attempt = begin.Attempt,
                    ChunkCount = (ushort)Protocol.ChunkCount(begin.SizeBytes, begin.ChunkBytes),
                };
                want.Missing = new byte[(want.ChunkCount + 7) / 8];
                for (var i = 0; i < want.ChunkCount; i++)
                {
                    want.Missing[i / 8] |= (byte)(1 << (i % 8));
                }

                Hand(brain, Topics.Want, want.Length, want.Write);
                break;
            case Topics.End when End.TryRead(message, 0, message.Length, out var end):
                Stored++;
                var receipt = new Receipt
                {
                    SpoolId = end.SpoolId, Counter = end.Counter, Attempt = end.Attempt,
                    Outcome = ReceiptOutcomes.Stored,
                };
                Hand(brain, Topics.Receipt, Receipt.Bytes, receipt.Write);
                break;
            default:
                break;
        }
    }

    static void Hand(CameraBrain brain, string word, int length, Func<byte[], int, int> write)
    {
        var message = new byte[length];
        write(message, 0);
        brain.Received(word, message, 0, length);
    }
}
