using WildCam.Camera;
using WildCam.Camera.Ports;
using WildCam.Simulator.Cameras;
using WildCam.Simulator.Scenes;
using WildCam.Wire;

namespace WildCam.Simulator.Energy;

/// <summary>
/// Days of a camera on batteries in virtual time: the firmware's brain over ports that take as long as a board's and
/// note in which state it is. The times are assumptions, named here; nothing was measured on a board.
/// </summary>
public sealed class EnergyRun
{
    /// <summary>From the wake-up to the brain's first step: boot loader, nanoCLR, assemblies, in ms.</summary>
    internal const int BootMilliseconds = 1400;

    /// <summary>Wi-Fi, address, TCP, TLS, MQTT and subscription, in ms.</summary>
    internal const int ConnectMilliseconds = 4000;

    /// <summary>Exposure and JPEG of the sensor, in ms.</summary>
    internal const int ExposureMilliseconds = 200;

    /// <summary>From the sensor's memory through digest and CRC to the card, in bytes a second.</summary>
    internal const int CaptureBytesPerSecond = 100_000;

    /// <summary>To the hub over TLS, in bytes a second.</summary>
    internal const int LinkBytesPerSecond = 40_000;

    /// <summary>There and back, with the hub's disk in between, in ms.</summary>
    internal const int RoundTripMilliseconds = 60;

    /// <summary>A 2 MP picture of quality 80, and its stand-in, in bytes.</summary>
    internal const int PictureBytes = 150_000;

    internal const int StandInBytes = 20_000;

    /// <summary>Steps of the brain in a row that take no time.</summary>
    const int StepsAtOnceMax = 100_000;

    const long DayMilliseconds = 86_400_000;

    /// <summary>2026-06-01T00:00:00Z.</summary>
    const long StartUnixMilliseconds = 1_780_272_000_000;

    readonly EnergyPolicy _policy;
    readonly EnergyPorts _ports;
    readonly CameraProfile _profile = new()
    {
        Board = Boards.Esp32Ov2640, FirmwareMajor = 1, Password = [1], HardwareAddress = [2, 0, 0, 0, 0, 1],
        SleepsWhenIdle = true,
    };

    readonly CameraPorts _cameraPorts;
    readonly Queue<(long At, bool IsNight)> _triggers = new();
    CameraBrain? _brain;
    long _wakeAt;
    double _awake;
    double _radio;
    double _lamp;
    int _wakes;
    uint _takenBefore;
    int _pictures;

    EnergyRun(EnergyPolicy policy, int days, ulong seed)
    {
        _policy = policy;
        _ports = new EnergyPorts(this);
        _cameraPorts = new CameraPorts
        {
            Sensor = _ports.Sensor, Store = new MemorySpool(), Link = _ports.Link, Clock = _ports.Clock,
            Power = _ports.Power, Settings = new MemorySettings(), Random = new SeededChance(seed),
            Crc = new SoftwareCrc32(), Lamp = _ports.Lamp,
            Slots = new SimulatedSlots(folder: null),
        };
        var chance = new SeededRandom(seed);
        for (var day = 0; day < days; day++)
        {
            foreach (var at in Enumerable.Range(0, policy.TriggersADay)
                .Select(_ => (long)(chance.Next() * DayMilliseconds)).Order())
            {
                _triggers.Enqueue(((day * DayMilliseconds) + at, chance.Next() < policy.NightPart));
            }
        }
    }

    /// <summary>Time since the start, in ms.</summary>
    internal long Now { get; private set; }

    internal long UnixMilliseconds => StartUnixMilliseconds + Now;

    /// <summary>The brain that runs now; on a board every wake-up begins a new one.</summary>
    internal CameraBrain? Brain => _brain;

    /// <summary>Lives so many days by a policy; what comes out is the use of the whole span.</summary>
    public static EnergyUse Live(EnergyPolicy policy, int days, ulong seed = 1)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return new EnergyRun(policy, days, seed).Run(days * DayMilliseconds);
    }

    EnergyUse Run(long end)
    {
        var atOnce = 0;
        Wake(WakeCauses.PowerOn);
        _brain!.Policy.Desire(_policy.ToConfig());
        while (Now < end)
        {
            if (_brain is null)
            {
                SleepOn(end);
                continue;
            }

            _ports.Link.Deliver(_brain);
            FireIfDue(_brain);
            var wait = _brain.Step(Now);
            _pictures += (int)(_brain.TakenCount - _takenBefore);
            _takenBefore = _brain.TakenCount;
            if (_ports.Power.SleepSeconds is { } seconds)
            {
                _ports.Power.SleepSeconds = null;
                _brain = null;
                _wakeAt = Now + (seconds * 1000L);
                continue;
            }

            atOnce = wait == 0 ? atOnce + 1 : 0;
            if (atOnce > StepsAtOnceMax)
            {
                throw new InvalidOperationException($"The camera steps without end at {Now} ms.");
            }

            var next = Math.Min(Now + wait, Math.Min(_ports.Link.NextAt, end));
            Pass(Math.Max(0, (_triggers.TryPeek(out var due) ? Math.Min(next, due.At) : next) - Now));
        }

        return new EnergyUse
        {
            SpanSeconds = Now / 1000.0,
            AwakeSeconds = _awake / 1000,
            CapturingSeconds = _ports.Sensor.Milliseconds / 1000.0,
            RadioSeconds = _radio / 1000,
            SendingSeconds = _ports.Link.BytesSent / (double)LinkBytesPerSecond,
            LampSeconds = _lamp / 1000,
            BytesSent = _ports.Link.BytesSent,
            Wakes = _wakes,
            Connections = _ports.Link.Connections,
            Pictures = _pictures,
            PicturesDelivered = _ports.Link.Stored,
        };
    }

    /// <summary>Time goes by while the board is awake.</summary>
    internal void Pass(long milliseconds)
    {
        Now += milliseconds;
        _awake += milliseconds;
        _radio += _ports.Link.State == LinkStates.Down ? 0 : milliseconds;
        _lamp += _ports.Lamp.IsOn ? milliseconds : 0;
    }

    void SleepOn(long end)
    {
        var isMotion = _triggers.TryPeek(out var due) && due.At < _wakeAt;
        Now = Math.Max(Now, Math.Min(isMotion ? due.At : _wakeAt, end));
        if (Now < end)
        {
            Wake(isMotion ? WakeCauses.Motion : WakeCauses.Timer);
        }
    }

    void Wake(byte cause)
    {
        _wakes++;
        _ports.Power.WakeCause = cause;
        Pass(BootMilliseconds);
        _ports.Clock.IsKept = cause != WakeCauses.PowerOn;
        _takenBefore = 0;
        _brain = new CameraBrain(_profile, _cameraPorts);
    }

    void FireIfDue(CameraBrain brain)
    {
        while (_triggers.TryPeek(out var due) && due.At <= Now)
        {
            _triggers.Dequeue();
            _ports.Lamp.IsDark = due.IsNight;
            brain.Triggered(Triggers.Motion);
        }
    }
}
