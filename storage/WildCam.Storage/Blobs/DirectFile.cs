using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace WildCam.Storage.Blobs;

/// <summary>
/// Files that are written past the page cache. A picture is read again seconds later at the earliest and is far larger
/// than what else lies in the cache; copying it there costs more than sending it to the disk. The framework has no
/// option for it.
/// </summary>
public static partial class DirectFile
{
    /// <summary>Address and length of every piece, in bytes: pages, which every disk's blocks divide.</summary>
    public const int AlignmentBytes = 4096;

    const int CreateNewForWriting = 0x1 | 0x40 | 0x80 | 0x80000; // O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
    const int ReadWriteOfAll = 0b110_110_110; // what the framework asks for; the umask takes from it
    const int InvalidArgument = 22; // EINVAL

    /// <summary>
    /// The pieces of the content as a direct write needs them, the last one rounded up into the rest of its buffer.
    /// False where they do not lie so: then the content goes the common way.
    /// </summary>
    public static bool TryAlign(ReadOnlySequence<byte> content, out List<ReadOnlyMemory<byte>> pieces)
    {
        pieces = [];
        var left = content.Length;
        foreach (var piece in content)
        {
            left -= piece.Length;
            var whole = (piece.Length + AlignmentBytes - 1) / AlignmentBytes * AlignmentBytes;
            if (!MemoryMarshal.TryGetArray(piece, out var part) || !IsAligned(part)
                || (whole != piece.Length && left > 0) || part.Offset + whole > part.Array!.Length)
            {
                return false;
            }

            pieces.Add(part.Array.AsMemory(part.Offset, whole));
        }

        return pieces.Count > 0;
    }

    /// <summary>
    /// Writes a new file and forces it to the disk. False, and no file, where content, system or file system are not
    /// made for it.
    /// </summary>
    internal static bool TryWrite(string path, ReadOnlySequence<byte> content)
    {
        if (!OperatingSystem.IsLinux() || !TryAlign(content, out var pieces) || TryCreate(path) is not { } file)
        {
            return false;
        }

        try
        {
            using (file)
            {
                RandomAccess.Write(file, pieces, 0);
                RandomAccess.SetLength(file, content.Length);
                RandomAccess.FlushToDisk(file);
            }

            return true;
        }
        catch (IOException fault) when (fault.HResult == InvalidArgument)
        {
            // A file system that asks for more than pages.
            File.Delete(path);
            return false;
        }
    }

    // Null where the file system has no such thing.
    static SafeFileHandle? TryCreate(string path)
    {

        // O_DIRECT is one of the few flags whose number depends on the processor.
        var direct = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86 ? 0x4000 : 0x10000;
        var descriptor = Open(path, CreateNewForWriting | direct, ReadWriteOfAll);
        if (descriptor >= 0)
        {
            return new SafeFileHandle(descriptor, ownsHandle: true);
        }

        var error = Marshal.GetLastPInvokeError();
        return error == InvalidArgument
            ? null
            : throw new IOException($"{Marshal.GetPInvokeErrorMessage(error)}: {path}", error);
    }

    // An array that is not pinned may move between this look and the write, which then fails and goes the common way.
    static unsafe bool IsAligned(ArraySegment<byte> part) =>
        part.Array is { Length: > 0 } array
        && (nint)Unsafe.AsPointer(ref array[part.Offset]) % AlignmentBytes == 0;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int Open(string path, int flags, int mode);
}
