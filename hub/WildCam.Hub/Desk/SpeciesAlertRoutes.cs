using System.Buffers.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Desk.Pages;
using WildCam.Hub.Hosting;
using WildCam.Storage;
using WildCam.Storage.Accounts;
using WildCam.Storage.Charts;
using WildCam.Storage.Desk;
using WildCam.Storage.Watch;

namespace WildCam.Hub.Desk;

/// <summary>What the page of species alerts reads and changes.</summary>
sealed class SpeciesAlertPages(
    SpeciesAlertRulesTable rules, SpeciesAlertsTable alerts, OwnChannelsTable channels, DirectoryTable directory,
    SightingsTable sightings, ChannelSeal seal, PushKeys keys, AuditTable audit, TimeProvider time)
{
    public SpeciesAlertRulesTable Rules => rules;

    public OwnChannelsTable Channels => channels;

    public ChannelSeal Seal => seal;

    public DateTimeOffset Now => time.GetUtcNow();

    public Task<ProjectDirectory> NamesAsync(Frame frame, CancellationToken cancellationToken) =>
        directory.LoadAsync(frame.Project!.Id, frame.Project.Language, cancellationToken);

    public Task<double> ScoreMinAsync(Frame frame, CancellationToken cancellationToken) =>
        sightings.GetScoreMinAsync(frame.Project!.Id, cancellationToken);

    public Task NoteAsync(
        Frame frame, HttpContext context, string action, string subject, object? after = null) => audit.AddAsync(
        new AuditEntry(context.Actor(), "species-alerts." + action, subject)
        {
            ProjectId = frame.Project!.Id,
            After = after,
        },
        context.RequestAborted);

    public async Task<IResult> ShowAsync(Frame frame, HttpContext context, string? problem = null)
    {
        var (project, account, abort) = (frame.Project!.Id, frame.Visitor!.AccountId, context.RequestAborted);
        return new RazorComponentResult<SpeciesAlertsPage>(new Dictionary<string, object?>
        {
            [nameof(SpeciesAlertsPage.Frame)] = frame,
            [nameof(SpeciesAlertsPage.Names)] = await NamesAsync(frame, abort),
            [nameof(SpeciesAlertsPage.Rules)] = await rules.ListAsync(project, account, abort),
            [nameof(SpeciesAlertsPage.Alerts)] = await alerts.ListAsync(project, account, abort),
            [nameof(SpeciesAlertsPage.Channels)] = await channels.ListAsync(project, account, abort),
            [nameof(SpeciesAlertsPage.ScoreMin)] = await ScoreMinAsync(frame, abort),
            [nameof(SpeciesAlertsPage.PushKey)] = Base64Url.EncodeToString(await keys.GetPublicKeyAsync(abort)),
            [nameof(SpeciesAlertsPage.Problem)] = problem,
            [nameof(SpeciesAlertsPage.Done)] = SpeciesAlertWords.Done(context.Request.Query["done"]),
            [nameof(SpeciesAlertsPage.Now)] = Now,
        });
    }
}

