using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Worlds.Virtual;

/// <summary>The power went in the middle of a write.</summary>
sealed class PowerCutException : Exception;

/// <summary>Counts the writes of store and settings, and cuts the power at the one that is asked for.</summary>
sealed class PowerSupply
{
    public int Writes { get; set; }

    /// <summary>The power goes in the n-th write from now, from 1; 0 is never.</summary>
    public int CutAt { get; set; }

    public Random Chance { get; init; } = new(1);

    /// <summary>Counts a write; true where the power goes in it.</summary>
    public bool GoesNow() => ++Writes == CutAt;

    /// <summary>The n-th write from now fails without a power cut, from 1; 0 is never.</summary>
    public int FailAt { get; set; }

    /// <summary>Whether the write that was just counted fails.</summary>
    public bool FailsNow() => Writes == FailAt;
}

/// <summary>A card in memory: what is not closed is torn by a power cut, at any byte.</summary>
sealed class FakeStore(PowerSupply power) : ISpoolStore
{
    public SortedDictionary<(byte Area, uint Number), byte[]> Files { get; } = [];

    public bool IsBroken { get; set; }

    public bool RefusesDelete { get; set; }

    /// <summary>Told of each file that was closed, and so is durable.</summary>
    public Action<byte, uint>? Closed { get; set; }

    /// <summary>Told before a file goes.</summary>
    public Action<byte, uint>? Deleting { get; set; }

    (byte Area, uint Number)? _open;

    public IEnumerable<byte[]> Waiting => Files.Where(f => f.Key.Area == StoreAreas.Spool).Select(f => f.Value);

    public bool Create(byte area, uint number)
    {
        Cut(() => Files.TryAdd((area, number), []));
        if (IsBroken || power.FailsNow() || Files.ContainsKey((area, number)))
        {
            return false;
        }

        _open = (area, number);
        Files[(area, number)] = [];
        return true;
    }

    public bool Append(byte[] source, int offset, int count)
    {
        if (IsBroken || _open is not { } open)
        {
            return false;
        }

        Cut(() => Files[open] = Files[open].AsSpan(0, power.Chance.Next(Files[open].Length + 1)).ToArray());
        var written = power.FailsNow() ? power.Chance.Next(count) : count;
        Files[open] = [.. Files[open], .. source.AsSpan(offset, written)];
        return written == count;
    }

    public bool Close()
    {
        if (_open is not { } open)
        {
            return false;
        }

        Cut(() => Files[open] = Files[open].AsSpan(0, power.Chance.Next(Files[open].Length + 1)).ToArray());
        _open = null;
        if (power.FailsNow())
        {
            Files[open] = Files[open].AsSpan(0, power.Chance.Next(Files[open].Length)).ToArray();
        }

        var isDurable = !IsBroken && !power.FailsNow();
        if (isDurable)
        {
            Closed?.Invoke(open.Area, open.Number);
        }

        return isDurable;
    }

    public bool AppendTo(byte area, uint number, byte[] source, int offset, int count)
    {
        var before = Files.GetValueOrDefault((area, number), []);
        Cut(() => Files[(area, number)] = [.. before, .. source.AsSpan(offset, power.Chance.Next(count + 1))]);
        if (IsBroken)
        {
            return false;
        }

        var written = power.FailsNow() ? power.Chance.Next(count) : count;
        Files[(area, number)] = [.. before, .. source.AsSpan(offset, written)];
        return written == count;
    }

    public long Length(byte area, uint number) =>
        !IsBroken && Files.TryGetValue((area, number), out var file) ? file.Length : -1;

    public int Read(byte area, uint number, long position, byte[] target, int offset, int count)
    {
        if (IsBroken || !Files.TryGetValue((area, number), out var file))
        {
            return -1;
        }

        var read = (int)Math.Clamp(file.Length - position, 0, count);
        file.AsSpan((int)position, read).CopyTo(target.AsSpan(offset));
        return read;
    }

    public bool Delete(byte area, uint number)
    {
        Cut(() =>
        {
            if (power.Chance.Next(2) == 0)
            {
                Deleting?.Invoke(area, number);
                Files.Remove((area, number));
            }
        });
        if (IsBroken || RefusesDelete || power.FailsNow())
        {
            return false;
        }

        Deleting?.Invoke(area, number);
        Files.Remove((area, number));
        return true;
    }

    public bool FindFolder(byte area, uint from, bool upwards, out uint folder)
    {
        var folders = Files.Keys.Where(k => k.Area == area).Select(k => k.Number / StoreAreas.FilesPerFolder)
            .Where(f => upwards ? f >= from : f <= from);
        folder = upwards ? folders.DefaultIfEmpty(uint.MaxValue).Min() : folders.DefaultIfEmpty(uint.MaxValue).Max();
        return folder != uint.MaxValue;
    }

    public int List(byte area, uint folder, uint[] numbers)
    {
        // Backwards, since a directory has no order to rely on.
        var found = Files.Keys.Where(k => k.Area == area && k.Number / StoreAreas.FilesPerFolder == folder)
            .Select(k => k.Number).Reverse().ToArray();
        found.CopyTo(numbers, 0);
        return found.Length;
    }

    /// <summary>The card leaves the slot, with its files.</summary>
    public SortedDictionary<(byte Area, uint Number), byte[]> TakeOut()
    {
        Tear();
        IsBroken = true;
        var card = new SortedDictionary<(byte Area, uint Number), byte[]>(Files);
        Files.Clear();
        return card;
    }

    /// <summary>A card comes into the slot.</summary>
    public void PutIn(SortedDictionary<(byte Area, uint Number), byte[]> card)
    {
        IsBroken = false;
        foreach (var (name, file) in card)
        {
            Files.Add(name, [.. file]);
        }
    }

