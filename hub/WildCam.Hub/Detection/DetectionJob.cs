using Npgsql;
using WildCam.Hub.Hosting;
using WildCam.Hub.Hosting.Metrics;
using WildCam.Hub.Jobs;
using WildCam.Storage;
using WildCam.Storage.Blobs;
using WildCam.Storage.Detection;
using WildCam.Storage.Jobs;

namespace WildCam.Hub.Detection;

/// <summary>
/// Lets the active detector look at pictures and files what it says. A picture that cannot be decoded has nothing to
/// look at: its stage is cleared without a row. An answer that cannot be is the model's fault and the job is dead.
/// </summary>
sealed class DetectionJob(
    NpgsqlDataSource database, DetectionsTable detections, ActiveDetector active, IBlobStore blobs,
    DetectionOptions options, WildlifeMetrics metrics, PageNews news, TimeProvider time) : IJobHandler
{
    public string Kind => JobKinds.Detection;

    public int BatchMax => 8;

    public int ParallelMax => options.ParallelMax > 0 ? options.ParallelMax : Environment.ProcessorCount * 2;

    public async Task<IReadOnlyList<JobOutcome>> HandleAsync(
        IReadOnlyList<Job> batch, CancellationToken cancellationToken)
    {
        var detector = await active.GetAsync(cancellationToken);
        Guid[] ids = [.. batch.Where(j => Guid.TryParse(j.Subject, out _)).Select(j => Guid.Parse(j.Subject))];
        var captures = await detections.FindMissingDetectionsAsync(ids, detector.ModelId, cancellationToken);
        var outcomes = new JobOutcome[batch.Count];
        var found = new List<CaptureDetections>(batch.Count);
        var took = new Dictionary<Guid, TimeSpan>();
        for (var i = 0; i < batch.Count; i++)
        {
            if (!Guid.TryParse(batch[i].Subject, out var id) || !captures.TryGetValue(id, out var capture))
            {
                outcomes[i] = JobOutcome.Skip($"Capture {batch[i].Subject} is not stored any more.");
                continue;
            }

            if (!capture.NeedsLook)
            {
                outcomes[i] = JobOutcome.Skip("The model has looked at it already.");
                continue;
            }

            try
            {
                var started = time.GetTimestamp();
                var detected = await LookAsync(detector, capture, cancellationToken);
                took[id] = time.GetElapsedTime(started);
                var said = new CaptureDetections(id, detector.ModelId, detected.Rows);
                var problem = detected.Problem ?? said.Problem;
                outcomes[i] = problem is null ? JobOutcome.Done : JobOutcome.Dead(problem);
                if (problem is null)
                {
                    found.Add(said);
                }
            }
            catch (Exception fault) when (fault is BlobStoreException or DetectorEndedException)
            {
                outcomes[i] = JobOutcome.Retry(fault.Message);
            }
        }

        await detections.EnsureMonthsAsync(captures.Values, cancellationToken);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var filed = await detections.CompleteDetectionsAsync(connection, found, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        foreach (var one in found.Where(f => filed.Contains(f.CaptureId)))
        {
            metrics.RecordDetections(captures[one.CaptureId].Camera, took[one.CaptureId], Labels(one.Rows));
        }

        await news.TellProcessedAsync(
            found.Select(f => (captures[f.CaptureId].ProjectId, f.CaptureId)), cancellationToken);
        return outcomes;
    }

    /// <summary>No model names species yet, so the category stands for it; a blank is nothing detected.</summary>
    static IEnumerable<string> Labels(IEnumerable<DetectionRow> rows) => rows
        .Where(r => r.Category != Category.Blank)
        .Select(r => r.Category.ToString().ToLowerInvariant());

    async Task<Detected> LookAsync(
        IDetector detector, CaptureToDetect capture, CancellationToken cancellationToken)
    {
        using var original = await BlobBytes.ReadAsync(blobs, capture.BlobPath, cancellationToken);
        return await detector.DetectAsync(capture, original.Memory, cancellationToken);
    }
}
