using System.CommandLine;
using WildCam.Cli.Machine;
using WildCam.Hub.Hosting;
using WildCam.Hub.Hosting.Register;
using WildCam.Storage.Accounts;
using WildCam.Storage.Cameras;

namespace WildCam.Cli.Commands;

/// <summary>`camera edit`, `move`, `rotate`, `revoke`, `stolen`, `retire`, `reinstate`.</summary>
static class RegisterCommands
{
    public static Command Edit(Argument<string> code)
    {
        var name = new Option<string?>("--name") { Description = "What people call it." };
        var board = new Option<string?>("--board") { Description = $"One of {string.Join(", ", BoardNames.All)}." };
        var notes = new Option<string?>("--notes") { Description = "Notes for people." };
        var command = new Command("edit", "Change what is said of a camera.") { code, name, board, notes };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            var camera = await FindAsync(database, parse.GetRequiredValue(code), cancellationToken);
            var refusal = await new CameraEdits(database.Source).EditAsync(
                camera, new CameraEdit(parse.GetValue(name), Board(parse.GetValue(board)), parse.GetValue(notes)),
                Actor.CommandLine, cancellationToken);
            Must(refusal, camera.Code, camera.ProjectSlug, null);
            Screen.Line($"{camera.Code.ToUpperInvariant()} is changed.");
            return 0;
        });
        return command;
    }

    public static Command Move(Argument<string> code, Option<bool> json)
    {
        var site = new Argument<string?>("site")
        {
            Description = "The site that it moved to; left out: it stands nowhere any more.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var from = new Option<string?>("--from")
        {
            Description = "Since when, by the clock of that site, as in \"2026-05-01 14:30\"; now where left out.",
        };
        var command = new Command("move", "End a camera's deployment and begin the next.") { code, site, from, json };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            var camera = await FindAsync(database, parse.GetRequiredValue(code), cancellationToken);
            var slug = parse.GetValue(site)?.ToLowerInvariant();
            var at = DateTimeOffset.UtcNow;
            var zoneName = await new ProjectsTable(database.Source).FindZoneAsync(
                camera.ProjectSlug, cancellationToken) is var (_, zone) ? zone : "UTC";
            if (slug is not null)
            {
                zoneName = (await new SitesTable(database.Source).FindAsync(
                    camera.ProjectId, slug, cancellationToken))?.TimeZone ?? zoneName;
            }

            if (parse.GetValue(from) is { } text
                && !CameraInput.TryTime(text, TimeZoneInfo.FindSystemTimeZoneById(zoneName), out at))
            {
                throw new CommandException(
                    $"'{text}' is no time by the site's clock. Write it as in \"2026-05-01 14:30\".");
            }

            var move = await new CameraEdits(database.Source).MoveAsync(
                camera, slug, at, Actor.CommandLine, cancellationToken);
            if (move.Refusal is CameraRefusal.NoSuchSite)
            {
                Must(move.Refusal, camera.Code, camera.ProjectSlug, slug);
            }

            if (move.Refusal is not CameraRefusal.None)
            {
                throw new CommandException(RegisterWords.Refused(move, camera.Code, t => $"{t.UtcDateTime:u}"));
            }

            if (parse.GetValue(json))
            {
                Screen.Json(new { camera.Code, site = slug, from = at, picturesFiledAnew = move.Misfiled });
                return 0;
            }

            Screen.Line($"{camera.Code.ToUpperInvariant()} stands {(slug is null ? "nowhere" : $"at {slug}")} since "
                + $"{at.UtcDateTime:u}."
                + (move.Misfiled > 0 ? $" {move.Misfiled} pictures since then are filed anew by a running hub." : ""));
            return 0;
        });
        return command;
    }

    public static Command Rotate(Argument<string> code, Option<bool> json)
    {
        var overlap = new Option<int>("--overlap")
        {
            Description = "Hours for which the old one stays good, until the new one is used; 0: it ends at once.",
        };
        var command = new Command("rotate", "Give a camera another secret, also where the old one is lost.")
        {
            code, overlap, json,
        };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var hours = parse.GetValue(overlap);
            if (hours < 0 || hours > CameraRegistration.OverlapMax.TotalHours)
            {
                throw new CommandException(
                    $"An overlap lasts 0 to {CameraRegistration.OverlapMax.TotalHours:0} hours (OverlapMax).");
            }

            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            var camera = parse.GetRequiredValue(code).ToLowerInvariant();
            var rotated = await new CameraRegistration(database.Source).RotateAsync(
                camera, Actor.CommandLine, cancellationToken, TimeSpan.FromHours(hours));
            Must(rotated.Refusal, camera, "", null);
            ShowSecret(rotated, parse.GetValue(json));
            return 0;
        });
        return command;
    }

    public static Command End(
        Argument<string> code, Option<bool> json, string verb, CameraEnd why, string about, string done)
    {
        var command = new Command(verb, about) { code, json };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            var camera = parse.GetRequiredValue(code).ToLowerInvariant();
            var refusal = await new CameraRegistration(database.Source).EndAsync(
                camera, why, null, Actor.CommandLine, cancellationToken);
            Must(refusal, camera, "", null);
            if (parse.GetValue(json))
            {
                Screen.Json(new { code = camera, isRevoked = true, why });
                return 0;
            }

            Screen.Line($"{camera.ToUpperInvariant()} {done}");
            return 0;
        });
        return command;
    }

    public static Command Reinstate(Argument<string> code, Option<bool> json)
    {
        var command = new Command("reinstate", "Put a camera back to use that was ended, under a new secret.")
        {
            code, json,
        };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            var camera = parse.GetRequiredValue(code).ToLowerInvariant();
            var back = await new CameraRegistration(database.Source).ReinstateAsync(
                camera, Actor.CommandLine, cancellationToken);
            Must(back.Refusal, camera, "", null);
            ShowSecret(back, parse.GetValue(json));
            return 0;
        });
        return command;
    }

    public static void ShowSecret(CameraAdded added, bool json)
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

    public static void Must(CameraRefusal refusal, string code, string project, string? site)
    {
        var problem = refusal switch
        {
            CameraRefusal.None => null,
            CameraRefusal.BadCode => $"'{code}' cannot be a camera's code: 1 to 32 of a-z, 0-9 and -, not - first.",
            CameraRefusal.CodeTaken => $"There is a camera '{code}' already. Choose another code.",
            CameraRefusal.NoSuchProject => $"There is no project '{project}'.",
            CameraRefusal.NoSuchSite => $"Project '{project}' has no site '{site}'.",
            CameraRefusal.NoSuchCamera => CameraCommands.Missing(code).Message,
            CameraRefusal.Revoked => $"The camera '{code}' is revoked already.",
            _ => RegisterWords.Refused(refusal, code),
        };
        if (problem is not null)
        {
            throw new CommandException(problem);
        }
    }

    public static short? Board(string? name) => name is null ? null
        : BoardNames.TryParse(name, out var board) ? board
        : throw new CommandException($"The board '{name}' is none of {string.Join(", ", BoardNames.All)}.");

    static async Task<Storage.Cameras.Camera> FindAsync(
        LocalDatabase database, string code, CancellationToken cancellationToken) =>
        await new CamerasTable(database.Source).FindByCodeAsync(code.ToLowerInvariant(), cancellationToken)
        ?? throw CameraCommands.Missing(code);
}
