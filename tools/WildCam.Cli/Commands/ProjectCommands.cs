using System.CommandLine;
using WildCam.Cli.Machine;
using WildCam.Hub.Hosting.Register;
using WildCam.Storage.Accounts;
using WildCam.Storage.Cameras;
using WildCam.Storage.Captures;

namespace WildCam.Cli.Commands;

/// <summary>`project list`, `project add`, `project keep`.</summary>
static class ProjectCommands
{
    const int DaysMax = 36_500;

    public static Command Create() => new("project", "Projects and how long they keep their pictures.")
    {
        List(),
        Add(),
        Keep(),
    };

    static Command List()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("list", "List all projects.") { json };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            var policies = await new RetentionTable(database.Source).ListAsync(cancellationToken);
            if (parse.GetValue(json))
            {
                Screen.Json(policies);
                return 0;
            }

            Screen.Table(
                ["Project", "Keeps pictures", "Keeps what a person decided on"],
                [.. policies.Select(p => new[]
                {
                    p.ProjectSlug, p.Days is { } days ? $"{days} days" : "for ever",
                    p.Days is null || p.KeepsDecided ? "for ever" : "as long",
                })],
                "There are no projects yet. Start WildCam with ./wildcam up, open the link it prints, and name one.");
            return 0;
        });
        return command;
    }

    static Command Add()
    {
        var name = new Argument<string>("name") { Description = "What people call it." };
        var zone = new Option<string>("--zone")
        {
            Description = "Time zone of its sites, such as America/Denver.",
            DefaultValueFactory = _ => "UTC",
        };
        var command = new Command("add", "Add a project.") { name, zone };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var called = parse.GetRequiredValue(name).Trim();
            var zoneName = parse.GetRequiredValue(zone);
            var slug = CameraInput.Slug(called);
            if (slug.Length == 0 || !CameraRegistration.IsName(called))
            {
                throw new CommandException(
                    "A project's name has 1 to 100 characters, one of them a letter or a digit.");
            }

            if (!SiteRegistration.IsZone(zoneName))
            {
                throw new CommandException($"The time zone '{zoneName}' is not known. Write it as in America/Denver.");
            }

            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            if (await new ProjectsTable(database.Source).AddAsync(
                slug, called, zoneName, "en", Actor.CommandLine, cancellationToken) is null)
            {
                throw new CommandException($"There is a project '{slug}' already. Choose another name.");
            }

            Screen.Line($"Project '{slug}' is there. Its address: /p/{slug}/");
            return 0;
        });
        return command;
    }

    static Command Keep()
    {
        var project = new Option<string?>("--project") { Description = "Which one, where there are several." };
        var days = new Option<int?>("--days") { Description = "Delete pictures this many days old." };
        var forever = new Option<bool>("--for-ever") { Description = "Delete none: as it is at first." };
        var all = new Option<bool>("--even-decided")
        {
            Description = "With --days: also delete what a person decided on.",
        };
        var command = new Command("keep", "Say how long a project keeps its pictures.")
        {
            project, days, forever, all,
        };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var keptDays = parse.GetValue(days);
            if (keptDays is null == !parse.GetValue(forever) || keptDays is < 1 or > DaysMax)
            {
                throw new CommandException($"Say either --days with 1 to {DaysMax}, or --for-ever.");
            }

            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            var slug = await ProjectChoice.PickAsync(database.Source, parse.GetValue(project), cancellationToken);
            if (!await new RetentionTable(database.Source).SetAsync(
                slug, keptDays, !parse.GetValue(all), cancellationToken))
            {
                throw new CommandException($"There is no project '{slug}'. See them all: ./wildcam project list");
            }

            Screen.Line(keptDays is null
                ? $"{slug} keeps its pictures for ever."
                : $"{slug} keeps its pictures for {keptDays} days. Older ones are deleted within about an hour"
                    + (parse.GetValue(all) ? "." : ", except those that a person decided on."));
            return 0;
        });
        return command;
    }
}
