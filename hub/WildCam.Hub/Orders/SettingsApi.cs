using Microsoft.AspNetCore.Http.HttpResults;
using WildCam.Hub.Hosting;
using WildCam.Hub.Hosting.Orders;
using WildCam.Storage;
using WildCam.Storage.Cameras;
using WildCam.Storage.Orders;

namespace WildCam.Hub.Orders;

/// <summary>
/// Settings to be changed. What is left out stays; a preset (long-life, balanced, every-movement) goes first. With
/// seenVersion the change counts only where nobody changed them since.
/// </summary>
public sealed record SettingsBody(
    string? Preset = null, string? CaptureMode = null, int? BurstCount = null, int? BurstGapMilliseconds = null,
    int? JpegQuality = null, string? Resolution = null, string? QuietFrom = null, string? QuietUntil = null,
    string? UploadMode = null, IReadOnlyList<int>? UploadHours = null, long? HeartbeatSeconds = null,
    long? TimelapseSeconds = null, long? SeenVersion = null, string? Tag = null)
    : SettingsEdit(
        Preset, CaptureMode, BurstCount, BurstGapMilliseconds, JpegQuality, Resolution, QuietFrom, QuietUntil,
        UploadMode, UploadHours, HeartbeatSeconds, TimelapseSeconds);

/// <summary>A setting that becomes another value once the camera takes it.</summary>
public sealed record WaitingAnswer(string Setting, string From, string To);

/// <summary>A setting that the camera would not take, and why.</summary>
public sealed record RefusedAnswer(string Setting, string Reason);

/// <summary>
/// What is wanted of a camera (desired, under a version) and what it does (reported). The state is as-built, waiting,
/// in-force, or partly-refused.
/// </summary>
public sealed record SettingsAnswer(
    string Camera, string State, long Version, CameraSettings? Desired, string? DesiredBy, DateTimeOffset? DesiredAt,
    long? ReportedVersion, CameraSettings? Reported, DateTimeOffset? ReportedAt, IReadOnlyList<WaitingAnswer> Waiting,
    IReadOnlyList<RefusedAnswer> Refused, string? Preset);

/// <summary>The cameras that settings by tag were given to, or had them already.</summary>
public sealed record TaggedSettingsAnswer(string Tag, IReadOnlyList<string> Cameras);

/// <summary>Settings of cameras, for programs.</summary>
static class SettingsApi
{
    public static void Map(IEndpointRouteBuilder project)
    {
        project.MapGet("/cameras/{code}/settings", ShowAsync).RequireRole(Role.Viewer);
        project.MapPatch("/cameras/{code}/settings", EditAsync).RequireRole(Role.Manager);
        project.MapPost("/cameras/{code}/settings/withdraw", WithdrawAsync).RequireRole(Role.Manager);
        project.MapPatch("/settings", EditTaggedAsync).RequireRole(Role.Manager);
    }

    static async Task<Results<Ok<SettingsAnswer>, ProblemHttpResult>> ShowAsync(
        string code, HttpContext context, CamerasTable cameras, SettingsTable settings,
        CancellationToken cancellationToken) =>
        await ProjectCameras.FindAsync(context, cameras, code, cancellationToken) is { } camera
        && await settings.FindAsync(camera.Id, cancellationToken) is { } row
            ? TypedResults.Ok(ToAnswer(camera.Code, row))
            : Problems.NoSuch("camera");

    static async Task<Results<Ok<SettingsAnswer>, ProblemHttpResult>> EditAsync(
        string code, SettingsBody body, HttpContext context, CamerasTable cameras, SettingsEditor editor,
        CancellationToken cancellationToken)
    {
        if (await ProjectCameras.FindAsync(context, cameras, code, cancellationToken) is not { } camera)
        {
            return Problems.NoSuch("camera");
        }

        if (WrongPreset(body) is { } problem)
        {
            return problem;
        }

        var edited = await editor.EditAsync(
            camera.Id, body, body.SeenVersion, context.Actor(), cancellationToken);
        return Answer(camera.Code, edited);
    }

