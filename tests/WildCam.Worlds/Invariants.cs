using System.Security.Cryptography;
using WildCam.Wire;

namespace WildCam.Worlds;

/// <summary>A picture as its camera knows it.</summary>
/// <param name="DeviceCaptureId">Hex of the camera's id of it.</param>
/// <param name="Sha256">Lower-case hex of the JPEG file.</param>
/// <param name="Outcome">Of the receipt, see <see cref="ReceiptOutcomes"/>; null where none came.</param>
sealed record TakenPicture(string Camera, string DeviceCaptureId, string Sha256, byte? Outcome);

/// <summary>A capture as the database has it.</summary>
sealed record StoredCapture(
    Guid Id, string DeviceId, string Sha256, string BlobPath, int Integrity, int Width, int Thumbnails, int Stages,
    string Camera, string? Site);

/// <summary>
/// What must hold after every accident, once the world has settled: what is receipted is stored exactly once with its
/// bytes, nothing is stored twice or half, no stage is open, no sum is off.
/// </summary>
sealed class Invariants(WorldDatabase database, string blobFolder)
{
    /// <summary>The daily sums by one plain GROUP BY over everything.</summary>
    public const string Recount = """
        select d.camera_id, d.local_date, d.category, coalesce(d.taxon_id, 0), max(d.project_id), sum(d.count)::int,
          avg(d.confidence::numeric) filter (where d.source = 1)::real
        from wildlife_detections d join projects p on p.id = d.project_id
        where d.is_current and (d.source <> 1 or d.confidence is null or d.confidence >= p.summary_confidence_min)
        group by d.camera_id, d.local_date, d.category, coalesce(d.taxon_id, 0)
        """;

    /// <summary>The daily sums as they are kept.</summary>
    public const string Summary = """
        select camera_id, detection_date, category, taxon_id, project_id, detection_count, avg_confidence
        from daily_detection_summary
        """;

    /// <exception cref="WorldException">Something was lost, doubled or left half done; says what.</exception>
    public async Task CheckAsync(IReadOnlyList<TakenPicture> taken)
    {
        Must.Equal(
            taken.Count, taken.Select(t => t.DeviceCaptureId).Distinct(StringComparer.Ordinal).Count(),
            "different pictures of the cameras' own account");
        var stored = await ReadCapturesAsync(database);
        Must.Equal(
            stored.Count, await database.ReadAsync<long>("select count(*) from capture_identities where state = 1"),
            "identities of captures");
        var byDeviceId = stored.ToDictionary(c => c.DeviceId, StringComparer.Ordinal);
        foreach (var picture in taken)
        {
            Must.Hold(
                picture.Outcome is ReceiptOutcomes.Stored or ReceiptOutcomes.Duplicate,
                $"{picture.Camera} {picture.DeviceCaptureId} ended with outcome {picture.Outcome}.");
            Must.Hold(
                byDeviceId.Remove(picture.DeviceCaptureId, out var row),
                $"{picture.Camera} has a receipt for {picture.DeviceCaptureId}, and the database has no such capture.");
            Must.Equal((picture.Camera, picture.Sha256), (row!.Camera, row.Sha256), $"the capture {row.Id}");
            Must.Equal(picture.Sha256, await HashBlobAsync(row), $"the blob {row.BlobPath}");
            Must.Equal(0, row.Stages, $"stages missing of {row.Id}");
        }

        Must.Hold(byDeviceId.Count == 0, $"Stored, and no camera took it: {string.Join(", ", byDeviceId.Keys)}");
        await CheckSumsAsync();
    }

    /// <summary>The daily sums equal a recount of everything.</summary>
    public async Task CheckSumsAsync() => Must.Equal(0L, await database.ReadAsync<long>($"""
        select count(*) from (
          ({Recount} except all {Summary}) union all ({Summary} except all {Recount})) x
        """), "daily sums that differ from a recount");

    public async Task<string> HashBlobAsync(StoredCapture capture)
    {
        await using var blob = File.OpenRead(Path.Combine(blobFolder, capture.BlobPath));
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(blob));
    }

    public static async Task<IReadOnlyList<StoredCapture>> ReadCapturesAsync(WorldDatabase database)
    {
        var captures = new List<StoredCapture>();
        await using var command = database.Source.CreateCommand("""
            select c.id, encode(c.device_capture_id, 'hex'), encode(c.sha256, 'hex'), c.blob_path, c.integrity,
              coalesce(c.width, 0), cardinality(c.thumbnail_widths), c.stages_missing, k.code, s.slug
            from captures c join cameras k on k.id = c.camera_id left join sites s on s.id = c.site_id
            """);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            captures.Add(new StoredCapture(
                reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetInt16(4),
                reader.GetInt32(5), reader.GetInt32(6), reader.GetInt32(7), reader.GetString(8),
                reader.IsDBNull(9) ? null : reader.GetString(9)));
        }

        return captures;
    }
}
