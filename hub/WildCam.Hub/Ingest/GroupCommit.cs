using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Npgsql;
using WildCam.Storage;
using WildCam.Storage.Captures;
using WildCam.Storage.Ingest;
using WildCam.Storage.Jobs;

namespace WildCam.Hub.Ingest;

/// <summary>What became of a picture at the database.</summary>
public enum Filing
{
    Stored,

    /// <summary>The same picture was there already.</summary>
    Duplicate,

    /// <summary>Its id belongs to another picture.</summary>
    Conflict,

    /// <summary>The database will not have it; the reason tells why.</summary>
    Refused,
}

/// <summary>What became of a picture at the database, and why where it was refused.</summary>
public readonly record struct FiledCapture(Filing Filing, string? Reason);

/// <summary>
/// Files pictures in groups: one commit, and so one flush of the database's log, for all that arrive within
/// CommitDelayMilliseconds. While the database is away the group waits; nothing is dropped.
/// </summary>
public sealed partial class GroupCommit(
    IngestTables tables, IOptions<IngestOptions> options, IngestHealth health, IngestMetrics metrics,
    TimeProvider time, ILogger<GroupCommit> log)
{
    /// <summary>NOTIFY takes a lock over all commits: at most five a second. The workers poll beside it.</summary>
    static readonly TimeSpan TellInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>Conflicts of one group; after more the database counts as broken, and cameras are put off.</summary>
    const int ConflictsMax = 20;

    /// <summary>After more of a group its pictures are filed alone: one conflict then stops one picture.</summary>
    const int GroupConflictsMax = 5;

    readonly Channel<Waiting> _waiting = Channel.CreateBounded<Waiting>(
        new BoundedChannelOptions(options.Value.AssembliesMax)
        {
            FullMode = BoundedChannelFullMode.Wait,
            SingleReader = true,
        });
    long _lastTold;

    /// <summary>Files a picture whose bytes are durable; returns after the commit, however long that takes.</summary>
    public async Task<FiledCapture> FileAsync(NewCapture capture, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(
            capture, new TaskCompletionSource<FiledCapture>(TaskCreationOptions.RunContinuationsAsynchronously));
        await _waiting.Writer.WriteAsync(waiting, cancellationToken);
        return await waiting.Filed.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Lets the loop end once it has filed what waits.</summary>
    public void Complete() => _waiting.Writer.TryComplete();

    /// <summary>The one loop that commits.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var group = new List<Waiting>(options.Value.CommitPicturesMax);
        while (await _waiting.Reader.WaitToReadAsync(cancellationToken))
        {
            Gather(group);
            if (group.Count < options.Value.CommitPicturesMax && options.Value.CommitDelayMilliseconds > 0)
            {
                await Task.Delay(
                    TimeSpan.FromMilliseconds(options.Value.CommitDelayMilliseconds), time, cancellationToken);
                Gather(group);
            }

            await FileGroupAsync(group, cancellationToken);
            group.Clear();
        }
    }

    void Gather(List<Waiting> group)
    {
        while (group.Count < options.Value.CommitPicturesMax && _waiting.Reader.TryRead(out var next))
        {
            group.Add(next);
        }
    }

    async Task FileGroupAsync(List<Waiting> group, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await TryFileAsync(group, cancellationToken);
                return;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                throw;
            }
            catch (Exception fault) when (DatabaseFault.IsConflict(fault)
                && attempt < (group.Count > 1 ? GroupConflictsMax : ConflictsMax))
            {
                metrics.Failed("conflict");
                CommitFailed(log, group.Count, attempt, fault.Message);
                await Task.Delay(Backoff.AfterConflict(), time, cancellationToken);
            }
            catch (Exception fault) when (group.Count > 1
                && (DatabaseFault.IsConflict(fault) || !DatabaseFault.IsPassing(fault)))
            {
                GroupFailed(log, group.Count, fault.Message);
                foreach (var one in group)
                {
                    await FileGroupAsync([one], cancellationToken);
                }

                return;
            }
            catch (Exception fault) when (DatabaseFault.IsPassing(fault))
            {
                metrics.Failed("database");
                health.Database = $"Captures cannot be filed: {fault.Message}";
                CommitFailed(log, group.Count, attempt, fault.Message);
                await Task.Delay(Backoff.After(attempt), time, cancellationToken);
            }
            catch (PostgresException fault)
                when (fault.SqlState == PostgresErrorCodes.CheckViolation && attempt == 0)
            {
                // The month's partition went away; its absence is forgotten and it is made again.
            }
            catch (Exception fault)
            {
                CaptureRefused(log, group[0].Capture.Id, fault.Message);
                // It is back, if it was away; else no picture would be let in that could show it.
                health.Database = null;
                group[0].Filed.TrySetResult(new FiledCapture(Filing.Refused, fault.Message));
                return;
            }
        }
    }

    async Task TryFileAsync(List<Waiting> group, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var priority = group.Exists(w => w.Capture.Source == CaptureSource.Camera)
            ? JobPriorities.Fresh
            : JobPriorities.Backfill;
        var filed = await tables.File(
            group.ConvertAll(w => w.Capture), priority, cancellationToken);
        metrics.Committed(time.GetElapsedTime(started), group.Count);
        var taken = group.Where(w => !filed.Contains(w.Capture.Id)).ToList();
        var known = taken.Count == 0
            ? []
            : (await tables.FindByDeviceId(
                [.. taken.Select(w => w.Capture.DeviceCaptureId)], cancellationToken))
                .ToDictionary(k => Convert.ToHexString(k.DeviceCaptureId), StringComparer.Ordinal);
        // Before the receipts: whoever has one offers its next picture at once, and is not to be put off.
        health.Database = null;
        foreach (var one in group)
        {
            var filing = filed.Contains(one.Capture.Id)
                ? Filing.Stored
                : known.TryGetValue(Convert.ToHexString(one.Capture.DeviceCaptureId), out var other)
                    && other.IsSame(one.Capture.SizeBytes, one.Capture.Digest)
                        // The group before may have committed although its answer was lost.
                        ? other.Id == one.Capture.Id ? Filing.Stored : Filing.Duplicate
                        : Filing.Conflict;
            one.Filed.TrySetResult(new FiledCapture(filing, null));
        }

        if (filed.Count > 0 && time.GetElapsedTime(_lastTold) > TellInterval)
        {
            _lastTold = time.GetTimestamp();
            await TellAsync(cancellationToken);
        }
    }

    // A hint that fails must not fail the commit that it is about.
    async Task TellAsync(CancellationToken cancellationToken)
    {
        try
        {
            await tables.TellWorkers(cancellationToken);
        }
        catch (Exception fault) when (DatabaseFault.Is(fault))
        {
            TellingFailed(log, fault.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Committing {Pictures} captures failed (attempt {Attempt}), trying again: {Reason}")]
    static partial void CommitFailed(ILogger logger, int pictures, int attempt, string reason);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Committing {Pictures} captures failed, filing them one by one: {Reason}")]
    static partial void GroupFailed(ILogger logger, int pictures, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database refuses capture {Capture}: {Reason}")]
    static partial void CaptureRefused(ILogger logger, Guid capture, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Telling the workers failed; they poll: {Reason}")]
    static partial void TellingFailed(ILogger logger, string reason);

    sealed record Waiting(NewCapture Capture, TaskCompletionSource<FiledCapture> Filed);
}
