using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Desk.Pages;
using WildCam.Hub.Hosting.Orders;
using WildCam.Storage.Cameras;
using WildCam.Storage.Orders;

namespace WildCam.Hub.Desk;

/// <summary>A camera's page that is open to a visitor.</summary>
sealed record OpenCamera(Frame Frame, CameraOverview Camera);

/// <summary>Makes the pages of settings and commands.</summary>
sealed class OrderPages(
    CamerasTable cameras, SettingsTable settings, CameraTagsTable tags, CommandsTable commands, TimeProvider time)
{
    /// <summary>
    /// The camera, where it is of a project that is open to the visitor, who may change it if asked for.
    /// </summary>
    public async Task<OpenCamera?> OpenAsync(
        HttpContext context, Frames frames, string project, string code, bool toChange)
    {
        if (code.Length > 32 || code.Contains('\0', StringComparison.Ordinal)
            || await frames.OpenAsync(context, project) is not { Project: { } open } frame
            || (toChange && !frame.CanManage))
        {
            return null;
        }

        var camera = await cameras.ShowAsync(code.ToLowerInvariant(), context.RequestAborted);
        return camera?.ProjectId == open.Id ? new OpenCamera(frame, camera) : null;
    }

    public async Task<IResult> SettingsAsync(
        OpenCamera open, string? note, CancellationToken cancellationToken, SettingsForm? typed = null,
        IReadOnlyList<SettingField>? wrong = null, bool isConflict = false)
    {
        var row = await settings.FindAsync(open.Camera.Id, cancellationToken);
        var view = new SettingsView(
            open.Camera, row!, await tags.ListAsync(open.Camera.Id, cancellationToken),
            await tags.ListForProjectAsync(open.Camera.ProjectId, cancellationToken), typed, wrong ?? [], isConflict,
            note, time.GetUtcNow());
        return new RazorComponentResult<SettingsPage>(new Dictionary<string, object?>
        {
            [nameof(SettingsPage.Frame)] = open.Frame,
            [nameof(SettingsPage.View)] = view,
        })
        {
            StatusCode = isConflict ? StatusCodes.Status409Conflict
                : wrong is { Count: > 0 } ? StatusCodes.Status400BadRequest
                : StatusCodes.Status200OK,
        };
    }

    public async Task<IResult> CommandsAsync(
        OpenCamera open, long? before, int count, string? problem, CancellationToken cancellationToken)
    {
        var rows = await commands.ListAsync(open.Camera.Id, before, count, cancellationToken);
        var zone = open.Camera.SiteTimeZone is { } name ? SiteTime.Zone(name) : open.Frame.Zone;
        return new RazorComponentResult<CommandsPage>(new Dictionary<string, object?>
        {
            [nameof(CommandsPage.Frame)] = open.Frame,
            [nameof(CommandsPage.View)] = new CommandsView(
                open.Camera, rows, rows.Count == count, before is null, zone, problem, time.GetUtcNow()),
        })
        {
            StatusCode = problem is null ? StatusCodes.Status200OK : StatusCodes.Status409Conflict,
        };
    }
}
