using Microsoft.Extensions.Options;
using WildCam.Hub.Hosting;
using WildCam.Hub.Jobs;
using WildCam.Storage;
using WildCam.Storage.Blobs;
using WildCam.Storage.Exports;
using WildCam.Storage.Imports;

namespace WildCam.Hub.Exports;

/// <summary>
/// Writes the file of an export into the blob store. A run that was broken off begins anew and writes over the parts of
/// the one before.
/// </summary>
sealed class ExportJob(
    ExportsTable exports, ExportRowsTable rows, PackagesTable packages, IBlobStore blobs, IOptions<HubOptions> hub,
    TimeProvider time)
    : SingleJobHandler
{
    /// <summary>How long a file can be fetched.</summary>
    public static readonly TimeSpan Keep = TimeSpan.FromDays(7);

    public override string Kind => JobKinds.Export;

    public override int AttemptsMax => 5;

    /// <summary>Ten million observations take minutes; what takes longer is to be asked for in shorter spans.</summary>
    public override TimeSpan Lease => TimeSpan.FromMinutes(20);

    protected override async Task<JobOutcome> HandleAsync(Job job, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(job.Subject, out var id)
            || await exports.BeginForJobAsync(id, 0, cancellationToken) is not { } export)
        {
            return JobOutcome.Skip($"There is no export {job.Subject} to be made.");
        }

        try
        {
            await WriteAsync(export, cancellationToken);
            return JobOutcome.Done;
        }
        catch (ExportException cannot)
        {
            await exports.FailAsync(id, cannot.Message, cancellationToken);
            await ExportRun.DeleteAsync(blobs, id, cancellationToken);
            return JobOutcome.Skip(cannot.Message);
        }
        catch (BlobStoreException fault) when (job.Attempts < AttemptsMax)
        {
            return JobOutcome.Retry(fault.Message);
        }
        catch (Exception fault) when (job.Attempts >= AttemptsMax && !cancellationToken.IsCancellationRequested)
        {
            await exports.FailAsync(id, $"It failed {job.Attempts} times: {fault.Message}", cancellationToken);
            return JobOutcome.Dead(fault.Message);
        }
    }

    async Task WriteAsync(Export export, CancellationToken cancellationToken)
    {
        var written = await ExportRun.WriteAsync(
            rows, packages, blobs, export.Id, export.ProjectId, ExportWish.FromJson(export.Wish), hub.Value.Root,
            time.GetUtcNow(),
            (done, about) => exports.SetProgressAsync(export.Id, done, about, cancellationToken), cancellationToken);
        await exports.CompleteAsync(
            export.Id, written.Rows, written.LeftOut, written.Bytes, PartsWriter.PartBytes, Keep, cancellationToken);
    }
}
