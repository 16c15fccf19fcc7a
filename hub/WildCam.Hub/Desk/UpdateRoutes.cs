using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Desk.Pages;
using WildCam.Hub.Hosting;
using WildCam.Storage.Fleet;

namespace WildCam.Hub.Desk;

/// <summary>Routes of the pages about firmware and rollouts.</summary>
static class UpdateRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var updates = routes.MapGroup("/p/{project}/updates");
        updates.MapGet("", ListAsync);
        updates.MapGet("/new", NewAsync);
        updates.MapPost("/new", StartAsync).DisableAntiforgery();
        updates.MapGet("/{id:int}", (string project, int id, string? log, HttpContext context, Frames frames,
            RolloutPagesTable pages, FirmwareTable firmware, TimeProvider time) =>
            ShowAsync(project, id, log, null, context, frames, pages, firmware, time));
        updates.MapPost("/{id:int}", ChangeAsync).DisableAntiforgery();
    }

    static async Task<IResult> ListAsync(
        string project, HttpContext context, Frames frames, RolloutPagesTable pages, FirmwareTable firmware,
        PublishersTable publishers, TimeProvider time)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open, CanManage: true } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        return new RazorComponentResult<UpdatesPage>(new Dictionary<string, object?>
        {
            [nameof(UpdatesPage.Frame)] = frame,
            [nameof(UpdatesPage.Rollouts)] = await pages.ListAsync(open.Id, context.RequestAborted),
            [nameof(UpdatesPage.Firmware)] = await firmware.ListAsync(context.RequestAborted),
            [nameof(UpdatesPage.Publishers)] = await publishers.ListAsync(context.RequestAborted),
            [nameof(UpdatesPage.Now)] = time.GetUtcNow(),
        });
    }

    static async Task<IResult> NewAsync(
        string project, int? firmware, HttpContext context, Frames frames, FirmwareTable catalogue, Rollouts rollouts)
    {
        if (await frames.OpenAsync(context, project) is not { Project: not null, CanManage: true } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        return firmware is { } id && await catalogue.FindAsync(id, context.RequestAborted) is { } wanted
            ? await FormPageAsync(
                frame, wanted, RolloutForm.Read(name => context.Request.Query[name]), null, rollouts, context)
            : DeskGuard.NotFound(frame, Texts.NotFound);
    }

    static async Task<IResult> StartAsync(
        string project, HttpContext context, Frames frames, FirmwareTable catalogue, Rollouts rollouts)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open, CanManage: true } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var posted = await DeskGuard.ReadFormAsync(context);
        if (!int.TryParse(posted["firmware"], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            || await catalogue.FindAsync(id, context.RequestAborted) is not { } wanted)
        {
            return DeskGuard.NotFound(frame, Texts.NotFound);
        }

        var form = RolloutForm.Read(name => posted[name]);
        if (form.ToPlan(out var problem) is not { } plan)
        {
            return await FormPageAsync(frame, wanted, form, problem, rollouts, context);
        }

        var answer = await rollouts.StartAsync(open.Id, id, plan, context.Actor(), context.RequestAborted);
        return answer.Refusal is RolloutRefusal.None
            ? TypedResults.LocalRedirect($"{frame.Root}/updates/{answer.Id}")
            : await FormPageAsync(frame, wanted, form, RolloutSentences.Refused(answer), rollouts, context);
    }

    static async Task<IResult> ShowAsync(
        string project, int id, string? log, string? problem, HttpContext context, Frames frames,
        RolloutPagesTable pages, FirmwareTable firmware, TimeProvider time)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open, CanManage: true } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var abort = context.RequestAborted;
        if (await pages.FindAsync(open.Id, id, abort) is not { } line)
        {
            return DeskGuard.NotFound(frame, Texts.NotFound);
        }

        var now = time.GetUtcNow();
        var back = (await firmware.ListAsync(abort)).Where(f => f.IsTrusted && f.Board == line.Rollout.Board
            && f.Version != line.Rollout.Target).ToList();
        return new RazorComponentResult<RolloutPage>(new Dictionary<string, object?>
        {
            [nameof(RolloutPage.Frame)] = frame,
            [nameof(RolloutPage.Line)] = line,
            [nameof(RolloutPage.Groups)] = UpdateWords.Groups(
                await pages.ListCamerasAsync(id, abort), await pages.CountStatesAsync(id, abort), now),
            [nameof(RolloutPage.Back)] = back,
            [nameof(RolloutPage.FollowedBy)] = await pages.FindRollbackAsync(id, abort),
            [nameof(RolloutPage.LogOf)] = log,
            [nameof(RolloutPage.History)] =
                await pages.ListHistoryAsync(id, string.IsNullOrEmpty(log) ? null : log.ToLowerInvariant(), abort),
            [nameof(RolloutPage.Problem)] = problem,
            [nameof(RolloutPage.Now)] = now,
        })
        {
            StatusCode = problem is null ? StatusCodes.Status200OK : StatusCodes.Status409Conflict,
        };
    }

    static async Task<IResult> ChangeAsync(
        string project, int id, HttpContext context, Frames frames, Rollouts rollouts, RolloutPagesTable pages,
        FirmwareTable firmware, TimeProvider time)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open, CanManage: true } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var form = await DeskGuard.ReadFormAsync(context);
        var abort = context.RequestAborted;
        var actor = context.Actor();
        var seen = Number(form["version"]);
        var camera = form["camera"].ToString();
        var answer = form["do"].ToString() switch
        {
            "pause" => await rollouts.PauseAsync(open.Id, id, actor, abort),
            "resume" => await rollouts.ResumeAsync(open.Id, id, seen, actor, abort),
            "cancel" => await rollouts.CancelAsync(open.Id, id, seen, actor, abort),
            "retry" => await rollouts.RetryAsync(
                open.Id, id, camera.Length == 0 ? null : camera.ToLowerInvariant(), actor, abort),
            "roll-back" => await rollouts.RollBackAsync(open.Id, id, seen, Number(form["to"]), actor, abort),
            _ => new RolloutAnswer(null, RolloutRefusal.NoSuchRollout),
        };
        return answer.Refusal switch
        {
            RolloutRefusal.None => TypedResults.LocalRedirect($"{frame.Root}/updates/{answer.Id}"),
            RolloutRefusal.NoSuchRollout => DeskGuard.NotFound(frame, Texts.NotFound),
            _ => await ShowAsync(
                project, id, null, RolloutSentences.Refused(answer), context, frames, pages, firmware, time),
        };
    }

    static async Task<IResult> FormPageAsync(
        Frame frame, Firmware wanted, RolloutForm form, string? problem, Rollouts rollouts, HttpContext context)
    {
        var plan = form.ToPlan(out var wrong);
        var preview = plan is null
            ? null
            : await rollouts.PreviewAsync(frame.Project!.Id, wanted, plan, context.RequestAborted);
        return new RazorComponentResult<NewRolloutPage>(new Dictionary<string, object?>
        {
            [nameof(NewRolloutPage.Frame)] = frame,
            [nameof(NewRolloutPage.Firmware)] = wanted,
            [nameof(NewRolloutPage.Form)] = form,
            [nameof(NewRolloutPage.Plan)] = plan,
            [nameof(NewRolloutPage.Preview)] = preview,
            [nameof(NewRolloutPage.Problem)] = problem ?? wrong,
        });
    }

    static int Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
}
