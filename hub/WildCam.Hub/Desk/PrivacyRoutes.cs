using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Desk.Pages;
using WildCam.Hub.Hosting;
using WildCam.Storage;
using WildCam.Storage.Desk;

namespace WildCam.Hub.Desk;

/// <summary>Routes of the page that says what is kept from whom.</summary>
static class PrivacyRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/p/{project}/settings/privacy", ShowAsync);
        routes.MapPost("/p/{project}/settings/privacy", SetAsync).DisableAntiforgery();
    }

    static async Task<IResult> ShowAsync(string project, HttpContext context, Frames frames, PrivacyTable privacy)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open, CanManage: true } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        return new RazorComponentResult<PrivacyPage>(new Dictionary<string, object?>
        {
            [nameof(PrivacyPage.Frame)] = frame,
            [nameof(PrivacyPage.Privacy)] =
                await privacy.ReadAsync(open.Id, open.Language, context.RequestAborted),
            [nameof(PrivacyPage.IsSaved)] = context.Request.Query.ContainsKey("saved"),
        });
    }

    static async Task<IResult> SetAsync(string project, HttpContext context, Frames frames, PrivacyTable privacy)
    {
        if (await frames.OpenAsync(context, project) is not
            { Project: { } open, CanManage: true } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var form = await DeskGuard.ReadFormAsync(context);
        var role = Enum.TryParse<Role>(form["people"], out var chosen) && Enum.IsDefined(chosen)
            ? chosen
            : Role.Researcher;
        var sensitive = form["sensitive"]
            .Select(id => int.TryParse(id, CultureInfo.InvariantCulture, out var known) ? known : 0)
            .Where(id => id > 0).Take(PrivacyTable.SpeciesMax).ToHashSet();
        await privacy.SetAsync(open.Id, context.Actor(), role, sensitive, context.RequestAborted);
        return TypedResults.LocalRedirect($"{frame.Root}/settings/privacy?saved");
    }
}
