using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Spectre.Console;
using WildCam.Cli.Machine;
using WildCam.Hub.Ingest;
using WildCam.Storage.Blobs;

namespace WildCam.Cli.Commands;

/// <summary>`import DIR`: an SD card's pictures, by the same door as those that cameras send.</summary>
static class ImportCommand
{
    const int RefusalsShown = 20;

    public static Command Create()
    {
        var folder = new Argument<string>("folder") { Description = "Folder of JPEG files, with its subfolders." };
        var camera = new Option<string>("--camera") { Description = "The camera that took them.", Required = true };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("import", "Bring in an SD card. Again is harmless: what is there stays once.")
        {
            folder, camera, json,
        };
        command.SetAction((parse, cancellationToken) => RunAsync(
            parse.GetRequiredValue(folder), parse.GetRequiredValue(camera).ToLowerInvariant(), parse.GetValue(json),
            cancellationToken));
        return command;
    }

    static async Task<int> RunAsync(string folder, string camera, bool json, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder))
        {
            throw new CommandException($"There is no folder '{folder}'.");
        }

        await using var database = await LocalDatabase.OpenAsync(cancellationToken);
        await using var parts = HubParts.Build(database.Workspace, builder => builder.AddIngest());
        var blobs = parts.GetRequiredService<IBlobStore>();
        var limits = parts.GetRequiredService<IOptions<IngestOptions>>().Value;
        var report = await ShowAsync(
                progress => ImportRun.ImportAsync(
                    database.Source, blobs, limits, folder, camera, progress, cancellationToken),
                json)
            ?? throw new CommandException($"There is no camera '{camera}'. See them all: ./wildcam camera list");
        if (json)
        {
            Screen.Json(report);
        }
        else
        {
            Print(report);
        }

        return report.Refusals.Count == 0 ? 0 : 1;
    }

    static async Task<ImportReport?> ShowAsync(Func<Action<ImportProgress>?, Task<ImportReport?>> import, bool json)
    {
        if (json || !Screen.IsTerminal)
        {
            return await import(null);
        }

        return await AnsiConsole.Progress()
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn())
            .StartAsync(screen =>
            {
                var bar = screen.AddTask("pictures");
                return import(now =>
                {
                    bar.MaxValue = Math.Max(1, now.Files);
                    bar.Value = now.Done;
                    bar.Description = $"{now.Done} of {now.Files}: {now.Stored} new, "
                        + $"{now.Duplicates} there already, {now.Refused} refused";
                });
            });
    }

    static void Print(ImportReport report)
    {
        Screen.Line(
            $"{report.Files} files in {report.Took.TotalSeconds:0.0} s: {report.Stored} stored, "
            + $"{report.Duplicates} were there already, {report.Refusals.Count} refused.");
        foreach (var refusal in report.Refusals.Take(RefusalsShown))
        {
            Screen.Line($"  {refusal.FileName}: {refusal.Reason}");
        }

        if (report.Refusals.Count > RefusalsShown)
        {
            Screen.Line($"  and {report.Refusals.Count - RefusalsShown} more; --json lists them.");
        }
    }
}
