using WildCam.Camera;
using WildCam.Loader;
using WildCam.Simulator.Scenes;
using WildCam.Wire;

namespace WildCam.Simulator.Cameras;

/// <summary>
/// The firmware's loader under a simulated camera. What a bundle holds is not run: the camera says its version from
/// then on, and new versions die or stay mute as the simulation has it.
/// </summary>
sealed class SimulatedLoader(SimulatedSlots slots, BundleFaults faults, ulong seed) : IMachine, IReset
{
    const ushort BuiltInMajor = 1;

    BundleFile? _head;
    bool _hasRun;

    /// <summary>Whether what runs is a new version that never connects.</summary>
    public bool IsMute { get; private set; }

    /// <summary>Whether what runs is a new version that hangs for ever.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Whether the next start ends a rest that the loader took.</summary>
    public bool IsWake { get; private set; }

    /// <summary>
    /// Starts what the slots say, and writes its version to the profile; false where it died: the board restarts then.
    /// </summary>
    public bool Start(CameraProfile profile)
    {
        _hasRun = false;
        Forget();
        var boot = new Boot(slots, this, this, builtInStamp: 0);
        boot.Choose();
        IsWake = false;
        if (boot.Start() && !_hasRun)
        {
            boot.End();
        }

        profile.FirmwareMajor = _head?.Major ?? BuiltInMajor;
        profile.FirmwareMinor = _head?.Minor ?? 0;
        profile.FirmwarePatch = _head?.Patch ?? 0;
        return _hasRun;
    }

    public bool TryLoad(byte[] assembly) => true;

    public bool TryRun(int slot, bool isPending)
    {
        if (slot != Slots.BuiltIn)
        {
            var bytes = slots.ReadSlot((byte)slot, 0, Math.Min(slots.Length((byte)slot), BundleFile.HeadBytesMax));
            BundleFile.TryRead(bytes, 0, bytes.Length, out var head);
            _head = head;
        }

        var fate = Fate();
        slots.RunningSlot = slot;
        var alive = faults.Dead + faults.Mute;
        IsMute = isPending && fate >= faults.Dead && fate < alive;
        IsLost = isPending && fate >= alive && fate < alive + faults.Lost;
        _hasRun = !isPending || fate >= faults.Dead;
        return true;
    }

    public void Forget()
    {
        _head = null;
        IsMute = false;
        IsLost = false;
    }

    // The simulated camera restarts by itself, in its own time.
    public void Pause(int milliseconds)
    {
    }

    public void Reboot()
    {
    }

    public void Sleep(int seconds) => IsWake = true;

    /// <summary>The same for each start of a version on a camera.</summary>
    double Fate() => _head is null
        ? 1
        : SeededRandom.For(seed, 83, ((ulong)_head.Major << 32) | ((ulong)_head.Minor << 16) | _head.Patch).Next();
}
