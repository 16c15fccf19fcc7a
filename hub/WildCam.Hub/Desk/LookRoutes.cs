using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Desk.Pages;
using WildCam.Hub.Desk.Parts;
using WildCam.Hub.Hosting;
using WildCam.Storage.Desk;
using WildCam.Storage.Find;
using WildCam.Storage.Imports;
using WildCam.Storage.Watch;

namespace WildCam.Hub.Desk;

/// <summary>Routes of a project's pages for looking: home, gallery, species, picture, live.</summary>
static class LookRoutes
{
    const int TilesMax = 12;
    const int NewestMax = 12;
    const int AttentionMax = 5;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var project = routes.MapGroup("/p/{project}");
        project.MapGet("/", HomeAsync);
        project.MapGet("/pictures", (string project, HttpContext context, Frames frames, GalleryPages galleries,
            SpeciesPagesTable species, SavedViewsTable views, DeploymentChoicesTable deployments, TimeProvider time) =>
            GalleryAsync(project, null, context, frames, galleries, species, views, deployments, time));
        project.MapGet("/species/{slug}", (string project, string slug, HttpContext context, Frames frames,
            GalleryPages galleries, SpeciesPagesTable species, SavedViewsTable views,
            DeploymentChoicesTable deployments, TimeProvider time) =>
            GalleryAsync(project, slug, context, frames, galleries, species, views, deployments, time));
        project.MapGet("/gallery", CellsAsync);
        project.MapGet("/species", SpeciesAsync);
        project.MapGet("/pictures/{id:guid}", PictureAsync);
        project.MapGet("/live", LiveAsync);
    }

    static async Task<IResult> HomeAsync(
        string project, HttpContext context, Frames frames, GalleryPages galleries, SpeciesPagesTable species,
        FleetListTable fleet, AlertRulesTable rules, TimeProvider time)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open } frame)
        {
            return await NothingAsync(context, frames);
        }

        var abort = context.RequestAborted;
        var now = time.GetUtcNow();
        var view = await galleries.ReadAsync(open, new GalleryAddress(), frame.Root + "/pictures", abort);
        var counts = (await species.CountAsync(open.Id, SiteTime.DateOf(now, frame.Zone), abort))
            .Where(c => view.Names.Species.ContainsKey(c.TaxonId)).Take(TilesMax).ToList();
        var latest = (await species.ListLatestAsync(open.Id, counts.ConvertAll(c => c.TaxonId), abort))
            .ToDictionary(l => l.TaxonId);
        var limits = (await rules.ReadAsync(open.Id, abort)).Limits;
        var attention = await fleet.ListAsync(
            new FleetFilter(open.Id)
            {
                Conditions = [CameraCondition.Silent, CameraCondition.NeedsVisit, CameraCondition.Late],
            },
            limits, now, AttentionMax, abort);
        return new RazorComponentResult<HomePage>(new Dictionary<string, object?>
        {
            [nameof(HomePage.Frame)] = frame,
            [nameof(HomePage.View)] = view with { Cells = view.Cells.Take(NewestMax).ToList() },
            [nameof(HomePage.Tiles)] = counts
                .ConvertAll(c => (view.Names.Species[c.TaxonId], c, latest.GetValueOrDefault(c.TaxonId))),
            [nameof(HomePage.Attention)] =
                attention.Rows.Select(c => (c, CameraRoutes.StateOf(c, limits, now, frame))).ToList(),
            [nameof(HomePage.AttentionCount)] = attention.Count(CameraCondition.Silent)
                + attention.Count(CameraCondition.NeedsVisit) + attention.Count(CameraCondition.Late),
        });
    }

    static async Task<IResult> GalleryAsync(
        string project, string? slug, HttpContext context, Frames frames, GalleryPages galleries,
        SpeciesPagesTable species, SavedViewsTable views, DeploymentChoicesTable deployments, TimeProvider time)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open } frame)
        {
            return await NothingAsync(context, frames);
        }

        var address = Address(context);
        if (slug is not null)
        {
            address = address with { Species = slug };
        }

        var path = frame.Root + (slug is null ? "/pictures" : $"/species/{slug}");
        var view = await galleries.ReadAsync(open, address, path, context.RequestAborted);
        if (slug is not null && view.Species is null)
        {
            return DeskGuard.NotFound(frame, Texts.NotFound);
        }

        var now = time.GetUtcNow();
        var hours = slug is null
            ? null
            : await species.CountHoursAsync(open.Id, view.Species!.Id, now.AddYears(-1), context.RequestAborted);
        return new RazorComponentResult<GalleryPage>(new Dictionary<string, object?>
        {
            [nameof(GalleryPage.Frame)] = frame,
            [nameof(GalleryPage.View)] = view,
            [nameof(GalleryPage.IsSpeciesPage)] = slug is not null,
            [nameof(GalleryPage.Hours)] = hours,
            [nameof(GalleryPage.Views)] =
                await views.ListAsync(open.Id, frame.Visitor!.AccountId, context.RequestAborted),
            [nameof(GalleryPage.Deployments)] = await DeploymentsAsync(open, view, deployments, context.RequestAborted),
            [nameof(GalleryPage.Now)] = now,
        });
    }

    /// <summary>What the filter can be narrowed to: the deployments of its camera or its site.</summary>
    static async Task<IReadOnlyList<DeploymentChoice>> DeploymentsAsync(
        DeskProject project, GalleryView view, DeploymentChoicesTable deployments, CancellationToken cancellationToken)
    {
        var camera = view.Names.Cameras.Values.FirstOrDefault(c => c.Code == view.Address.Camera)?.Id ?? 0;
        var site = view.Names.Sites.Values.FirstOrDefault(s => s.Slug == view.Address.Site)?.Id ?? 0;
        return camera == 0 && site == 0
            ? view.Deployment is { } one ? [one] : []
            : await deployments.ListAsync(project.Id, camera, site, 0, cancellationToken);
    }

    /// <summary>The cells alone, for endless scroll and arrivals: made once for all who ask within a second.</summary>
    static async Task<IResult> CellsAsync(
        string project, HttpContext context, Frames frames, GalleryPages galleries, PartRenderer parts,
        RecentReads reads)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open } frame)
        {
            return TypedResults.NotFound();
        }

        var address = Address(context);
        var favouritesOf = address.IsFavourite ? address.VisitorId : 0;
        var cells = (await reads.ReadAsync<SharedCells>(
            (nameof(Cells), open.Id, frame.Root, frame.SeesPeople, address.QueryWithPlace, favouritesOf),
            async cancellationToken =>
            {
                var view = await galleries.ReadAsync(open, address, "", cancellationToken);
                var html = await parts.RenderAsync<Cells>(
                    new() { [nameof(Cells.Frame)] = frame, [nameof(Cells.View)] = view });
                return new SharedCells(html, view.HasOlder, view.HasNewer);
            },
            context.RequestAborted))!;
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers["X-More-Older"] = cells.HasOlder ? "1" : "0";
        context.Response.Headers["X-More-Newer"] = cells.HasNewer ? "1" : "0";
        return TypedResults.Bytes(cells.Html, "text/html; charset=utf-8");
    }

    static async Task<IResult> SpeciesAsync(
        string project, HttpContext context, Frames frames, GalleryPages galleries, SpeciesPagesTable species,
        PackageContentsTable packages, TimeProvider time)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open } frame)
        {
            return await NothingAsync(context, frames);
        }

        var names = await galleries.NamesAsync(open, context.RequestAborted);
        var today = SiteTime.DateOf(time.GetUtcNow(), frame.Zone);
        var counts = (await species.CountAsync(open.Id, today, context.RequestAborted)).ToDictionary(c => c.TaxonId);
        return new RazorComponentResult<SpeciesPage>(new Dictionary<string, object?>
        {
            [nameof(SpeciesPage.Frame)] = frame,
            [nameof(SpeciesPage.IsTree)] = context.Request.Query["by"] == "tree",
            [nameof(SpeciesPage.Packages)] = await packages.ListTitlesAsync(open.Id, context.RequestAborted),
            [nameof(SpeciesPage.Rows)] = names.Species.Values
                .Select(s => (s, counts.GetValueOrDefault(s.Id))).OrderByDescending(r => r.Item2?.All ?? 0).ToList(),
        });
    }

    static async Task<IResult> PictureAsync(
        string project, Guid id, HttpContext context, Frames frames, PicturePages pictures)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open } frame)
        {
            return await NothingAsync(context, frames);
        }

        var inside = context.Request.Query["in"].ToString();
        return await pictures.ReadAsync(
            open, id, inside, frame.Visitor!.AccountId, context.RequestAborted) is { } view
            ? new RazorComponentResult<PicturePage>(new Dictionary<string, object?>
            {
                [nameof(PicturePage.Frame)] = frame,
                [nameof(PicturePage.View)] = view,
            })
            : DeskGuard.NotFound(frame, Texts.PictureNotFound);
    }

    static async Task LiveAsync(string project, HttpContext context, Frames frames, LiveStreams streams)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open })
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        long? after = long.TryParse(context.Request.Headers["Last-Event-ID"], out var heard) ? heard
            : long.TryParse(context.Request.Query["after"], out var asked) ? asked
            : null;
        var lifetime = context.RequestServices.GetRequiredService<IHostApplicationLifetime>();
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, lifetime.ApplicationStopping);
        await streams.SendAsync(open.Id, after, context.Response, ends.Token);
    }

    /// <summary>Signed out: to the sign-in and back here. Signed in: not found, which is all one may know.</summary>
    internal static async Task<IResult> NothingAsync(HttpContext context, Frames frames)
    {
        var frame = await frames.OpenAsync(context);
        return frame.Visitor is null
            ? TypedResults.LocalRedirect(
                "/sign-in?to=" + Uri.EscapeDataString(context.Request.Path + context.Request.QueryString))
            : DeskGuard.NotFound(frame, Texts.NotFound);
    }

    internal static GalleryAddress Address(HttpContext context) => GalleryAddress.Parse(
        context.Request.Query.Select(q => KeyValuePair.Create(q.Key, q.Value.ToString()))) with
    {
        VisitorId = context.User.AccountId() ?? 0,
    };

    sealed record SharedCells(byte[] Html, bool HasOlder, bool HasNewer);
}
