using System.CommandLine;
using WildCam.Cli.Machine;
using WildCam.Hub.Hosting;
using WildCam.Hub.Hosting.Orders;
using WildCam.Hub.Hosting.Register;
using WildCam.Storage.Accounts;
using WildCam.Storage.Cameras;

namespace WildCam.Cli.Commands;

/// <summary>`camera add`: one, or many by a file of comma-separated values.</summary>
static class AddCommand
{
    public static Command Create(Option<bool> json)
    {
        var code = new Argument<string?>("code")
        {
            Description = "The camera's code, such as creek-north; left out with --csv.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var name = new Option<string?>("--name") { Description = "What people call it; the code where left out." };
        var project = new Option<string?>("--project") { Description = "Its project, where there are several." };
        var site = new Option<string?>("--site") { Description = "The site where it stands, from now on." };
        var board = new Option<string?>("--board") { Description = $"One of {string.Join(", ", BoardNames.All)}." };
        var tags = new Option<string[]>("--tag") { Description = "A tag; may be given several times." };
        var policy = new Option<string?>("--policy")
        {
            Description = $"What it is to do: one of {string.Join(", ", Presets.All.Select(p => p.Word))}.",
        };
        var notes = new Option<string?>("--notes") { Description = "Notes for people." };
        var csv = new Option<string?>("--csv")
        {
            Description = $"Add many by a file with the columns {string.Join(", ", CameraSheet.Columns)}.",
        };
        var preview = new Option<bool>("--preview") { Description = "With --csv: say what is wrong, add nothing." };
        var command = new Command("add", "Add a camera, or many by a file, and show their secrets, once.")
        {
            code, name, project, site, board, tags, policy, notes, csv, preview, json,
        };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var (one, file) = (parse.GetValue(code), parse.GetValue(csv));
            if (one is null == file is null)
            {
                throw new CommandException("Say either a camera's code, or --csv FILE.");
            }

            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            var slug = await ProjectChoice.PickAsync(database.Source, parse.GetValue(project), cancellationToken);
            if (file is not null)
            {
                return await AddManyAsync(
                    database, slug, file, parse.GetValue(preview), parse.GetValue(json), cancellationToken);
            }

            var camera = ToCamera(
                slug, one!.ToLowerInvariant(), parse.GetValue(name), parse.GetValue(board), parse.GetValue(policy));
            var added = await new CameraRegistration(database.Source).AddAsync(
                camera with
                {
                    SiteSlug = parse.GetValue(site),
                    Tags = CameraInput.Tags(string.Join(' ', parse.GetValue(tags) ?? [])),
                    Notes = parse.GetValue(notes) ?? "",
                },
                cancellationToken);
            RegisterCommands.Must(added.Refusal, camera.Code, slug, parse.GetValue(site));
            RegisterCommands.ShowSecret(added, parse.GetValue(json));
            return 0;
        });
        return command;
    }

    static NewCamera ToCamera(string project, string code, string? name, string? board, string? policy)
    {
        if (policy is not null && Presets.Find(policy) is null)
        {
            throw new CommandException(
                $"The policy '{policy}' is none of {string.Join(", ", Presets.All.Select(p => p.Word))}.");
        }

        return new NewCamera(project, code, name ?? code)
        {
            Board = RegisterCommands.Board(board) ?? 0,
            Wanted = CameraInput.Policy(policy, DateTimeOffset.UtcNow),
        };
    }

    static async Task<int> AddManyAsync(
        LocalDatabase database, string slug, string file, bool isPreview, bool json,
        CancellationToken cancellationToken)
    {
        if (!File.Exists(file))
        {
            throw new CommandException($"There is no file '{file}'.");
        }

        var projects = new ProjectsTable(database.Source);
        if (await projects.FindZoneAsync(slug, cancellationToken) is not var (id, zone))
        {
            throw new CommandException($"There is no project '{slug}'.");
        }

        var sheets = new CameraSheets(
            new SitesTable(database.Source), new RegisterTable(database.Source),
            new CameraRegistration(database.Source), TimeProvider.System);
        var sheet = await sheets.ReadAsync(
            new SheetProject(id, slug, zone), await File.ReadAllTextAsync(file, cancellationToken), Actor.CommandLine,
            cancellationToken);
        if (!sheet.IsGood)
        {
            throw Wrong(sheet.Faults);
        }

        if (isPreview)
        {
            Screen.Line(
                $"{sheet.Rows.Count} cameras and {sheet.NewSites} new sites can be added. Nothing is stored yet.");
            return 0;
        }

        var (added, fault) = await sheets.AddAsync(sheet, cancellationToken);
        if (fault is not null)
        {
            throw Wrong([fault]);
        }

        if (json)
        {
            Screen.Json(added.Select(a => new { a.Code, a.Credential }));
            return 0;
        }

        Screen.Line($"{added.Count} cameras are ready. Their secrets are shown this once:");
        Screen.Line("");
        Screen.Facts([.. added.Select(a => (a.Code, a.Credential!))]);
        return 0;
    }

    static CommandException Wrong(IReadOnlyList<SheetFault> faults) => new(
        string.Join('\n', faults.Take(CameraSheet.FaultsShownMax).Select(f =>
                f.Row == 0 ? f.Why : $"Row {f.Row}, {(f.Column.Length == 0 ? "the row" : f.Column)}: {f.Why}"))
        + $"\nNothing was added ({faults.Count} to put right).");
}
