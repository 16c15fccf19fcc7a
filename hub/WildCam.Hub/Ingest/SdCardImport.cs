using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MetadataExtractor;
using MetadataExtractor.Formats.Exif;
using Microsoft.Extensions.Options;
using Npgsql;
using WildCam.Storage.Cameras;
using WildCam.Storage.Captures;
using WildCam.Storage.Ingest;
using WildCam.Wire;

namespace WildCam.Hub.Ingest;

/// <summary>A file that was not taken, and why.</summary>
public sealed record ImportRefusal(string FileName, string Reason);

/// <summary>Where an import is.</summary>
public readonly record struct ImportProgress(int Files, int Done, int Stored, int Duplicates, int Refused);

/// <summary>What an import did.</summary>
public sealed record ImportReport(
    int Files, int Stored, int Duplicates, IReadOnlyList<ImportRefusal> Refusals, TimeSpan Took);

/// <summary>
/// Takes a folder of JPEG files, such as an SD card's, by the same door as the cameras' pictures. A file of a WildCam
/// card tells its capture's id and facts itself, so that it is the same capture whichever way it comes. For any other
/// an id is made from the camera and the bytes. An import broken off is simply run again: what is there is a duplicate.
/// </summary>
public sealed class SdCardImport(
    NpgsqlDataSource database, CaptureDoor door, IOptions<IngestOptions> options, TimeProvider time)
{
    /// <summary>Pictures at work at once: as many as share a commit well.</summary>
    const int ParallelMax = 16;

    /// <summary>Refusals kept in the report; all are counted.</summary>
    const int RefusalsMax = 1000;

    const int FileNameCharsMax = 255;

    /// <summary>A camera's list of receipts lies beside its pictures.</summary>
    const string LedgerEnding = ".led";

    static readonly string[] Endings = [".jpg", ".jpeg"];

    readonly CamerasTable _cameras = new(database);
    readonly SitesTable _sites = new(database);
    readonly CapturesTable _captures = new(database);
    readonly SpoolsTable _spools = new(database);
    readonly DeliveriesTable _deliveries = new(database);

    /// <summary>Imports every JPEG below a folder; null where there is no such camera.</summary>
    public async Task<ImportReport?> ImportAsync(
        string folder, string cameraCode, Action<ImportProgress>? progress, CancellationToken cancellationToken)
    {
        if (await _cameras.FindByCodeAsync(cameraCode, cancellationToken) is not { } camera)
        {
            return null;
        }

        var zone = await FindZoneAsync(camera.Id, cancellationToken);
        var started = time.GetTimestamp();
        var files = System.IO.Directory.EnumerateFiles(folder, "*", new EnumerationOptions
        {
            RecurseSubdirectories = true,
            IgnoreInaccessible = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
        }).Where(f => !f.EndsWith(LedgerEnding, StringComparison.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal).ToList();
        var tally = new Tally(files.Count, progress);
        await Parallel.ForEachAsync(
            files,
            new ParallelOptions { MaxDegreeOfParallelism = ParallelMax, CancellationToken = cancellationToken },
            async (file, token) =>
            {
                var name = Path.GetRelativePath(folder, file);
                tally.Add(name, await ImportOneAsync(camera, zone, file, name, token));
            });
        return tally.ToReport(time.GetElapsedTime(started));
    }

    /// <summary>Takes one file that was sent, by its name below its folder; see <see cref="ImportAsync"/>.</summary>
    public async Task<(Filing? Filing, string? Reason)> ImportSentAsync(
        Camera camera, TimeZoneInfo zone, string name, byte[] bytes, CancellationToken cancellationToken) =>
        Endings.Contains(Path.GetExtension(name).ToLowerInvariant())
            ? await ImportBytesAsync(camera, zone, bytes, name, cancellationToken)
            : (null, "not a JPEG by its name (.jpg, .jpeg)");

    /// <summary>The clock that a camera's pictures without an offset go by.</summary>
    public async Task<TimeZoneInfo> FindZoneAsync(int cameraId, CancellationToken cancellationToken) =>
        await _sites.FindZoneForImportAsync(cameraId, cancellationToken) is { } name
        && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var found)
            ? found
            : TimeZoneInfo.Utc;

    /// <summary>Device id of an imported file: the same file for the same camera always has the same.</summary>
    public static byte[] DeviceCaptureId(string cameraCode, ReadOnlySpan<byte> sha256) =>
        SHA256.HashData([.. "wildcam import"u8, .. Encoding.UTF8.GetBytes(cameraCode), .. sha256])[..16];

    async Task<(Filing? Filing, string? Reason)> ImportOneAsync(
        Camera camera, TimeZoneInfo zone, string file, string name, CancellationToken cancellationToken)
    {
        if (!Endings.Contains(Path.GetExtension(file).ToLowerInvariant()))
        {
            return (null, "not a JPEG by its name (.jpg, .jpeg)");
        }

        byte[] bytes;
        try
        {
            // A spooled picture has its block list and footer behind it.
            var length = new FileInfo(file).Length;
            if (length > options.Value.CaptureBytesMax + SpooledFile.TailBytes(options.Value.CaptureBytesMax))
            {
                return (null, $"{length} bytes, over CaptureBytesMax ({options.Value.CaptureBytesMax} bytes)");
            }

            bytes = await File.ReadAllBytesAsync(file, cancellationToken);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return (null, $"cannot be read: {fault.Message}");
        }

        return await ImportBytesAsync(camera, zone, bytes, name, cancellationToken);
    }

    async Task<(Filing? Filing, string? Reason)> ImportBytesAsync(
        Camera camera, TimeZoneInfo zone, byte[] bytes, string name, CancellationToken cancellationToken)
    {
        if (bytes.Length > options.Value.CaptureBytesMax && !SpooledFile.TryRead(bytes, out _))
        {
            return (null, $"{bytes.Length} bytes, over CaptureBytesMax ({options.Value.CaptureBytesMax} bytes)");
        }

        if (bytes is not [0xff, 0xd8, 0xff, ..])
        {
            return (null, bytes.Length == 0 ? "empty" : "not a JPEG by its first bytes");
        }

        return SpooledFile.TryRead(bytes, out var footer)
            ? await ImportSpooledAsync(camera, bytes, footer, name, cancellationToken)
            : await ImportForeignAsync(camera, zone, bytes, name, cancellationToken);
    }

    /// <summary>A file of a WildCam camera's card: the picture that the camera would have delivered.</summary>
    async Task<(Filing? Filing, string? Reason)> ImportSpooledAsync(
        Camera camera, byte[] bytes, SpoolFooter footer, string name, CancellationToken cancellationToken)
    {
        var content = new ReadOnlySequence<byte>(bytes, 0, (int)footer.SizeBytes);
        var (digest, sha256) = CaptureDigest.Compute(content);
        if (!digest.AsSpan().SequenceEqual(footer.Digest))
        {
            return (null, "its bytes are not those that the camera wrote: damaged on the card");
        }

        if (await _spools.FindCameraAsync(footer.SpoolId, cancellationToken) is { } owner && owner != camera.Id)
        {
            return (null, $"another camera took it, not '{camera.Code}'");
        }

        var deviceId = CapturePath.DeviceCaptureId(footer.SpoolId, footer.Counter);
        var facts = await _deliveries.FindForBeginAsync(
            [new OfferedCapture(camera.Id, deviceId, footer.ClockEpoch)], cancellationToken);
        if (facts[0].Known is { } known)
        {
            return (known.IsSame(footer.SizeBytes, digest) ? Filing.Duplicate : Filing.Conflict, null);
        }

        var capture = CaptureFacts.OfDelivery(
            camera, footer.ToBegin(1, Protocol.BlockBytes), facts[0].EpochZeroAt, time.GetUtcNow(), sha256) with
        {
            Source = CaptureSource.Import,
            FileName = Kept(name),
        };
        await door.WriteAsync(capture.BlobPath, content, cancellationToken);
        var filed = await door.FileAsync(capture, cancellationToken);
        return (filed.Filing, filed.Reason);
    }

    async Task<(Filing? Filing, string? Reason)> ImportForeignAsync(
        Camera camera, TimeZoneInfo zone, byte[] bytes, string name, CancellationToken cancellationToken)
    {
        var content = new ReadOnlySequence<byte>(bytes);
        var (digest, sha256) = CaptureDigest.Compute(content);
        var deviceId = DeviceCaptureId(camera.Code, sha256);

        // A second run over the same card reads its files and writes nothing.
        if (await _captures.FindByDeviceIdAsync([deviceId], cancellationToken) is [var known])
        {
            return (known.IsSame(bytes.Length, digest) ? Filing.Duplicate : Filing.Conflict, null);
        }

        var now = time.GetUtcNow();
        var taken = CaptureTime.OfImport(ReadTime(bytes, zone), now);
        var id = Guid.CreateVersion7(now);
        var capture = new NewCapture
        {
            Id = id,
            DeviceCaptureId = deviceId,
            ProjectId = camera.ProjectId,
            CameraId = camera.Id,
            CapturedAt = taken.CapturedAt,
            ReceivedAt = now,
            ClockQuality = taken.Quality,
            DeviceTime = taken.DeviceTime,
            Source = CaptureSource.Import,
            FileName = Kept(name),
            SizeBytes = bytes.Length,
            Digest = digest,
            Sha256 = sha256,
            BlobPath = CapturePath.Of(camera.ProjectSlug, camera.Code, taken.CapturedAt, id, deviceId),
        };
        await door.WriteAsync(capture.BlobPath, content, cancellationToken);
        var filed = await door.FileAsync(capture, cancellationToken);
        return (filed.Filing, filed.Reason);
    }

    /// <summary>The end of a name that is too long, never with half a character in front.</summary>
    internal static string Kept(string name)
    {
        var from = Math.Max(0, name.Length - FileNameCharsMax);
        return from > 0 && char.IsLowSurrogate(name[from]) ? name[(from + 1)..] : name[from..];
    }

    /// <summary>
    /// The EXIF time of the picture, with its own offset where it has one, else by the clock of the site; null where it
    /// has none. A time that the clocks skipped or repeated there counts as standard time.
    /// </summary>
    internal static DateTimeOffset? ReadTime(byte[] jpeg, TimeZoneInfo zone)
    {
        const int offsetTimeOriginal = 0x9011;
        try
        {
            var exif = ImageMetadataReader.ReadMetadata(new MemoryStream(jpeg))
                .OfType<ExifSubIfdDirectory>()
                .FirstOrDefault(d => d.ContainsTag(ExifDirectoryBase.TagDateTimeOriginal));
            if (!DateTime.TryParseExact(
                exif?.GetString(ExifDirectoryBase.TagDateTimeOriginal)?.TrimEnd('\0', ' '), "yyyy:MM:dd HH:mm:ss",
                CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
            {
                return null;
            }

            var offset = exif!.GetString(offsetTimeOriginal)?.Trim('\0', ' ');
            return offset is not null && TimeSpan.TryParseExact(
                offset.TrimStart('+', '-'), @"hh\:mm", CultureInfo.InvariantCulture, out var span)
                && span <= TimeSpan.FromHours(14)
                    ? new DateTimeOffset(local, offset.StartsWith('-') ? -span : span)
                    : new DateTimeOffset(local, zone.GetUtcOffset(local));
        }
        catch (Exception fault) when (fault is ImageProcessingException or IOException or ArgumentException)
        {
            // Its EXIF is broken; the picture may be whole.
            return null;
        }
    }

    sealed class Tally(int files, Action<ImportProgress>? progress)
    {
        readonly List<ImportRefusal> _refusals = [];
        readonly Lock _gate = new();
        int _stored;
        int _duplicates;
        int _refused;

        public void Add(string name, (Filing? Filing, string? Reason) result)
        {
            lock (_gate)
            {
                switch (result.Filing)
                {
                    case Filing.Stored:
                        _stored++;
                        break;
                    case Filing.Duplicate:
                        _duplicates++;
                        break;
                    default:
                        _refused++;
                        if (_refusals.Count < RefusalsMax)
                        {
                            _refusals.Add(new ImportRefusal(name, result.Reason ?? "another picture has its id"));
                        }

                        break;
                }

                progress?.Invoke(
                    new ImportProgress(files, _stored + _duplicates + _refused, _stored, _duplicates, _refused));
            }
        }

        public ImportReport ToReport(TimeSpan took) => new(
            files, _stored, _duplicates, [.. _refusals.OrderBy(r => r.FileName, StringComparer.Ordinal)], took);
    }
}
