using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;
using WildCam.Cli.Machine;
using WildCam.Hub.Exports;
using WildCam.Hub.Hosting;
using WildCam.Storage;
using WildCam.Storage.Accounts;
using WildCam.Storage.Blobs;
using WildCam.Storage.Exports;
using WildCam.Storage.Imports;

namespace WildCam.Cli.Commands;

/// <summary>`export`: a project's data as a file, with all rights of the machine's owner.</summary>
static class ExportCommand
{
    sealed record Asked(string? Project, ExportWish Wish, string? File, bool Json);

    public static Command Create()
    {
        var format = new Argument<string>("format")
        {
            Description = string.Join(", ", ExportFormat.All.Select(f => f.Name)),
        };
        var project = new Option<string?>("--project") { Description = "The project, where there are several." };
        var file = new Option<string?>("--out") { Description = "Where to write; without it the file names itself." };
        var from = new Option<DateOnly?>("--from") { Description = "First day, on the project's clock." };
        var to = new Option<DateOnly?>("--to") { Description = "Last day." };
        var decided = new Option<bool>("--decided") { Description = "Only what a person decided." };
        var confidence = new Option<double?>("--min-confidence") { Description = "Of suggestions, 0 to 1." };
        var people = new Option<PeopleChoice>("--people")
        {
            Description = "LeaveOut, Blur or Show.",
            DefaultValueFactory = _ => PeopleChoice.LeaveOut,
        };
        var decimals = new Option<int>("--decimals")
        {
            Description = "Of coordinates: 5 is a metre, 2 a kilometre.",
            DefaultValueFactory = _ => ExportWish.DecimalsMax,
        };
        var exact = new Option<bool>("--exact-sensitive")
        {
            Description = "Also exact places of sensitive species.",
        };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("export", "Write a project's data to a file.")
        {
            format, project, file, from, to, decided, confidence, people, decimals, exact, json,
        };
        command.SetAction((parse, cancellationToken) => RunAsync(
            new Asked(parse.GetValue(project), new ExportWish(parse.GetRequiredValue(format))
            {
                From = parse.GetValue(from),
                To = parse.GetValue(to),
                OnlyDecided = parse.GetValue(decided),
                MinConfidence = parse.GetValue(confidence),
                People = parse.GetValue(people),
                CoordinateDecimals = parse.GetValue(decimals),
                ExactSensitive = parse.GetValue(exact),
            }, parse.GetValue(file), parse.GetValue(json)),
            cancellationToken));
        return command;
    }

    static async Task<int> RunAsync(Asked asked, CancellationToken cancellationToken)
    {
        if (asked.Wish.Problem(Role.Manager, seesPeople: true) is var (_, reason))
        {
            throw new CommandException(reason);
        }

        await using var database = await LocalDatabase.OpenAsync(cancellationToken);
        var slug = await ProjectChoice.PickAsync(database.Source, asked.Project, cancellationToken);
        var project = await new ProjectsTable(database.Source).FindIdAsync(slug, cancellationToken)
            ?? throw new CommandException($"There is no project '{slug}'.");
        await using var parts = HubParts.Build(database.Workspace, _ => { });
        var blobs = parts.GetRequiredService<IBlobStore>();
        var hub = parts.GetRequiredService<Microsoft.Extensions.Options.IOptions<HubOptions>>().Value;
        var now = TimeProvider.System.GetUtcNow();
        var export = NewExport.Of(project, slug, 0, asked.Wish, now);
        try
        {
            var written = await ShowAsync(
                progress => ExportRun.WriteAsync(
                    new ExportRowsTable(database.Source), new PackagesTable(database.Source), blobs, export.Id, project,
                    asked.Wish, hub.Root, now, progress, cancellationToken),
                asked.Json);
            var file = Path.GetFullPath(asked.File ?? export.FileName);
            await using (var from = ExportRun.Open(blobs, export.Id, written.Bytes))
            await using (var to = File.Create(file))
            {
                await from.CopyToAsync(to, cancellationToken);
            }

            Tell(asked.Json, file, written);
            return 0;
        }
        catch (ExportException cannot)
        {
            throw new CommandException(cannot.Message);
        }
        finally
        {
            await ExportRun.DeleteAsync(blobs, export.Id, CancellationToken.None);
        }
    }

    static async Task<WrittenExport> ShowAsync(Func<Func<long, long, Task>, Task<WrittenExport>> export, bool json)
    {
        if (json || !Screen.IsTerminal)
        {
            return await export((_, _) => Task.CompletedTask);
        }

        return await AnsiConsole.Progress()
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn())
            .StartAsync(screen =>
            {
                var bar = screen.AddTask("pictures");
                return export((done, about) =>
                {
                    bar.MaxValue = Math.Max(1, about);
                    bar.Value = done;
                    return Task.CompletedTask;
                });
            });
    }

    static void Tell(bool json, string file, WrittenExport written)
    {
        if (json)
        {
            Screen.Json(new { file, written.Rows, written.LeftOut, written.Bytes });
            return;
        }

        Screen.Line($"{file}: {written.Rows} rows, {written.Bytes} bytes.");
        if (written.LeftOut > 0)
        {
            Screen.Line($"{written.LeftOut} pictures are left out: the format has no place for them.");
        }
    }
}
