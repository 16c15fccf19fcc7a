using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Desk.Pages;
using WildCam.Hub.Hosting;
using WildCam.Storage.Cameras;

namespace WildCam.Hub.Desk;

/// <summary>The wall of live previews: for managers, as the previews are.</summary>
static class WallRoutes
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/p/{project}/wall", ShowAsync);

    static async Task<IResult> ShowAsync(
        string project, HttpContext context, Frames frames, CamerasTable cameras, TimeProvider time)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open, CanManage: true } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var all = (await cameras.ListAsync(open.Id, context.RequestAborted)).Where(c => c.RevokedAt is null).ToList();
        var asked = context.Request.Query["camera"].Select(c => c?.ToLowerInvariant())
            .ToHashSet(StringComparer.Ordinal);
        var chosen = all.Where(c => asked.Contains(c.Code)).ToList();
        return new RazorComponentResult<WallPage>(new Dictionary<string, object?>
        {
            [nameof(WallPage.Frame)] = frame,
            [nameof(WallPage.View)] = new WallView(
                [.. chosen.Take(StreamLimits.WallCamerasMax)], all,
                Math.Max(0, chosen.Count - StreamLimits.WallCamerasMax), frame.Zone, time.GetUtcNow()),
        });
    }
}
