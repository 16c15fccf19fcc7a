using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Desk.Pages;
using WildCam.Storage.Cameras;

namespace WildCam.Hub.Desk;

/// <summary>Makes the page on which a camera is looked after.</summary>
sealed class ManagePages(RegisterTable register, GalleryPages galleries, TimeProvider time)
{
    /// <summary>The page, perhaps with a problem, a note or a password that is shown this once; null: no such camera.
    /// </summary>
    public async Task<IResult?> ShowAsync(
        HttpContext context, Frame frame, string code, string? secret = null, bool isNew = false,
        string? problem = null, string? note = null, int status = StatusCodes.Status200OK)
    {
        var project = frame.Project!;
        if (await register.FindAsync(project.Id, code, context.RequestAborted) is not { } camera)
        {
            return null;
        }

        if (secret is not null)
        {
            context.Response.Headers.CacheControl = "no-store"; // The answer holds the secret.
        }

        return new RazorComponentResult<ManagePage>(new Dictionary<string, object?>
        {
            [nameof(ManagePage.Frame)] = frame,
            [nameof(ManagePage.Camera)] = camera,
            [nameof(ManagePage.Names)] = await galleries.NamesAsync(project, context.RequestAborted),
            [nameof(ManagePage.Secret)] = secret,
            [nameof(ManagePage.IsNew)] = isNew,
            [nameof(ManagePage.Problem)] = problem,
            [nameof(ManagePage.Note)] = note,
            [nameof(ManagePage.Now)] = time.GetUtcNow(),
        })
        { StatusCode = status };
    }
}
