using System.Buffers;
using WildCam.Hub.Ingest;
using WildCam.Wire;

namespace WildCam.Tests.Ingest;

public sealed class AssemblyTests
{
    static readonly AssemblyKey Key = new(1, 7, 9);

    readonly SegmentPool _pool = new(16 << 20);

    [Theory]
    [InlineData(1, 1024)]
    [InlineData(1024, 1024)]
    [InlineData(65_536, 4096)]
    [InlineData(65_537, 4096)]
    [InlineData(200_000, 5000)] // chunks that lie across two segments
    [InlineData(300_001, 16_384)]
    public void Chunks_in_any_order_make_the_picture(int sizeBytes, int chunkBytes)
    {
        var seed = Seed();
        var picture = Pictures.Bytes(sizeBytes, seed);
        var begin = Pictures.BeginOf(picture, (ushort)chunkBytes);
        var assembly = Open(begin);
        var order = Enumerable.Range(0, assembly.ChunkCount).ToArray();
        new Random(seed).Shuffle(order);
        for (var i = 0; i < order.Length; i++)
        {
            var (header, bytes) = Pictures.Chunk(picture, begin, order[i]);
            Assert.True(assembly.Want().IsMissing(order[i]));
            var expected = i == order.Length - 1 ? ChunkResult.Completed : ChunkResult.Taken;
            Assert.Equal(expected, assembly.Put(header, bytes));
            Assert.False(assembly.Want().IsMissing(order[i]));
        }

        Assert.Equal(picture, assembly.Content().ToArray());
        assembly.ReleaseSegments();
        Assert.Equal(0, _pool.ReservedBytes);
    }

    [Fact]
    public void A_chunk_that_comes_twice_is_taken_once()
    {
        var picture = Pictures.Bytes(10_000, 1);
        var begin = Pictures.BeginOf(picture, 4096);
        var assembly = Open(begin);
        var (header, bytes) = Pictures.Chunk(picture, begin, 1);
        Assert.Equal(ChunkResult.Taken, assembly.Put(header, bytes));
        Assert.Equal(ChunkResult.Repeated, assembly.Put(header, bytes));
    }

    [Fact]
    public void A_damaged_repetition_is_damage_and_no_other_picture()
    {
        var picture = Pictures.Bytes(10_000, 1);
        var begin = Pictures.BeginOf(picture, 4096);
        var assembly = Open(begin);
        var (header, bytes) = Pictures.Chunk(picture, begin, 1);
        assembly.Put(header, bytes);
        header.Crc32 ^= 1;
        Assert.Equal(ChunkResult.Repeated, assembly.Put(header, bytes));
        var (_, otherBytes) = Pictures.Chunk(Pictures.Bytes(10_000, 2), begin, 1);
        Assert.Equal(ChunkResult.Damaged, assembly.Put(header, otherBytes));
    }

    [Fact]
    public void Other_bytes_for_the_same_place_are_refused_and_the_first_stay()
    {
        var picture = Pictures.Bytes(10_000, 1);
        var other = Pictures.Bytes(10_000, 2);
        var begin = Pictures.BeginOf(picture, 4096);
        var assembly = Open(begin);
        var (header, bytes) = Pictures.Chunk(picture, begin, 1);
        assembly.Put(header, bytes);
        var (otherHeader, otherBytes) = Pictures.Chunk(other, begin, 1);
        Assert.Equal(ChunkResult.Overlap, assembly.Put(otherHeader, otherBytes));
        for (var i = 0; i < assembly.ChunkCount; i++)
        {
            var chunk = Pictures.Chunk(picture, begin, i);
            assembly.Put(chunk.Header, chunk.Bytes);
        }

        Assert.Equal(picture, assembly.Content().ToArray());
    }

    [Fact]
    public void A_flipped_bit_leaves_the_chunk_missing()
    {
        var picture = Pictures.Bytes(10_000, 1);
        var begin = Pictures.BeginOf(picture, 4096);
        var assembly = Open(begin);
        var (header, _) = Pictures.Chunk(picture, begin, 0);
        var flipped = picture[..4096];
        flipped[17] ^= 4;
        Assert.Equal(ChunkResult.Damaged, assembly.Put(header, Pictures.Split(flipped, 9)));
        Assert.True(assembly.Want().IsMissing(0));
        var (_, good) = Pictures.Chunk(picture, begin, 0);
        Assert.Equal(ChunkResult.Taken, assembly.Put(header, good));
    }

