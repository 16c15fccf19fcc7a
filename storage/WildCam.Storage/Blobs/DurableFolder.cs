using System.Runtime.InteropServices;

namespace WildCam.Storage.Blobs;

/// <summary>Makes folders, and the names in them, survive a power cut. The framework has no call for it.</summary>
static partial class DurableFolder
{
    const int ReadOnlyDirectory = 0x10000 | 0x80000; // O_RDONLY | O_DIRECTORY | O_CLOEXEC
    const int Interrupted = 4; // EINTR

    /// <summary>Makes <paramref name="folder"/>, at or below <paramref name="root"/>, and its names durable.</summary>
    public static void Ensure(string root, string folder)
    {
        if (Directory.Exists(folder))
        {
            return;
        }

        var parent = Path.GetDirectoryName(folder)!;
        if (folder.Length > root.Length)
        {
            Ensure(root, parent);
        }

        Directory.CreateDirectory(folder);
        Flush(parent);
    }

    /// <summary>Forces the names in the folder to the disk.</summary>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return; // NTFS journals names; a folder cannot be flushed.
        }

        var descriptor = Open(folder, OperatingSystem.IsLinux() ? ReadOnlyDirectory : 0);
        if (descriptor < 0)
        {
            throw Failed(folder);
        }

        try
        {
            while (Fsync(descriptor) != 0)
            {
                if (Marshal.GetLastPInvokeError() != Interrupted)
                {
                    throw Failed(folder);
                }
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    static IOException Failed(string folder)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{Marshal.GetPInvokeErrorMessage(error)}: {folder}", error);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int Close(int descriptor);
}