    /// <summary>What a power cut does to a file that is open without being written to just then.</summary>
    public void Tear()
    {
        if (_open is { } open)
        {
            Files[open] = Files[open].AsSpan(0, power.Chance.Next(Files[open].Length + 1)).ToArray();
            _open = null;
        }
    }

    void Cut(Action tear)
    {
        if (power.GoesNow())
        {
            if (!IsBroken)
            {
                tear();
            }

            _open = null;
            throw new PowerCutException();
        }
    }
}

/// <summary>Settings that keep the old or the new value when the power goes.</summary>
sealed class FakeSettings(PowerSupply power) : ISettings
{
    public Dictionary<byte, byte[]> Values { get; } = [];

    public bool IsBroken { get; set; }

    public byte[]? Get(byte key) => Values.TryGetValue(key, out var value) ? [.. value] : null;

    public bool Set(byte key, byte[] value)
    {
        Must.Hold(value.Length is > 0 and <= SettingKeys.ValueBytesMax, $"A setting of {value.Length} bytes.");
        if (power.GoesNow())
        {
            if (power.Chance.Next(2) == 0)
            {
                Values[key] = [.. value];
            }

            throw new PowerCutException();
        }

        var isTaken = !IsBroken && !power.FailsNow();
        if (isTaken)
        {
            Values[key] = [.. value];
        }

        return isTaken;
    }
}

/// <summary>A sensor whose pictures are all different, and remembered.</summary>
sealed class FakeSensor(Random chance) : ISensor
{
    byte[] _picture = [];
    int _at;

    /// <summary>Size of the next pictures, in bytes; 0 is a size by chance.</summary>
    public int PictureBytes { get; set; }

    /// <summary>Every picture that was read to its end, whether or not a file of it was finished.</summary>
    public List<byte[]> Pictures { get; } = [];

    /// <summary>Those of them that are no small stand-ins.</summary>
    public List<byte[]> FullFrames { get; } = [];

    public bool IsBroken { get; set; }

    /// <summary>Pictures begin as a JPEG does.</summary>
    public bool IsJpeg { get; set; }

    /// <summary>Fails at small pictures only.</summary>
    public bool RefusesSmall { get; set; }

    public bool LastWasTestPattern { get; private set; }

    public byte LastResolution { get; private set; }

    /// <summary>Told at each read.</summary>
    public Action? Reading { get; set; }

    /// <summary>Told when the shutter fires.</summary>
    public Action? Fired { get; set; }

    public byte Flags { get; set; } = BeginFlags.Infrared;

    public int Start(byte resolution, byte quality, bool isTestPattern)
    {
        LastWasTestPattern = isTestPattern;
        LastResolution = resolution;
        Fired?.Invoke();
        _picture = new byte[PictureBytes == 0 ? chance.Next(IsJpeg ? 1000 : 1, 30_000) : PictureBytes];
        chance.NextBytes(_picture);
        if (IsJpeg)
        {
            (_picture[0], _picture[1], _picture[2]) = (0xff, 0xd8, 0xff);
        }

        _at = 0;
        return IsBroken || (RefusesSmall && resolution == Resolutions.Vga640) ? -1 : _picture.Length;
    }

    public int Read(byte[] target, int offset, int count)
    {
        Reading?.Invoke();
        // A FIFO gives what it likes, and not what is asked for.
        var read = Math.Min(Math.Min(count, chance.Next(1, 5000)), _picture.Length - _at);
        _picture.AsSpan(_at, read).CopyTo(target.AsSpan(offset));
        _at += read;
        if (read == 0)
        {
            Pictures.Add(_picture);
            if (LastResolution != Resolutions.Vga640)
            {
                FullFrames.Add(_picture);
            }
        }

        return read;
    }

    public void Stop()
    {
    }
}

sealed class FakeClock : IClock
{
    /// <summary>Monotonic ms of the test.</summary>
    public Func<long> Now { get; init; } = () => 0;

    public long Offset { get; set; }

    public int Sets { get; set; }

    public bool IsKept { get; set; }

    public long RtcMilliseconds => Now() + Offset;

    public bool Set(long unixMilliseconds)
    {
        Offset = unixMilliseconds - Now();
        Sets++;
        return true;
    }
}

sealed class FakePower : IPower
{
    public List<uint> Sleeps { get; } = [];

    public int Reboots { get; set; }

    public ushort BatteryMillivolts => 3900;

    public byte BatteryPercent { get; set; } = 77;

    public short Temperature => -35;

    public byte WakeCause { get; set; } = WakeCauses.PowerOn;

    public byte ResetCause => WakeCauses.PowerOn;

    public uint FreeMemoryBytes => 40_000;

    public void Sleep(uint seconds) => Sleeps.Add(seconds);

    public void Reboot() => Reboots++;
}

/// <summary>A lamp that knows when it was lit.</summary>
sealed class FakeLamp(Func<long> now) : ILamp
{
    public bool IsDark { get; set; }

    public bool IsOn { get; private set; }

    public long LitAt { get; private set; }

    public int Lit { get; private set; }

    public void On() => (IsOn, LitAt, Lit) = (true, now(), Lit + 1);

    public void Off() => IsOn = false;
}

/// <summary>A light that remembers what it said.</summary>
sealed class FakeLight : ILight
{
    public List<byte> Shown { get; } = [];

    public void Show(byte code) => Shown.Add(code);
}

sealed class FakeRandom(Random chance) : IRandom
{
    public int Next(int below) => chance.Next(below);
}

sealed class ManagedCrc : ICrc32
{
    public uint Compute(byte[] source, int offset, int count) => Crc32.Compute(source, offset, count);
}