    [Theory]
    [InlineData(3, 4096)] // behind the last
    [InlineData(65_535, 4096)]
    [InlineData(0, 4095)] // short
    [InlineData(2, 4096)] // the last is 1808 long
    public void A_chunk_outside_the_picture_or_of_the_wrong_length_is_refused(int index, int length)
    {
        var picture = Pictures.Bytes(10_000, 1);
        var begin = Pictures.BeginOf(picture, 4096);
        var assembly = Open(begin);
        var bytes = new byte[length];
        var header = new ChunkHeader { Attempt = 1, Index = (ushort)index, Length = (ushort)length };
        Assert.Equal(ChunkResult.Misplaced, assembly.Put(header, new ReadOnlySequence<byte>(bytes)));
    }

    [Fact]
    public void A_chunk_of_an_older_attempt_has_no_effect()
    {
        var picture = Pictures.Bytes(10_000, 1);
        var assembly = Open(Pictures.BeginOf(picture, 4096, attempt: 2));
        var (header, bytes) = Pictures.Chunk(picture, Pictures.BeginOf(picture, 4096, attempt: 1), 0);
        Assert.Equal(ChunkResult.Stale, assembly.Put(header, bytes));
        Assert.True(assembly.Want().IsMissing(0));
    }

    [Fact]
    public void The_bits_behind_the_last_chunk_are_zero_as_the_wire_asks()
    {
        for (var chunks = 1; chunks <= 20; chunks++)
        {
            var want = Open(Pictures.BeginOf(new byte[chunks * 1024], 1024)).Want();
            var bytes = new byte[want.Length];
            want.Write(bytes, 0);
            Assert.True(Want.TryRead(bytes, 0, bytes.Length, out var read));
            Assert.Equal(chunks, Enumerable.Range(0, 32_768).Count(read.IsMissing));
        }
    }

    [Theory]
    [InlineData(new int[0], 0)]
    [InlineData(new[] { 0 }, 4096)]
    [InlineData(new[] { 1, 1 }, 4096)]
    [InlineData(new[] { 2 }, 1808)] // the last is short
    [InlineData(new[] { 0, 2 }, 5904)]
    public void What_has_come_is_counted_in_bytes(int[] chunks, int bytes)
    {
        var picture = Pictures.Bytes(10_000, 1);
        var begin = Pictures.BeginOf(picture, 4096);
        var assembly = Open(begin);
        foreach (var index in chunks)
        {
            var chunk = Pictures.Chunk(picture, begin, index);
            assembly.Put(chunk.Header, chunk.Bytes);
        }

        Assert.Equal(bytes, assembly.ReceivedBytes);
    }

    [Fact]
    public void Reservations_stop_at_the_bound()
    {
        var pool = new SegmentPool(3 * SegmentPool.SegmentBytes);
        Assert.True(pool.TryReserve(2));
        Assert.False(pool.TryReserve(2));
        Assert.True(pool.TryReserve(1));
        pool.Release(2);
        Assert.Equal(SegmentPool.SegmentBytes, pool.ReservedBytes);
    }

    [Fact]
    public void A_chunk_costs_no_byte_array()
    {
        var picture = Pictures.Bytes(60_000, 1);
        var begin = Pictures.BeginOf(picture, 4096);
        var chunks = Enumerable.Range(0, 15).Select(i => Pictures.Chunk(picture, begin, i)).ToArray();
        var warm = Open(begin);
        Array.ForEach(chunks, c => warm.Put(c.Header, c.Bytes));
        warm.ReleaseSegments();
        var assembly = Open(begin);
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var (header, bytes) in chunks)
        {
            assembly.Put(header, bytes);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1024);
    }

    Assembly Open(Begin begin)
    {
        Assert.True(_pool.TryReserve(SegmentPool.SegmentsFor(begin.SizeBytes)));
        return new Assembly(_pool, Key, Pictures.Link(), begin, null);
    }

    static int Seed()
    {
        var given = Environment.GetEnvironmentVariable("WILDCAM_SEED");
        var seed = given is null ? Random.Shared.Next() : int.Parse(given);
        TestContext.Current.TestOutputHelper?.WriteLine($"WILDCAM_SEED={seed}");
        return seed;
    }
}
