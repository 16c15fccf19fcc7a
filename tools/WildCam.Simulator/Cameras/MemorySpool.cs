using WildCam.Camera.Ports;
using WildCam.Simulator.Scenes;

namespace WildCam.Simulator.Cameras;

/// <summary>A spool in memory: it outlives a power cut of the camera, not the program.</summary>
sealed class MemorySpool : ISpoolStore
{
    readonly Dictionary<(byte Area, uint Number), MemoryStream> _files = [];
    (byte Area, uint Number)? _open;

    public bool Create(byte area, uint number)
    {
        _open = (area, number);
        return _files.TryAdd((area, number), new MemoryStream());
    }

    public bool Append(byte[] source, int offset, int count)
    {
        if (_open is not { } open)
        {
            return false;
        }

        _files[open].Write(source, offset, count);
        return true;
    }

    public bool Close()
    {
        var wasOpen = _open is not null;
        _open = null;
        return wasOpen;
    }

    public bool AppendTo(byte area, uint number, byte[] source, int offset, int count)
    {
        if (!_files.TryGetValue((area, number), out var file))
        {
            _files.Add((area, number), file = new MemoryStream());
        }

        file.Position = file.Length;
        file.Write(source, offset, count);
        return true;
    }

    public long Length(byte area, uint number) =>
        _files.TryGetValue((area, number), out var file) ? file.Length : -1;

    public int Read(byte area, uint number, long position, byte[] target, int offset, int count)
    {
        if (!_files.TryGetValue((area, number), out var file))
        {
            return -1;
        }

        file.Position = position;
        var read = file.Read(target, offset, count);
        file.Position = file.Length;
        return read;
    }

    public bool Delete(byte area, uint number)
    {
        if (_files.Remove((area, number), out var file))
        {
            file.Dispose();
        }

        return true;
    }

    public bool FindFolder(byte area, uint from, bool upwards, out uint folder)
    {
        var folders = _files.Keys.Where(k => k.Area == area).Select(k => k.Number / StoreAreas.FilesPerFolder);
        return Nearest(folders, from, upwards, out folder);
    }

    public int List(byte area, uint folder, uint[] numbers)
    {
        var count = 0;
        foreach (var (_, number) in _files.Keys.Where(k => k.Area == area
            && k.Number / StoreAreas.FilesPerFolder == folder))
        {
            numbers[count++] = number;
        }

        return count;
    }

    /// <summary>Power fails: of a file that was being written, some first part is left.</summary>
    public void Cut(ref SeededRandom random)
    {
        if (_open is { } open)
        {
            var file = _files[open];
            file.SetLength((long)(file.Length * random.Next()));
            _open = null;
        }
    }

    internal static bool Nearest(IEnumerable<uint> folders, uint from, bool upwards, out uint folder)
    {
        var found = false;
        folder = 0;
        foreach (var number in folders)
        {
            var isBeyond = upwards ? number >= from : number <= from;
            if (isBeyond && (!found || (upwards ? number < folder : number > folder)))
            {
                found = true;
                folder = number;
            }
        }

        return found;
    }
}

/// <summary>Settings in memory.</summary>
sealed class MemorySettings : ISettings
{
    readonly Dictionary<byte, byte[]> _values = [];

    public byte[] Get(byte key) => _values.TryGetValue(key, out var value) ? [.. value] : null!;

    public bool Set(byte key, byte[] value)
    {
        _values[key] = [.. value];
        return true;
    }
}
