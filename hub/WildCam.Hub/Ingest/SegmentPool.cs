using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using WildCam.Storage.Blobs;

namespace WildCam.Hub.Ingest;

/// <summary>
/// Memory of pictures in flight: reserved in whole segments at begin, taken when chunks come, given back together. A
/// segment begins at an address that direct writes ask for, so that the disk takes the bytes from where they came.
/// </summary>
sealed class SegmentPool(long bytesMax)
{
    /// <summary>Bytes of a segment; under the size from which the runtime keeps arrays apart for long.</summary>
    public const int SegmentBytes = 64 << 10;

    /// <summary>Returned segments that are kept for the next picture: 16 MB; the rest the runtime gets back.</summary>
    const int FreeSegmentsMax = 256;

    readonly long _segmentsMax = Math.Max(1, bytesMax / SegmentBytes);
    readonly ConcurrentStack<Memory<byte>> _free = new();
    int _freeCount;
    long _reserved;

    public long ReservedBytes => Interlocked.Read(ref _reserved) * SegmentBytes;

    public static int SegmentsFor(long bytes) => (int)((bytes + SegmentBytes - 1) / SegmentBytes);

    public bool TryReserve(int segments)
    {
        if (Interlocked.Add(ref _reserved, segments) <= _segmentsMax)
        {
            return true;
        }

        Interlocked.Add(ref _reserved, -segments);
        return false;
    }

    public void Release(int segments) => Interlocked.Add(ref _reserved, -segments);

    public Memory<byte> Rent()
    {
        if (!_free.TryPop(out var segment))
        {
            return Allocate();
        }

        Interlocked.Decrement(ref _freeCount);
        return segment;
    }

    public void Return(Memory<byte> segment)
    {
        // The stack counts its items by walking them, so the count is kept beside it.
        if (Interlocked.Increment(ref _freeCount) <= FreeSegmentsMax)
        {
            _free.Push(segment);
        }
        else
        {
            Interlocked.Decrement(ref _freeCount);
        }
    }

    // Pinned, so that the address that fits the disk stays.
    static Memory<byte> Allocate()
    {
        var array = GC.AllocateUninitializedArray<byte>(SegmentBytes + DirectFile.AlignmentBytes, pinned: true);
        var address = Marshal.UnsafeAddrOfPinnedArrayElement(array, 0);
        var offset = (int)((DirectFile.AlignmentBytes - address % DirectFile.AlignmentBytes)
            % DirectFile.AlignmentBytes);
        return array.AsMemory(offset, SegmentBytes);
    }
}
