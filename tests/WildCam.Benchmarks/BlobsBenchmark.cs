using System.Buffers;
using System.Diagnostics;
using System.Runtime.InteropServices;
using WildCam.Storage.Blobs;

namespace WildCam.Benchmarks;

/// <summary>P11: a durable picture in the blob folder, against the system calls that it takes at least.</summary>
static partial class BlobsBenchmark
{
    const int PictureBytes = 200 * 1024;
    const int PicturesPerRound = 150;

    public static Benchmark Benchmark { get; } = new(
        "blobs",
        "200 KB pictures, one after another, each durable; the peer is open, write, fsync, rename, fsync of the folder",
        RunAsync);

    static async Task RunAsync(Bench bench)
    {
        var peerFolder = Path.Combine(bench.Folder, "peer");
        Directory.CreateDirectory(peerFolder);
        var picture = new byte[PictureBytes];
        Random.Shared.NextBytes(picture);
        var store = new FolderBlobStore(Path.Combine(bench.Folder, "ours"), TimeProvider.System);
        var next = 0;
        var pairs = await bench.AlternateAsync(
            "pictures/s",
            async () =>
            {
                var clock = Stopwatch.StartNew();
                for (var i = 0; i < PicturesPerRound; i++)
                {
                    var path = $"p/c/2026/11/20/{next++}.jpg";
                    await store.PutAsync(path, new ReadOnlySequence<byte>(picture), bench.Cancellation);
                }

                return PicturesPerRound / clock.Elapsed.TotalSeconds;
            },
            "system calls",
            () =>
            {
                var clock = Stopwatch.StartNew();
                for (var i = 0; i < PicturesPerRound; i++)
                {
                    WritePlainly(peerFolder, next++, picture);
                }

                return Task.FromResult(PicturesPerRound / clock.Elapsed.TotalSeconds);
            });
        bench.ClaimAtLeast("200 KB blobs into a folder", "pictures/s", pairs, ratioMin: 0.8);
    }

    static unsafe void WritePlainly(string folder, int number, byte[] picture)
    {
        const int writeOnlyCreate = 0x41;
        const int readOnlyDirectory = 0x10000;
        var temporary = Path.Combine(folder, $"{number}.tmp");
        var file = Must(Open(temporary, writeOnlyCreate, 0b110_100_100));
        fixed (byte* bytes = picture)
        {
            var written = 0;
            while (written < picture.Length)
            {
                written += Must(Write(file, bytes + written, picture.Length - written));
            }
        }

        Must(Fsync(file));
        Must(Close(file));
        Must(Rename(temporary, Path.Combine(folder, $"{number}.jpg")));
        var directory = Must(Open(folder, readOnlyDirectory, 0));
        Must(Fsync(directory));
        Must(Close(directory));
    }

    static int Must(nint result) =>
        result >= 0 ? (int)result : throw new IOException($"errno {Marshal.GetLastPInvokeError()}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static unsafe partial nint Write(int file, byte* bytes, nint count);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int file);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);
}
