using WildCam.Camera;
using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Worlds.Virtual;

/// <summary>A camera, a line and a hub in virtual time; nothing waits, nothing is outside of memory.</summary>
sealed class Field
{
    readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    long _order;
    int _stepsAtOnce;

    public Field(int seed = 1)
    {
        Seed = seed;
        Chance = new Random(seed);
        Power = new PowerSupply { Chance = Chance };
        Store = new FakeStore(Power);
        Settings = new FakeSettings(Power);
        Slots = new FakeSlots(Power);
        Sensor = new FakeSensor(Chance);
        Clock = new FakeClock { Now = () => Now };
        Lamp = new FakeLamp(() => Now);
        Link = new FakeLink(this);
        Hub = new ModelHub(this);
        Hears = Hub.Received;
    }

    /// <summary>Who answers the camera: the model, or the hub's own way in.</summary>
    public Action<string, string, byte[]> Hears { get; set; }

    /// <summary>What runs before each brain, and says which slot that is; none on a board without a loader.</summary>
    public Action? Loader { get; set; }

    /// <summary>Told of a begin before the hub is; true where it was answered.</summary>
    public Func<Begin, bool>? OnBegin { get; set; }

    public int Seed { get; }

    public Random Chance { get; }

    public PowerSupply Power { get; }

    public FakeStore Store { get; }

    public FakeSettings Settings { get; }

    public FakeSlots Slots { get; }

    public FakeSensor Sensor { get; }

    public FakeClock Clock { get; }

    public FakePower Board { get; } = new();

    public FakeLamp Lamp { get; }

    public FakeLight Light { get; } = new();

    public FakeLink Link { get; }

    public ModelHub Hub { get; }

    public CameraProfile Profile { get; } = new()
    {
        Board = Boards.Simulator, FirmwareMajor = 1, Password = [1, 2, 3], HardwareAddress = [1, 2, 3, 4, 5, 6],
    };

    public CameraBrain Brain { get; private set; } = null!;

    /// <summary>Monotonic time, in ms.</summary>
    public long Now { get; private set; } = 1000;

    /// <summary>The hub's clock: 2026-06-01T12:00:00Z at the start.</summary>
    public long HubTime => 1_780_315_200_000 + Now;

    public int Steps { get; private set; }

    public int PowerCuts { get; private set; }

    /// <summary>Power comes: a new brain on the same card and settings. It may be cut while it starts.</summary>
    public Field Boot(bool isClockKept = false)
    {
        Clock.IsKept = isClockKept;
        Clock.Offset = isClockKept ? Clock.Offset : -Now;
        while (true)
        {
            try
            {
                var ports = new CameraPorts
                {
                    Sensor = Sensor, Store = Store, Link = Link, Clock = Clock, Power = Board, Settings = Settings,
                    Slots = Slots, Random = new FakeRandom(Chance), Crc = new ManagedCrc(), Lamp = Lamp, Light = Light,
                };
                Loader?.Invoke();
                Brain = new CameraBrain(Profile, ports);
                return this;
            }
            catch (PowerCutException)
            {
                PowerCuts++;
            }
        }
    }

    /// <summary>A message reaches the hub.</summary>
    public void Receive(string word, string route, byte[] message)
    {
        if (word == Topics.Begin && OnBegin is { } told
            && Begin.TryRead(message, 0, message.Length, out var begin) && told(begin))
        {
            return;
        }

        Hears(word, route, message);
    }

    public void In(long milliseconds, Action action) => _events.Enqueue(action, (Now + milliseconds, _order++));

    /// <summary>The power goes and comes back.</summary>
    public void CutPower(bool isClockKept = false)
    {
        PowerCuts++;
        Store.Tear();
        Link.Disconnect(false);
        Boot(isClockKept);
    }

