using System.Buffers;
using WildCam.Hub.Hosting;
using WildCam.Wire;
using Crc32 = System.IO.Hashing.Crc32;

namespace WildCam.Hub.Ingest;

/// <summary>What a chunk did to its assembly.</summary>
enum ChunkResult
{
    /// <summary>New bytes.</summary>
    Taken,

    /// <summary>New bytes, and the last that were missing.</summary>
    Completed,

    /// <summary>The same bytes once more.</summary>
    Repeated,

    /// <summary>Other bytes than before for the same place.</summary>
    Overlap,

    /// <summary>Its CRC-32 does not match.</summary>
    Damaged,

    /// <summary>Outside the picture, or of the wrong length.</summary>
    Misplaced,

    /// <summary>Of another attempt, or the picture is complete.</summary>
    Stale,
}

/// <summary>Where a picture in flight is.</summary>
enum AssemblyState
{
    Receiving,

    /// <summary>Complete: being checked, written and filed.</summary>
    Storing,

    /// <summary>Answered with a receipt.</summary>
    Done,

    /// <summary>Given up; its memory is free again.</summary>
    Dropped,
}

/// <summary>The device's id of a capture, under the camera that offers it.</summary>
readonly record struct AssemblyKey(int CameraId, ulong SpoolId, ulong Counter);

/// <summary>
/// One picture in flight. Chunks are copied from the connection's buffer straight to their place. Everything that
/// changes it holds <see cref="Gate"/>; while it is storing, the worker alone reads the content.
/// </summary>
sealed class Assembly
{
    readonly SegmentPool _pool;
    readonly Memory<byte>?[] _segments;
    readonly byte[] _missing;
    readonly Crc32 _crc = new();
    int _missingCount;

    /// <summary>The begin must have been checked, and its segments reserved.</summary>
    public Assembly(SegmentPool pool, AssemblyKey key, CameraLink link, Begin begin, DateTimeOffset? epochZeroAt)
    {
        _pool = pool;
        Key = key;
        Link = link;
        Begin = begin;
        EpochZeroAt = epochZeroAt;
        SizeBytes = (int)begin.SizeBytes;
        ChunkCount = Protocol.ChunkCount(begin.SizeBytes, begin.ChunkBytes);
        ReservedSegments = SegmentPool.SegmentsFor(SizeBytes);
        _segments = new Memory<byte>?[ReservedSegments];
        _missing = new byte[(ChunkCount + 7) / 8];
        MarkAllMissing();
    }

    public Lock Gate { get; } = new();

    public AssemblyKey Key { get; }

    /// <summary>The connection that the answers go to: the newest of the camera.</summary>
    public CameraLink Link { get; set; }

    /// <summary>The newest begin of this picture.</summary>
    public Begin Begin { get; set; }

    public DateTimeOffset? EpochZeroAt { get; }

    public int SizeBytes { get; }

    public int ChunkCount { get; }

    public int ReservedSegments { get; set; }

    /// <summary>Bytes of the chunks that are in their place.</summary>
    public int ReceivedBytes
    {
        get
        {
            var chunks = (ChunkCount - _missingCount) * Begin.ChunkBytes;
            var isLastMissing = (_missing[^1] & (1 << ((ChunkCount - 1) & 7))) != 0;
            return isLastMissing ? chunks : chunks - (ChunkCount * Begin.ChunkBytes - SizeBytes);
        }
    }

    public AssemblyState State { get; set; }

    /// <summary>Deliveries whose digest was wrong.</summary>
    public int Mismatches { get; set; }

    /// <summary>TimeProvider timestamp of the last begin or chunk.</summary>
    public long TouchedTimestamp { get; set; }

    /// <summary>The receipt that was sent, where the state is Done.</summary>
    public (byte Outcome, ushort Code) Answer { get; set; }

    /// <summary>Whether this begin is about the same bytes in the same chunks.</summary>
    public bool IsSame(Begin begin) =>
        begin.SizeBytes == Begin.SizeBytes && begin.ChunkBytes == Begin.ChunkBytes
        && begin.Digest.AsSpan().SequenceEqual(Begin.Digest);

