using System.Diagnostics;

namespace WildCam.SimulatedHardware;

/// <summary>
/// An ArduCAM Mini 2MP at its SPI: an address byte after each falling chip select, registers, and a FIFO that a burst
/// reads on and on for as long as the select stays low.
/// </summary>
public sealed class SimulatedCamera
{
    const int HertzMax = 8_000_000;
    const int FifoBytes = 393_216;
    const byte Floating = 0xFF;
    static readonly TimeSpan s_reset = TimeSpan.FromMilliseconds(90);

    readonly Lock _gate = new();
    readonly byte[] _registers = new byte[128];
    readonly List<string> _faults = [];
    byte[] _fifo = [];
    int _readAt;
    int _address = -1;
    bool _isSelected;
    bool _isDone;
    long _resetAt;
    long _startedAt;

    /// <summary>Whether the module answers at its SPI.</summary>
    public bool IsThere { get; set; } = true;

    /// <summary>Whether its done flag never comes.</summary>
    public bool IsStuck { get; set; }

    /// <summary>From the start of a capture to its done flag.</summary>
    public TimeSpan ExposureTime { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Bytes of the line before that the FIFO may begin with.</summary>
    public int LeadingBytes { get; set; } = 3;

    /// <summary>Bytes that the FIFO is filled up with behind the picture.</summary>
    public int TrailingBytes { get; set; } = 13;

    /// <summary>What it sees at a size, as a JPEG.</summary>
    public Func<SimulatedChip, byte[]> Picture { get; set; } = static _ => [0xFF, 0xD8, 0x01, 0x02, 0xFF, 0xD9];

    public SimulatedChip Chip { get; } = new();

    /// <summary>Pictures that were started.</summary>
    public int Captures { get; private set; }

    /// <summary>Burst commands since the last picture began.</summary>
    public int Bursts { get; private set; }

    /// <summary>Moment of the last shutter, as of Stopwatch.GetTimestamp.</summary>
    public long ShutterAt => _startedAt;

    /// <summary>What the program did that a real module does not bear.</summary>
    public IReadOnlyList<string> Faults
    {
        get
        {
            lock (_gate)
            {
                return [.. _faults];
            }
        }
    }

    internal void Select(bool isHigh)
    {
        lock (_gate)
        {
            _isSelected = !isHigh;
            _address = -1;
        }
    }

    internal void Transfer(int hertz, Span<byte> bytes, bool isRead)
    {
        lock (_gate)
        {
            if (hertz > HertzMax)
            {
                _faults.Add($"The bus runs at {hertz} Hz.");
            }

            if (!_isSelected)
            {
                _faults.Add("A transfer without chip select.");
            }

            if (isRead)
            {
                Read(bytes);
            }
            else
            {
                Write(bytes);
            }
        }
    }

    void Write(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            if (_address < 0)
            {
                _address = b;
                Bursts += b == 0x3C ? 1 : 0;
            }
            else if ((_address & 0x80) != 0)
            {
                Take(_address & 0x7F, b);
            }
        }
    }

    void Read(Span<byte> target)
    {
        var answers = IsThere && _isSelected && _address is >= 0 and < 0x80 && !IsResetting;
        for (var i = 0; i < target.Length; i++)
        {
            target[i] = answers ? Next() : Floating;
        }
    }

    byte Next() => _address switch
    {
        0x3C or 0x3D => _readAt < _fifo.Length ? _fifo[_readAt++] : (byte)0,
        0x41 => (byte)(IsDone ? 0x08 : 0x00),
        0x42 => (byte)(IsDone ? _fifo.Length : 0),
        0x43 => (byte)(IsDone ? _fifo.Length >> 8 : 0),
        // Bit 7 of the third byte is not part of the length.
        0x44 => (byte)(IsDone ? 0x80 | (_fifo.Length >> 16) : 0x80),
        _ => _registers[_address],
    };

    void Take(int register, byte value)
    {
        if (!IsThere || (IsResetting && register != 0x07))
        {
            return;
        }

        _registers[register] = value;
        switch (register)
        {
            case 0x07:
                _resetAt = Stopwatch.GetTimestamp();
                break;
            case 0x04 when (value & 0x10) != 0:
                _readAt = 0;
                break;
            case 0x04 when (value & 0x01) != 0:
                _isDone = false;
                _startedAt = 0;
                break;
            case 0x04 when (value & 0x02) != 0:
                Start();
                break;
            default:
                break;
        }
    }

    void Start()
    {
        if (_isDone)
        {
            _faults.Add("A capture without clearing the done flag.");
        }

        Captures++;
        Bursts = 0;
        _startedAt = Stopwatch.GetTimestamp();
        byte[] frame = [.. new byte[LeadingBytes], .. Picture(Chip), .. new byte[TrailingBytes]];
        _fifo = frame.Length > FifoBytes ? frame[..FifoBytes] : frame;
    }

    bool IsDone => _isDone = _isDone
        || (!IsStuck && _startedAt != 0 && Stopwatch.GetElapsedTime(_startedAt) >= ExposureTime);

    bool IsResetting => _registers[0x07] == 0x80
        || (_resetAt != 0 && Stopwatch.GetElapsedTime(_resetAt) < s_reset);
}
