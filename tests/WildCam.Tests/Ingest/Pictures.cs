using System.Buffers;
using WildCam.Hub.Hosting;
using WildCam.Hub.Ingest;
using WildCam.Wire;

namespace WildCam.Tests.Ingest;

/// <summary>Bytes, begins and chunks for the tests of the way in.</summary>
static class Pictures
{
    public static byte[] Bytes(int count, int seed)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static byte[] Digest(byte[] picture)
    {
        var chain = new DigestChain();
        for (var at = 0; at < picture.Length; at += Protocol.BlockBytes)
        {
            chain.Append(picture[at..Math.Min(picture.Length, at + Protocol.BlockBytes)]);
        }

        return chain.Finish();
    }

    public static Begin BeginOf(byte[] picture, ushort chunkBytes, ushort attempt = 1) => new()
    {
        SpoolId = 7,
        Counter = 9,
        Attempt = attempt,
        SizeBytes = (uint)picture.Length,
        Digest = Digest(picture),
        ChunkBytes = chunkBytes,
    };

    public static CameraLink Link() => new(
        new Storage.Cameras.Camera(1, 1, "demo", "cam-1", "Camera 1", null, 3600, null), new StubConnection());

    public static (ChunkHeader Header, ReadOnlySequence<byte> Bytes) Chunk(byte[] picture, Begin begin, int index)
    {
        var at = index * begin.ChunkBytes;
        var bytes = picture[at..Math.Min(picture.Length, at + begin.ChunkBytes)];
        return (
            new ChunkHeader
            {
                SpoolId = begin.SpoolId,
                Counter = begin.Counter,
                Attempt = begin.Attempt,
                Index = (ushort)index,
                Length = (ushort)bytes.Length,
                Crc32 = System.IO.Hashing.Crc32.HashToUInt32(bytes),
            },
            Split(bytes, bytes.Length / 3));
    }

    /// <summary>The same bytes in two pieces, as a pipe gives them.</summary>
    public static ReadOnlySequence<byte> Split(byte[] bytes, int at)
    {
        var first = new Piece(bytes.AsMemory(0, at), 0);
        var second = first.Append(bytes.AsMemory(at));
        return new ReadOnlySequence<byte>(first, 0, second, bytes.Length - at);
    }

    sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, long runningIndex)
        {
            Memory = memory;
            RunningIndex = runningIndex;
        }

        public Piece Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Piece(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
