using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using WildCam.Storage;

namespace WildCam.Hub.Hosting;

/// <summary>Refusals of the API: RFC 9457 problem details, each with a code that does not change.</summary>
public static class Problems
{
    public static ProblemHttpResult Of(int status, string code, string detail) =>
        TypedResults.Problem(new ProblemDetails
        {
            Status = status,
            Title = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status),
            Detail = detail,
            Extensions = { ["code"] = code },
        });

    /// <summary>It does not exist, or not for this visitor: to them that is the same.</summary>
    public static ProblemHttpResult NoSuch(string what) =>
        Of(StatusCodes.Status404NotFound, $"no-such-{what}", $"There is no such {what} here.");

    public static ProblemHttpResult Invalid(string field, string why) =>
        Of(StatusCodes.Status400BadRequest, "invalid-" + field, why);

    public static ProblemHttpResult NotSignedIn() =>
        Of(StatusCodes.Status401Unauthorized, "not-signed-in",
            "Send a session cookie, or an API token: 'Authorization: Bearer wct_...'.");

    public static ProblemHttpResult NotAllowed() =>
        Of(StatusCodes.Status403Forbidden, "not-allowed", "This account may not do that.");

    public static ProblemHttpResult RoleTooLow(Role least) =>
        Of(StatusCodes.Status403Forbidden, "role-too-low",
            $"This needs the role {least.ToString().ToLowerInvariant()} in the project.");

    /// <summary>What the hub stands on is away for a moment.</summary>
    public static ProblemHttpResult TryLater(string code, string detail, HttpContext context)
    {
        const int seconds = 5;
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return Of(StatusCodes.Status503ServiceUnavailable, code, $"{detail} Try again in {seconds} s.");
    }

    public static ProblemHttpResult TooMany(TimeSpan retryAfter, HttpContext context)
    {
        var seconds = (int)Math.Ceiling(Math.Max(1, retryAfter.TotalSeconds));
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return Of(StatusCodes.Status429TooManyRequests, "too-many-requests", $"Try again in {seconds} s.");
    }
}
