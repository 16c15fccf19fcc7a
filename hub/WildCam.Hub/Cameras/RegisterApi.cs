using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Hosting;
using WildCam.Hub.Hosting.Orders;
using WildCam.Hub.Hosting.Register;
using WildCam.Storage;
using WildCam.Storage.Cameras;

namespace WildCam.Hub.Cameras;

/// <summary>What is to be said of a camera; what is left out stays as it is.</summary>
public sealed record CameraEditBody(string? Name = null, string? Board = null, string? Notes = null);

/// <summary>
/// A move: to a site, or from where it stands to nowhere where the site is left out. Since when; now where left out.
/// </summary>
public sealed record MoveBody(string? Site = null, DateTimeOffset? From = null);

/// <summary>A move that was made, and how many pictures of the time since then are filed at the new place.</summary>
public sealed record MoveAnswer(string Code, string? Site, int PicturesFiledAnew);

/// <summary>How a camera's credentials stand; the credentials themselves are shown once, when they are made.</summary>
public sealed record CredentialStateAnswer(
    string Code, DateTimeOffset? IssuedAt, DateTimeOffset? FirstUsedAt, DateTimeOffset? OldGoodUntil);

/// <summary>Until when a stolen or retired camera stood where it stood; now where left out.</summary>
public sealed record EndBody(DateTimeOffset? Until = null);

/// <summary>A site corrected; without coordinates it has none.</summary>
public sealed record SiteEditBody(string Name, double? Latitude = null, double? Longitude = null);

/// <summary>A sheet of cameras as comma-separated values.</summary>
public sealed record SheetBody(string Csv);

/// <summary>What is wrong with a cell; row 0 is the whole file.</summary>
public sealed record SheetFaultAnswer(int Row, string Column, string Why);

/// <summary>What would become of a sheet.</summary>
public sealed record SheetAnswer(int Cameras, int NewSites, int FaultsInAll, IReadOnlyList<SheetFaultAnswer> Faults);

/// <summary>Changes of cameras and sites, for programs.</summary>
static class RegisterApi
{
    const int OverlapHoursMax = 90 * 24;

    public static void Map(IEndpointRouteBuilder project)
    {
        project.MapPatch("/cameras/{code}", EditAsync).RequireRole(Role.Manager);
        project.MapPost("/cameras/{code}/move", MoveAsync).RequireRole(Role.Manager);
        project.MapGet("/cameras/{code}/credential", ShowCredentialAsync).RequireRole(Role.Manager);
        project.MapPost("/cameras/{code}/credential", RotateAsync).RequireRole(Role.Manager);
        project.MapPost("/cameras/{code}/credential/end-old", EndOldAsync).RequireRole(Role.Manager);
        project.MapPost("/cameras/{code}/revoke", RevokeAsync).RequireRole(Role.Manager);
        project.MapPost("/cameras/{code}/stolen", StolenAsync).RequireRole(Role.Manager);
        project.MapPost("/cameras/{code}/retire", RetireAsync).RequireRole(Role.Manager);
        project.MapPost("/cameras/{code}/reinstate", ReinstateAsync).RequireRole(Role.Manager);
        project.MapPost("/cameras/sheet/preview", PreviewAsync).RequireRole(Role.Manager);
        project.MapPost("/cameras/sheet", TakeSheetAsync).RequireRole(Role.Manager);
        project.MapPatch("/sites/{slug}", CorrectSiteAsync).RequireRole(Role.Manager);
    }

    static async Task<Results<NoContent, ProblemHttpResult>> EditAsync(
        string code, CameraEditBody body, HttpContext context, CamerasTable cameras, CameraEdits edits,
        CancellationToken cancellationToken)
    {
        if (await ProjectCameras.FindAsync(context, cameras, code, cancellationToken) is not { } camera)
        {
            return Problems.NoSuch("camera");
        }

        if (!TryBoard(body.Board, out var board, out var problem))
        {
            return problem!;
        }

        var refusal = await edits.EditAsync(
            camera, new CameraEdit(body.Name, board, body.Notes), context.Actor(), cancellationToken);
        return refusal == CameraRefusal.None ? TypedResults.NoContent() : Refused(refusal, camera.Code);
    }

