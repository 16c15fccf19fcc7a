using System.Buffers;
using WildCam.Storage;
using WildCam.Storage.Blobs;
using WildCam.Storage.Captures;
using WildCam.Storage.Ingest;

namespace WildCam.Hub.Ingest;

/// <summary>
/// The one door that pictures come in by, from cameras, imports and quarantine alike: first the bytes, durable, then
/// the row. A crash between them leaves a blob without a row, never a row without its bytes.
/// </summary>
public sealed partial class CaptureDoor(
    IBlobStore blobs, GroupCommit commit, IngestTables tables, IngestHealth health, IngestMetrics metrics,
    TimeProvider time, ILogger<CaptureDoor> log)
{
    /// <summary>Writes a blob; tries until the store takes it. Returns when it is durable.</summary>
    public async Task WriteAsync(string path, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await blobs.PutAsync(path, content, cancellationToken);
                health.Blobs = null;
                return;
            }
            catch (BlobStoreException fault)
            {
                metrics.Failed("blob");
                health.Blobs = fault.Message;
                WriteFailed(log, path, attempt, fault.Message);
                await PauseAsync(Backoff.After(attempt, fault.Fault), () => health.Blobs = null, cancellationToken);
            }
        }
    }

    /// <summary>Files a capture whose blob is written; what is not stored leaves its blob in the trash.</summary>
    public async Task<FiledCapture> FileAsync(NewCapture capture, CancellationToken cancellationToken)
    {
        var filed = await commit.FileAsync(capture, cancellationToken);
        switch (filed.Filing)
        {
            case Filing.Stored:
                metrics.Stored(capture.SizeBytes);
                break;
            case Filing.Duplicate or Filing.Conflict:
                await TrashAsync(capture.BlobPath, cancellationToken);
                break;
        }

        return filed;
    }

    // Who gives up takes its complaint back: nobody else would, and no picture be let in to find out. Others that still
    // try complain again at their next attempt.
    async Task PauseAsync(TimeSpan pause, Action takeBack, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(pause, time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            takeBack();
            throw;
        }
    }

    /// <summary>Holds bytes for a person. Returns when both blob and entry are durable.</summary>
    public async Task QuarantineAsync(QuarantineEntry entry, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await tables.Quarantine(entry, cancellationToken);
                health.Database = null;
                Quarantined(log, entry.Id, entry.SizeBytes, entry.Reason);
                return;
            }
            catch (Exception fault) when (DatabaseFault.IsPassing(fault))
            {
                metrics.Failed("database");
                health.Database = $"Quarantine entries cannot be written: {fault.Message}";
                QuarantineFailed(log, entry.Id, attempt, fault.Message);
                await PauseAsync(Backoff.After(attempt), () => health.Database = null, cancellationToken);
            }
        }
    }

    /// <summary>Puts a blob that turned out to be one too many where it can be found for a while.</summary>
    public async Task TrashAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await blobs.MoveAsync(path, CapturePath.OfTrash(time.GetUtcNow(), path), cancellationToken);
        }
        catch (BlobStoreException fault)
        {
            // It stays where it is, as an orphan that the sweep of orphans finds to be a duplicate.
            TrashFailed(log, path, fault.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Writing blob {Path} failed (attempt {Attempt}), trying again: {Reason}")]
    static partial void WriteFailed(ILogger logger, string path, int attempt, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Quarantined {Entry} ({Bytes} bytes): {Reason}")]
    static partial void Quarantined(ILogger logger, Guid entry, int bytes, string reason);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Writing quarantine entry {Entry} failed (attempt {Attempt}), trying again: {Reason}")]
    static partial void QuarantineFailed(ILogger logger, Guid entry, int attempt, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Moving blob {Path} to the trash failed: {Reason}")]
    static partial void TrashFailed(ILogger logger, string path, string reason);
}
