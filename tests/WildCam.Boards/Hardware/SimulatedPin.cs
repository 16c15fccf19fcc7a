using System.Device.Gpio;

namespace WildCam.SimulatedHardware;

/// <summary>A wire between the chip and a part. Either side may drive it, as the part is.</summary>
public sealed class SimulatedPin(int number)
{
    readonly Lock _gate = new();
    bool _isHigh;

    /// <summary>Told of each edge; the program's own listeners end with its run.</summary>
    internal event Action<PinEventTypes, int>? Changed;

    /// <summary>The part at the other end, told of each edge.</summary>
    public Action<bool>? Part { get; set; }

    /// <summary>How the program opened it; null where it did not.</summary>
    public PinMode? Mode { get; private set; }

    public bool IsHigh
    {
        get
        {
            lock (_gate)
            {
                return _isHigh;
            }
        }
    }

    /// <summary>The part drives it: a motion sensor that sees something.</summary>
    public void Set(bool isHigh)
    {
        if (Turn(isHigh))
        {
            Changed?.Invoke(isHigh ? PinEventTypes.Rising : PinEventTypes.Falling, number);
        }
    }

    internal void Open(PinMode mode)
    {
        if (Mode is not null)
        {
            throw new InvalidOperationException($"GPIO {number} is open already.");
        }

        Mode = mode;
    }

    internal void Drive(bool isHigh)
    {
        if (Mode != PinMode.Output)
        {
            throw new InvalidOperationException($"GPIO {number} is an input.");
        }

        if (Turn(isHigh))
        {
            Part?.Invoke(isHigh);
        }
    }

    internal void Release()
    {
        Mode = null;
        Changed = null;
    }

    bool Turn(bool isHigh)
    {
        lock (_gate)
        {
            var isEdge = _isHigh != isHigh;
            _isHigh = isHigh;
            return isEdge;
        }
    }
}
