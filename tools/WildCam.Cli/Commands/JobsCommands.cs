using System.CommandLine;
using WildCam.Cli.Machine;
using WildCam.Storage.Jobs;

namespace WildCam.Cli.Commands;

/// <summary>`jobs list` and `jobs retry`.</summary>
static class JobsCommands
{
    public static Command Create() => new("jobs", "Background work.") { List(), Retry() };

    static Command List()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("list", "What waits, runs and failed, by kind.") { json };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            var jobs = new JobsOverview(database.Source);
            var kinds = await jobs.CountByKindAsync(cancellationToken);
            var failed = await jobs.GroupDeadAsync(cancellationToken);
            if (parse.GetValue(json))
            {
                Screen.Json(new { kinds, failed });
                return 0;
            }

            Screen.Table(
                ["Kind", "Ready", "Later", "Running", "Failed", "Done a minute"],
                [.. kinds.Select(k => new[]
                {
                    k.Kind, Count(k.Ready), Count(k.Waiting), Count(k.Running), Count(k.Dead), $"{k.DonePerMinute:0.#}",
                })],
                "There is no background work.");
            foreach (var group in failed)
            {
                Screen.Line($"{group.Count} {group.Kind} failed, last {group.LastAt:u}: {group.Reason}");
                Screen.Line($"    for example {group.ExampleSubject}");
                Screen.Line($"    try again: ./wildcam jobs retry --kind {group.Kind}");
            }

            return 0;
        });
        return command;
    }

    static Command Retry()
    {
        var kind = new Option<string?>("--kind") { Description = "Only this kind." };
        var subject = new Option<string?>("--subject") { Description = "Only the job on this capture or bucket." };
        var command = new Command("retry", "Try failed jobs again.") { kind, subject };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            var again = await new JobsOverview(database.Source).RetryDeadAsync(
                parse.GetValue(kind), null, parse.GetValue(subject), cancellationToken);
            Screen.Line(again == 0 ? "No failed job fits; nothing to try again." : $"{again} jobs are ready again.");
            return 0;
        });
        return command;
    }

    static string Count(int number) => number >= JobsOverview.CountMax ? $"over {number - 1}" : $"{number}";
}
