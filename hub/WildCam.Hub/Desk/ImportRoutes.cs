using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Desk.Pages;
using WildCam.Storage;
using WildCam.Storage.Desk;
using WildCam.Storage.Imports;

namespace WildCam.Hub.Desk;

/// <summary>Routes of the page that brings data in; its module sends the files to the API.</summary>
static class ImportRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/p/{project}/import", ShowAsync);
        routes.MapGet("/p/{project}/packages/{id:guid}", PackageAsync);
    }

    static async Task<IResult> PackageAsync(
        string project, Guid id, HttpContext context, Frames frames, PackageContentsTable packages)
    {
        var abort = context.RequestAborted;
        if (await frames.OpenAsync(context, project) is not { Project: { } open } frame
            || (await packages.ListTitlesAsync(open.Id, abort)).FirstOrDefault(p => p.Id == id) is not
                { Title: not null } package)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        return new RazorComponentResult<PackagePage>(new Dictionary<string, object?>
        {
            [nameof(PackagePage.Frame)] = frame,
            [nameof(PackagePage.Package)] = package,
            [nameof(PackagePage.Species)] = await packages.ListSpeciesAsync(open.Id, id, abort),
            [nameof(PackagePage.Deployments)] = await packages.ListDeploymentsAsync(open.Id, id, abort),
        });
    }

    static async Task<IResult> ShowAsync(
        string project, HttpContext context, Frames frames, GalleryPages galleries, PackageContentsTable packages)
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
            [nameof(ImportPage.Packages)] = await packages.ListTitlesAsync(open.Id, context.RequestAborted),
            [nameof(ImportPage.Chosen)] = context.Request.Query["camera"].ToString(),
        });
    }
}
