using System.Buffers.Binary;
using System.Runtime.InteropServices;
using WildCam.Wire;

namespace WildCam.Benchmarks.Messages;

/// <summary>
/// What stands behind mosquitto_sub: reads what there is of heartbeats; where it is durable, appends them to a file and
/// forces that to the disk; and notes that they are handled.
/// </summary>
sealed partial class SubscriberPipe : IDisposable
{
    const int BufferBytes = 64 * 1024;

    /// <summary>Offset of the heartbeat's spool count, which carries the message's number.</summary>
    const int NumberAt = 23;

    readonly bool _isDurable;
    readonly FileStream _kept;

    /// <summary>Read and write, so that neither end waits for the other to open.</summary>
    readonly FileStream _pipe;

    public SubscriberPipe(string folder, bool isDurable)
    {
        _isDurable = isDurable;
        var name = Guid.NewGuid().ToString("N");
        Path = System.IO.Path.Combine(folder, name + ".pipe");
        Must.Equal(0, MakePipe(Path, 0b110_100_100), "making a pipe");
        _pipe = new FileStream(Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        _kept = new FileStream(
            System.IO.Path.Combine(folder, name + ".kept"), FileMode.Create, FileAccess.Write, FileShare.Read,
            bufferSize: 0);
    }

    public string Path { get; }

    /// <summary>Handles messages until all of the run are.</summary>
    public void Read(Pace pace)
    {
        var buffer = new byte[BufferBytes];
        var held = 0;
        for (var left = pace.Messages; left > 0;)
        {
            var count = _pipe.Read(buffer, held, buffer.Length - held);
            Must.Hold(count > 0, "The subscriber's output ended.");
            if (_isDurable)
            {
                _kept.Write(buffer, held, count);
                Must.Equal(0, Force(_kept.SafeFileHandle), "fdatasync");
            }

            held += count;
            var whole = held / Heartbeat.Bytes;
            for (var i = 0; i < whole; i++)
            {
                pace.See(BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(i * Heartbeat.Bytes + NumberAt)));
            }

            left -= whole;
            held -= whole * Heartbeat.Bytes;
            buffer.AsSpan(whole * Heartbeat.Bytes, held).CopyTo(buffer);
        }
    }

    public void Dispose()
    {
        _pipe.Dispose();
        _kept.Dispose();
        File.Delete(_kept.Name);
        File.Delete(Path);
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakePipe(string path, int mode);

    [LibraryImport("libc", EntryPoint = "fdatasync")]
    private static partial int Force(SafeHandle file);
}
