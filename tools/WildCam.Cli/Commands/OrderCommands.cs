using System.CommandLine;
using System.Globalization;
using WildCam.Cli.Machine;
using WildCam.Hub.Hosting.Orders;
using WildCam.Hub.Orders;
using WildCam.Storage.Accounts;
using WildCam.Storage.Cameras;
using WildCam.Storage.Orders;

namespace WildCam.Cli.Commands;

/// <summary>`camera config`, `command`, `commands`, `tag`: what is wanted of cameras.</summary>
static class OrderCommands
{
    public static Command Config(Option<bool> json)
    {
        var code = new Argument<string?>("code")
        {
            Description = "The camera's code.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var (tag, project) = (TagOption(), ProjectOption());
        var withdraw = new Option<bool>("--withdraw") { Description = "Take back what the camera has not taken yet." };
        var edit = new SettingOptions();
        var command = new Command(
            "config", "Show what is wanted of a camera and what it does, or change it.")
        {
            code, tag, project, withdraw, json,
        };
        edit.AddTo(command);
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            var settings = new SettingsTable(database.Source);
            var editor = new SettingsEditor(settings, TimeProvider.System);
            var change = edit.Read(parse);
            if (parse.GetValue(tag) is { } named)
            {
                var open = await ProjectAsync(database, parse.GetValue(project), cancellationToken);
                var (cameras, wrong) = await editor.EditTaggedAsync(
                    open, TagOf(named), change, Actor.CommandLine, cancellationToken);
                MustBeRight(wrong);
                Told(cameras, named, parse.GetValue(json));
                return 0;
            }

            var camera = await CameraAsync(database, parse.GetValue(code), cancellationToken);
            var edited = parse.GetValue(withdraw)
                ? await editor.WithdrawAsync(camera.Id, Actor.CommandLine, cancellationToken)
                : change == new SettingsEdit()
                    ? new SettingsEdited(
                        SettingsRefusal.None, await settings.FindAsync(camera.Id, cancellationToken), [])
                    : await editor.EditAsync(camera.Id, change, null, Actor.CommandLine, cancellationToken);
            MustBeRight(edited.Wrong);
            MustBeInUse(edited.Refusal == SettingsRefusal.Revoked, camera.Code);
            ShowSettings(SettingsApi.ToAnswer(camera.Code, edited.Now!), parse.GetValue(json));
            return 0;
        });
        return command;
    }

    public static Command Tell(Option<bool> json)
    {
        var kinds = CommandCatalogue.All.Where(c => c.Word != CommandWords.FullFrame).Select(c => c.Word).ToArray();
        var code = new Argument<string>("code") { Description = "The camera's code, or a tag with --tag." };
        var kind = new Argument<string>("kind") { Description = "What it is to do." };
        kind.AcceptOnlyFromAmong(kinds);
        var isTag = new Option<bool>("--tag") { Description = "Every camera with this tag." };
        var project = ProjectOption();
        var seconds = new Option<int?>("--seconds") { Description = "How long a preview lasts." };
        var expires = new Option<int?>("--expires") { Description = "Minutes after which it is given up." };
        var command = new Command("command", "Tell a camera to do something; one that sleeps is told when it wakes up.")
        {
            code, kind, isTag, project, seconds, expires, json,
        };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            var commands = new CommandsTable(database.Source);
            var facts = CommandCatalogue.Find(parse.GetRequiredValue(kind))!;
            var wanted = new NewCommand(facts.Word, Lasting(parse.GetValue(expires), facts))
            {
                Argument = facts.Word == CommandWords.Preview ? Seconds(parse.GetValue(seconds)) : 0,
            };
            if (parse.GetValue(isTag))
            {
                var named = TagOf(parse.GetRequiredValue(code));
                var open = await ProjectAsync(database, parse.GetValue(project), cancellationToken);
                Told(
                    await commands.AskTaggedAsync(open, named, wanted, Actor.CommandLine, cancellationToken), named,
                    parse.GetValue(json));
                return 0;
            }

            var camera = await CameraAsync(database, parse.GetRequiredValue(code), cancellationToken);
            var (refusal, id) = await commands.AskAsync(camera.Id, wanted, Actor.CommandLine, cancellationToken);
            MustBeInUse(refusal == CommandRefusal.Revoked, camera.Code);
            if (refusal == CommandRefusal.TooMany)
            {
                throw new CommandException(
                    $"{CommandsTable.WaitingMax} commands wait for '{camera.Code}' (WaitingMax). "
                    + "Wait, or withdraw some.");
            }

            var row = (await commands.FindAsync(camera.Id, id, cancellationToken))!;
            if (parse.GetValue(json))
            {
                Screen.Json(CommandsApi.ToAnswer(row));
                return 0;
            }

            Screen.Line($"{Name(camera.Code)} will be told: {row.Kind}. See what becomes of it:");
            Screen.Line($"  ./wildcam camera commands {camera.Code}");
            return 0;
        });
        return command;
    }

    public static Command List(Argument<string> code, Option<bool> json)
    {
        const int shown = 20;
        var command = new Command("commands", "List what a camera was told, and what became of it.") { code, json };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            var camera = await CameraAsync(database, parse.GetRequiredValue(code), cancellationToken);
            var rows = await new CommandsTable(database.Source).ListAsync(camera.Id, null, shown, cancellationToken);
            if (parse.GetValue(json))
            {
                Screen.Json(rows.Select(CommandsApi.ToAnswer));
                return 0;
            }

            Screen.Table(
                ["Command", "Asked (UTC)", "By", "State", "Since (UTC)"],
                [.. rows.Select(r => new[]
                {
                    r.Kind, Time(r.AskedAt), r.AskedBy ?? "command line",
                    r.State == CommandState.Refused
                        ? $"refused: {Refusals.Sentence(r.Code)}"
                        : r.State.ToString().ToLowerInvariant(),
                    Time(r.EndedAt ?? r.DeliveredAt ?? r.AskedAt),
                })],
                $"{Name(camera.Code)} was told nothing yet.");
            return 0;
        });
        return command;
    }

    public static Command Tag(Argument<string> code, Option<bool> json)
    {
        var tags = new Argument<string[]>("tags") { Description = "All its tags from now on; none removes them." };
        var command = new Command("tag", "Give a camera tags, to name several cameras by.") { code, tags, json };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            var camera = await CameraAsync(database, parse.GetRequiredValue(code), cancellationToken);
            var wanted = (parse.GetValue(tags) ?? []).Select(TagOf).ToList();
            if (wanted.Count > CameraTagsTable.TagsMax)
            {
                throw new CommandException($"A camera has up to {CameraTagsTable.TagsMax} tags (TagsMax).");
            }

            await new CameraTagsTable(database.Source).SetAsync(camera, wanted, Actor.CommandLine, cancellationToken);
            if (parse.GetValue(json))
            {
                Screen.Json(new { code = camera.Code, tags = wanted });
                return 0;
            }

            Screen.Line(wanted.Count == 0
                ? $"{Name(camera.Code)} has no tags."
                : $"{Name(camera.Code)} has the tags {string.Join(", ", wanted)}.");
            return 0;
        });
        return command;
    }

    static Option<string?> TagOption() => new("--tag") { Description = "Every camera with this tag." };

    static Option<string?> ProjectOption() =>
        new("--project") { Description = "The project of the tag, where there are several." };

    static void ShowSettings(SettingsAnswer answer, bool json)
    {
        if (json)
        {
            Screen.Json(answer);
            return;
        }

        var wanted = answer.Desired ?? answer.Reported ?? SettingsWire.BuiltIn;
        Screen.Line($"{Name(answer.Camera)}: {answer.State}, version {answer.Version}"
            + (answer.Preset is null ? "" : $", preset {answer.Preset}"));
        Screen.Facts([.. SettingFields.All.Select(f => (f.Name, Value(f)))]);

        string Value(SettingField field)
        {
            var waiting = answer.Waiting.FirstOrDefault(w => w.Setting == field.Name);
            var refused = answer.Refused.FirstOrDefault(r => r.Setting == field.Name);
            return field.Show(wanted)
                + (waiting is null ? "" : $"  (now {waiting.From}; waits for the camera)")
                + (refused is null ? "" : $"  (not taken: {refused.Reason})");
        }
    }

    static void Told(IReadOnlyList<string> cameras, string tag, bool json)
    {
        if (json)
        {
            Screen.Json(new { tag, cameras });
        }
        else
        {
            Screen.Line(cameras.Count == 0
                ? $"No camera in use has the tag '{tag}'."
                : $"{cameras.Count} cameras are told: {string.Join(", ", cameras.Select(Name))}");
        }
    }

    static async Task<Storage.Cameras.Camera> CameraAsync(
        LocalDatabase database, string? code, CancellationToken cancellationToken)
    {
        var wanted = (code ?? throw new CommandException("Which camera? Give its code, or --tag.")).ToLowerInvariant();
        return await new CamerasTable(database.Source).FindByCodeAsync(wanted, cancellationToken)
            ?? throw new CommandException($"There is no camera '{wanted}'. See them all: ./wildcam camera list");
    }

    static async Task<int> ProjectAsync(
        LocalDatabase database, string? named, CancellationToken cancellationToken)
    {
        var slug = await ProjectChoice.PickAsync(database.Source, named, cancellationToken);
        return await new ProjectsTable(database.Source).FindIdAsync(slug, cancellationToken)
            ?? throw new CommandException($"There is no project '{slug}'.");
    }

    static string TagOf(string tag) => CameraTagsTable.IsTag(tag)
        ? tag
        : throw new CommandException($"'{tag}' is no tag: 1 to 32 of a-z, 0-9 and -, not - first.");

    static void MustBeInUse(bool isRevoked, string code)
    {
        if (isRevoked)
        {
            throw new CommandException($"The camera '{code}' is switched off: its credential is revoked.");
        }
    }

    static void MustBeRight(IReadOnlyList<SettingField> wrong)
    {
        if (wrong.Count > 0)
        {
            throw new CommandException(
                $"Nothing was changed. {string.Join(' ', wrong.Select(f => $"{f.Name}: {f.Rule}"))}");
        }
    }

    static TimeSpan Lasting(int? minutes, CommandFacts facts)
    {
        var lasting = minutes is { } m ? TimeSpan.FromMinutes(m) : facts.Lasting;
        return lasting >= CommandCatalogue.LastingMin && lasting <= CommandCatalogue.LastingMax
            ? lasting
            : throw new CommandException(
                $"A command is given up after 1 minute to {CommandCatalogue.LastingMax.TotalDays} days (LastingMax).");
    }

    static uint Seconds(int? seconds) => (seconds ?? CommandCatalogue.PreviewSecondsDefault) switch
    {
        >= 1 and <= CommandCatalogue.PreviewSecondsMax and var fits => (uint)fits,
        _ => throw new CommandException(
            $"A preview lasts 1 to {CommandCatalogue.PreviewSecondsMax} s (PreviewSecondsMax)."),
    };

    static string Name(string code) => code.ToUpperInvariant();

    static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("d MMM HH:mm", CultureInfo.InvariantCulture);
}