    /// <summary>Takes a chunk; the bytes are those behind the header. Allocates at most a new segment.</summary>
    public ChunkResult Put(in ChunkHeader header, ReadOnlySequence<byte> bytes)
    {
        if (State != AssemblyState.Receiving || header.Attempt != Begin.Attempt)
        {
            return ChunkResult.Stale;
        }

        var offset = header.Index * Begin.ChunkBytes;
        if (header.Index >= ChunkCount || header.Length != Math.Min(Begin.ChunkBytes, SizeBytes - offset))
        {
            return ChunkResult.Misplaced;
        }

        var bit = (byte)(1 << (header.Index & 7));
        if ((_missing[header.Index >> 3] & bit) == 0)
        {
            return Equals(offset, bytes) ? ChunkResult.Repeated
                : CrcOf(bytes) == header.Crc32 ? ChunkResult.Overlap
                : ChunkResult.Damaged;
        }

        Copy(offset, bytes);
        if (_crc.GetCurrentHashAsUInt32() != header.Crc32)
        {
            return ChunkResult.Damaged;
        }

        _missing[header.Index >> 3] &= (byte)~bit;
        return --_missingCount == 0 ? ChunkResult.Completed : ChunkResult.Taken;
    }

    /// <summary>The chunks that are still to come, under the newest attempt.</summary>
    public Want Want() => new()
    {
        SpoolId = Begin.SpoolId,
        Counter = Begin.Counter,
        Attempt = Begin.Attempt,
        ChunkCount = (ushort)ChunkCount,
        Missing = _missing,
    };

    /// <summary>Wants everything once more.</summary>
    public void MarkAllMissing()
    {
        _missing.AsSpan().Fill(0xff);
        if (ChunkCount % 8 != 0)
        {
            _missing[^1] = (byte)((1 << (ChunkCount % 8)) - 1);
        }

        _missingCount = ChunkCount;
        State = AssemblyState.Receiving;
    }

    /// <summary>The whole picture; only of a complete one, and until the segments are released.</summary>
    public ReadOnlySequence<byte> Content()
    {
        var first = new Segment(Slice(0), 0);
        var last = first;
        for (var i = 1; i < _segments.Length; i++)
        {
            last = last.Append(Slice(i));
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    /// <summary>Gives the memory back; the facts stay.</summary>
    public void ReleaseSegments()
    {
        for (var i = 0; i < _segments.Length; i++)
        {
            if (_segments[i] is { } segment)
            {
                _pool.Return(segment);
                _segments[i] = null;
            }
        }

        _pool.Release(ReservedSegments);
        ReservedSegments = 0;
    }

    ReadOnlyMemory<byte> Slice(int segment) => _segments[segment]!.Value[
        ..Math.Min(SegmentPool.SegmentBytes, SizeBytes - segment * SegmentPool.SegmentBytes)];

    void Copy(int offset, ReadOnlySequence<byte> bytes)
    {
        _crc.Reset();
        foreach (var memory in bytes)
        {
            var from = memory.Span;
            _crc.Append(from);
            while (from.Length > 0)
            {
                var within = offset % SegmentPool.SegmentBytes;
                var segment = _segments[offset / SegmentPool.SegmentBytes] ??= _pool.Rent();
                var count = Math.Min(from.Length, SegmentPool.SegmentBytes - within);
                from[..count].CopyTo(segment.Span[within..]);
                from = from[count..];
                offset += count;
            }
        }
    }

    uint CrcOf(ReadOnlySequence<byte> bytes)
    {
        _crc.Reset();
        foreach (var memory in bytes)
        {
            _crc.Append(memory.Span);
        }

        return _crc.GetCurrentHashAsUInt32();
    }

    bool Equals(int offset, ReadOnlySequence<byte> bytes)
    {
        foreach (var memory in bytes)
        {
            var given = memory.Span;
            while (given.Length > 0)
            {
                var within = offset % SegmentPool.SegmentBytes;
                var count = Math.Min(given.Length, SegmentPool.SegmentBytes - within);
                var segment = _segments[offset / SegmentPool.SegmentBytes]!.Value.Slice(within, count);
                if (!given[..count].SequenceEqual(segment.Span))
                {
                    return false;
                }

                given = given[count..];
                offset += count;
            }
        }

        return true;
    }

    sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long runningIndex)
        {
            Memory = memory;
            RunningIndex = runningIndex;
        }

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
