using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Desk.Pages;
using WildCam.Hub.Hosting;
using WildCam.Storage.Accounts;
using WildCam.Storage.Watch;

namespace WildCam.Hub.Desk;

/// <summary>What the alerts page reads and changes.</summary>
sealed class AlertPages(
    AlertsTable alerts, AlertRulesTable rules, AlertChannelsTable channels, AlertMessagesTable messages,
    ChannelSeal seal, AuditTable audit, TimeProvider time)
{
    public AlertsTable Alerts => alerts;

    public AlertRulesTable Rules => rules;

    public AlertChannelsTable Channels => channels;

    public AlertMessagesTable Messages => messages;

    public ChannelSeal Seal => seal;

    public DateTimeOffset Now => time.GetUtcNow();

    public Task NoteAsync(
        Frame frame, HttpContext context, string action, string subject, object? before = null,
        object? after = null) => audit.AddAsync(
        new AuditEntry(context.Actor(), action, subject)
        {
            ProjectId = frame.Project!.Id,
            Before = before,
            After = after,
        },
        context.RequestAborted);

    public async Task<IResult> ShowAsync(
        Frame frame, HttpContext context, string? problem = null, string? secret = null, AlertPolicy? typed = null)
    {
        var project = frame.Project!.Id;
        var abort = context.RequestAborted;
        var now = Now;
        return new RazorComponentResult<AlertsPage>(new Dictionary<string, object?>
        {
            [nameof(AlertsPage.Frame)] = frame,
            [nameof(AlertsPage.Open)] = await alerts.ListAsync(project, isOver: false, now, abort),
            [nameof(AlertsPage.Past)] = await alerts.ListAsync(project, isOver: true, now, abort),
            [nameof(AlertsPage.Policy)] = typed ?? await rules.ReadAsync(project, abort),
            [nameof(AlertsPage.Channels)] = await channels.ListAsync(project, abort),
            [nameof(AlertsPage.Messages)] = await messages.ListAsync(project, abort),
            [nameof(AlertsPage.Problem)] = problem,
            [nameof(AlertsPage.Secret)] = secret,
            [nameof(AlertsPage.Done)] = WatchWords.Done(context.Request.Query["done"]),
            [nameof(AlertsPage.Now)] = now,
        });
    }
}

