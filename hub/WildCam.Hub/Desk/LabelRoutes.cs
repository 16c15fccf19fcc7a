using System.Globalization;
using WildCam.Storage.Remarks;

namespace WildCam.Hub.Desk;

/// <summary>Tags and known animals on events, by the forms of the picture's page.</summary>
static class LabelRoutes
{
    public static void Map(IEndpointRouteBuilder project) => project.MapPost("/labels", SetAsync);

    static async Task<IResult> SetAsync(string project, HttpContext context, Frames frames, LabelsTable labels)
    {
        if (await DecisionRoutes.RefuseAsync(project, context, frames) is { } refusal)
        {
            return refusal;
        }

        var frame = (await frames.OpenAsync(context, project))!;
        var (open, account) = (frame.Project!, frame.Visitor!.AccountId);
        var form = await DeskGuard.ReadFormAsync(context);
        var kind = form["kind"] == "individual" ? LabelKind.Individual : LabelKind.Tag;
        if (!Guid.TryParse(form["event"], out var eventId) || !Guid.TryParse(form["picture"], out var picture))
        {
            return TypedResults.BadRequest();
        }

        var isOff = int.TryParse(form["off"], CultureInfo.InvariantCulture, out var off);
        var label = isOff
            ? off
            : await labels.EnsureAsync(
                kind, open.Id, ReviewRoutes.Plain(form["name"]), context.RequestAborted);
        if (label is null)
        {
            return DeskGuard.Message(
                frame, StatusCodes.Status422UnprocessableEntity, "This could not be added",
                $"A name has 1 to {LabelsTable.NameCharsMax} characters (NameCharsMax), and a project has "
                + $"{LabelsTable.ListMax} of a kind at most (ListMax).", null);
        }

        await labels.SetAsync(kind, open.Id, label.Value, [eventId], account, !isOff, context.RequestAborted);
        return TypedResults.LocalRedirect($"{frame.Root}/pictures/{picture}");
    }
}
