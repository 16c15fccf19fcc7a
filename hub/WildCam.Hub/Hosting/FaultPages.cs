using Microsoft.AspNetCore.Diagnostics;
using Npgsql;
using WildCam.Storage;
using WildCam.Storage.Blobs;

namespace WildCam.Hub.Hosting;

/// <summary>Turns what a request could not survive into an answer, without telling the inside of the house.</summary>
sealed partial class FaultPages(ILogger<FaultPages> log) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(
        HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        var problem = exception switch
        {
            BadHttpRequestException bad => Problems.Of(
                bad.StatusCode, "bad-request", "The request could not be read: " + bad.Message),
            BlobStoreException => Problems.TryLater(
                "blob-store-unavailable", "The blob store does not answer now.", httpContext),
            NpgsqlException or TimeoutException or ObjectDisposedException
                when DatabaseFault.IsPassing(exception) => Problems.TryLater(
                    "database-unavailable", "The database does not answer now.", httpContext),
            _ => Problems.Of(
                StatusCodes.Status500InternalServerError, "fault",
                $"Something broke. The hub's log names it under {httpContext.TraceIdentifier}."),
        };
        if (problem.StatusCode >= StatusCodes.Status500InternalServerError)
        {
            RequestFailed(log, exception, httpContext.Request.Method,
                httpContext.Features.Get<IExceptionHandlerFeature>()?.Endpoint?.DisplayName,
                httpContext.TraceIdentifier);
        }

        await problem.ExecuteAsync(httpContext);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Route} failed, trace {Trace}")]
    static partial void RequestFailed(
        ILogger logger, Exception fault, string method, string? route, string trace);
}
