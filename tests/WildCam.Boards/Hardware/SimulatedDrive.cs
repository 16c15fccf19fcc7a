namespace WildCam.SimulatedHardware;

/// <summary>
/// A drive as FatFs and littlefs are: what was written to a file is there for good once it is closed, and of what was
/// not, a power cut leaves some first part.
/// </summary>
public sealed class SimulatedDrive(long totalBytes, int seed)
{
    readonly Lock _gate = new();
    readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    readonly SortedSet<string> _folders = new(StringComparer.Ordinal);
    readonly List<OpenFile> _open = [];
    readonly Random _chance = new(seed);

    public long TotalBytes
    {
        get
        {
            Check();
            return totalBytes;
        }
    }

    /// <summary>Whether it is in its slot.</summary>
    public bool IsInserted { get; set; } = true;

    public bool IsMounted { get; set; }

    /// <summary>Whether every write fails, as on a card that is worn out.</summary>
    public bool IsBroken { get; set; }

    /// <summary>Writes, closings and deletions so far.</summary>
    public int Changes { get; private set; }

    /// <summary>The change at which power fails, counted from 1; 0 is never.</summary>
    public int CutAtChange { get; set; }

    /// <summary>Most bytes of one write so far.</summary>
    public int LargestWrite { get; private set; }

    /// <summary>Files as they lie on the drive, with '\' in their paths.</summary>
    public IReadOnlyDictionary<string, byte[]> Files
    {
        get
        {
            lock (_gate)
            {
                return new SortedDictionary<string, byte[]>(_files, StringComparer.Ordinal);
            }
        }
    }

    public void Put(string path, byte[] bytes)
    {
        lock (_gate)
        {
            _files[path] = bytes;
        }
    }

    /// <summary>Mounts it; throws where there is none.</summary>
    public void Mount()
    {
        if (!IsInserted)
        {
            throw new IOException("There is no card.");
        }

        IsMounted = true;
    }

    internal OpenFile Open(string path, FileMode mode, FileAccess access)
    {
        lock (_gate)
        {
            Check();
            var exists = _files.TryGetValue(path, out var bytes);
            if ((mode == FileMode.Open && !exists) || (mode == FileMode.CreateNew && exists))
            {
                throw new IOException(path);
            }

            var folder = FolderOf(path);
            if (folder.Length > 2 && !_folders.Contains(folder))
            {
                throw new IOException($"There is no folder {folder}.");
            }

            var file = new OpenFile(this, path, mode == FileMode.Create || !exists ? [] : bytes!, access);
            if (access != FileAccess.Read)
            {
                // Its entry is made at once; its bytes count when it is closed.
                _files[path] = file.Old;
                _open.Add(file);
            }

            return file;
        }
    }

    internal bool Exists(string path)
    {
        lock (_gate)
        {
            Check();
            return _files.ContainsKey(path);
        }
    }

    internal bool HasFolder(string path)
    {
        lock (_gate)
        {
            Check();
            return _folders.Contains(path);
        }
    }

    internal void MakeFolder(Life life, string path)
    {
        lock (_gate)
        {
            Change(life, 0);
            _folders.Add(path);
        }
    }

    internal void DeleteFolder(Life life, string path)
    {
        lock (_gate)
        {
            Change(life, 0);
            if (_files.Keys.Any(f => f.StartsWith(path + "\\", StringComparison.Ordinal)))
            {
                throw new IOException($"{path} is not empty.");
            }

            _folders.Remove(path);
        }
    }

    internal void Delete(Life life, string path)
    {
        lock (_gate)
        {
            Change(life, 0);
            if (!_files.Remove(path))
            {
                throw new IOException(path);
            }
        }
    }

    internal string[] FilesIn(string path)
    {
        lock (_gate)
        {
            Check();
            return [.. _files.Keys.Where(f => FolderOf(f) == path)];
        }
    }

    internal string[] FoldersIn(string path)
    {
        lock (_gate)
        {
            Check();
            return [.. _folders.Where(f => FolderOf(f) == path)];
        }
    }

    internal void Written(Life life, int count)
    {
        lock (_gate)
        {
            Change(life, count);
        }
    }

    internal void Closed(Life life, OpenFile file)
    {
        lock (_gate)
        {
            Change(life, 0);
            _files[file.Path] = file.Now;
            _open.Remove(file);
        }
    }

    internal void Check()
    {
        if (!IsInserted || !IsMounted)
        {
            throw new IOException("The drive is not there.");
        }
    }

    /// <summary>Power fails: of each open file some first part of what is new stays.</summary>
    internal void Cut()
    {
        lock (_gate)
        {
            foreach (var file in _open)
            {
                var now = file.Now;
                _files[file.Path] = now[..Math.Min(now.Length, file.Old.Length + _chance.Next(
                    Math.Max(0, now.Length - file.Old.Length) + 1))];
            }

            _open.Clear();
            IsMounted = false;
        }
    }

    void Change(Life life, int bytes)
    {
        Check();
        if (IsBroken)
        {
            throw new IOException("The card fails.");
        }

        LargestWrite = Math.Max(LargestWrite, bytes);
        if (++Changes == CutAtChange)
        {
            life.End(new LifeEnd(LifeEndKind.PowerCut));
        }
    }

    static string FolderOf(string path) => path[..Math.Max(0, path.LastIndexOf('\\'))];
}

/// <summary>A file that is open on a simulated drive.</summary>
sealed class OpenFile(SimulatedDrive drive, string path, byte[] old, FileAccess access)
{
    byte[]? _now;
    bool _isClosed;

    public string Path => path;

    public byte[] Old { get; } = old;

    public byte[] Now => _now ?? Old;

    public long Length
    {
        get
        {
            drive.Check();
            return Now.Length;
        }
    }

    public int Read(long position, Span<byte> target)
    {
        drive.Check();
        var count = (int)Math.Clamp(Now.Length - position, 0, target.Length);
        Now.AsSpan((int)position, count).CopyTo(target);
        return count;
    }

    public void Write(Life life, long position, ReadOnlySpan<byte> source)
    {
        var now = new byte[Math.Max(Now.Length, position + source.Length)];
        Now.CopyTo(now, 0);
        source.CopyTo(now.AsSpan((int)position));
        _now = now;
        drive.Written(life, source.Length);
    }

    public void Close(Life life)
    {
        if (!_isClosed && access != FileAccess.Read)
        {
            _isClosed = true;
            drive.Closed(life, this);
        }
    }
}