/// <summary>Routes of the alerts page: for managers.</summary>
static class AlertRoutes
{
    delegate Task<IResult> Change(Frame frame, HttpContext context, AlertPages pages);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var alerts = routes.MapGroup("/p/{project}/alerts");
        alerts.MapGet("", async (string project, HttpContext context, Frames frames, AlertPages pages) =>
            await frames.OpenAsync(context, project) is { CanManage: true } frame
                ? await pages.ShowAsync(frame, context)
                : await LookRoutes.NothingAsync(context, frames));
        Post(alerts, "/rules", SaveRulesAsync);
        Post(alerts, "/channels", AddChannelAsync);
        Post(alerts, "/channels/{id:int}/{change}", ChangeChannelAsync);
        Post(alerts, "/messages/{id:guid}/again", SendAgainAsync);
        Post(alerts, "/{id:long}/{change}", ChangeAlertAsync);
    }

    // What all posts share: by a manager of the project; to others there is nothing here.
    static void Post(RouteGroupBuilder alerts, string pattern, Change change) =>
        alerts.MapPost(pattern, async (string project, HttpContext context, Frames frames, AlertPages pages) =>
            await frames.OpenAsync(context, project) is { CanManage: true } frame
                ? await change(frame, context, pages)
                : await LookRoutes.NothingAsync(context, frames)).DisableAntiforgery();

    static async Task<IResult> SaveRulesAsync(Frame frame, HttpContext context, AlertPages pages)
    {
        var (policy, problem) = AlertForms.ReadPolicy(await DeskGuard.ReadFormAsync(context));
        if (policy is null)
        {
            return await pages.ShowAsync(frame, context, problem);
        }

        var before = await pages.Rules.ReadAsync(frame.Project!.Id, context.RequestAborted);
        await pages.Rules.SaveAsync(frame.Project.Id, policy, context.RequestAborted);
        await pages.NoteAsync(frame, context, "alerts.rules", frame.Project.Slug, before, policy);
        return Back(frame, "saved");
    }

    static async Task<IResult> AddChannelAsync(Frame frame, HttpContext context, AlertPages pages)
    {
        var (kind, name, settings, problem) = AlertForms.ReadChannel(await DeskGuard.ReadFormAsync(context));
        if (settings is null)
        {
            return await pages.ShowAsync(frame, context, problem);
        }

        var shown = settings.Shown(kind);
        var added = await pages.Channels.InsertAsync(
            frame.Project!.Id, kind, name, shown, pages.Seal.Seal(settings), context.RequestAborted);
        if (added is null)
        {
            return await pages.ShowAsync(
                frame, context,
                $"A project has at most {AlertChannelsTable.ChannelsMax} channels (ChannelsMax). Remove one first.");
        }

        await pages.NoteAsync(frame, context, "alerts.channel-add", name, after: new { kind, shown });
        if (settings.Secret.Length == 0)
        {
            return Back(frame, "added");
        }

        context.Response.Headers.CacheControl = "no-store"; // The answer holds the secret.
        return await pages.ShowAsync(frame, context, secret: settings.Secret);
    }

    static async Task<IResult> ChangeChannelAsync(Frame frame, HttpContext context, AlertPages pages)
    {
        var (project, abort) = (frame.Project!.Id, context.RequestAborted);
        var id = int.Parse(context.Request.RouteValues["id"]!.ToString()!);
        var change = context.Request.RouteValues["change"]!.ToString();
        var name = change switch
        {
            "on" or "off" => await pages.Channels.SwitchAsync(project, id, change == "on", abort),
            "removed" => await pages.Channels.DeleteAsync(project, id, abort),
            "test" => await pages.Messages.AddTestAsync(
                project, id, WatchWords.TestSubject, WatchWords.TestBody(frame.Project.Name),
                JsonSerializer.Serialize(new
                {
                    type = "alert.test",
                    timestamp = pages.Now,
                    data = new { project = frame.Project.Slug },
                }), abort) ? "test" : null,
            _ => null,
        };
        if (name is null)
        {
            return DeskGuard.NotFound(frame, Texts.NotFound);
        }

        if (change != "test")
        {
            await pages.NoteAsync(frame, context, "alerts.channel-" + change, name);
        }

        return Back(frame, change!);
    }

    static async Task<IResult> SendAgainAsync(Frame frame, HttpContext context, AlertPages pages) =>
        await pages.Messages.ReplayAsync(
            frame.Project!.Id, Guid.Parse(context.Request.RouteValues["id"]!.ToString()!), pages.Now,
            context.RequestAborted)
            ? Back(frame, "again")
            : DeskGuard.NotFound(frame, Texts.NotFound);

    static async Task<IResult> ChangeAlertAsync(Frame frame, HttpContext context, AlertPages pages)
    {
        var (project, abort) = (frame.Project!.Id, context.RequestAborted);
        var account = frame.Visitor!.AccountId;
        var id = long.Parse(context.Request.RouteValues["id"]!.ToString()!);
        var change = context.Request.RouteValues["change"]!.ToString();
        var isDone = false;
        switch (change)
        {
            case "acknowledged":
                isDone = await pages.Alerts.AcknowledgeAsync(project, id, account, pages.Now, abort);
                break;
            case "muted":
                var days = int.TryParse((await DeskGuard.ReadFormAsync(context))["days"], out var asked) ? asked : 0;
                isDone = days is >= 1 and <= AlertsTable.MuteDaysMax
                    && await pages.Alerts.MuteAsync(project, id, pages.Now.AddDays(days), account, abort);
                break;
            case "unmuted":
                isDone = await pages.Alerts.UnmuteAsync(project, id, abort);
                break;
        }

        if (!isDone)
        {
            return DeskGuard.NotFound(frame, Texts.NotFound);
        }

        await pages.NoteAsync(frame, context, "alerts." + change, $"{id}");
        return Back(frame, change!);
    }

    static RedirectHttpResult Back(Frame frame, string done) =>
        TypedResults.LocalRedirect($"{frame.Root}/alerts?done={done}");
}
