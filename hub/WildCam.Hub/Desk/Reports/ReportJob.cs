using System.Buffers;
using Microsoft.Extensions.Options;
using WildCam.Hub.Hosting;
using WildCam.Hub.Jobs;
using WildCam.Storage;
using WildCam.Storage.Blobs;
using WildCam.Storage.Desk;
using WildCam.Storage.Reports;

namespace WildCam.Hub.Desk.Reports;

/// <summary>Writes a report as one page into the blob store; a run that was broken off begins anew.</summary>
sealed class ReportJob(
    ReportsTable reports, ReportReader reader, DeskProjectsTable projects, IBlobStore blobs,
    IOptions<HubOptions> hub, PartRenderer parts) : SingleJobHandler
{
    public override string Kind => JobKinds.Report;

    public override int AttemptsMax => 5;

    /// <summary>Ten years over ten million detections are a dozen statements of seconds each.</summary>
    public override TimeSpan Lease => TimeSpan.FromMinutes(10);

    protected override async Task<JobOutcome> HandleAsync(Job job, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(job.Subject, out var id)
            || await reports.BeginForJobAsync(id, ReportReader.Steps, cancellationToken) is not { } report)
        {
            return JobOutcome.Skip($"There is no report {job.Subject} to be written.");
        }

        try
        {
            await WriteAsync(report, cancellationToken);
            return JobOutcome.Done;
        }
        catch (BlobStoreException fault) when (job.Attempts < AttemptsMax)
        {
            return JobOutcome.Retry(fault.Message);
        }
        catch (Exception fault) when (job.Attempts >= AttemptsMax && !cancellationToken.IsCancellationRequested)
        {
            await reports.FailAsync(id, $"It failed {job.Attempts} times: {fault.Message}", cancellationToken);
            return JobOutcome.Dead(fault.Message);
        }
    }

    async Task WriteAsync(Report report, CancellationToken cancellationToken)
    {
        if (await projects.FindForReportAsync(report.ProjectId, cancellationToken) is not { } project)
        {
            await reports.FailAsync(report.Id, "The project is gone.", cancellationToken);
            return;
        }

        var content = await reader.ReadAsync(
            report, project, hub.Value.Root, steps => reports.SetProgressAsync(report.Id, steps, cancellationToken),
            cancellationToken);
        var page = await parts.RenderAsync<ReportDocument>(
            new() { [nameof(ReportDocument.Content)] = content });
        await blobs.PutAsync(report.BlobPath, new ReadOnlySequence<byte>(page), cancellationToken);
        if (!await reports.CompleteAsync(report.Id, page.Length, cancellationToken))
        {
            await blobs.DeleteAsync(report.BlobPath, cancellationToken);
        }
    }
}