    static async Task<Results<Ok<MoveAnswer>, ProblemHttpResult>> MoveAsync(
        string code, MoveBody body, HttpContext context, CamerasTable cameras, CameraEdits edits, TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (await ProjectCameras.FindAsync(context, cameras, code, cancellationToken) is not { } camera)
        {
            return Problems.NoSuch("camera");
        }

        var move = await edits.MoveAsync(
            camera, body.Site, body.From ?? time.GetUtcNow(), context.Actor(), cancellationToken);
        return move.Refusal switch
        {
            CameraRefusal.None => TypedResults.Ok(new MoveAnswer(camera.Code, body.Site, move.Misfiled)),
            CameraRefusal.NoSuchSite => Problems.Invalid("site", "The project has no site of this slug."),
            CameraRefusal.BadTime => Problems.Invalid("from", RegisterWords.Refused(move, camera.Code, Utc)),
            CameraRefusal.SameSite => Problems.Of(
                StatusCodes.Status409Conflict, "same-site", RegisterWords.Refused(move, camera.Code, Utc)),
            CameraRefusal.Overlaps => Problems.Of(
                StatusCodes.Status409Conflict, "overlaps", RegisterWords.Refused(move, camera.Code, Utc)),
            _ => Refused(move.Refusal, camera.Code),
        };
    }

    static async Task<Results<Ok<CredentialStateAnswer>, ProblemHttpResult>> ShowCredentialAsync(
        string code, HttpContext context, CamerasTable cameras, RegisterTable register,
        CancellationToken cancellationToken) =>
        await ProjectCameras.FindAsync(context, cameras, code, cancellationToken) is { } camera
        && await register.FindAsync(camera.ProjectId, camera.Code, cancellationToken) is { Credential: var state }
            ? TypedResults.Ok(new CredentialStateAnswer(
                camera.Code, state.IssuedAt, state.UsedAt, state.PreviousUntil))
            : Problems.NoSuch("camera");

    /// <summary>Another credential; with hours of overlap the old one is good beside it until it is used.</summary>
    static async Task<Results<Ok<CredentialAnswer>, ProblemHttpResult>> RotateAsync(
        string code, int? overlapHours, HttpContext context, CamerasTable cameras, CameraRegistration registration,
        CancellationToken cancellationToken)
    {
        if (await ProjectCameras.FindAsync(context, cameras, code, cancellationToken) is not { } camera)
        {
            return Problems.NoSuch("camera");
        }

        if (overlapHours is < 0 or > OverlapHoursMax)
        {
            return Problems.Invalid("overlapHours", $"An overlap lasts 0 to {OverlapHoursMax} hours (OverlapMax).");
        }

        var rotated = await registration.RotateAsync(
            camera.Code, context.Actor(), cancellationToken, TimeSpan.FromHours(overlapHours ?? 0));
        return rotated.Refusal == CameraRefusal.None
            ? TypedResults.Ok(new CredentialAnswer(camera.Code, rotated.Credential!))
            : Refused(rotated.Refusal, camera.Code);
    }

    static async Task<Results<NoContent, ProblemHttpResult>> EndOldAsync(
        string code, HttpContext context, CamerasTable cameras, CameraRegistration registration,
        CancellationToken cancellationToken)
    {
        if (await ProjectCameras.FindAsync(context, cameras, code, cancellationToken) is not { } camera)
        {
            return Problems.NoSuch("camera");
        }

        await registration.EndPreviousAsync(camera.Code, context.Actor(), cancellationToken);
        return TypedResults.NoContent();
    }

    static Task<Results<NoContent, ProblemHttpResult>> RevokeAsync(
        string code, HttpContext context, CamerasTable cameras, CameraRegistration registration,
        CancellationToken cancellationToken) =>
        EndAsync(code, CameraEnd.Revoked, null, context, cameras, registration, cancellationToken);

