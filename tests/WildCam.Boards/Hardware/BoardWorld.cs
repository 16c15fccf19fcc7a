using System.Diagnostics;
using WildCam.Esp32;

namespace WildCam.SimulatedHardware;

/// <summary>
/// A board on a desk: what a person soldered to the chip, what outlives the program's runs, and the hand that cuts
/// power, pulls the card and walks past the motion sensor. Bytes of a drive may be given with it, as they were left.
/// </summary>
public sealed class BoardWorld
{
    const long FlashBytes = 256 * 1024;
    const long CardBytes = 64 * 1024 * 1024;

    readonly Dictionary<int, SimulatedPin> _pins = [];
    readonly Lock _gate = new();
    readonly Random _noise;
    readonly long _startedAt = Stopwatch.GetTimestamp();
    long _rtcAhead;
    Life? _life;

    /// <summary>A board wired as the parts list of an ESP32 DevKit says; it has never been powered.</summary>
    public BoardWorld(int seed)
    {
        _noise = new Random(seed);
        Flash = new SimulatedDrive(FlashBytes, seed);
        Card = new SimulatedDrive(CardBytes, seed + 1);
        Pin(5).Part = Camera.Select;
        Pin(5).Set(true);
    }

    public SimulatedDrive Flash { get; }

    public SimulatedDrive Card { get; private set; }

    public SimulatedCamera Camera { get; } = new();

    public SimulatedWifi Wifi { get; } = new();

    public SimulatedPin Motion => Pin(33);

    public SimulatedPin SecondMotion => Pin(32);

    public SimulatedPin Light => Pin(2);

    public SimulatedPin Lamp => Pin(25);

    public byte[] HardwareAddress { get; set; } = [0x24, 0x6F, 0x28, 1, 2, 3];

    /// <summary>What the ADC reads, but for its noise.</summary>
    public int BatteryRaw { get; set; } = 3000;

    /// <summary>A time server's name that answers; empty is none.</summary>
    public string TimeServer { get; set; } = "";

    public Dictionary<string, int> PinFunctions { get; } = [];

    /// <summary>Told of each message that the program hands to M2Mqtt.</summary>
    public Action<string, byte[]>? Published { get; set; }

    /// <summary>Runs of the program so far.</summary>
    public int Runs { get; private set; }

    /// <summary>The real-time clock.</summary>
    public long RtcMilliseconds => _rtcAhead + (long)Stopwatch.GetElapsedTime(_startedAt).TotalMilliseconds;

    /// <summary>Puts the set-up file onto the flash, as nanoff does.</summary>
    public void SetUp(string lines, string? authority = null)
    {
        Flash.Put(FlashFiles.Root + SetUpFile.Name, System.Text.Encoding.UTF8.GetBytes(lines));
        if (authority is not null)
        {
            Flash.Put(FlashFiles.Root + SetUpFile.AuthorityName, System.Text.Encoding.UTF8.GetBytes(authority));
        }
    }

    /// <summary>One run of the device's Main, to its end.</summary>
    public Task<LifeEnd> RunAsync(WakeKind cause) => RunAsync(cause, Program.Main);

    /// <summary>One run of another program.</summary>
    public Task<LifeEnd> RunAsync(WakeKind cause, Action main)
    {
        var life = new Life(this, cause);
        lock (_gate)
        {
            Flash.IsMounted = true;
            foreach (var pin in _pins.Values)
            {
                pin.Release();
            }

            Runs++;
            _life = life;
        }

        return life.RunAsync(main);
    }

    /// <summary>Runs a piece of a program to its end and gives what it found.</summary>
    public async Task<T> DoAsync<T>(Func<T> main)
    {
        var found = default(T);
        var end = await RunAsync(WakeKind.Power, () =>
        {
            found = main();
            Life.Current.End(new LifeEnd(LifeEndKind.Reboot));
        });
        if (end.Fault is not null)
        {
            throw new InvalidOperationException("The program failed.", end.Fault);
        }

        return found!;
    }

    /// <summary>
    /// Passes the time of a sleep and says what ended it: a motion sensor that is high, or else the timer. A restart
    /// keeps the clock, and a power cut loses it.
    /// </summary>
    public WakeKind PassTime(LifeEnd end)
    {
        switch (end.Kind)
        {
            case LifeEndKind.DeepSleep when Motion.IsHigh && (end.WakePins & (1UL << 33)) != 0:
                return WakeKind.Motion;
            case LifeEndKind.DeepSleep when SecondMotion.IsHigh && (end.WakePins & (1UL << 32)) != 0:
                return WakeKind.SecondMotion;
            case LifeEndKind.DeepSleep:
                _rtcAhead += (long)end.Time.TotalMilliseconds;
                return WakeKind.Timer;
            case LifeEndKind.PowerCut:
                SetRtc(0);
                return WakeKind.Power;
            default:
                return WakeKind.Power;
        }
    }

    /// <summary>The hand at the plug.</summary>
    public void CutPower() => _life?.EndBy(new LifeEnd(LifeEndKind.PowerCut));

    /// <summary>The network goes away, and with it all connections.</summary>
    public void LoseWifi()
    {
        Wifi.IsThere = false;
        Wifi.Leave();
        _life?.DropConnections();
    }

    /// <summary>Puts another card in, as a person does who takes the full one home.</summary>
    public SimulatedDrive SwapCard(int seed)
    {
        var old = Card;
        old.IsInserted = false;
        Card = new SimulatedDrive(CardBytes, seed);
        return old;
    }

    internal SimulatedDrive DriveOf(string path) => path[..2] switch
    {
        "I:" => Flash,
        "D:" => Card,
        _ => throw new IOException($"There is no drive for {path}."),
    };

    internal SimulatedPin OpenPin(Life life, int number, System.Device.Gpio.PinMode mode)
    {
        life.Check();
        var pin = Pin(number);
        pin.Open(mode);
        return pin;
    }

    internal void SetRtc(long milliseconds) =>
        _rtcAhead = milliseconds - (long)Stopwatch.GetElapsedTime(_startedAt).TotalMilliseconds;

    internal int ReadBattery()
    {
        lock (_gate)
        {
            return BatteryRaw + _noise.Next(-8, 9);
        }
    }

    internal void AskTimeServer(string name)
    {
        if (Wifi.IsNameKnown(name) && name == TimeServer)
        {
            SetRtc(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        }
    }

    internal void Ended(Life life, LifeEnd end)
    {
        _ = end;
        if (life != _life)
        {
            return;
        }

        Wifi.Leave();
        Card.Cut();
        Flash.Cut();
    }

    SimulatedPin Pin(int number)
    {
        lock (_gate)
        {
            if (!_pins.TryGetValue(number, out var pin))
            {
                _pins[number] = pin = new SimulatedPin(number);
            }

            return pin;
        }
    }
}
