using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Hosting;
using WildCam.Storage;
using WildCam.Storage.Accounts;
using WildCam.Storage.Cameras;

namespace WildCam.Hub.Live;

/// <summary>
/// Live previews as a browser and other programs take them. The pictures are of here and now and cost the camera's
/// battery, so they are for managers, each stream for a limited time.
/// </summary>
static class StreamRoutes
{
    const string Boundary = "frame";

    public static void Map(WebApplication app)
    {
        var streams = app.MapGroup("/api/stream").RequireAuthorization(Policies.SignedIn)
            .RequireRateLimiting(RateLimits.Api);
        streams.MapGet("/{id}", SendOneAsync)
            .WithSummary("Live preview of one camera, by code or id: multipart/x-mixed-replace with JPEG frames");
        streams.MapGet("", SendWallAsync)
            .WithSummary("Live previews of several cameras: multipart/mixed, each part with the camera's code");
    }

    static async Task<Results<EmptyHttpResult, ProblemHttpResult>> SendOneAsync(
        string id, HttpContext context, CamerasTable cameras, ProjectsTable projects, Previews previews,
        AuditTable audit)
    {
        var abort = context.RequestAborted;
        var camera = await FindAsync(id, cameras, abort);
        if (await RefusalAsync(camera, context, projects) is { } refusal)
        {
            return refusal;
        }

        return await SendAsync([camera!], "multipart/x-mixed-replace", context, previews, audit);
    }

    static async Task<Results<EmptyHttpResult, ProblemHttpResult>> SendWallAsync(
        string? cameras, HttpContext context, CamerasTable table, ProjectsTable projects, Previews previews,
        AuditTable audit)
    {
        var codes = (cameras ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Distinct(StringComparer.Ordinal).ToList();
        if (codes.Count is 0 or > StreamLimits.WallCamerasMax)
        {
            return Problems.Invalid(
                "cameras", $"A wall has 1 to {StreamLimits.WallCamerasMax} cameras (WallCamerasMax).");
        }

        var found = new List<Camera>();
        foreach (var code in codes)
        {
            var camera = await FindAsync(code, table, context.RequestAborted);
            if (await RefusalAsync(camera, context, projects) is { } refusal)
            {
                return refusal;
            }

            found.Add(camera!);
        }

        return await SendAsync(found, "multipart/mixed", context, previews, audit);
    }

    static async Task<Results<EmptyHttpResult, ProblemHttpResult>> SendAsync(
        List<Camera> cameras, string type, HttpContext context, Previews previews, AuditTable audit)
    {
        var lifetime = context.RequestServices.GetRequiredService<IHostApplicationLifetime>();
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, lifetime.ApplicationStopping);
        ends.CancelAfter(StreamLimits.TimeMax);
        await using var watcher = await previews.WatchAsync(cameras, ends.Token);
        if (watcher is null)
        {
            return Problems.TryLater(
                "too-many-streams", $"{Previews.WatchersMax} previews are watched already (WatchersMax).", context);
        }

        foreach (var camera in cameras)
        {
            await audit.AddAsync(
                new AuditEntry(context.Actor(), "camera.watch", camera.Code)
                {
                    ProjectId = camera.ProjectId,
                    CameraId = camera.Id,
                },
                ends.Token);
        }

        var response = context.Response;
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        response.ContentType = $"{type}; boundary={Boundary}";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        var codes = cameras.ToDictionary(c => c.Id, c => c.Code);
        try
        {
            await WriteAsync(response, $"--{Boundary}\r\n", ends.Token);
            await foreach (var frame in watcher.ReadAsync(ends.Token))
            {
                await WriteAsync(
                    response,
                    $"Content-Type: image/jpeg\r\nContent-Length: {frame.Jpeg.Length}\r\n"
                    + $"X-Camera: {codes[frame.CameraId]}\r\n"
                    + $"X-Taken-At: {frame.TakenAt.ToString("O", CultureInfo.InvariantCulture)}\r\n\r\n",
                    ends.Token);
                await response.Body.WriteAsync(frame.Jpeg, ends.Token);
                // A browser shows a frame when it sees the boundary behind it.
                await WriteAsync(response, $"\r\n--{Boundary}\r\n", ends.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The watcher left, or the time is over.
        }

        return TypedResults.Empty;
    }

    static async Task WriteAsync(HttpResponse response, string text, CancellationToken cancellationToken)
    {
        await response.Body.WriteAsync(Encoding.ASCII.GetBytes(text), cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }

    static async Task<Camera?> FindAsync(string named, CamerasTable cameras, CancellationToken cancellationToken)
    {
        if (named.Length > 32 || named.Contains('\0', StringComparison.Ordinal))
        {
            return null;
        }

        return await cameras.FindByCodeAsync(named.ToLowerInvariant(), cancellationToken)
            ?? (int.TryParse(named, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                ? await cameras.FindByIdAsync(id, cancellationToken)
                : null);
    }

    static async Task<ProblemHttpResult?> RefusalAsync(Camera? camera, HttpContext context, ProjectsTable projects)
    {
        var project = camera is null ? null : await projects.FindForAsync(
            context.User.AccountId()!.Value, camera.ProjectId, context.RequestAborted);
        return project is null ? Problems.NoSuch("camera")
            : project.Role < Role.Manager ? Problems.RoleTooLow(Role.Manager)
            : camera!.RevokedAt is not null ? Problems.Of(
                StatusCodes.Status409Conflict, "camera-revoked",
                "The camera was switched off: its credential is revoked.")
            : null;
    }
}
