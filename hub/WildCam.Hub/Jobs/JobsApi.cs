using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Hosting;
using WildCam.Storage;
using WildCam.Storage.Jobs;

namespace WildCam.Hub.Jobs;

/// <summary>Background work: how much there is of each kind, and what failed for good, by reason.</summary>
public sealed record JobsAnswer(IReadOnlyList<JobKindCounts> Kinds, IReadOnlyList<DeadJobGroup> Dead);

/// <summary>Which dead jobs to try again; what is left out is any.</summary>
public sealed record RetryBody(string? Kind = null, string? Reason = null, string? Subject = null);

public sealed record RetryAnswer(int Retried);

/// <summary>Background work, for admins' programs.</summary>
static class JobsApi
{
    public static void Map(IEndpointRouteBuilder admin)
    {
        admin.MapGet("/jobs", ListAsync);
        admin.MapPost("/jobs/retry", RetryAsync);
    }

    static async Task<Ok<JobsAnswer>> ListAsync(JobsOverview jobs, CancellationToken cancellationToken) =>
        TypedResults.Ok(new JobsAnswer(
            await jobs.CountByKindAsync(cancellationToken), await jobs.GroupDeadAsync(cancellationToken)));

    static async Task<Results<Ok<RetryAnswer>, ProblemHttpResult>> RetryAsync(
        RetryBody body, JobsOverview jobs, JobSignal signal, CancellationToken cancellationToken)
    {
        // PostgreSQL's text holds no NUL, so that no job can have it either.
        if ((body.Kind + body.Reason + body.Subject).Contains('\0', StringComparison.Ordinal))
        {
            return Problems.Invalid("reason", "Kind, reason and subject are as the list of jobs has them.");
        }

        var retried = await jobs.RetryDeadAsync(body.Kind, body.Reason, body.Subject, cancellationToken);
        foreach (var kind in JobKinds.All.Where(k => retried > 0 && (body.Kind ?? k) == k))
        {
            signal.Ready(kind);
        }

        return TypedResults.Ok(new RetryAnswer(retried));
    }
}
