using System.Security.Claims;
using WildCam.Hub.Hosting;
using WildCam.Storage;
using WildCam.Storage.Desk;

namespace WildCam.Hub.Desk;

/// <summary>Where in the navigation a page stands.</summary>
public enum Place
{
    None,
    Home,
    Pictures,
    Species,
    Map,
    Charts,
    Review,
    Cameras,
    Updates,
    Alerts,
    Import,
    Exports,
    Privacy,
    Jobs,

    /// <summary>A page of the project, or of the server, that the account's menu leads to.</summary>
    Project,
    Server,
}

/// <summary>What surrounds a page: who looks, at which project.</summary>
public sealed record Frame(DeskAssets Assets, DeskVisitor? Visitor, DeskProject? Project)
{
    /// <summary>The last live change known before the page was read: it listens for those after it.</summary>
    public long? LiveAfter { get; init; }

    public string Root => Project is null ? "" : $"/p/{Project.Slug}";

    public TimeZoneInfo Zone => Project is null ? TimeZoneInfo.Utc : SiteTime.Zone(Project.ZoneName);

    /// <summary>Whether pictures are shown with the people on them; else blurs stand in their place.</summary>
    public bool SeesPeople => Project?.SeesPeople == true;

    public bool CanManage => Project?.Role is Role.Manager;

    public bool CanDecide => Project?.Role is Role.Researcher or Role.Manager;

    public string Initials => Visitor is null
        ? ""
        : string.Concat(Visitor.Name.Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(2).Select(w => w[..1]));
}

/// <summary>Opens the frame of a request, or says that there is nothing to see.</summary>
sealed class Frames(DeskAssets assets, DeskProjectsTable projects, LiveStreams streams, RecentReads reads)
{
    public async Task<Frame> OpenAsync(HttpContext context)
    {
        var liveAfter = streams.Last;
        var claim = context.User.FindFirstValue(ClaimTypes.NameIdentifier);
        var visitor = int.TryParse(claim, out var id)
            ? await reads.ReadAsync(
                (nameof(Frames), id), c => projects.FindVisitorAsync(id, c), context.RequestAborted)
            : null;
        return new Frame(assets, visitor, null) { LiveAfter = liveAfter };
    }

    /// <summary>Null where the project does not exist or is closed to the visitor: to them that is the same.</summary>
    public async Task<Frame?> OpenAsync(HttpContext context, string slug)
    {
        var frame = await OpenAsync(context);
        var project = frame.Visitor?.Projects.FirstOrDefault(p => p.Slug == slug);
        return project is null ? null : frame with { Project = project };
    }
}
