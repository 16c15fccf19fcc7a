using System.Buffers;

namespace WildCam.Imaging;

/// <summary>
/// Memory for pictures and their pixels, rented by turns. The runtime's shared pool keeps an array of each size for
/// each thread that ever had one, which for megabytes and dozens of threads is most of a hub's memory; here a few are
/// kept for all.
/// </summary>
public static class PictureMemory
{
    /// <summary>The largest array that is kept for the next picture: the luma of one of 8 megapixels.</summary>
    const int KeptBytesMax = 8 << 20;

    /// <summary>Arrays of each size: twice as many as can be computed with at once.</summary>
    static readonly int s_keptOfSize = 2 * Environment.ProcessorCount;

    public static ArrayPool<byte> Pool { get; } = ArrayPool<byte>.Create(KeptBytesMax, s_keptOfSize);
}
