using System.Buffers;
using System.Runtime.CompilerServices;

namespace WildCam.Storage.Blobs;

/// <summary>
/// Blobs as files below one folder. A write goes to a temporary file, is forced to the disk, renamed into place, and
/// the folder that names it is forced to the disk too: only then is the picture sure to be there after a power cut.
/// </summary>
public sealed class FolderBlobStore : IBlobStore
{
    /// <summary>Temporary files older than this were left by a hub that died; they are removed at start.</summary>
    public static readonly TimeSpan TemporaryKeep = TimeSpan.FromDays(1);

    /// <summary>Smaller blobs go through the page cache: they are thumbnails, asked for soon.</summary>
    const int DirectBytesMin = 16 << 10;

    const string TemporaryFolder = ".tmp";

    readonly string _root;
    readonly string _temporary;
    readonly DriveInfo _drive;

    /// <summary>Called before each step of a change, with its name; what it throws is that step's fault.</summary>
    public Action<string>? BeforeStep { get; init; }

    public FolderBlobStore(string root, TimeProvider time)
    {
        _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        _temporary = Path.Combine(_root, TemporaryFolder);
        try
        {
            Directory.CreateDirectory(_temporary);
            DurableFolder.Flush(_root);
            foreach (var left in Directory.EnumerateFiles(_temporary))
            {
                if (time.GetUtcNow().UtcDateTime - File.GetLastWriteTimeUtc(left) > TemporaryKeep)
                {
                    File.Delete(left);
                }
            }
        }
        catch (Exception fault) when (FolderFault.Is(fault))
        {
            throw FolderFault.Told(fault, $"use the folder {_root}");
        }

        _drive = new DriveInfo(_root);
    }

    // Forcing to the disk blocks its thread, so the whole write is one piece of work on one thread of the pool.
    public Task PutAsync(string path, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
    {
        BlobPath.Check(path);
        return Task.Run(() => Put(path, content), cancellationToken);
    }

    public Task<Stream?> OpenReadAsync(string path, CancellationToken cancellationToken)
    {
        BlobPath.Check(path);
        try
        {
            // No buffer in the stream: whoever reads brings one.
            return Task.FromResult<Stream?>(new FileStream(FullPath(path), new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.ReadWrite | FileShare.Delete,
                BufferSize = 0,
            }));
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<Stream?>(null);
        }
        catch (Exception fault) when (FolderFault.Is(fault))
        {
            throw FolderFault.Told(fault, $"read {path}");
        }
    }

    public Task<bool> MoveAsync(string path, string newPath, CancellationToken cancellationToken)
    {
        BlobPath.Check(path);
        BlobPath.Check(newPath);
        return Task.Run(() => Move(path, newPath), cancellationToken);
    }

    public Task<bool> DeleteAsync(string path, CancellationToken cancellationToken)
    {
        BlobPath.Check(path);
        return Task.Run(() => Delete(path), cancellationToken);
    }

    public async IAsyncEnumerable<BlobEntry> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        BlobPath.CheckPrefix(prefix);
        var start = Path.Combine(_root, prefix[..(prefix.LastIndexOf('/') + 1)]);
        await Task.Yield(); // The walk blocks: it does not begin on the caller's thread.
        foreach (var file in Walk(start))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var path = file.FullName[(_root.Length + 1)..].Replace(Path.DirectorySeparatorChar, '/');
            if (path.StartsWith(prefix, StringComparison.Ordinal) && BlobPath.IsValid(path)
                && Describe(file, path) is { } entry)
            {
                yield return entry;
            }
        }
    }

    public long? FreeBytes() => _drive.AvailableFreeSpace;

    void Put(string path, ReadOnlySequence<byte> content)
    {
        var temporary = Path.Combine(_temporary, Guid.NewGuid().ToString("N"));
        try
        {
            var target = FullPath(path);
            var folder = Path.GetDirectoryName(target)!;
            BeforeStep?.Invoke("make the folder");
            DurableFolder.Ensure(_root, folder);
            try
            {
                BeforeStep?.Invoke("write");
                WriteDurably(temporary, content);
                BeforeStep?.Invoke("rename");
                File.Move(temporary, target, overwrite: true);
            }
            catch
            {
                // After a failed flush the kernel may have dropped the pages: the file is worth nothing.
                File.Delete(temporary);
                throw;
            }

            BeforeStep?.Invoke("flush the folder");
            DurableFolder.Flush(folder);
        }
        catch (Exception fault) when (FolderFault.Is(fault))
        {
            throw FolderFault.Told(fault, $"write {path} ({content.Length} bytes)");
        }
    }

    void WriteDurably(string file, ReadOnlySequence<byte> content)
    {
        if (content.Length >= DirectBytesMin && DirectFile.TryWrite(file, content))
        {
            return;
        }

        using var handle = File.OpenHandle(file, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        if (content.IsSingleSegment)
        {
            RandomAccess.Write(handle, content.FirstSpan, 0);
        }
        else
        {
            // One gathering system call instead of one for each chunk, and no copy.
            var segments = new List<ReadOnlyMemory<byte>>();
            foreach (var segment in content)
            {
                segments.Add(segment);
            }

            RandomAccess.Write(handle, segments, 0);
        }

        BeforeStep?.Invoke("flush");
        RandomAccess.FlushToDisk(handle);
    }

    bool Move(string path, string newPath)
    {
        var source = FullPath(path);
        var target = FullPath(newPath);
        var folder = Path.GetDirectoryName(target)!;
        try
        {
            if (!File.Exists(source))
            {
                return false;
            }

            BeforeStep?.Invoke("make the folder");
            DurableFolder.Ensure(_root, folder);
            BeforeStep?.Invoke("rename");
            File.Move(source, target, overwrite: true);

            // The new name first: a power cut in between may leave two names, never none.
            BeforeStep?.Invoke("flush the folder");
            DurableFolder.Flush(folder);
            BeforeStep?.Invoke("flush the old folder");
            DurableFolder.Flush(Path.GetDirectoryName(source)!);
            return true;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (Exception fault) when (FolderFault.Is(fault))
        {
            throw FolderFault.Told(fault, $"move {path} to {newPath}");
        }
    }

    bool Delete(string path)
    {
        var file = FullPath(path);
        try
        {
            if (!File.Exists(file))
            {
                return false;
            }

            BeforeStep?.Invoke("delete");
            File.Delete(file);
            BeforeStep?.Invoke("flush the folder");
            DurableFolder.Flush(Path.GetDirectoryName(file)!);
            return true;
        }
        catch (Exception fault) when (FolderFault.Is(fault))
        {
            throw FolderFault.Told(fault, $"delete {path}");
        }
    }

    static IEnumerable<FileInfo> Walk(string start)
    {
        try
        {
            return Directory.Exists(start)
                ? new DirectoryInfo(start).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true })
                : [];
        }
        catch (Exception fault) when (FolderFault.Is(fault))
        {
            throw FolderFault.Told(fault, $"list {start}");
        }
    }

    // Null when the file went away since it was listed.
    static BlobEntry? Describe(FileInfo file, string path)
    {
        try
        {
            return new BlobEntry(path, file.Length, new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    string FullPath(string path) => Path.Combine(_root, path);
}
