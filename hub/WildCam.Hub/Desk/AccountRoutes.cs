using System.Net;
using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Desk.Pages;
using WildCam.Hub.Hosting;
using WildCam.Hub.Hosting.Register;
using WildCam.Storage.Accounts;
using WildCam.Storage.Desk;

namespace WildCam.Hub.Desk;

/// <summary>What was typed at the first run.</summary>
public sealed record SetupForm(string Link, string Name, string Email, string Project, string Zone, string Species);

/// <summary>Routes of the way in and out: sign-in, sign-out, first run.</summary>
static class AccountRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/sign-in", SignInPageAsync);
        routes.MapPost("/sign-in", SignInAsync).DisableAntiforgery().RequireRateLimiting(RateLimits.SignIn);
        routes.MapPost("/sign-out", SignOutAsync).DisableAntiforgery();
        routes.MapGet("/setup", SetupPageAsync);
        routes.MapPost("/setup", SetupAsync).DisableAntiforgery().RequireRateLimiting(RateLimits.SignIn);
    }

    static async Task<IResult> SignInPageAsync(HttpContext context, Frames frames, SignIns signIns)
    {
        if (context.Request.Query["link"].ToString() is { Length: > 0 } link)
        {
            return await RedeemAsync(link, context, frames, signIns);
        }

        var frame = await frames.OpenAsync(context);
        return frame.Visitor is null
            ? SignInPage(frame, "", Back(context.Request.Query["to"]), null)
            : TypedResults.LocalRedirect("/");
    }

    static async Task<IResult> SignInAsync(HttpContext context, Frames frames, SignIns signIns)
    {
        var form = await DeskGuard.ReadFormAsync(context);
        var (email, to) = (form["email"].ToString(), Back(form["to"]));
        var result = await signIns.SignInAsync(
            email, form["password"].ToString(), Address(context), context.RequestAborted);
        if (result.Refusal is not AccountRefusal.None)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return SignInPage(await frames.OpenAsync(context), email, to, Texts.Refused(result));
        }

        SessionCookie.Write(context, result);
        return TypedResults.LocalRedirect(to);
    }

    /// <summary>A link works once; it is shown on a terminal, so nothing opens it before its reader.</summary>
    static async Task<IResult> RedeemAsync(string link, HttpContext context, Frames frames, SignIns signIns)
    {
        var result = await signIns.RedeemLinkAsync(link, Address(context), context.RequestAborted);
        if (result.Refusal is not AccountRefusal.None)
        {
            return SignInPage(await frames.OpenAsync(context), "", "/", Texts.LinkUsed);
        }

        SessionCookie.Write(context, result);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.LocalRedirect("/");
    }

    static async Task<IResult> SignOutAsync(HttpContext context, SignIns signIns)
    {
        if (SessionCookie.Read(context.Request) is { } session)
        {
            await signIns.SignOutAsync(session, context.RequestAborted);
        }

        SessionCookie.Clear(context);
        return TypedResults.LocalRedirect("/sign-in");
    }

    static async Task<IResult> SetupPageAsync(
        HttpContext context, Frames frames, AccountsTable accounts, SignInLinksTable links, ProjectsTable projects)
    {
        var frame = await frames.OpenAsync(context);
        if (await accounts.AnyAsync(context.RequestAborted))
        {
            return TypedResults.LocalRedirect("/");
        }

        var link = context.Request.Query["link"].ToString();
        return await links.IsOpenAsync(link, context.RequestAborted)
            ? SetupPageOf(
                frame, new SetupForm(link, "", "", "", "", ""),
                await projects.FindDemoSlugAsync(context.RequestAborted) is not null, null)
            : DeskGuard.Message(frame, StatusCodes.Status200OK, "Set up WildCam", Texts.SetupNeedsLink, null);
    }

    static async Task<IResult> SetupAsync(
        HttpContext context, Frames frames, SignIns signIns, ProjectsTable projects, ProjectSpeciesTable species)
    {
        var abort = context.RequestAborted;
        var typed = await DeskGuard.ReadFormAsync(context);
        string Field(string name) => typed[name].ToString().Trim();
        var form = new SetupForm(
            Field("link"), Field("name"), Field("email"), Field("project"), Field("zone"), Field("species"));
        var demo = await projects.FindDemoSlugAsync(abort);
        var toDemo = demo is not null && Field("next") == "demo";
        // Whoever only looks at the demo needs no project; what was typed is kept all the same.
        var hasProject = !toDemo || form.Project.Length > 0;
        var slug = CameraInput.Slug(form.Project);
        var result = await signIns.CreateFirstAdminAsync(
            form.Link,
            new FirstAccount(form.Email, form.Name, typed["password"].ToString())
            {
                ProjectSlug = hasProject ? slug : null,
                ProjectName = hasProject ? form.Project : null,
                TimeZone = hasProject ? form.Zone : "UTC",
            },
            Address(context), abort);
        if (result.Refusal is not AccountRefusal.None)
        {
            return SetupPageOf(await frames.OpenAsync(context), form, demo is not null, Texts.Refused(result));
        }

        SessionCookie.Write(context, result);
        if (hasProject)
        {
            await species.AddAsync(slug, "en", SpeciesLines.Read(form.Species), abort);
        }

        return TypedResults.LocalRedirect(toDemo ? $"/p/{demo}/" : $"/p/{slug}/cameras/new");
    }

    static RazorComponentResult<SignInPage> SignInPage(Frame frame, string email, string to, string? problem) =>
        new(new Dictionary<string, object?>
        {
            [nameof(Pages.SignInPage.Frame)] = frame,
            [nameof(Pages.SignInPage.Email)] = email,
            [nameof(Pages.SignInPage.To)] = to,
            [nameof(Pages.SignInPage.Problem)] = problem,
        });

    static RazorComponentResult<SetupPage> SetupPageOf(
        Frame frame, SetupForm form, bool hasDemo, string? problem) =>
        new(new Dictionary<string, object?>
        {
            [nameof(SetupPage.Frame)] = frame,
            [nameof(SetupPage.Form)] = form,
            [nameof(SetupPage.HasDemo)] = hasDemo,
            [nameof(SetupPage.Problem)] = problem,
        });

    /// <summary>Back to a page of ours, never to an address of somebody else.</summary>
    internal static string Back(string? to) =>
        to is { Length: > 1 } && to[0] == '/' && to[1] is not ('/' or '\\') && !to.Any(char.IsControl) ? to : "/";

    static string Address(HttpContext context) => (context.Connection.RemoteIpAddress ?? IPAddress.None).ToString();
}
