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
/// spool carries its capture's id and facts behind the picture and is filed under them, so that what the camera has
/// delivered, or delivers later, is the same capture. Any other picture gets an id of the camera and its bytes. An
/// import broken off is simply run again: what is there is a duplicate.
/// </summary>
public sealed class SdCardImport(
    NpgsqlDataSource database, CaptureDoor door, IOptions<IngestOptions> options, TimeProvider time)
{
    /// <summary>Pictures at work at once: as many as share a commit well.</summary>
    const int ParallelMax = 16;

    /// <summary>Refusals kept in the report; all are counted.</summary>
    const int RefusalsMax = 1000;

    const int FileNameCharsMax = 255;

    /// <summary>What a spool's file has behind a picture, at most, in bytes: a CRC a block, and the footer.</summary>
    const int SpoolBytesMax = 4 * (Protocol.CaptureBytesMax / Protocol.BlockBytes + 1) + SpoolFooter.Bytes;

    /// <summary>A spool's list of receipts lies beside its pictures.</summary>
    const string LedgerEnding = ".led";

    static readonly string[] Endings = [".jpg", ".jpeg"];

    readonly CamerasTable _cameras = new(database);
    readonly SitesTable _sites = new(database);
    readonly CapturesTable _captures = new(database);
    readonly DeliveriesTable _deliveries = new(database);

    /// <summary>Imports every JPEG below a folder; null where there is no such camera.</summary>
    public async Task<ImportReport?> ImportAsync(
        string folder, string cameraCode, Action<ImportProgress>? progress, CancellationToken cancellationToken)
    {
        if (await _cameras.FindByCodeAsync(cameraCode, cancellationToken) is not { } camera)
        {
            return null;
        }

        var zoneName = await _sites.FindZoneForImportAsync(camera.Id, cancellationToken);
        var zone = zoneName is not null && TimeZoneInfo.TryFindSystemTimeZoneById(zoneName, out var found)
            ? found
            : TimeZoneInfo.Utc;
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
            if (new FileInfo(file).Length is var length && length > options.Value.CaptureBytesMax + SpoolBytesMax)
            {
                return (null, TooLarge(length));
            }

            bytes = await File.ReadAllBytesAsync(file, cancellationToken);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return (null, $"cannot be read: {fault.Message}");
        }

        var isSpooled = TryReadFooter(bytes, out var footer);
        var content = new ReadOnlySequence<byte>(bytes, 0, isSpooled ? (int)footer.SizeBytes : bytes.Length);
        if (content.Length > options.Value.CaptureBytesMax)
        {
            return (null, TooLarge(content.Length));
        }

        if (bytes is not [0xff, 0xd8, 0xff, ..])
        {
            return (null, bytes.Length == 0 ? "empty" : "not a JPEG by its first bytes");
        }

        var (digest, sha256) = CaptureDigest.Compute(content);
        if (isSpooled && !digest.AsSpan().SequenceEqual(footer.Digest))
        {
            return (null, "damaged on the card: the picture does not match the digest in its footer");
        }

        var deviceId = isSpooled
            ? CapturePath.DeviceCaptureId(footer.SpoolId, footer.Counter)
            : DeviceCaptureId(camera.Code, sha256);

        // A second run over the same card reads its files and writes nothing.
        if (await _captures.FindByDeviceIdAsync([deviceId], cancellationToken) is [var known])
        {
            return (known.IsSame(content.Length, digest) ? Filing.Duplicate : Filing.Conflict, null);
        }

        var capture = isSpooled
            ? await OfSpoolAsync(camera, footer, name, sha256, cancellationToken)
            : OfPicture(camera, zone, bytes, name, deviceId, digest, sha256);
        await door.WriteAsync(capture.BlobPath, content, cancellationToken);
        var filed = await door.FileAsync(capture, cancellationToken);
        return (filed.Filing, filed.Reason);
    }

    /// <summary>The footer of a spool's file; false where it is another kind of picture, or was cut off.</summary>
    static bool TryReadFooter(byte[] file, out SpoolFooter footer)
    {
        footer = new SpoolFooter();
        var at = file.Length - SpoolFooter.Bytes;
        if (at <= 0 || !SpoolFooter.TryRead(file, at, SpoolFooter.Bytes, out var read) || read.FileBytes != file.Length)
        {
            return false;
        }

        footer = read;
        return true;
    }

    string TooLarge(long bytes) => $"{bytes} bytes, over CaptureBytesMax ({options.Value.CaptureBytesMax} bytes)";

    /// <summary>
    /// What the camera would have told with the picture; its clock epoch is anchored if it ever connected.
    /// </summary>
    async Task<NewCapture> OfSpoolAsync(
        Camera camera, SpoolFooter footer, string name, byte[] sha256, CancellationToken cancellationToken)
    {
        var begin = footer.ToBegin(attempt: 1, Protocol.BlockBytes);
        var deviceId = CapturePath.DeviceCaptureId(begin.SpoolId, begin.Counter);
        var facts = await _deliveries.FindForBeginAsync(
            [new OfferedCapture(camera.Id, deviceId, begin.ClockEpoch)], cancellationToken);
        return CaptureFacts.OfDelivery(camera, begin, facts[0].EpochZeroAt, time.GetUtcNow(), sha256) with
        {
            Source = CaptureSource.Import,
            FileName = Kept(name),
        };
    }

    NewCapture OfPicture(
        Camera camera, TimeZoneInfo zone, byte[] bytes, string name, byte[] deviceId, byte[] digest, byte[] sha256)
    {
        var now = time.GetUtcNow();
        var taken = CaptureTime.OfImport(ReadTime(bytes, zone), now);
        var id = Guid.CreateVersion7(now);
        return new NewCapture
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
    }

    /// <summary>The end of a name that is too long, never with half a character in front.</summary>
    static string Kept(string name)
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
