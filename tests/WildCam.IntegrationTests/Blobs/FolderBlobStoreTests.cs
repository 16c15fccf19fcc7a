using System.Buffers;
using System.Diagnostics;
using WildCam.Hub.Ingest;
using WildCam.Storage.Blobs;

namespace WildCam.IntegrationTests.Blobs;

/// <summary>What only a folder can meet: a full disk, one that may not be written, files left by the dead.</summary>
public sealed class FolderBlobStoreTests(BlobStores stores) : IClassFixture<BlobStores>
{
    [Fact]
    public async Task Nothing_is_left_in_the_temporary_folder()
    {
        var store = await stores.OpenAsync(BlobStores.Folder);
        await store.PutAsync("left/one", new ReadOnlySequence<byte>(new byte[1000]), default);
        Assert.Empty(Directory.GetFiles(Path.Combine(stores.Root, ".tmp")));
    }

    [Theory]
    [InlineData(204_800)]
    [InlineData(200_001)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(131_071)]
    public async Task A_picture_in_the_memory_of_the_way_in_goes_past_the_cache_and_comes_out_the_same(int sizeBytes)
    {
        var picture = Random.Shared.GetItems([.. Enumerable.Range(0, 256).Select(n => (byte)n)], sizeBytes);
        var content = InSegments(picture);
        Assert.True(DirectFile.TryAlign(content, out _));
        var store = await stores.OpenAsync(BlobStores.Folder);
        await store.PutAsync($"direct/{sizeBytes}", content, default);
        await store.PutAsync($"direct/{sizeBytes}", content, default);
        Assert.Equal(picture, await File.ReadAllBytesAsync(Path.Combine(stores.Root, "direct", $"{sizeBytes}")));
    }

    [Fact]
    public async Task A_picture_in_any_other_memory_goes_the_common_way()
    {
        var picture = new byte[100_001];
        Random.Shared.NextBytes(picture);
        var array = GC.AllocateArray<byte>(picture.Length + 1, pinned: true);
        picture.CopyTo(array, 1);
        var content = new ReadOnlySequence<byte>(array, 1, picture.Length);
        Assert.False(DirectFile.TryAlign(content, out _));
        var store = await stores.OpenAsync(BlobStores.Folder);
        await store.PutAsync("common", content, default);
        Assert.Equal(picture, await File.ReadAllBytesAsync(Path.Combine(stores.Root, "common")));
    }

    // As pictures lie that come by chunks; what is left over in the last segment is not theirs.
    static ReadOnlySequence<byte> InSegments(byte[] picture)
    {
        var pool = new SegmentPool(picture.Length);
        Piece? first = null;
        Piece? last = null;
        for (var at = 0; at < picture.Length; at += SegmentPool.SegmentBytes)
        {
            var count = Math.Min(SegmentPool.SegmentBytes, picture.Length - at);
            var segment = pool.Rent();
            segment.Span.Fill(0xee);
            picture.AsSpan(at, count).CopyTo(segment.Span);
            last = last is null ? new Piece(segment[..count], 0) : last.Append(segment[..count]);
            first ??= last;
        }

        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
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

    [Fact]
    public async Task Temporary_files_of_a_dead_hub_go_after_a_day_and_not_before()
    {
        var temporary = Path.Combine(stores.Root, ".tmp");
        Directory.CreateDirectory(temporary);
        await File.WriteAllTextAsync(Path.Combine(temporary, "old"), "x");
        await File.WriteAllTextAsync(Path.Combine(temporary, "young"), "x");
        File.SetLastWriteTimeUtc(Path.Combine(temporary, "old"), DateTime.UtcNow.AddDays(-2));
        _ = await stores.OpenAsync(BlobStores.Folder);
        Assert.Equal(["young"], Directory.GetFiles(temporary).Select(Path.GetFileName));
        File.Delete(Path.Combine(temporary, "young"));
    }

    [Fact]
    public async Task A_path_that_is_refused_touches_nothing_outside_the_folder()
    {
        var store = await stores.OpenAsync(BlobStores.Folder);
        var outside = Path.Combine(Path.GetDirectoryName(stores.Root)!, "canary");
        await File.WriteAllTextAsync(outside, "alive");
        foreach (var path in BlobPathTests.Refused.Append("../canary"))
        {
            await Assert.ThrowsAsync<ArgumentException>(
                () => store.PutAsync(path, new ReadOnlySequence<byte>([1]), default));
            await Assert.ThrowsAsync<ArgumentException>(() => store.DeleteAsync(path, default));
        }

        Assert.Equal("alive", await File.ReadAllTextAsync(outside));
    }

    [Fact]
    public async Task A_full_disk_is_told_as_full_and_writing_goes_on_when_space_is_free()
    {
        const int diskBytes = 256 << 10;
        var folder = Directory.CreateTempSubdirectory("wildcam-full-").FullName;
        SkipUnlessMounted(folder, $"size={diskBytes},mode=700");
        try
        {
            var store = new FolderBlobStore(folder, TimeProvider.System);
            Assert.InRange(store.FreeBytes()!.Value, 1, diskBytes);
            await store.PutAsync("kept/one", new ReadOnlySequence<byte>(new byte[100_000]), default);
            var full = await Assert.ThrowsAsync<BlobStoreException>(
                () => store.PutAsync("too/large", new ReadOnlySequence<byte>(new byte[200_000]), default));
            Assert.Equal(BlobFault.Full, full.Fault);
            Assert.Null(await store.OpenReadAsync("too/large", default));
            Assert.Empty(Directory.GetFiles(Path.Combine(folder, ".tmp")));
            await using (var kept = await store.OpenReadAsync("kept/one", default))
            {
                Assert.Equal(100_000, kept!.Length);
            }

            Assert.True(await store.DeleteAsync("kept/one", default));
            await store.PutAsync("too/large", new ReadOnlySequence<byte>(new byte[200_000]), default);
        }
        finally
        {
            Run("umount", folder);
            Directory.Delete(folder);
        }
    }

    [Fact]
    public async Task A_read_only_disk_is_told_as_denied()
    {
        var folder = Directory.CreateTempSubdirectory("wildcam-readonly-").FullName;
        SkipUnlessMounted(folder, "size=1m,mode=700");
        try
        {
            var store = new FolderBlobStore(folder, TimeProvider.System);
            await store.PutAsync("kept/one", new ReadOnlySequence<byte>([1, 2, 3]), default);
            Assert.Equal(0, Run("mount", "-o", "remount,ro", folder));
            var denied = await Assert.ThrowsAsync<BlobStoreException>(
                () => store.PutAsync("kept/one", new ReadOnlySequence<byte>([4]), default));
            Assert.Equal(BlobFault.Denied, denied.Fault);
            await using var kept = await store.OpenReadAsync("kept/one", default);
            Assert.Equal(3, kept!.Length);
        }
        finally
        {
            Run("umount", folder);
            Directory.Delete(folder);
        }
    }

    // Only root may mount a small disk; as another user, and where mounting is forbidden, there is nothing to test on.
    static void SkipUnlessMounted(string folder, string options)
    {
        var mounted = Environment.IsPrivilegedProcess
            && Run("mount", "-t", "tmpfs", "-o", options, "tmpfs", folder) == 0;
        if (!mounted)
        {
            Directory.Delete(folder);
        }

        Assert.SkipUnless(mounted, "A small disk of its own could not be mounted; that needs root.");
    }

    static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