/// <summary>Routes of species alerts: all see and follow, researchers make rules, managers those of all.</summary>
static class SpeciesAlertRoutes
{
    delegate Task<IResult> Change(Frame frame, HttpContext context, SpeciesAlertPages pages);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var alerts = routes.MapGroup("/p/{project}/alerts/species");
        alerts.MapGet("", async (string project, HttpContext context, Frames frames, SpeciesAlertPages pages) =>
            await frames.OpenAsync(context, project) is { Project: not null } frame
                ? await pages.ShowAsync(frame, context)
                : await LookRoutes.NothingAsync(context, frames));
        Post(alerts, "", AddRuleAsync, Role.Researcher);
        Post(alerts, "/{id:int}/{change}", ChangeRuleAsync);
        Post(alerts, "/mail", AddMailAsync);
        Post(alerts, "/channels/{id:int}/{change}", ChangeChannelAsync);
        Post(alerts, "/browser", AddBrowserAsync);
    }

    static void Post(RouteGroupBuilder alerts, string pattern, Change change, Role least = Role.Viewer) =>
        alerts.MapPost(pattern, async (string project, HttpContext context, Frames frames, SpeciesAlertPages pages) =>
            await frames.OpenAsync(context, project) is { Project: { } open } frame && open.Role >= least
                ? await change(frame, context, pages)
                : await LookRoutes.NothingAsync(context, frames)).DisableAntiforgery();

    static async Task<IResult> AddRuleAsync(Frame frame, HttpContext context, SpeciesAlertPages pages)
    {
        var form = await DeskGuard.ReadFormAsync(context);
        var abort = context.RequestAborted;
        var (rule, problem) = SpeciesAlertForms.Read(
            form, await pages.NamesAsync(frame, abort), await pages.ScoreMinAsync(frame, abort));
        if (rule is null)
        {
            return await pages.ShowAsync(frame, context, problem);
        }

        var isShared = frame.CanManage && form["for"] == "project";
        if (await pages.Rules.InsertAsync(frame.Project!.Id, frame.Visitor!.AccountId, isShared, rule, abort) is null)
        {
            return await pages.ShowAsync(frame, context, SpeciesAlertWords.TooMany);
        }

        await pages.NoteAsync(frame, context, "rule-add", rule.Name, rule);
        return Back(frame, "added");
    }

    static async Task<IResult> ChangeRuleAsync(Frame frame, HttpContext context, SpeciesAlertPages pages)
    {
        var (project, account, abort) = (frame.Project!.Id, frame.Visitor!.AccountId, context.RequestAborted);
        var (id, change) = Named(context);
        if (change is "followed" or "left")
        {
            return await pages.Rules.FollowAsync(project, account, id, change == "followed", abort)
                ? Back(frame, change)
                : DeskGuard.NotFound(frame, Texts.NotFound);
        }

        const int muteDays = 7;
        var name = change switch
        {
            "on" or "off" => await pages.Rules.SwitchAsync(
                project, account, frame.CanManage, id, change == "on", abort),
            "muted" => await pages.Rules.MuteAsync(
                project, account, frame.CanManage, id, pages.Now.AddDays(muteDays), abort),
            "unmuted" => await pages.Rules.MuteAsync(project, account, frame.CanManage, id, null, abort),
            "removed" => await pages.Rules.DeleteAsync(project, account, frame.CanManage, id, abort),
            _ => null,
        };
        if (name is null)
        {
            return DeskGuard.NotFound(frame, Texts.NotFound);
        }

        await pages.NoteAsync(frame, context, "rule-" + change, name);
        return Back(frame, change);
    }

    static async Task<IResult> AddMailAsync(Frame frame, HttpContext context, SpeciesAlertPages pages)
    {
        var (project, account, abort) = (frame.Project!.Id, frame.Visitor!.AccountId, context.RequestAborted);
        var address = await pages.Channels.GetEmailAsync(account, abort);
        return await pages.Channels.AddMailAsync(
            project, account, NameOf("Mail", frame), address, pages.Seal.Seal(new ChannelSettings(address)), abort)
            ? Back(frame, "mail")
            : await pages.ShowAsync(frame, context, SpeciesAlertWords.TooManyChannels);
    }

    static async Task<IResult> ChangeChannelAsync(Frame frame, HttpContext context, SpeciesAlertPages pages)
    {
        var (project, account, abort) = (frame.Project!.Id, frame.Visitor!.AccountId, context.RequestAborted);
        var (id, change) = Named(context);
        var text = SpeciesAlertWords.TestBody(frame.Project.Name);
        var isDone = change switch
        {
            "removed" => await pages.Channels.DeleteAsync(project, account, id, abort),
            "test" => await pages.Channels.AddTestAsync(
                project, account, id, SpeciesAlertWords.TestSubject, text,
                JsonSerializer.Serialize(new
                {
                    type = "alert.test",
                    timestamp = pages.Now,
                    data = new { project = frame.Project.Slug, text, url = $"{frame.Root}/alerts/species" },
                }), abort),
            _ => false,
        };
        return isDone
            ? Back(frame, change == "test" ? "test" : "channel-removed")
            : DeskGuard.NotFound(frame, Texts.NotFound);
    }

    // The page's script sends what the browser's push service gave it; the same browser again renews its keys.
    static async Task<IResult> AddBrowserAsync(Frame frame, HttpContext context, SpeciesAlertPages pages)
    {
        var form = await DeskGuard.ReadFormAsync(context);
        if (PushSubscription.Read(form["endpoint"], form["p256dh"], form["auth"]) is not
            { Endpoint.Scheme: "https" } browser)
        {
            return TypedResults.Text(
                SpeciesAlertWords.NoSubscription, statusCode: StatusCodes.Status400BadRequest);
        }

        var settings = browser.ToSettings();
        return await pages.Channels.AddBrowserAsync(
            frame.Project!.Id, frame.Visitor!.AccountId, NameOf("Browser", frame), settings.Target,
            settings.Shown(ChannelKind.Push), pages.Seal.Seal(settings), context.RequestAborted)
            ? TypedResults.NoContent()
            : TypedResults.Text(SpeciesAlertWords.TooManyChannels, statusCode: StatusCodes.Status400BadRequest);
    }

    static string NameOf(string kind, Frame frame)
    {
        var name = $"{kind} of {frame.Visitor!.Name}";
        return name[..Math.Min(name.Length, AlertChannelsTable.NameCharsMax)];
    }

    static (int Id, string Change) Named(HttpContext context) => (
        int.Parse(context.Request.RouteValues["id"]!.ToString()!), context.Request.RouteValues["change"]!.ToString()!);

    static RedirectHttpResult Back(Frame frame, string done) =>
        TypedResults.LocalRedirect($"{frame.Root}/alerts/species?done={done}");
}
