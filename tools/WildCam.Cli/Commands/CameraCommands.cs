using System.CommandLine;
using System.Globalization;
using WildCam.Cli.Machine;
using WildCam.Storage.Accounts;
using WildCam.Storage.Cameras;

namespace WildCam.Cli.Commands;

/// <summary>`camera add`, `list`, `show`, `rotate`, `revoke`, `update-key`, and what is wanted of cameras.</summary>
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
            Add(code, json),
            List(json),
            Show(code, json),
            Rotate(code, json),
            Revoke(code, json),
            UpdateKeyCommand.Create(code),
            OrderCommands.Config(json),
            OrderCommands.Tell(json),
            OrderCommands.List(code, json),
            OrderCommands.Tag(code, json),
        };
    }

    static Command Add(Argument<string> code, Option<bool> json)
    {
        var name = new Option<string?>("--name") { Description = "What people call it; the code where left out." };
        var project = new Option<string?>("--project") { Description = "Its project, where there are several." };
        var site = new Option<string?>("--site") { Description = "The site where it stands, from now on." };
        var command = new Command("add", "Add a camera and show its secret, once.") { code, name, project, site, json };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            var camera = parse.GetRequiredValue(code).ToLowerInvariant();
            var slug = await ProjectChoice.PickAsync(database.Source, parse.GetValue(project), cancellationToken);
            var added = await new CameraRegistration(database.Source).AddAsync(
                new NewCamera(slug, camera, parse.GetValue(name) ?? camera) { SiteSlug = parse.GetValue(site) },
                cancellationToken);
            Must(added.Refusal, camera, slug, parse.GetValue(site));
            ShowSecret(added, parse.GetValue(json));
            return 0;
        });
        return command;
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

    static Command Rotate(Argument<string> code, Option<bool> json)
    {
        var command = new Command("rotate", "Give a camera another secret; the old one ends at once.") { code, json };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            var camera = parse.GetRequiredValue(code).ToLowerInvariant();
            var rotated = await new CameraRegistration(database.Source).RotateAsync(
                camera, Actor.CommandLine, cancellationToken);
            Must(rotated.Refusal, camera, "", null);
            ShowSecret(rotated, parse.GetValue(json));
            return 0;
        });
        return command;
    }

    static Command Revoke(Argument<string> code, Option<bool> json)
    {
        var command = new Command("revoke", "Take a camera's secret away for good; a live connection drops.")
        {
            code, json,
        };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            var camera = parse.GetRequiredValue(code).ToLowerInvariant();
            var refusal = await new CameraRegistration(database.Source).RevokeAsync(
                camera, Actor.CommandLine, cancellationToken);
            Must(refusal, camera, "", null);
            if (parse.GetValue(json))
            {
                Screen.Json(new { code = camera, isRevoked = true });
                return 0;
            }

            Screen.Line($"{camera.ToUpperInvariant()} is revoked. Its pictures stay; it can send no more.");
            return 0;
        });
        return command;
    }

    static void ShowSecret(CameraAdded added, bool json)
    {
        if (json)
        {
            Screen.Json(new { added.Code, added.Credential });
            return;
        }

        Screen.Line($"{added.Code.ToUpperInvariant()} is ready. Its secret is shown this once:");
        Screen.Line("");
        Screen.Facts([("user name", added.Code), ("password", added.Credential!)]);
    }

    static void Must(CameraRefusal refusal, string code, string project, string? site)
    {
        var problem = refusal switch
        {
            CameraRefusal.None => null,
            CameraRefusal.BadCode => $"'{code}' cannot be a camera's code: 1 to 32 of a-z, 0-9 and -, not - first.",
            CameraRefusal.BadName => $"A camera's name has 1 to {CameraRegistration.NameCharsMax} characters.",
            CameraRefusal.CodeTaken => $"There is a camera '{code}' already. Choose another code.",
            CameraRefusal.NoSuchProject => $"There is no project '{project}'.",
            CameraRefusal.NoSuchSite => $"Project '{project}' has no site '{site}'.",
            CameraRefusal.NoSuchCamera => Missing(code).Message,
            CameraRefusal.Revoked => $"The camera '{code}' is revoked already.",
            _ => $"The camera '{code}' was refused: {refusal}.",
        };
        if (problem is not null)
        {
            throw new CommandException(problem);
        }
    }

    static CommandException Missing(string code) =>
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
