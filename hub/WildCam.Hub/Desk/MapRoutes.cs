using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using WildCam.Hub.Desk.Pages;
using WildCam.Hub.Hosting;
using WildCam.Storage.Cameras;
using WildCam.Storage.Watch;

namespace WildCam.Hub.Desk;

/// <summary>A camera on the map: shape, word and colour of its state.</summary>
public sealed record MapCamera(
    string Code, string Name, double Latitude, double Longitude, int Order, string Icon, string Tone, string Word,
    string Sentence);

/// <summary>What the map is drawn from.</summary>
public sealed record MapAnswer(
    IReadOnlyList<MapCamera> Cameras, string Land, string? TileUrl, string? TileAttribution, string? Ground,
    MapBounds? GroundBounds);

/// <summary>
/// Routes of the map: cameras where they stand, over the outline of the continents, tiles or an own ground.
/// </summary>
static class MapRoutes
{
    /// <summary>Cameras in the list beside the map; all are on it.</summary>
    const int ListedMax = 200;

    /// <summary>An uploaded ground with the form around it.</summary>
    const int BodyBytesMax = MapGroundsTable.ContentBytesMax + (64 << 10);

    const int GeoJsonDepthMax = 32;
    const int VersionChars = 10;

    static readonly string[] EdgeNames = ["south", "west", "north", "east"];

    static readonly string[] GeoJsonTypes =
    [
        "FeatureCollection", "Feature", "GeometryCollection", "Point", "MultiPoint", "LineString", "MultiLineString",
        "Polygon", "MultiPolygon",
    ];

    public static void Map(IEndpointRouteBuilder routes)
    {
        var map = routes.MapGroup("/p/{project}/map");
        map.MapGet("", ShowAsync);
        map.MapGet("/cameras.json", CamerasAsync);
        map.MapGet("/ground/{version}", GroundAsync);
        map.MapPost("/ground", UploadAsync).DisableAntiforgery()
            .WithMetadata(new RequestSizeLimitAttribute(BodyBytesMax));
        map.MapPost("/ground/removed", RemoveAsync).DisableAntiforgery();
    }

    static async Task<IResult> ShowAsync(
        string project, HttpContext context, Frames frames, FleetListTable fleet, AlertRulesTable rules,
        MapGroundsTable grounds, TimeProvider time) =>
        await frames.OpenAsync(context, project) is { } frame
            ? await PageAsync(frame, context, fleet, rules, grounds, time, null)
            : await LookRoutes.NothingAsync(context, frames);

    static async Task<IResult> PageAsync(
        Frame frame, HttpContext context, FleetListTable fleet, AlertRulesTable rules, MapGroundsTable grounds,
        TimeProvider time, string? problem)
    {
        var (project, abort, now) = (frame.Project!.Id, context.RequestAborted, time.GetUtcNow());
        var limits = (await rules.ReadAsync(project, abort)).Limits;
        var page = await fleet.ListAsync(new FleetFilter(project), limits, now, ListedMax, abort);
        return new RazorComponentResult<MapPage>(new Dictionary<string, object?>
        {
            [nameof(MapPage.Frame)] = frame,
            [nameof(MapPage.Rows)] = page.Rows.Select(r => (r, CameraRoutes.StateOf(r, limits, now, frame))).ToList(),
            [nameof(MapPage.All)] = page.Counts.Sum(),
            [nameof(MapPage.Ground)] = await grounds.FindAsync(project, abort),
            [nameof(MapPage.Problem)] = problem,
        });
    }

