using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using WildCam.Cli.Machine;
using WildCam.Hub.Hosting;
using WildCam.Storage.Accounts;
using WildCam.Storage.Fleet;

namespace WildCam.Cli.Commands;

/// <summary>`rollout`: brings firmware of the catalogue to the cameras of a project, step by step.</summary>
static class RolloutCommands
{
    public static Command Create() => new("rollout", "Bring firmware to the cameras, step by step.")
    {
        Start(), List(), Show(),
        Change("pause", "Hold it: no further offer, no further byte.", (rollouts, project, rollout, _, ct) =>
            rollouts.PauseAsync(project, rollout.Id, Actor.CommandLine, ct)),
        Change("resume", "Go on after a pause, or after it stopped by itself.", (rollouts, project, rollout, _, ct) =>
            rollouts.ResumeAsync(project, rollout.Id, rollout.Version, Actor.CommandLine, ct)),
        Change("cancel", "End it, and withdraw what was offered.", (rollouts, project, rollout, _, ct) =>
            rollouts.CancelAsync(project, rollout.Id, rollout.Version, Actor.CommandLine, ct)),
        Retry(), RollBack(),
    };

    static Command Start()
    {
        var version = new Argument<string>("version") { Description = "A version of the catalogue, as 1.5.0." };
        var board = new Option<string>("--board")
        {
            Description = $"One of {string.Join(", ", BoardNames.All)}.", Required = true,
        };
        var project = new Option<string?>("--project") { Description = "Slug; only needed if there are several." };
        var plan = new Option<string?>("--plan")
        {
            Description = "A plan as JSON; else Careful: 1 camera, 5 %, 25 %, the rest, a day after each, "
                + "stops at 2 failures or 5 %.",
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what it would do, and do nothing." };
        var command = new Command("start", "Start a rollout.") { version, board, project, plan, dryRun };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            await using var parts = FirmwareCatalogueCommands.Parts(database.Workspace);
            var wanted = await FindFirmwareAsync(
                parts, parse.GetRequiredValue(board), parse.GetRequiredValue(version), cancellationToken);
            var slug = await ProjectChoice.PickAsync(database.Source, parse.GetValue(project), cancellationToken);
            var projectId = await new ProjectsTable(database.Source).FindIdAsync(slug, cancellationToken)
                ?? throw new CommandException($"There is no project '{slug}'.");
            var steps = RolloutPlan.Careful;
            if (parse.GetValue(plan) is { } json)
            {
                steps = RolloutPlan.Read(json, out var problem) ?? throw new CommandException(problem!);
            }

            var rollouts = parts.GetRequiredService<Rollouts>();
            var preview = await rollouts.PreviewAsync(projectId, wanted, steps, cancellationToken);
            Screen.Line(RolloutSentences.Preview(preview, steps));
            Screen.Line(string.Join(", then ", steps.Steps.Select((step, at) =>
                $"{RolloutSentences.Step(step)} ({preview.CamerasOf(at)})")));
            if (parse.GetValue(dryRun))
            {
                return 0;
            }

            var answer = await rollouts.StartAsync(
                projectId, wanted.Id, steps, Actor.CommandLine, cancellationToken);
            Must(answer);
            Screen.Line($"Rollout {answer.Id} has started. Watch it: ./wildcam rollout show {answer.Id}");
            return 0;
        });
        return command;
    }

    static Command List()
    {
        var project = new Option<string?>("--project") { Description = "Slug; only needed if there are several." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("list", "List the rollouts of a project.") { project, json };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            var slug = await ProjectChoice.PickAsync(database.Source, parse.GetValue(project), cancellationToken);
            var projectId = await new ProjectsTable(database.Source).FindIdAsync(slug, cancellationToken)
                ?? throw new CommandException($"There is no project '{slug}'.");
            var lines = await new RolloutPagesTable(database.Source).ListAsync(projectId, cancellationToken);
            if (parse.GetValue(json))
            {
                Screen.Json(lines.Select(Facts));
                return 0;
            }

            Screen.Table(
                ["Rollout", "Firmware", "Board", "State", "Good", "Failed", "Started"],
                [.. lines.Select(l => new[]
                {
                    $"{l.Rollout.Id}", l.Rollout.Target.ToString(), BoardNames.Of((byte)l.Rollout.Board),
                    l.Rollout.State.ToString(), $"{l.Good}/{l.Total}", $"{l.Failed}",
                    l.Rollout.StartedAt.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
                })],
                "There is no rollout. Start one: ./wildcam rollout start VERSION --board BOARD");
            return 0;
        });
        return command;
    }

    static Command Show()
    {
        var id = new Argument<int>("id") { Description = "The rollout." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("show", "Show how far a rollout is.") { id, json };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            var (_, line) = await FindAsync(database, parse.GetRequiredValue(id), cancellationToken);
            var cameras = await new RolloutPagesTable(database.Source)
                .ListCamerasAsync(line.Rollout.Id, cancellationToken);
            if (parse.GetValue(json))
            {
                Screen.Json(new
                {
                    rollout = Facts(line),
                    cameras = cameras.Select(c => new
                    {
                        c.Code, step = c.Step + 1, c.Update.State,
                        why = RolloutSentences.Reason(c.Update, line.Rollout.Target, line.Rollout.Plan),
                        version = c.Update.Reported?.ToString(), c.Update.Since, c.Update.DeadlineAt,
                    }),
                });
                return 0;
            }

            Screen.Line($"Firmware {line.Rollout.Target}: {line.Rollout.State}");
            if (line.Rollout.StopReason is not StopReason.None)
            {
                Screen.Line(RolloutSentences.Stopped(line.Rollout, line.Steps));
            }

            Screen.Table(
                ["Step", "Cameras", "Good", "Failed", "Missed", "Waiting"],
                [.. line.Steps.Select(s => new[]
                {
                    RolloutSentences.Step(line.Rollout.Plan.Steps[s.Number]), $"{s.Counts.Total}", $"{s.Counts.Good}",
                    $"{s.Counts.Failed}", $"{s.Counts.Missed}",
                    s.BegunAt is null ? "not begun" : $"{s.Counts.Open}",
                })],
                "");
            Screen.Table(
                ["Camera", "State", "Why"],
                [.. cameras.Where(c => c.Update.State is not UpdateState.Planned).Select(c => new[]
                {
                    c.Code, c.Update.State.ToString(),
                    RolloutSentences.Reason(c.Update, line.Rollout.Target, line.Rollout.Plan),
                })],
                "");
            return 0;
        });
        return command;
    }

    static Command Retry()
    {
        var camera = new Option<string?>("--camera") { Description = "One camera; else all that failed." };
        return Change("retry", "Try again what failed or was missed.", (rollouts, project, rollout, parse, ct) =>
            rollouts.RetryAsync(project, rollout.Id, parse.GetValue(camera), Actor.CommandLine, ct), camera);
    }

    static Command RollBack()
    {
        var to = new Option<string>("--to") { Description = "The version to go back to.", Required = true };
        var id = new Argument<int>("id") { Description = "The rollout." };
        var command = new Command("rollback", "Cancel it, and bring its cameras back to a version.") { id, to };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            await using var parts = FirmwareCatalogueCommands.Parts(database.Workspace);
            var (project, line) = await FindAsync(database, parse.GetRequiredValue(id), cancellationToken);
            var back = await FindFirmwareAsync(
                parts, BoardNames.Of((byte)line.Rollout.Board), parse.GetRequiredValue(to), cancellationToken);
            var answer = await parts.GetRequiredService<Rollouts>().RollBackAsync(
                project, line.Rollout.Id, line.Rollout.Version, back.Id, Actor.CommandLine, cancellationToken);
            Must(answer);
            Screen.Line($"Rollout {answer.Id} brings its cameras back to {back.Version}.");
            return 0;
        });
        return command;
    }

    static Command Change(
        string name, string description,
        Func<Rollouts, int, Rollout, ParseResult, CancellationToken, Task<RolloutAnswer>> change,
        params Option[] options)
    {
        var id = new Argument<int>("id") { Description = "The rollout." };
        var command = new Command(name, description) { id };
        foreach (var option in options)
        {
            command.Add(option);
        }

        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            await using var parts = FirmwareCatalogueCommands.Parts(database.Workspace);
            var (project, line) = await FindAsync(database, parse.GetRequiredValue(id), cancellationToken);
            Must(await change(
                parts.GetRequiredService<Rollouts>(), project, line.Rollout, parse, cancellationToken));
            var (_, now) = await FindAsync(database, line.Rollout.Id, cancellationToken);
            Screen.Line($"Rollout {now.Rollout.Id}: {now.Rollout.State}");
            return 0;
        });
        return command;
    }

    static async Task<(int ProjectId, RolloutLine Line)> FindAsync(
        LocalDatabase database, int id, CancellationToken cancellationToken)
    {
        var pages = new RolloutPagesTable(database.Source);
        return await pages.FindProjectAsync(id, cancellationToken) is { } project
            && await pages.FindAsync(project, id, cancellationToken) is { } line
                ? (project, line)
                : throw new CommandException($"There is no rollout {id}. See: ./wildcam rollout list");
    }

    static async Task<Firmware> FindFirmwareAsync(
        ServiceProvider parts, string board, string version, CancellationToken cancellationToken)
    {
        if (!BoardNames.TryParse(board, out var wanted))
        {
            throw new CommandException(
                $"There is no board '{board}'. It is one of {string.Join(", ", BoardNames.All)}.");
        }

        return FirmwareVersions.Parse(version) is { } number
            && await parts.GetRequiredService<FirmwareTable>().FindAsync(wanted, number, cancellationToken) is { } found
                ? found
                : throw new CommandException(
                    $"There is no firmware {version} for {board}. See: ./wildcam firmware list");
    }

    static void Must(RolloutAnswer answer)
    {
        if (answer.Refusal is not RolloutRefusal.None)
        {
            throw new CommandException(RolloutSentences.Refused(answer));
        }
    }

    static object Facts(RolloutLine line) => new
    {
        line.Rollout.Id, firmware = line.Rollout.Target.ToString(), board = BoardNames.Of((byte)line.Rollout.Board),
        line.Rollout.State, line.Total, line.Good, line.Failed, line.Rollout.StartedAt, line.Rollout.EndedAt,
        reason = line.Rollout.StopReason is StopReason.None
            ? null
            : RolloutSentences.Stopped(line.Rollout, line.Steps),
    };
}