    public void Trigger(int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            Brain.Triggered(Triggers.Motion);
            Run(0);
        }
    }

    /// <summary>Runs until the condition holds; fails after so many seconds. Whether the power was cut.</summary>
    public bool Until(Func<bool> condition, int seconds = 600)
    {
        var end = Now + seconds * 1000L;
        while (!condition())
        {
            Must.Hold(Now < end, $"Seed {Seed}: not so within {seconds} s of virtual time.");
            Advance(end);
        }

        return PowerCuts > 0;
    }

    /// <summary>Runs for so many seconds, and at least until nothing is due now.</summary>
    public void Run(double seconds)
    {
        var end = Now + (long)(seconds * 1000);
        while (Advance(end))
        {
        }
    }

    /// <summary>One step and the way to the next event; false at the end.</summary>
    public bool Advance(long end)
    {
        try
        {
            while (_events.TryPeek(out _, out var due) && due.At <= Now)
            {
                _events.Dequeue()();
            }

            Steps++;
            var wait = Brain.Step(Now);
            Must.Hold(wait is >= 0 and <= Limits.IdleMilliseconds, $"Seed {Seed}: the camera waits {wait} ms.");
            _stepsAtOnce = wait == 0 ? _stepsAtOnce + 1 : 0;
            Must.Hold(_stepsAtOnce < 10_000, $"Seed {Seed}: the camera steps without end.");
            if (wait == 0)
            {
                return true;
            }

            var next = Now + wait;
            if (_events.TryPeek(out _, out var first) && first.At < next)
            {
                next = first.At;
            }

            if (next > end)
            {
                Now = Math.Max(Now, end);
                return false;
            }

            Now = Math.Max(next, Now);
            return true;
        }
        catch (PowerCutException)
        {
            Power.CutAt = 0;
            CutPower();
            return true;
        }
    }

    /// <summary>The pictures on the card that wait, by their footers.</summary>
    public List<(SpoolFooter Footer, byte[] Bytes)> Spooled(byte area = StoreAreas.Spool) =>
        [.. Store.Files.Where(f => f.Key.Area == area).Select(f => f.Value)
            .Where(f => f.Length > SpoolFooter.Bytes)
            .Select(f => SpoolFooter.TryRead(f, f.Length - SpoolFooter.Bytes, SpoolFooter.Bytes, out var footer)
                ? (footer, f.AsSpan(0, (int)footer.SizeBytes).ToArray()) : default)
            .Where(f => f.footer is not null)];

    /// <summary>Whether nothing goes wrong any more.</summary>
    public bool IsCalm { get; private set; }

    public void Calm()
    {
        IsCalm = true;
        Power.CutAt = 0;
        Link.FaultChance = 0;
        Hub.LaterChance = 0;
        Hub.OnBegin = null;
        OnBegin = null;
    }

    /// <summary>No finished picture is lost, none is in the hub twice, all bytes are right.</summary>
    public void MustKeep(IReadOnlyCollection<byte[]> taken, IEnumerable<byte[]> inHub)
    {
        var stored = inHub.Select(Convert.ToHexString).ToList();
        Must.Hold(stored.Count == stored.Distinct().Count(), $"Seed {Seed}: a picture is stored twice.");
        var known = stored.Concat(Spooled().Select(p => Convert.ToHexString(p.Bytes)))
            .Concat(Spooled(StoreAreas.Dead).Select(p => Convert.ToHexString(p.Bytes)))
            .Concat(Spooled(StoreAreas.Held).Select(p => Convert.ToHexString(p.Bytes))).ToHashSet();
        var lost = taken.Count(t => !known.Contains(Convert.ToHexString(t)));
        Must.Hold(lost == 0, $"Seed {Seed}: {lost} of {taken.Count} pictures are lost.");
        var all = Sensor.Pictures.Select(Convert.ToHexString).ToHashSet();
        Must.Hold(known.All(all.Contains), $"Seed {Seed}: a picture has bytes that the sensor never gave.");
    }
}
