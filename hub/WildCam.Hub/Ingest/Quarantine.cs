using System.Buffers;
using Npgsql;
using WildCam.Storage.Blobs;
using WildCam.Storage.Cameras;
using WildCam.Storage.Captures;
using WildCam.Storage.Ingest;
using WildCam.Wire;

namespace WildCam.Hub.Ingest;

/// <summary>What became of an entry that was taken up again.</summary>
public enum ReprocessResult
{
    Stored,

    /// <summary>The picture is stored already; the entry is closed.</summary>
    Duplicate,

    /// <summary>The id belongs to another picture; the entry stays.</summary>
    Conflict,

    /// <summary>The bytes still do not match, and damaged ones were not asked for.</summary>
    StillDamaged,

    /// <summary>The database will not have it; the entry stays.</summary>
    Refused,

    /// <summary>There is no open entry of this id.</summary>
    NoSuchEntry,

    /// <summary>Camera, begin or bytes are gone, so that there is nothing to file.</summary>
    Incomplete,
}

/// <summary>Takes quarantined bytes up again, by the same door as all others.</summary>
public sealed class Quarantine(
    NpgsqlDataSource database, IBlobStore blobs, CaptureDoor door, TimeProvider time)
{
    readonly QuarantineTable _table = new(database);
    readonly CamerasTable _cameras = new(database);
    readonly DeliveriesTable _deliveries = new(database);

    /// <summary>
    /// Files an entry as a capture. Bytes that do not match the camera's digest are taken only with
    /// <paramref name="acceptDamaged"/>: a person looked at them.
    /// </summary>
    public async Task<ReprocessResult> ReprocessAsync(
        Guid id, bool acceptDamaged, CancellationToken cancellationToken)
    {
        var entry = await _table.FindAsync(id, cancellationToken);
        if (entry is null || entry.ResolvedAt is not null)
        {
            return ReprocessResult.NoSuchEntry;
        }

        if (entry.BeginMessage is null || entry.CameraId is not { } cameraId
            || !Begin.TryRead(entry.BeginMessage, 0, entry.BeginMessage.Length, out var begin)
            || await _cameras.FindByIdAsync(cameraId, cancellationToken) is not { } camera
            || await ReadAsync(entry.BlobPath, cancellationToken) is not { } bytes)
        {
            return ReprocessResult.Incomplete;
        }

        var content = new ReadOnlySequence<byte>(bytes);
        var (digest, sha256) = CaptureDigest.Compute(content);
        if (!acceptDamaged && !digest.AsSpan().SequenceEqual(begin.Digest))
        {
            return ReprocessResult.StillDamaged;
        }

        // Filed under the camera's digest: a resend of the same picture is a duplicate then.
        begin.SizeBytes = (uint)bytes.Length;
        var facts = await _deliveries.FindForBeginAsync(
            [new OfferedCapture(cameraId, entry.DeviceCaptureId!, begin.ClockEpoch)], cancellationToken);
        var capture = CaptureFacts.OfDelivery(camera, begin, facts[0].EpochZeroAt, entry.ReceivedAt, sha256);
        await door.WriteAsync(capture.BlobPath, content, cancellationToken);
        var filed = await door.FileAsync(capture, cancellationToken);
        if (filed.Filing is Filing.Conflict or Filing.Refused)
        {
            return filed.Filing == Filing.Conflict ? ReprocessResult.Conflict : ReprocessResult.Refused;
        }

        await _table.ResolveAsync(
            id, filed.Filing == Filing.Stored ? $"stored as {capture.Id}" : "was stored already", cancellationToken);
        await blobs.MoveAsync(
            entry.BlobPath, CapturePath.OfTrash(time.GetUtcNow(), entry.BlobPath), cancellationToken);
        return filed.Filing == Filing.Stored ? ReprocessResult.Stored : ReprocessResult.Duplicate;
    }

    async Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        await using var stream = await blobs.OpenReadAsync(path, cancellationToken);
        if (stream is null || stream.Length > Protocol.CaptureBytesMax)
        {
            return null;
        }

        var bytes = new byte[stream.Length];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }
}