    /// <summary>Everything that the camera could use ends: credentials, orders, firmware, previews.</summary>
    static Task<Results<NoContent, ProblemHttpResult>> StolenAsync(
        string code, EndBody? body, HttpContext context, CamerasTable cameras, CameraRegistration registration,
        CancellationToken cancellationToken) =>
        EndAsync(code, CameraEnd.Stolen, body?.Until, context, cameras, registration, cancellationToken);

    static Task<Results<NoContent, ProblemHttpResult>> RetireAsync(
        string code, EndBody? body, HttpContext context, CamerasTable cameras, CameraRegistration registration,
        CancellationToken cancellationToken) =>
        EndAsync(code, CameraEnd.Retired, body?.Until, context, cameras, registration, cancellationToken);

    static async Task<Results<NoContent, ProblemHttpResult>> EndAsync(
        string code, CameraEnd why, DateTimeOffset? until, HttpContext context, CamerasTable cameras,
        CameraRegistration registration, CancellationToken cancellationToken)
    {
        if (await ProjectCameras.FindAsync(context, cameras, code, cancellationToken) is not { } camera)
        {
            return Problems.NoSuch("camera");
        }

        var refusal = await registration.EndAsync(camera.Code, why, until, context.Actor(), cancellationToken);
        return refusal == CameraRefusal.None ? TypedResults.NoContent() : Refused(refusal, camera.Code);
    }

    static async Task<Results<Ok<CredentialAnswer>, ProblemHttpResult>> ReinstateAsync(
        string code, HttpContext context, CamerasTable cameras, CameraRegistration registration,
        CancellationToken cancellationToken)
    {
        if (await ProjectCameras.FindAsync(context, cameras, code, cancellationToken) is not { } camera)
        {
            return Problems.NoSuch("camera");
        }

        var back = await registration.ReinstateAsync(camera.Code, context.Actor(), cancellationToken);
        return back.Refusal == CameraRefusal.None
            ? TypedResults.Ok(new CredentialAnswer(camera.Code, back.Credential!))
            : Refused(back.Refusal, camera.Code);
    }

    static async Task<Ok<SheetAnswer>> PreviewAsync(
        SheetBody body, HttpContext context, CameraSheets sheets, CancellationToken cancellationToken)
    {
        var sheet = await sheets.ReadAsync(ProjectOf(context), body.Csv, context.Actor(), cancellationToken);
        return TypedResults.Ok(ToAnswer(sheet));
    }

    /// <summary>Adds all cameras of a sheet or none; each credential is shown this once.</summary>
    static async Task<Results<Created<IReadOnlyList<CredentialAnswer>>, ProblemHttpResult>> TakeSheetAsync(
        SheetBody body, HttpContext context, CameraSheets sheets, CancellationToken cancellationToken)
    {
        var project = ProjectOf(context);
        var sheet = await sheets.ReadAsync(project, body.Csv, context.Actor(), cancellationToken);
        if (!sheet.IsGood)
        {
            return Wrong(sheet.Faults);
        }

        var (added, fault) = await sheets.AddAsync(sheet, cancellationToken);
        return fault is not null
            ? Wrong([fault])
            : TypedResults.Created<IReadOnlyList<CredentialAnswer>>(
                $"/api/v1/projects/{project.Slug}/cameras",
                [.. added.Select(a => new CredentialAnswer(a.Code, a.Credential!))]);
    }

    static async Task<Results<NoContent, ProblemHttpResult>> CorrectSiteAsync(
        string slug, SiteEditBody body, HttpContext context, SiteRegistration sites,
        CancellationToken cancellationToken)
    {
        var project = context.Project();
        if (!SiteRegistration.IsSlug(slug))
        {
            return Problems.NoSuch("site");
        }

        if (Wrong(new NewSite(slug, body.Name, body.Latitude, body.Longitude, project.TimeZone)) is { } wrong)
        {
            return wrong;
        }

        return await sites.CorrectAsync(
            project.Id, slug, body.Name, body.Latitude, body.Longitude, context.Actor(), cancellationToken)
            ? TypedResults.NoContent()
            : Problems.NoSuch("site");
    }

