using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Simulator.Cameras;

/// <summary>An image sensor whose scenes come from a source.</summary>
sealed class SimulatedSensor(IPictureSource source, SimulatedClock clock, int? width, Action<SensorPicture> taken)
    : ISensor
{
    SensorPicture? _picture;
    int _at;
    ulong _trigger;
    DateTimeOffset _triggeredAt;
    int _frame;

    /// <summary>Whether the frame is one of a live preview, which is no picture.</summary>
    public Func<bool> IsPreviewing { get; set; } = () => false;

    /// <summary>Called at each read; may throw PowerCutException.</summary>
    public Action? Reading { get; init; }

    /// <summary>Pictures of the current trigger that are still to be taken.</summary>
    public int FramesLeft { get; private set; }

    public byte Flags => _picture is { IsInfrared: true } ? BeginFlags.Infrared : (byte)0;

    /// <summary>Prepares a trigger; false when the source has no more pictures.</summary>
    public bool Prepare(ulong trigger)
    {
        _trigger = trigger;
        _triggeredAt = clock.Now;
        _frame = 0;
        FramesLeft = source.NextBurst(trigger, _triggeredAt);
        return FramesLeft > 0;
    }

    public int Start(byte resolution, byte quality, bool isTestPattern)
    {
        _at = 0;
        _picture = source.Next(_trigger, _frame++, _triggeredAt, clock.Now, width ?? WidthOf(resolution), quality);
        FramesLeft = Math.Max(0, FramesLeft - (IsPreviewing() ? 0 : 1));
        return _picture?.Jpeg.Length ?? -1;
    }

    public int Read(byte[] target, int offset, int count)
    {
        Reading?.Invoke();
        if (_picture is not { } picture)
        {
            return -1;
        }

        var read = Math.Min(count, picture.Jpeg.Length - _at);
        picture.Jpeg.AsSpan(_at, read).CopyTo(target.AsSpan(offset));
        _at += read;
        return read;
    }

    public void Stop()
    {
        if (_picture is { } picture && _at == picture.Jpeg.Length && !IsPreviewing())
        {
            taken(picture);
        }

        _picture = null;
    }

    /// <summary>The camera takes only so many pictures a trigger.</summary>
    public void Limit(int frames) => FramesLeft = Math.Min(FramesLeft, frames);

    /// <summary>Power failed: what was left of the trigger is missed.</summary>
    public void Forget()
    {
        _picture = null;
        FramesLeft = 0;
    }

    static int WidthOf(byte resolution) => resolution switch
    {
        Resolutions.Vga640 => 640,
        Resolutions.Svga800 => 800,
        Resolutions.Xga1024 => 1024,
        Resolutions.Sxga1280 => 1280,
        _ => 1600,
    };
}
