using System.Text.Json;
using WildCam.Storage.Watch;

namespace WildCam.Hub.Watch;

/// <summary>A project as messages name it.</summary>
public sealed record WatchedProject(int Id, string Slug, string Name, TimeZoneInfo Zone);

/// <summary>What messages say, to people and to programs.</summary>
static class AlertTexts
{
    /// <summary>Alerts of one look beyond which they come as one message.</summary>
    public const int SinglesMax = 10;

    const int ListedMax = 20;

    public static NewMessage Raised(
        WatchedProject project, OpenAlert alert, FleetRow? camera, string root, DateTimeOffset nextAt,
        DateTimeOffset now) =>
        Single(project, alert, camera, root, nextAt, now, MessageOccasion.Raised, "alert.raised", alert.Detail);

    public static NewMessage Over(
        WatchedProject project, OpenAlert alert, FleetRow? camera, string root, DateTimeOffset nextAt,
        DateTimeOffset now) =>
        Single(
            project, alert, camera, root, nextAt, now, MessageOccasion.Over, "alert.over",
            $"It is over: {alert.Detail}");

    /// <summary>Many alerts of one look as one message; the end of the first is told alone.</summary>
    public static NewMessage Many(
        WatchedProject project, IReadOnlyList<OpenAlert> alerts, IReadOnlyDictionary<int, FleetRow> cameras,
        string root, DateTimeOffset nextAt, DateTimeOffset now)
    {
        var lines = alerts.Take(ListedMax)
            .Select(a => $"{Who(cameras.GetValueOrDefault(a.CameraId))}: {a.Detail}").ToList();
        if (alerts.Count > ListedMax)
        {
            lines.Add($"and {alerts.Count - ListedMax} more");
        }

        lines.Add(Link(project, null, root));
        return new NewMessage(
            alerts[0].Id, MessageOccasion.Raised, $"[{project.Name}] {alerts.Count} alerts", string.Join('\n', lines),
            JsonSerializer.Serialize(new
            {
                type = "alerts.raised",
                timestamp = now,
                data = new
                {
                    project = project.Slug,
                    alerts = alerts.Select(a => Data(project, a, cameras.GetValueOrDefault(a.CameraId), root)),
                },
            }),
            nextAt);
    }

    static NewMessage Single(
        WatchedProject project, OpenAlert alert, FleetRow? camera, string root, DateTimeOffset nextAt,
        DateTimeOffset now, MessageOccasion occasion, string type, string sentence) => new(
        alert.Id, occasion,
        $"[{project.Name}] {Who(camera)}: {Word(alert.Kind)}{(occasion == MessageOccasion.Over ? " - over" : "")}",
        $"{sentence}\n{Link(project, camera, root)}",
        JsonSerializer.Serialize(new { type, timestamp = now, data = Data(project, alert, camera, root) }), nextAt);

    static object Data(WatchedProject project, OpenAlert alert, FleetRow? camera, string root) => new
    {
        alert = alert.Id,
        kind = KindName(alert.Kind),
        project = project.Slug,
        camera = camera?.Code,
        cameraName = camera?.Name,
        since = alert.SinceAt,
        detail = alert.Detail,
        url = Link(project, camera, root),
    };

    static string Who(FleetRow? camera) =>
        camera is null ? "All cameras" : $"{camera.Code.ToUpperInvariant()} {camera.Name}";

    static string Link(WatchedProject project, FleetRow? camera, string root) =>
        camera is null ? $"{root}/p/{project.Slug}/alerts" : $"{root}/p/{project.Slug}/cameras/{camera.Code}";

    static string Word(AlertKind kind) => kind switch
    {
        AlertKind.Silent => "silent",
        AlertKind.Battery => "battery low",
        AlertKind.Spool => "card fills up",
        AlertKind.Clock => "clock is wrong",
        AlertKind.Resets => "restarts again and again",
        AlertKind.UpdateFailed => "update failed",
        AlertKind.Refusals => "is refused again and again",
        _ => "hub or network",
    };

    /// <summary>A kind as programs know it.</summary>
    public static string KindName(AlertKind kind) => kind switch
    {
        AlertKind.UpdateFailed => "update-failed",
        AlertKind.HubOrNetwork => "hub-or-network",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