    /// <summary>What is wrong with a site; null: nothing.</summary>
    public static ProblemHttpResult? Wrong(NewSite site) =>
        !SiteRegistration.IsSlug(site.Slug)
            ? Problems.Invalid("slug", "A slug is a-z, 0-9 and -, not - first, 48 characters at most.")
        : !CameraRegistration.IsName(site.Name)
            ? Problems.Invalid("name", $"A name has 1 to {SiteRegistration.NameCharsMax} characters.")
        : !SiteRegistration.ArePlace(site.Latitude, site.Longitude)
            ? Problems.Invalid(
                "latitude", "A latitude is within -90 and 90, a longitude within -180 and 180: both, or none.")
        : !SiteRegistration.IsZone(site.TimeZone)
            ? Problems.Invalid("timeZone", "A time zone is an IANA name, such as Africa/Nairobi.")
        : null;

    public static bool TryBoard(string? name, out short? board, out ProblemHttpResult? problem)
    {
        (board, problem) = (null, null);
        if (name is null)
        {
            return true;
        }

        if (!BoardNames.TryParse(name, out var known))
        {
            problem = Problems.Invalid("board", $"A board is one of {string.Join(", ", BoardNames.All)}.");
            return false;
        }

        board = known;
        return true;
    }

    public static bool TryPolicy(string? word, out ProblemHttpResult? problem)
    {
        problem = word is null || Presets.Find(word) is not null
            ? null
            : Problems.Invalid("policy", $"A policy is one of {string.Join(", ", Presets.All.Select(p => p.Word))}.");
        return problem is null;
    }

    public static ProblemHttpResult Refused(CameraRefusal refusal, string code)
    {
        var why = RegisterWords.Refused(refusal, code);
        return refusal switch
        {
            CameraRefusal.BadCode => Problems.Invalid("code", why),
            CameraRefusal.BadName => Problems.Invalid("name", why),
            CameraRefusal.BadNotes => Problems.Invalid("notes", why),
            CameraRefusal.BadTags => Problems.Invalid("tags", why),
            CameraRefusal.BadTime => Problems.Invalid("from", why),
            CameraRefusal.BadSite => Problems.Invalid("site", why),
            CameraRefusal.NoSuchSite => Problems.Invalid("site", "The project has no site of this slug."),
            CameraRefusal.CodeTaken => Problems.Of(StatusCodes.Status409Conflict, "code-taken", why),
            CameraRefusal.Revoked => Problems.Of(StatusCodes.Status409Conflict, "camera-revoked", why),
            CameraRefusal.InUse => Problems.Of(StatusCodes.Status409Conflict, "camera-in-use", why),
            _ => Problems.NoSuch("camera"),
        };
    }

    static SheetProject ProjectOf(HttpContext context)
    {
        var project = context.Project();
        return new SheetProject(project.Id, project.Slug, project.TimeZone);
    }

    static SheetAnswer ToAnswer(CameraSheet sheet) => new(
        sheet.Rows.Count, sheet.NewSites, sheet.Faults.Count,
        [.. sheet.Faults.Take(CameraSheet.FaultsShownMax).Select(f => new SheetFaultAnswer(f.Row, f.Column, f.Why))]);

    static ProblemHttpResult Wrong(IReadOnlyList<SheetFault> faults)
    {
        var problem = Problems.Of(
            StatusCodes.Status400BadRequest, "invalid-sheet", $"Nothing was added: {faults.Count} faults.");
        problem.ProblemDetails.Extensions["faults"] = faults.Take(CameraSheet.FaultsShownMax)
            .Select(f => new SheetFaultAnswer(f.Row, f.Column, f.Why)).ToList();
        return problem;
    }

    static string Utc(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
