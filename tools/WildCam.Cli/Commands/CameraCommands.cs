using System.CommandLine;
using System.Globalization;
using WildCam.Cli.Machine;
using WildCam.Storage.Accounts;
using WildCam.Storage.Cameras;

namespace WildCam.Cli.Commands;

/// <summary>`camera` with its commands; here `list` and `show`.</summary>
static class CameraCommands
{
    /// <summary>A camera that was heard of so recently is taken to be awake, whatever it announced.</summary>
    static readonly TimeSpan AwakeFor = TimeSpan.FromMinutes(5);

    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var code = new Argument<string>("code") { Description = "The camera's code, such as creek-north." };
        return new Command("camera", "Cameras and their secrets.")
        {
            AddCommand.Create(json),
            List(json),
            Show(code, json),
            RegisterCommands.Edit(code),
            RegisterCommands.Move(code, json),
            RegisterCommands.Rotate(code, json),
            RegisterCommands.End(
                code, json, "revoke", CameraEnd.Revoked,
                "Take a camera's secret away for good; a live connection drops.",
                "is revoked. Its pictures stay; it can send no more."),
            RegisterCommands.End(
                code, json, "stolen", CameraEnd.Stolen,
                "Take everything of a stolen camera away: secret, codes, orders, firmware, previews.",
                "is marked as stolen. Nothing lets it in any more."),
            RegisterCommands.End(
                code, json, "retire", CameraEnd.Retired, "Use a camera no more; its pictures stay.",
                "is retired. Its pictures stay."),
            RegisterCommands.Reinstate(code, json),
            UpdateKeyCommand.Create(code),
            OrderCommands.Config(json),
            OrderCommands.Tell(json),
            OrderCommands.List(code, json),
            OrderCommands.Tag(code, json),
        };
    }

    static Command List(Option<bool> json)
    {
        var command = new Command("list", "List all cameras.") { json };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            var cameras = await new CamerasTable(database.Source).ListAsync(null, cancellationToken);
            if (parse.GetValue(json))
            {
                Screen.Json(cameras);
                return 0;
            }

            var now = DateTimeOffset.UtcNow;
            Screen.Table(
                ["Camera", "Name", "Project", "Site", "State", "Last check-in", "Last picture", "Waiting"],
                [.. cameras.Select(c => new[]
                {
                    c.Code.ToUpperInvariant(), c.Name, c.ProjectSlug, c.SiteName ?? "-", State(c, now),
                    Ago(c.LastSeenAt, now), Ago(c.LastCaptureAt, now),
                    c.SpoolCount?.ToString(CultureInfo.InvariantCulture) ?? "-",
                })],
                "There are no cameras yet. Add one: ./wildcam camera add CODE");
            return 0;
        });
        return command;
    }

    static Command Show(Argument<string> code, Option<bool> json)
    {
        var command = new Command("show", "Show one camera.") { code, json };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            var wanted = parse.GetRequiredValue(code).ToLowerInvariant();
            var camera = await new CamerasTable(database.Source).ShowAsync(wanted, cancellationToken)
                ?? throw Missing(wanted);
            if (parse.GetValue(json))
            {
                Screen.Json(camera);
                return 0;
            }

            var now = DateTimeOffset.UtcNow;
            Screen.Line($"{camera.Code.ToUpperInvariant()} {camera.Name}");
            Screen.Facts(
            [
                ("state", State(camera, now)),
                ("project", camera.ProjectSlug),
                ("site", camera.SiteName is null ? "none yet" : $"{camera.SiteName} ({camera.SiteTimeZone})"),
                ("last check-in", Ago(camera.LastSeenAt, now)),
                ("last picture", Ago(camera.LastCaptureAt, now)),
                ("firmware", camera.Firmware ?? "not told"),
                ("battery", Battery(camera)),
                ("temperature", camera.TemperatureTenths is { } t ? $"{t / 10.0:0.0} °C" : "not told"),
                ("signal", camera.SignalDbm is { } dbm ? $"{dbm} dBm" : "not told"),
                ("waiting", $"{camera.SpoolCount ?? 0} pictures, {(camera.SpoolBytes ?? 0) / 1e6:0.0} MB"),
            ]);
            return 0;
        });
        return command;
    }

    internal static CommandException Missing(string code) =>
        new($"There is no camera '{code}'. See them all: ./wildcam camera list");

    static string State(CameraOverview camera, DateTimeOffset now) => camera switch
    {
        { RevokedAt: not null } => "revoked",
        { LastSeenAt: null } => "never seen",
        _ when camera.IsOffline(now) => "silent",
        _ when camera.NextContactAt > now && now - camera.LastSeenAt > AwakeFor => "asleep",
        _ => "working",
    };

    static string Battery(CameraOverview camera) =>
        camera.BatteryMillivolts is { } mv ? $"{mv / 1000.0:0.00} V, {camera.BatteryPercent} %" : "not told";

    static string Ago(DateTimeOffset? at, DateTimeOffset now)
    {
        if (at is not { } then)
        {
            return "never";
        }

        var ago = now - then;
        return ago switch
        {
            { TotalMinutes: < 1 } => "just now",
            { TotalHours: < 1 } => $"{ago.TotalMinutes:0} min ago",
            { TotalDays: < 1 } => $"{ago.TotalHours:0} h ago",
            _ => $"{ago.TotalDays:0} days ago",
        };
    }
}
