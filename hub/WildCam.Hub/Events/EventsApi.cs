using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Hosting;
using WildCam.Storage;
using WildCam.Storage.Captures;
using WildCam.Storage.Events;

namespace WildCam.Hub.Events;

/// <summary>One visit; its version rises with each change.</summary>
public sealed record EventAnswer(
    Guid Id, DateTimeOffset StartedAt, DateTimeOffset EndedAt, string Camera, string? Site, int CaptureCount,
    Guid? BestCaptureId, DateTimeOffset? DecidedAt, int Version);

/// <summary>Events of a project, for programs.</summary>
static class EventsApi
{
    public static void Map(IEndpointRouteBuilder project)
    {
        project.MapGet("/events", ListAsync).RequireRole(Role.Viewer).ShareAnswers();
        project.MapGet("/events/{id:guid}", ShowAsync).RequireRole(Role.Viewer);
    }

    static async Task<Results<Ok<Page<EventAnswer>>, ProblemHttpResult>> ListAsync(
        [AsParameters] CaptureQuery query, HttpContext context, EventSearch search, Cursors cursors,
        CancellationToken cancellationToken)
    {
        var (filter, problem) = query.Resolve(context.Project().Id);
        if (filter is null)
        {
            return problem!;
        }

        var list = query.ListName("events", filter.ProjectId);
        CaptureKey? after = null;
        if (query.Cursor is { } cursor)
        {
            if (cursors.Read(list, cursor, parts: 2) is not [var at, var id])
            {
                return Problems.Invalid("cursor", "That is no cursor of this list and filter. Begin without one.");
            }

            after = new CaptureKey(Cursors.Time(at), Guid.Parse(id));
        }

        var found = await search.ListAsync(filter, after, query.Most + 1, cancellationToken);
        var items = found.Take(query.Most).ToList();
        return TypedResults.Ok(new Page<EventAnswer>(
            items.ConvertAll(ToAnswer),
            found.Count > query.Most ? cursors.Write(list, items[^1].StartedAt, items[^1].Id) : null));
    }

    static async Task<Results<Ok<EventAnswer>, ProblemHttpResult>> ShowAsync(
        Guid id, HttpContext context, EventSearch search, CancellationToken cancellationToken) =>
        await search.FindAsync(context.Project().Id, id, cancellationToken) is { } found
            ? TypedResults.Ok(ToAnswer(found))
            : Problems.NoSuch("event");

    static EventAnswer ToAnswer(EventFacts e) => new(
        e.Id, e.StartedAt, e.EndedAt, e.Camera, e.Site, e.CaptureCount, e.BestCaptureId, e.DecidedAt, e.Version);
}
