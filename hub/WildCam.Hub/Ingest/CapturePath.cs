using System.Buffers.Binary;
using System.Globalization;
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

    public static string OfQuarantine(string camera, DateTimeOffset receivedAt, Guid id) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"quarantine/{camera}/{receivedAt.UtcDateTime:yyyy'/'MM'/'dd}/{id:N}.bin");

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
