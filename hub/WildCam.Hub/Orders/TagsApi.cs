using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Hosting;
using WildCam.Storage;
using WildCam.Storage.Cameras;

namespace WildCam.Hub.Orders;

/// <summary>The tags of a camera.</summary>
public sealed record TagsBody(IReadOnlyList<string> Tags);

/// <summary>A tag and how many cameras in use have it.</summary>
public sealed record TagAnswer(string Tag, int Cameras);

/// <summary>Tags of cameras, for programs.</summary>
static class TagsApi
{
    public static void Map(IEndpointRouteBuilder project)
    {
        project.MapGet("/tags", ListAsync).RequireRole(Role.Viewer);
        project.MapGet("/cameras/{code}/tags", ShowAsync).RequireRole(Role.Viewer);
        project.MapPut("/cameras/{code}/tags", SetAsync).RequireRole(Role.Manager);
    }

    static async Task<Ok<IReadOnlyList<TagAnswer>>> ListAsync(
        HttpContext context, CameraTagsTable tags, CancellationToken cancellationToken)
    {
        var found = await tags.ListForProjectAsync(context.Project().Id, cancellationToken);
        return TypedResults.Ok<IReadOnlyList<TagAnswer>>([.. found.Select(t => new TagAnswer(t.Tag, t.Cameras))]);
    }

    static async Task<Results<Ok<TagsBody>, ProblemHttpResult>> ShowAsync(
        string code, HttpContext context, CamerasTable cameras, CameraTagsTable tags,
        CancellationToken cancellationToken) =>
        await ProjectCameras.FindAsync(context, cameras, code, cancellationToken) is { } camera
            ? TypedResults.Ok(new TagsBody(await tags.ListAsync(camera.Id, cancellationToken)))
            : Problems.NoSuch("camera");

    static async Task<Results<Ok<TagsBody>, ProblemHttpResult>> SetAsync(
        string code, TagsBody body, HttpContext context, CamerasTable cameras, CameraTagsTable tags,
        CancellationToken cancellationToken)
    {
        if (await ProjectCameras.FindAsync(context, cameras, code, cancellationToken) is not { } camera)
        {
            return Problems.NoSuch("camera");
        }

        if (body.Tags.Count > CameraTagsTable.TagsMax || !body.Tags.All(CameraTagsTable.IsTag))
        {
            return Problems.Invalid(
                "tags",
                $"A camera has up to {CameraTagsTable.TagsMax} tags (TagsMax), each 1 to 32 of a-z, 0-9 and -, "
                + "not - first.");
        }

        await tags.SetAsync(camera, body.Tags, context.Actor(), cancellationToken);
        return TypedResults.Ok(new TagsBody(await tags.ListAsync(camera.Id, cancellationToken)));
    }
}
