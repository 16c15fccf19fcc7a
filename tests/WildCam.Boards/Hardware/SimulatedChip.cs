using System.Diagnostics;

namespace WildCam.SimulatedHardware;

/// <summary>A register that was written, with the bank that was chosen then.</summary>
public readonly record struct RegisterWrite(int Bank, int Register, int Value);

/// <summary>
/// An OV2640 at its I2C: two banks of registers behind register 0xFF, and no answer while it resets
/// (OV2640 data sheet, tables 12 and 13).
/// </summary>
public sealed class SimulatedChip
{
    const int Address = 0x30;
    const int Banks = 2;
    const int BankSelect = 0xFF;
    const int SensorBank = 1;
    const int Com7 = 0x12;
    static readonly TimeSpan s_reset = TimeSpan.FromMilliseconds(2);

    readonly int[,] _registers = new int[Banks, 256];
    readonly List<RegisterWrite> _writes = [];
    readonly Lock _gate = new();
    long _resetAt;
    int _bank;
    int _pointer;

    public SimulatedChip() => Reset();

    /// <summary>Whether it is on the bus at all.</summary>
    public bool IsThere { get; set; } = true;

    /// <summary>Product number; 0x26 is an OV2640's.</summary>
    public int ProductId { get; set; } = 0x26;

    /// <summary>What automatic gain says; 0x7F is its end, in the dark.</summary>
    public int Gain { get; set; }

    /// <summary>All writes since they were last cleared, the choice of a bank left out.</summary>
    public IReadOnlyList<RegisterWrite> Writes
    {
        get
        {
            lock (_gate)
            {
                return [.. _writes];
            }
        }
    }

    /// <summary>Pixels across that its scaler puts out.</summary>
    public int Width => 4 * (Register(0, 0x5A) | ((Register(0, 0x5C) & 0x03) << 8));

    /// <summary>Pixels down that its scaler puts out.</summary>
    public int Height => 4 * (Register(0, 0x5B) | ((Register(0, 0x5C) & 0x04) << 6));

    public bool HasBars => (Register(SensorBank, Com7) & 0x02) != 0;

    /// <summary>Scale of the quantisation tables.</summary>
    public int Quantisation => Register(0, 0x44);

    public void ClearWrites()
    {
        lock (_gate)
        {
            _writes.Clear();
        }
    }

    internal bool Write(int address, ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (!Answers(address))
            {
                return false;
            }

            _pointer = bytes[0];
            if (bytes.Length == 2)
            {
                Take(bytes[0], bytes[1]);
            }

            return true;
        }
    }

    internal bool Read(int address, Span<byte> target)
    {
        lock (_gate)
        {
            if (!Answers(address))
            {
                return false;
            }

            target[0] = (byte)(_bank == SensorBank
                ? _pointer switch
                {
                    0x00 => Gain,
                    0x0A => ProductId,
                    0x0B => 0x42,
                    _ => _registers[_bank, _pointer],
                }
                : _registers[_bank, _pointer]);
            return true;
        }
    }

    void Take(int register, int value)
    {
        if (register == BankSelect)
        {
            _bank = value & 1;
            return;
        }

        _writes.Add(new RegisterWrite(_bank, register, value));
        _registers[_bank, register] = value;
        if (_bank == SensorBank && register == Com7 && (value & 0x80) != 0)
        {
            Reset();
            _resetAt = Stopwatch.GetTimestamp();
        }
    }

    int Register(int bank, int register)
    {
        lock (_gate)
        {
            return _registers[bank, register];
        }
    }

    bool Answers(int address) => IsThere && address == Address
        && (_resetAt == 0 || Stopwatch.GetElapsedTime(_resetAt) >= s_reset);

    void Reset() => Array.Clear(_registers);
}
