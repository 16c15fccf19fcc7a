using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace WildCam.Hub.Ingest;

/// <summary>What the path of a picture tells of it.</summary>
public sealed record CaptureName(string Project, string Camera, DateOnly Day, Guid Id, byte[] DeviceCaptureId)
{
    /// <summary>When the id was given, which is when the picture arrived; null where the id does not tell.</summary>
    public DateTimeOffset? ReceivedAt => Id.Version == 7
        && BinaryPrimitives.ReadInt64BigEndian(Id.ToByteArray(bigEndian: true)) >>> 16 is var milliseconds
        && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : null;
}

/// <summary>Where a picture's bytes lie; made once, stored, never derived again.</summary>
public static partial class CapturePath
{
    /// <summary>All parts come from checked columns and our own ids: nothing a camera says is in a path.</summary>
    public static string Of(
        string project, string camera, DateTimeOffset capturedAt, Guid id, ReadOnlySpan<byte> deviceCaptureId) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{project}/{camera}/{capturedAt.UtcDateTime:yyyy'/'MM'/'dd}/{id:N}_")
        + Convert.ToHexStringLower(deviceCaptureId) + ".jpg";

    /// <summary>What a path of <see cref="Of"/> tells, for pictures whose row is gone; null: another path.</summary>
    public static CaptureName? Read(string path) =>
        Shape().Match(path) is { Success: true } match
        && DateOnly.TryParseExact(
            match.Groups["day"].Value, "yyyy/MM/dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? new CaptureName(
                match.Groups["project"].Value, match.Groups["camera"].Value, day,
                Guid.ParseExact(match.Groups["id"].Value, "N"), Convert.FromHexString(match.Groups["device"].Value))
            : null;

    /// <summary>By the id alone: another camera with the same card finds the same file.</summary>
    public static string OfQuarantine(Guid id) => $"quarantine/{id:N}.bin";

    /// <summary>
    /// The id of a picture's entry in quarantine: the same bytes of the same capture have one, however often the camera
    /// sends them because a receipt was lost.
    /// </summary>
    public static Guid QuarantineId(ReadOnlySpan<byte> deviceCaptureId, ReadOnlySpan<byte> sha256)
    {
        Span<byte> both = stackalloc byte[deviceCaptureId.Length + sha256.Length];
        deviceCaptureId.CopyTo(both);
        sha256.CopyTo(both[deviceCaptureId.Length..]);
        Span<byte> id = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(both, id);

        // Version 8 of RFC 9562: an id of the application's own making.
        id[6] = (byte)(0x80 | (id[6] & 0x0f));
        id[8] = (byte)(0x80 | (id[8] & 0x3f));
        return new Guid(id[..16], bigEndian: true);
    }

    public static string OfTrash(DateTimeOffset now, string path) =>
        string.Create(
            CultureInfo.InvariantCulture, $"trash/{now.UtcDateTime:yyyy-MM-dd}/{path.Replace('/', '_')}");

    /// <summary>The 16 bytes of the wire: spool id and counter, little-endian.</summary>
    public static byte[] DeviceCaptureId(ulong spoolId, ulong counter)
    {
        var id = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(id, spoolId);
        BinaryPrimitives.WriteUInt64LittleEndian(id.AsSpan(8), counter);
        return id;
    }

    [GeneratedRegex(
        "^(?<project>[a-z0-9-]+)/(?<camera>[a-z0-9-]+)/(?<day>[0-9]{4}/[0-9]{2}/[0-9]{2})/"
        + "(?<id>[0-9a-f]{32})_(?<device>[0-9a-f]{32})\\.jpg\\z",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    internal static partial Regex Shape();
}
