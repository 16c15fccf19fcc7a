using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Desk.Pages;
using WildCam.Storage;
using WildCam.Storage.Desk;

namespace WildCam.Hub.Desk;

/// <summary>Routes of the page that brings data in; its module sends the files to the API.</summary>
static class ImportRoutes
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/p/{project}/import", ShowAsync);

    static async Task<IResult> ShowAsync(string project, HttpContext context, Frames frames, GalleryPages galleries)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { Role: >= Role.Researcher } open } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var names = await galleries.NamesAsync(open, context.RequestAborted);
        return new RazorComponentResult<ImportPage>(new Dictionary<string, object?>
        {
            [nameof(ImportPage.Frame)] = frame,
            [nameof(ImportPage.Cameras)] = (IReadOnlyList<CameraEntry>)
                [.. names.Cameras.Values.OrderBy(c => c.Code, StringComparer.Ordinal)],
            [nameof(ImportPage.Chosen)] = context.Request.Query["camera"].ToString(),
        });
    }
}