    static async Task<Results<Ok<SettingsAnswer>, ProblemHttpResult>> WithdrawAsync(
        string code, HttpContext context, CamerasTable cameras, SettingsEditor editor,
        CancellationToken cancellationToken) =>
        await ProjectCameras.FindAsync(context, cameras, code, cancellationToken) is { } camera
            ? Answer(camera.Code, await editor.WithdrawAsync(camera.Id, context.Actor(), cancellationToken))
            : Problems.NoSuch("camera");

    static async Task<Results<Ok<TaggedSettingsAnswer>, ProblemHttpResult>> EditTaggedAsync(
        SettingsBody body, HttpContext context, SettingsEditor editor, CancellationToken cancellationToken)
    {
        if (body.Tag is null || !CameraTagsTable.IsTag(body.Tag))
        {
            return Problems.Invalid("tag", "Name the cameras by a tag: 1 to 32 of a-z, 0-9 and -, not - first.");
        }

        if (WrongPreset(body) is { } problem)
        {
            return problem;
        }

        var (cameras, wrong) = await editor.EditTaggedAsync(
            context.Project().Id, body.Tag, body, context.Actor(), cancellationToken);
        return wrong.Count > 0
            ? Invalid(wrong)
            : TypedResults.Ok(new TaggedSettingsAnswer(body.Tag, cameras));
    }

    static Results<Ok<SettingsAnswer>, ProblemHttpResult> Answer(string code, SettingsEdited edited) => edited switch
    {
        { Wrong.Count: > 0 } => Invalid(edited.Wrong),
        { Refusal: SettingsRefusal.Conflict, Now: { } now } => Conflict(code, now),
        { Refusal: SettingsRefusal.Revoked } => Problems.Of(
            StatusCodes.Status409Conflict, "camera-revoked", "The camera was switched off: its credential is revoked."),
        { Refusal: SettingsRefusal.None, Now: { } now } => TypedResults.Ok(ToAnswer(code, now)),
        _ => Problems.NoSuch("camera"),
    };

    static ProblemHttpResult Conflict(string code, SettingsRow now)
    {
        var problem = Problems.Of(
            StatusCodes.Status409Conflict, "settings-changed",
            $"{now.DesiredBy ?? "The hub or its command line"} changed them meanwhile: now version {now.Version}.");
        problem.ProblemDetails.Extensions["current"] = ToAnswer(code, now);
        return problem;
    }

    static ProblemHttpResult Invalid(IReadOnlyList<SettingField> wrong)
    {
        var problem = Problems.Invalid(
            "settings", string.Join(' ', wrong.Select(f => $"{f.Name}: {f.Rule}")) + " Nothing was changed.");
        problem.ProblemDetails.Extensions["settings"] = wrong.Select(f => f.Name).ToArray();
        return problem;
    }

    static ProblemHttpResult? WrongPreset(SettingsBody body) =>
        body.Preset is null || Presets.Find(body.Preset) is not null
            ? null
            : Problems.Invalid("preset", $"A preset is one of {string.Join(", ", Presets.All.Select(p => p.Word))}.");

    internal static SettingsAnswer ToAnswer(string code, SettingsRow row) => new(
        code, StateOf(row), row.Version, row.Desired, row.DesiredBy, row.DesiredAt, row.ReportedVersion, row.Reported,
        row.ReportedAt,
        [.. SettingFields.Waiting(row).Select(d => new WaitingAnswer(d.Field.Name, d.From, d.To))],
        [.. row.Refused.Select(r => new RefusedAnswer(r.Key, Refusals.Sentence((ushort)r.Value)))],
        Presets.Of(SettingsWire.Wanted(row))?.Word);

    static string StateOf(SettingsRow row) =>
        row.Desired is null ? "as-built"
        : row.IsWaiting ? "waiting"
        : row.Refused.Count > 0 ? "partly-refused"
        : "in-force";
}
