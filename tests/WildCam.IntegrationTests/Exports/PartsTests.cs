using WildCam.Hub.Exports;
using WildCam.Storage.Blobs;

namespace WildCam.IntegrationTests.Exports;

public sealed class PartsTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("wildcam-parts-").FullName;

    [Fact]
    public async Task What_was_written_in_parts_is_read_from_any_place()
    {
        var blobs = new FolderBlobStore(_folder, TimeProvider.System);
        var id = Guid.CreateVersion7();
        var bytes = new byte[(2 * PartsWriter.PartBytes) + 12_345];
        new Random(7).NextBytes(bytes);
        await using (var writer = new PartsWriter(blobs, id))
        {
            for (var at = 0; at < bytes.Length; at += 70_001)
            {
                writer.Write(bytes.AsSpan(at, Math.Min(70_001, bytes.Length - at)));
                await writer.SpillAsync(default);
            }

            Assert.Equal(bytes.Length, await writer.FinishAsync(default));
        }

        foreach (var from in new[] { 0, 1, PartsWriter.PartBytes - 5, PartsWriter.PartBytes, bytes.Length - 3 })
        {
            await using var stream = ExportRun.Open(blobs, id, bytes.Length);
            stream.Position = from;
            var rest = new byte[Math.Min(20, bytes.Length - from)];
            await stream.ReadExactlyAsync(rest);
            Assert.Equal(bytes.AsSpan(from, rest.Length).ToArray(), rest);
        }

        await using var whole = ExportRun.Open(blobs, id, bytes.Length);
        using var all = new MemoryStream();
        await whole.CopyToAsync(all);
        Assert.True(all.ToArray().AsSpan().SequenceEqual(bytes));
        await ExportRun.DeleteAsync(blobs, id, default);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_folder, "exports"), "*", SearchOption.AllDirectories));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
