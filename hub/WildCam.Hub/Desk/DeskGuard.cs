using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Desk.Pages;

namespace WildCam.Hub.Desk;

/// <summary>What holds for every page: what is missing or broken is a page too.</summary>
sealed partial class DeskGuard(RequestDelegate next, ILogger<DeskGuard> log)
{
    static readonly string[] NoPages = ["/api", "/media", "/health", "/metrics"];

    public async Task InvokeAsync(HttpContext context, Frames frames)
    {
        if (!IsPage(context))
        {
            await next(context);
            return;
        }

        try
        {
            await next(context);
        }
        catch (BadHttpRequestException bad) when (!context.Response.HasStarted)
        {
            await Message(
                new Frame(context.RequestServices.GetRequiredService<DeskAssets>(), null, null), bad.StatusCode,
                "This could not be read",
                "The browser sent something that is no form of this page. Go back and try again.",
                null).ExecuteAsync(context);
        }
        catch (Exception fault) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            var reference = Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;
            PageFailed(log, fault, context.Request.Path, reference);
            await Message(
                new Frame(context.RequestServices.GetRequiredService<DeskAssets>(), null, null),
                StatusCodes.Status500InternalServerError, "This page could not be made",
                "The hub logged the reason under the reference below. Reload to try again.", reference)
                .ExecuteAsync(context);
        }

        if (context.Response is { HasStarted: false, StatusCode: StatusCodes.Status404NotFound, ContentType: null })
        {
            await NotFound(await frames.OpenAsync(context), Texts.NotFound).ExecuteAsync(context);
        }
    }

    public static RazorComponentResult<MessagePage> NotFound(Frame frame, string text) =>
        Message(frame, StatusCodes.Status404NotFound, "Not found", text, null);

    public static RazorComponentResult<MessagePage> Message(
        Frame frame, int status, string title, string text, string? reference) =>
        new(new Dictionary<string, object?>
        {
            [nameof(MessagePage.Frame)] = frame,
            [nameof(MessagePage.Title)] = title,
            [nameof(MessagePage.Text)] = text,
            [nameof(MessagePage.Reference)] = reference,
        })
        { StatusCode = status };

    /// <summary>What changes something counts only from our own pages; the filter of all routes of the desk.</summary>
    public static ValueTask<object?> OnlyFromHereAsync(
        EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var request = invocation.HttpContext.Request;
        return HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || IsFromHere(request)
            ? next(invocation)
            : ValueTask.FromResult<object?>(
                TypedResults.Text(Texts.OtherSite, statusCode: StatusCodes.Status403Forbidden));
    }

    // Browsers say where a request comes from.
    static bool IsFromHere(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site.Length > 0)
        {
            return site is "same-origin" or "none";
        }

        return Uri.TryCreate(request.Headers.Origin, UriKind.Absolute, out var origin)
            && string.Equals(origin.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>What was typed into a form; a browser sends no text that could not be read, such as NUL.</summary>
    /// <exception cref="BadHttpRequestException">It is no form.</exception>
    public static async Task<IFormCollection> ReadFormAsync(HttpContext context)
    {
        try
        {
            return await context.Request.ReadFormAsync(context.RequestAborted);
        }
        catch (Exception fault) when (fault is InvalidDataException or InvalidOperationException)
        {
            throw new BadHttpRequestException("It is no form.", fault);
        }
    }

    static bool IsPage(HttpContext context) =>
        !NoPages.Any(p => context.Request.Path.StartsWithSegments(p, StringComparison.Ordinal))
        && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    [LoggerMessage(Level = LogLevel.Error, Message = "Page {Path} failed, reference {Reference}")]
    static partial void PageFailed(ILogger logger, Exception fault, PathString path, string reference);
}
