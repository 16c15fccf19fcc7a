using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Desk.Pages;
using WildCam.Hub.Desk.Parts;
using WildCam.Hub.Hosting;
using WildCam.Storage;
using WildCam.Storage.Captures;
using WildCam.Storage.Desk;
using WildCam.Storage.Find;

namespace WildCam.Hub.Desk;

/// <summary>A page of the gallery, ready to be shown.</summary>
public sealed record GalleryView(
    GalleryAddress Address, ProjectDirectory Names, IReadOnlyList<GalleryCell> Cells, bool HasOlder, bool HasNewer)
{
    /// <summary>The summary's sum and when it was read; null where the summary does not know this filter.</summary>
    public (long Count, DateTimeOffset At)? Sum { get; init; }

    /// <summary>What the address names and the project does not have.</summary>
    public string? Missing { get; init; }

    /// <summary>The deployment of the filter.</summary>
    public DeploymentChoice? Deployment { get; init; }

    /// <summary>Address of the page, without the filter.</summary>
    public string Path { get; init; } = "";

    public SpeciesEntry? Species =>
        Address.Species is null ? null : Names.Species.Values.FirstOrDefault(s => s.Slug == Address.Species);
}

/// <summary>Reads galleries.</summary>
sealed class GalleryPages(
    GalleryTable events, GalleryPicturesTable pictures, DirectoryTable directory, SpeciesPagesTable species,
    DeploymentChoicesTable deployments, RecentReads reads, TimeProvider time)
{
    public const int PageCellsMax = 60;

    /// <summary>Cells above the one that the page is rendered around.</summary>
    const int CellsAboveMax = 18;

    const int SumsKeptMax = 1000;
    static readonly TimeSpan SumKept = TimeSpan.FromSeconds(30);

    readonly ConcurrentDictionary<string, (long Count, DateTimeOffset At)> _sums = new(StringComparer.Ordinal);

    public async Task<ProjectDirectory> NamesAsync(DeskProject project, CancellationToken cancellationToken) =>
        (await reads.ReadAsync<ProjectDirectory>(
            (nameof(DirectoryTable), project.Id, project.Language),
            async c => await directory.LoadAsync(project.Id, project.Language, c), cancellationToken))!;

    public async Task<GalleryView> ReadAsync(
        DeskProject project, GalleryAddress address, string path, CancellationToken cancellationToken)
    {
        var names = await NamesAsync(project, cancellationToken);
        var (filter, missing) = address.Resolve(project.Id, project.ZoneName, names);
        if (filter is null)
        {
            return new GalleryView(address, names, [], false, false) { Missing = missing, Path = path };
        }

        DeploymentChoice? deployment = null;
        if (address.Deployment is { } id)
        {
            var found = await deployments.ListAsync(project.Id, 0, 0, id, cancellationToken);
            if (found.Count == 0)
            {
                return new GalleryView(address, names, [], false, false) { Missing = "deployment", Path = path };
            }

            deployment = found[0];
            filter = Narrow(filter, deployment, project, names);
        }

        if (address.Day is { } day)
        {
            address = address with { Older = EndOf(day, address, project, names) };
        }

        var view = address.At is { } at && await FindAsync(project.Id, address, at, cancellationToken) is { } key
            ? await AroundAsync(address, filter, names, key, cancellationToken)
            : address.Newer is { } newer
                ? await UpAsync(address, filter, names, newer, cancellationToken)
                : await DownAsync(address, filter, names, address.Older, cancellationToken);
        return view with { Path = path, Deployment = deployment };
    }

    /// <summary>A deployment is of one camera and some days: what the indexes know.</summary>
    static GalleryFilter Narrow(
        GalleryFilter filter, DeploymentChoice deployment, DeskProject project, ProjectDirectory names)
    {
        var zone = Shown.ZoneOf(deployment.SiteId, names, SiteTime.Zone(project.ZoneName));
        var first = SiteTime.DateOf(deployment.FromAt, zone);
        var last = deployment.UntilAt is { } until ? SiteTime.DateOf(until, zone) : (DateOnly?)null;
        return filter with
        {
            CameraId = filter.CameraId ?? deployment.CameraId,
            From = filter.From is { } from && from > first ? from : first,
            To = filter.To is { } to && (last is null || to < last) ? to : last,
        };
    }

    /// <summary>The place behind the last event of a day, by the clock of the filter's site or the project.</summary>
    static GalleryKey EndOf(DateOnly day, GalleryAddress address, DeskProject project, ProjectDirectory names)
    {
        var zone = names.Sites.Values.FirstOrDefault(s => s.Slug == address.Site) is { } site
            ? SiteTime.Zone(site.ZoneName)
            : SiteTime.Zone(project.ZoneName);
        var midnight = day.AddDays(1).ToDateTime(TimeOnly.MinValue);
        while (zone.IsInvalidTime(midnight))
        {
            midnight = midnight.AddMinutes(15); // Summer time begins at midnight here.
        }

        return new GalleryKey(new DateTimeOffset(midnight, zone.GetUtcOffset(midnight)).ToUniversalTime(), Guid.Empty);
    }

    /// <summary>The neighbours of a place within a filter: the event before (newer) and after (older).</summary>
    public async Task<(GalleryCell? Newer, GalleryCell? Older)> NeighboursAsync(
        GalleryAddress address, GalleryFilter filter, GalleryKey key, CancellationToken cancellationToken)
    {
        var newer = await ListAsync(address, filter, key, GalleryWay.Newer, 1, cancellationToken);
        var older = await ListAsync(address, filter, key, GalleryWay.Older, 1, cancellationToken);
        return (newer is [var up] ? up : null, older is [var down] ? down : null);
    }

    public async Task<(long Count, DateTimeOffset At)?> SumAsync(
        GalleryFilter filter, CancellationToken cancellationToken)
    {
        if (filter.HourFrom is not null || filter.ConfidenceMin is not null || filter.SiteId is not null
            || filter.DeploymentId is not null || filter.NamesEvents)
        {
            return null; // The summary holds days of cameras, not hours, scores, sites or what people put on events.
        }

        var now = time.GetUtcNow();
        var key = $"{filter with { TaxonIds = [] }} {string.Join(',', filter.TaxonIds)}";
        if (_sums.TryGetValue(key, out var kept) && now - kept.At < SumKept)
        {
            return kept;
        }

        if (_sums.Count >= SumsKeptMax)
        {
            _sums.Clear();
        }

        return _sums[key] = (await species.SumAsync(filter, cancellationToken), now);
    }

    async Task<GalleryView> DownAsync(
        GalleryAddress address, GalleryFilter filter, ProjectDirectory names, GalleryKey? from,
        CancellationToken cancellationToken)
    {
        var cells = await ListAsync(address, filter, from, GalleryWay.Older, PageCellsMax + 1, cancellationToken);
        return new GalleryView(
            address, names, cells.Take(PageCellsMax).ToList(), cells.Count > PageCellsMax, from is not null)
        {
            Sum = from is null || address.Day is not null ? await SumAsync(filter, cancellationToken) : null,
        };
    }

    async Task<GalleryView> UpAsync(
        GalleryAddress address, GalleryFilter filter, ProjectDirectory names, GalleryKey from,
        CancellationToken cancellationToken)
    {
        var cells = await ListAsync(address, filter, from, GalleryWay.Newer, PageCellsMax + 1, cancellationToken);
        return new GalleryView(
            address, names, cells.TakeLast(PageCellsMax).ToList(), true, cells.Count > PageCellsMax);
    }

    async Task<GalleryView> AroundAsync(
        GalleryAddress address, GalleryFilter filter, ProjectDirectory names, GalleryKey key,
        CancellationToken cancellationToken)
    {
        var above = await ListAsync(address, filter, key, GalleryWay.Newer, CellsAboveMax + 1, cancellationToken);
        var below = await ListAsync(
            address, filter, key, GalleryWay.OlderAndSelf, PageCellsMax - CellsAboveMax + 1, cancellationToken);
        var cells = above.TakeLast(CellsAboveMax).Concat(below.Take(PageCellsMax - CellsAboveMax)).ToList();
        return new GalleryView(
            address, names, cells, below.Count > PageCellsMax - CellsAboveMax, above.Count > CellsAboveMax)
        {
            Sum = await SumAsync(filter, cancellationToken),
        };
    }

    Task<GalleryKey?> FindAsync(
        int projectId, GalleryAddress address, Guid at, CancellationToken cancellationToken) => address.ByPicture
        ? pictures.FindKeyAsync(projectId, at, cancellationToken)
        : events.FindEventKeyAsync(projectId, at, cancellationToken);

    Task<IReadOnlyList<GalleryCell>> ListAsync(
        GalleryAddress address, GalleryFilter filter, GalleryKey? key, GalleryWay way, int countMax,
        CancellationToken cancellationToken) => address.ByPicture
        ? pictures.ListAsync(filter, key, way, countMax, cancellationToken)
        : events.ListEventsAsync(filter, key, way, countMax, cancellationToken);
}
