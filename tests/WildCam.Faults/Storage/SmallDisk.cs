using System.Diagnostics;

namespace WildCam.Faults.Storage;

/// <summary>A disk of some megabytes in memory, which can be filled to the last byte. Needs root.</summary>
sealed class SmallDisk : IDisposable
{
    const int BlockBytes = 4096;

    readonly DirectoryInfo _folder;

    SmallDisk(DirectoryInfo folder) => _folder = folder;

    public string Folder => _folder.FullName;

    string Filler => Path.Combine(Folder, "filler");

    /// <summary>Mounts one, which every user may enter.</summary>
    /// <exception cref="WorldException">It may not be mounted here: the point could not run.</exception>
    public static SmallDisk Mount(int megabytes)
    {
        var folder = Directory.CreateTempSubdirectory("wildcam-disk-");
        if (Environment.IsPrivilegedProcess
            && Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=755", "tmpfs", folder.FullName) == 0)
        {
            return new SmallDisk(folder);
        }

        folder.Delete();
        throw new WorldException("This could not run: mounting a small disk needs root.");
    }

    /// <summary>Takes all space but so many bytes.</summary>
    public void Fill(long leaveBytes)
    {
        var block = new byte[1 << 20];
        using var filler = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (var size = block.Length; size >= BlockBytes;)
        {
            if (new DriveInfo(Folder).AvailableFreeSpace - leaveBytes < size)
            {
                size /= 2;
                continue;
            }

            try
            {
                filler.Write(block, 0, size);
            }
            catch (IOException)
            {
                // Somebody else took the rest.
                return;
            }
        }
    }

    /// <summary>Gives the space back.</summary>
    public void Free() => File.Delete(Filler);

    public void Remount(bool readOnly) => Must.Equal(
        0, Run("mount", "-o", readOnly ? "remount,ro" : "remount,rw", Folder), "remounting the disk");

    public void Dispose()
    {
        _ = Run("umount", "-l", Folder);
        _folder.Delete();
    }

    static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