    static async Task<IResult> CamerasAsync(
        string project, HttpContext context, Frames frames, FleetListTable fleet, AlertRulesTable rules,
        MapGroundsTable grounds, SitesTable sites, IOptions<MapOptions> options, TimeProvider time)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open } frame)
        {
            return TypedResults.NotFound();
        }

        var (abort, now) = (context.RequestAborted, time.GetUtcNow());
        var limits = (await rules.ReadAsync(open.Id, abort)).Limits;
        var ground = await grounds.FindAsync(open.Id, abort);
        var tiles = options.Value.TileOrigin is null ? null : options.Value.TileUrl;
        var places = (await sites.ListForAsync(open.Id, open.Role, abort)).ToDictionary(s => s.Id);
        context.Response.Headers.CacheControl = "no-cache";
        return TypedResults.Ok(new MapAnswer(
            [
                .. (await fleet.ListAllAsync(open.Id, limits, now, abort))
                    .Where(c => c.SiteId is { } id && places.TryGetValue(id, out var at) && at.Latitude is not null
                        && at.Longitude is not null)
                    .Select(c => Camera(c, places[c.SiteId!.Value], CameraRoutes.StateOf(c, limits, now, frame))),
            ],
            frame.Assets.Has("land-110m.json") ? frame.Assets.Url("land-110m.json") : "",
            tiles, tiles is null ? null : options.Value.TileAttribution,
            ground is null ? null : $"{frame.Root}/map/ground/{ground.Version}", ground?.Bounds));
    }

    /// <summary>At the place that the visitor may know.</summary>
    static MapCamera Camera(FleetRow camera, Site site, CameraState state) => new(
        camera.Code, camera.Name, site.Latitude!.Value, site.Longitude!.Value, (int)state.Condition, state.Icon,
        state.Tone, state.Word, state.Sentence);

    static async Task<IResult> GroundAsync(
        string project, string version, HttpContext context, Frames frames, MapGroundsTable grounds)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open }
            || await grounds.ReadAsync(open.Id, version, context.RequestAborted) is not { } ground)
        {
            return TypedResults.NotFound();
        }

        context.Response.Headers.CacheControl = "private, max-age=31536000, immutable";
        return TypedResults.Bytes(ground.Content, ground.ContentType);
    }

    static async Task<IResult> UploadAsync(
        string project, HttpContext context, Frames frames, FleetListTable fleet, AlertRulesTable rules,
        MapGroundsTable grounds, TimeProvider time)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open, CanManage: true } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        var form = await DeskGuard.ReadFormAsync(context);
        var (content, problem) = await ReadAsync(form, context.RequestAborted);
        if (problem is null && Ground(content!, form, out problem) is { } ground)
        {
            await grounds.SaveAsync(open.Id, ground, content!, context.RequestAborted);
            return TypedResults.LocalRedirect($"{frame.Root}/map");
        }

        return await PageAsync(frame, context, fleet, rules, grounds, time, problem);
    }

    static async Task<IResult> RemoveAsync(
        string project, HttpContext context, Frames frames, MapGroundsTable grounds)
    {
        if (await frames.OpenAsync(context, project) is not { Project: { } open, CanManage: true } frame)
        {
            return await LookRoutes.NothingAsync(context, frames);
        }

        await grounds.DeleteAsync(open.Id, context.RequestAborted);
        return TypedResults.LocalRedirect($"{frame.Root}/map");
    }

    static async Task<(byte[]? Content, string? Problem)> ReadAsync(
        IFormCollection form, CancellationToken cancellationToken)
    {
        if (form.Files["file"] is not { Length: > 0 } file)
        {
            return (null, "Choose a file: GeoJSON, PNG or JPEG.");
        }

        if (file.Length > MapGroundsTable.ContentBytesMax)
        {
            return (null, $"The file is {Texts.Size(file.Length)}, over ContentBytesMax "
                + $"({Texts.Size(MapGroundsTable.ContentBytesMax)}). Simplify or shrink it.");
        }

        using var content = new MemoryStream((int)file.Length);
        await file.CopyToAsync(content, cancellationToken);
        return (content.ToArray(), null);
    }

    /// <summary>What the bytes are, whatever their name says; null with a problem where they are no ground.</summary>
    internal static MapGround? Ground(byte[] content, IFormCollection form, out string? problem)
    {
        problem = null;
        var version = Convert.ToHexStringLower(SHA256.HashData(content))[..VersionChars];
        var picture = content is [0x89, (byte)'P', (byte)'N', (byte)'G', ..] ? "image/png"
            : content is [0xff, 0xd8, 0xff, ..] ? "image/jpeg"
            : null;
        if (picture is null)
        {
            problem = IsGeoJson(content) ? null : "The file is neither GeoJSON nor a PNG or JPEG picture.";
            return problem is null ? new MapGround(MapGroundsTable.GeoJson, version, null) : null;
        }

        var edges = EdgeNames.Select(n =>
            double.TryParse(form[n], CultureInfo.InvariantCulture, out var degrees) && double.IsFinite(degrees)
                ? degrees
                : (double?)null).ToList();
        if (edges is not [>= -90.0 and { } south, >= -180.0 and { } west, <= 90.0 and { } north, <= 180.0 and { } east]
            || south >= north || west >= east)
        {
            problem = "A picture needs its edges in degrees: south below north and west below east, "
                + "such as 45.1 and 45.2.";
            return null;
        }

        return new MapGround(picture, version, new MapBounds(south, west, north, east));
    }

    static bool IsGeoJson(byte[] content)
    {
        try
        {
            // Some programs write a byte order mark.
            var text = content is [0xef, 0xbb, 0xbf, ..] ? content.AsMemory(3) : content;
            using var json = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = GeoJsonDepthMax });
            return json.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String
                && GeoJsonTypes.Contains(type.GetString(), StringComparer.Ordinal);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
