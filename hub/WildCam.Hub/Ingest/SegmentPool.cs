using System.Collections.Concurrent;

namespace WildCam.Hub.Ingest;

/// <summary>
/// The memory of pictures in flight: equal segments, reserved before the first chunk and rented as bytes come. The
/// segments are a multiple of the digest's block, so that no block lies across two.
/// </summary>
sealed class SegmentPool(long bytesMax)
{
    /// <summary>Bytes of a segment; under the size from which the runtime keeps arrays apart for long.</summary>
    public const int SegmentBytes = 64 << 10;

    /// <summary>Returned segments that are kept for the next picture: 16 MB; the rest the runtime gets back.</summary>
    const int FreeSegmentsMax = 256;

    readonly long _segmentsMax = Math.Max(1, bytesMax / SegmentBytes);
    readonly ConcurrentStack<byte[]> _free = new();
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

    public byte[] Rent() =>
        _free.TryPop(out var segment) ? segment : GC.AllocateUninitializedArray<byte>(SegmentBytes);

    public void Return(byte[] segment)
    {
        if (_free.Count < FreeSegmentsMax)
        {
            _free.Push(segment);
        }
    }
}
