using System.Security.Cryptography;

namespace WildCam.Benchmarks.Uploads;

/// <summary>Nothing lost, nothing doubled: what a swarm has receipts for is there once, with its bytes.</summary>
static class DeliveredPictures
{
    /// <summary>
    /// Looks at every row of the swarm's and hashes one blob in so many; gives the bytes that it hashed.
    /// </summary>
    /// <exception cref="WorldException">A picture is lost, doubled or other than it was sent.</exception>
    public static async Task<long> CheckAsync(
        FleetWorld world, CameraSwarm swarm, int hashOneIn, CancellationToken cancellationToken)
    {
        var receipted = swarm.Delivered().ToDictionary(p => p.DeviceCaptureId, p => p.Sha256, StringComparer.Ordinal);
        var rows = new List<(string Sha256, string BlobPath)>();
        await using var command = world.Database.Source.CreateCommand("""
            select encode(c.device_capture_id, 'hex'), encode(c.sha256, 'hex'), c.blob_path
            from captures c join capture_identities i on i.id = c.id and i.state = 1
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            // Another swarm of the same world has rows of its own.
            if (receipted.Remove(reader.GetString(0), out var sha256))
            {
                Must.Equal(sha256, reader.GetString(1), $"the hash of {reader.GetString(0)}");
                rows.Add((sha256, reader.GetString(2)));
            }
            else
            {
                Must.Hold(!swarm.IsOwn(reader.GetString(0)), $"{reader.GetString(0)} is stored twice, or unasked.");
            }
        }

        Must.Equal(0, receipted.Count, "pictures that have a receipt and no row");
        var bytes = 0L;
        var looked = rows.Where((_, n) => n % hashOneIn == 0);
        await Parallel.ForEachAsync(looked, cancellationToken, async (row, token) =>
        {
            var blob = await File.ReadAllBytesAsync(Path.Combine(world.DataFolder, "blobs", row.BlobPath), token);
            Must.Equal(row.Sha256, Convert.ToHexStringLower(SHA256.HashData(blob)), $"the blob {row.BlobPath}");
            Interlocked.Add(ref bytes, blob.Length);
        });
        return bytes;
    }
}
