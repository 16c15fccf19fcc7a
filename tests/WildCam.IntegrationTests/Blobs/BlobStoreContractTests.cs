using System.Buffers;
using WildCam.Storage.Blobs;

namespace WildCam.IntegrationTests.Blobs;

/// <summary>What every blob store does alike.</summary>
public sealed class BlobStoreContractTests(BlobStores stores) : IClassFixture<BlobStores>
{
    public static TheoryData<string> Kinds { get; } = [BlobStores.Folder, BlobStores.Azure];

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_blob_is_read_as_it_was_written(string kind)
    {
        var store = await stores.OpenAsync(kind);
        var bytes = Random(300_000, seed: 1);
        await store.PutAsync("p/c1/2026/11/20/a_b.jpg", new ReadOnlySequence<byte>(bytes), default);
        Assert.Equal(bytes, await ReadAsync(store, "p/c1/2026/11/20/a_b.jpg"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_blob_in_many_segments_is_written_in_their_order(string kind)
    {
        var store = await stores.OpenAsync(kind);
        var bytes = Random(100_001, seed: 2);
        await store.PutAsync("segments/one", Segments(bytes, 4096), default);
        Assert.Equal(bytes, await ReadAsync(store, "segments/one"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task An_empty_blob_is_a_blob(string kind)
    {
        var store = await stores.OpenAsync(kind);
        await store.PutAsync("empty/one", ReadOnlySequence<byte>.Empty, default);
        Assert.Empty(await ReadAsync(store, "empty/one"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_blob_larger_than_one_request_is_read_whole(string kind)
    {
        var store = await stores.OpenAsync(kind);
        var bytes = Random(AzureBlobStore.ReadWholeBytesMax + 5_000_000, seed: 3);
        await store.PutAsync("large/one", new ReadOnlySequence<byte>(bytes), default);
        Assert.Equal(bytes, await ReadAsync(store, "large/one"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Writing_again_replaces_the_whole_blob(string kind)
    {
        var store = await stores.OpenAsync(kind);
        await store.PutAsync("again/one", new ReadOnlySequence<byte>(Random(9000, seed: 4)), default);
        var shorter = Random(100, seed: 5);
        await store.PutAsync("again/one", new ReadOnlySequence<byte>(shorter), default);
        Assert.Equal(shorter, await ReadAsync(store, "again/one"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Where_there_is_no_blob_reading_moving_and_deleting_say_so(string kind)
    {
        var store = await stores.OpenAsync(kind);
        Assert.Null(await store.OpenReadAsync("none/one", default));
        Assert.False(await store.MoveAsync("none/one", "none/two", default));
        Assert.False(await store.DeleteAsync("none/one", default));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task An_opened_blob_can_seek(string kind)
    {
        var store = await stores.OpenAsync(kind);
        var bytes = Random(5000, seed: 6);
        await store.PutAsync("seek/one", new ReadOnlySequence<byte>(bytes), default);
        await using var stream = (await store.OpenReadAsync("seek/one", default))!;
        Assert.Equal(5000, stream.Length);
        stream.Seek(4990, SeekOrigin.Begin);
        var end = new byte[10];
        await stream.ReadExactlyAsync(end);
        Assert.Equal(bytes[4990..], end);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_moved_blob_is_only_at_its_new_path_and_replaces_what_was_there(string kind)
    {
        var store = await stores.OpenAsync(kind);
        var bytes = Random(1000, seed: 7);
        await store.PutAsync("move/from", new ReadOnlySequence<byte>(bytes), default);
        await store.PutAsync("move/to/there", new ReadOnlySequence<byte>(Random(10, seed: 8)), default);
        Assert.True(await store.MoveAsync("move/from", "move/to/there", default));
        Assert.Null(await store.OpenReadAsync("move/from", default));
        Assert.Equal(bytes, await ReadAsync(store, "move/to/there"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_deleted_blob_is_gone(string kind)
    {
        var store = await stores.OpenAsync(kind);
        await store.PutAsync("delete/one", new ReadOnlySequence<byte>(Random(10, seed: 9)), default);
        Assert.True(await store.DeleteAsync("delete/one", default));
        Assert.Null(await store.OpenReadAsync("delete/one", default));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Listing_gives_every_blob_below_a_prefix_with_its_size_and_time(string kind)
    {
        var store = await stores.OpenAsync(kind);
        var before = DateTimeOffset.UtcNow.AddMinutes(-1);
        await store.PutAsync("list/a/one", new ReadOnlySequence<byte>(Random(11, seed: 10)), default);
        await store.PutAsync("list/a/b/two", new ReadOnlySequence<byte>(Random(12, seed: 11)), default);
        await store.PutAsync("list/ab", new ReadOnlySequence<byte>(Random(13, seed: 12)), default);
        await store.PutAsync("list/other", new ReadOnlySequence<byte>(Random(14, seed: 13)), default);
        var found = await ListAsync(store, "list/a");
        Assert.Equal(["list/a/b/two", "list/a/one", "list/ab"],
            found.Select(b => b.Path).Order(StringComparer.Ordinal));
        Assert.Equal(["list/a/b/two", "list/a/one"],
            (await ListAsync(store, "list/a/")).Select(b => b.Path).Order(StringComparer.Ordinal));
        Assert.Equal(11, found.Single(b => b.Path == "list/a/one").SizeBytes);
        Assert.All(found, b => Assert.InRange(b.WrittenAt, before, DateTimeOffset.UtcNow.AddMinutes(1)));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_store_that_was_never_written_is_empty(string kind)
    {
        var store = await stores.OpenAsync(kind, "never-written");
        Assert.Empty(await ListAsync(store, ""));
        Assert.Null(await store.OpenReadAsync("none/one", default));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_hundred_writers_at_once_lose_nothing(string kind)
    {
        var store = await stores.OpenAsync(kind);
        var blobs = Enumerable.Range(0, 100).ToDictionary(i => $"many/{i % 7}/{i}", i => Random(2000 + i, seed: i));
        await Task.WhenAll(blobs.Select(b => store.PutAsync(b.Key, new ReadOnlySequence<byte>(b.Value), default)));
        foreach (var (path, bytes) in blobs)
        {
            Assert.Equal(bytes, await ReadAsync(store, path));
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_path_that_could_leave_the_store_is_refused(string kind)
    {
        var store = await stores.OpenAsync(kind);
        foreach (var path in BlobPathTests.Refused)
        {
            await Assert.ThrowsAsync<ArgumentException>(
                () => store.PutAsync(path, new ReadOnlySequence<byte>([1]), default));
            await Assert.ThrowsAsync<ArgumentException>(() => store.OpenReadAsync(path, default));
            await Assert.ThrowsAsync<ArgumentException>(() => store.MoveAsync(path, "a/b", default));
            await Assert.ThrowsAsync<ArgumentException>(() => store.MoveAsync("a/b", path, default));
            await Assert.ThrowsAsync<ArgumentException>(() => store.DeleteAsync(path, default));
        }
    }

    static async Task<byte[]> ReadAsync(IBlobStore store, string path)
    {
        await using var stream = await store.OpenReadAsync(path, default);
        Assert.NotNull(stream);
        using var memory = new MemoryStream();
        await stream.CopyToAsync(memory);
        return memory.ToArray();
    }

    static async Task<List<BlobEntry>> ListAsync(IBlobStore store, string prefix)
    {
        var found = new List<BlobEntry>();
        await foreach (var blob in store.ListAsync(prefix, default))
        {
            found.Add(blob);
        }

        return found;
    }

    static byte[] Random(int count, int seed)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    static ReadOnlySequence<byte> Segments(byte[] bytes, int segmentBytes)
    {
        var first = new Segment(bytes.AsMemory(0, segmentBytes), 0);
        var last = first;
        for (var at = segmentBytes; at < bytes.Length; at += segmentBytes)
        {
            last = last.Append(bytes.AsMemory(at, Math.Min(segmentBytes, bytes.Length - at)));
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long at)
        {
            Memory = memory;
            RunningIndex = at;
        }

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
