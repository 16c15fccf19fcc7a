using System.Globalization;
using WildCam.Camera.Ports;
using WildCam.Simulator.Scenes;

namespace WildCam.Simulator.Cameras;

/// <summary>A spool in a folder, laid out as on a camera's card.</summary>
sealed class FolderSpool(string root) : ISpoolStore, IDisposable
{
    FileStream? _open;

    string At(byte area, uint number) => Path.Combine(root, StorePaths.File(area, number));

    public bool Create(byte area, uint number) => Try(() =>
    {
        Directory.CreateDirectory(Path.Combine(root, StorePaths.Folder(area, number / StoreAreas.FilesPerFolder)));
        _open?.Dispose();
        _open = new FileStream(At(area, number), FileMode.CreateNew, FileAccess.Write, FileShare.Read);
    });

    public bool Append(byte[] source, int offset, int count) =>
        _open is { } open && Try(() => open.Write(source, offset, count));

    public bool Close()
    {
        if (_open is not { } open)
        {
            return false;
        }

        _open = null;
        return Try(() =>
        {
            open.Flush(flushToDisk: true);
            open.Dispose();
        });
    }

    public bool AppendTo(byte area, uint number, byte[] source, int offset, int count) => Try(() =>
    {
        Directory.CreateDirectory(Path.Combine(root, StorePaths.Folder(area, number / StoreAreas.FilesPerFolder)));
        using var file = new FileStream(At(area, number), FileMode.Append, FileAccess.Write);
        file.Write(source, offset, count);
        file.Flush(flushToDisk: true);
    });

    public long Length(byte area, uint number)
    {
        var file = new FileInfo(At(area, number));
        return file.Exists ? file.Length : -1;
    }

    public int Read(byte area, uint number, long position, byte[] target, int offset, int count)
    {
        var read = -1;
        Try(() =>
        {
            using var file = new FileStream(At(area, number), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            file.Position = position;
            read = file.ReadAtLeast(target.AsSpan(offset, count), count, throwOnEndOfStream: false);
        });
        return read;
    }

    public bool Delete(byte area, uint number) => Try(() =>
    {
        var path = At(area, number);
        var folder = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(folder))
        {
            return;
        }

        File.Delete(path);
        if (!Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Directory.Delete(folder);
        }
    });

    public bool FindFolder(byte area, uint from, bool upwards, out uint folder)
    {
        var path = Path.Combine(root, StorePaths.Area(area));
        folder = 0;
        return Directory.Exists(path) && MemorySpool.Nearest(
            Directory.EnumerateDirectories(path).Select(d => Number(Path.GetFileName(d))), from, upwards, out folder);
    }

    public int List(byte area, uint folder, uint[] numbers)
    {
        var count = 0;
        var isRead = Try(() =>
        {
            foreach (var file in Directory.EnumerateFiles(Path.Combine(root, StorePaths.Folder(area, folder))))
            {
                if (count < numbers.Length)
                {
                    numbers[count++] = Number(Path.GetFileNameWithoutExtension(file));
                }
            }
        });
        return isRead ? count : -1;
    }

    /// <summary>Power fails: of a file that was being written, some first part is left.</summary>
    public void Cut(ref SeededRandom random)
    {
        if (_open is { } open)
        {
            open.SetLength((long)(open.Length * random.Next()));
            open.Dispose();
            _open = null;
        }
    }

    public void Dispose() => _open?.Dispose();

    static uint Number(string name) => uint.TryParse(name, CultureInfo.InvariantCulture, out var number) ? number : 0;

    // The port never throws: a disk that fails is a card that fails.
    static bool Try(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

/// <summary>Settings in a folder, a file each; replaced whole.</summary>
sealed class FolderSettings(string root) : ISettings
{
    public byte[] Get(byte key)
    {
        var path = At(key);
        return File.Exists(path) ? File.ReadAllBytes(path) : null!;
    }

    public bool Set(byte key, byte[] value)
    {
        try
        {
            Directory.CreateDirectory(root);
            File.WriteAllBytes(At(key) + ".new", value);
            File.Move(At(key) + ".new", At(key), overwrite: true);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    string At(byte key) => Path.Combine(root, $"{key}.set");
}
