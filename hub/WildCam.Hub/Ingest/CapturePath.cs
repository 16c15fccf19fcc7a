using System.Buffers.Binary;
using System.Globalization;

namespace WildCam.Hub.Ingest;

/// <summary>Where a picture's bytes lie; made once, stored, never derived again.</summary>
public static class CapturePath
{
    /// <summary>All parts come from checked columns and our own ids: nothing a camera says is in a path.</summary>
    public static string Of(
        string project, string camera, DateTimeOffset capturedAt, Guid id, ReadOnlySpan<byte> deviceCaptureId) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{project}/{camera}/{capturedAt.UtcDateTime:yyyy'/'MM'/'dd}/{id:N}_")
        + Convert.ToHexStringLower(deviceCaptureId) + ".jpg";

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
}
