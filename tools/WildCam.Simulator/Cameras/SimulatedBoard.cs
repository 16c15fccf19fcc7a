using WildCam.Camera.Ports;
using WildCam.Simulator.Scenes;
using WildCam.Wire;

namespace WildCam.Simulator.Cameras;

/// <summary>
/// A camera's time: real time that can be ahead or behind, so that days of history pass in seconds, and a real-time
/// clock that can be wrong.
/// </summary>
sealed class SimulatedClock(TimeProvider time) : IClock
{
    readonly long _start = time.GetTimestamp();
    long _skippedMilliseconds;
    long _rtcAhead = time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Time since the camera was made, in ms; what the brain is driven by.</summary>
    public long Monotonic => (long)time.GetElapsedTime(_start).TotalMilliseconds + _skippedMilliseconds;

    public long RtcMilliseconds => Monotonic + _rtcAhead;

    public bool IsKept { get; set; }

    public DateTimeOffset Now => DateTimeOffset.FromUnixTimeMilliseconds(Math.Max(0, RtcMilliseconds));

    public bool Set(long unixMilliseconds)
    {
        _rtcAhead = unixMilliseconds - Monotonic;
        return true;
    }

    /// <summary>Lets time pass at once.</summary>
    public void Skip(long milliseconds) => _skippedMilliseconds += milliseconds;
}

/// <summary>A battery that drains and an enclosure that follows the weather.</summary>
sealed class SimulatedPower(SimulatedClock clock, ulong seed, Func<float> celsius) : IPower
{
    const float FullMillivolts = 6200;
    const float EmptyMillivolts = 4600;

    /// <summary>Days that a set of batteries lasts.</summary>
    const float BatteryDays = 120;

    const int MillivoltsOfAPicture = 1;

    readonly float _startPercent = SeededRandom.For(seed, 41).Between(35f, 100f);

    /// <summary>Pictures taken; each costs a little.</summary>
    public int Pictures { get; set; }

    /// <summary>Reboot was ordered: the owner makes a new brain.</summary>
    public bool MustReboot { get; set; }

    public ushort BatteryMillivolts => (ushort)Math.Max(
        EmptyMillivolts,
        float.Lerp(EmptyMillivolts, FullMillivolts, Percent() / 100f) - (Pictures * MillivoltsOfAPicture / 20f));

    public byte BatteryPercent => (byte)Math.Clamp(
        (BatteryMillivolts - EmptyMillivolts) * 100f / (FullMillivolts - EmptyMillivolts), 0f, 100f);

    public short Temperature => (short)Math.Clamp(celsius() * 10f, -400f, 850f);

    public byte WakeCause { get; set; } = WakeCauses.PowerOn;

    public byte ResetCause { get; set; } = WakeCauses.PowerOn;

    public uint FreeMemoryBytes => 96_000;

    // Returns at once: the brain then sleeps by itself until the next trigger.
    public void Sleep(uint seconds)
    {
    }

    public void Reboot() => MustReboot = true;

    float Percent() => Math.Max(1f, _startPercent - (clock.Monotonic / 86_400_000f * 100f / BatteryDays));
}

/// <summary>Chance from the simulation's seed.</summary>
sealed class SeededChance(ulong seed) : IRandom
{
    SeededRandom _random = new(seed);

    public int Next(int below) => _random.Below(below);
}

/// <summary>The wire's own CRC-32, in place of a board's.</summary>
sealed class SoftwareCrc32 : ICrc32
{
    public uint Compute(byte[] source, int offset, int count) => Crc32.Compute(source, offset, count);
}
