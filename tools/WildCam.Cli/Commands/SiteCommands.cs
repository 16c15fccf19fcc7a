using System.CommandLine;
using System.Globalization;
using WildCam.Cli.Machine;
using WildCam.Hub.Hosting.Register;
using WildCam.Storage;
using WildCam.Storage.Accounts;
using WildCam.Storage.Cameras;

namespace WildCam.Cli.Commands;

/// <summary>`site list`, `add`, `correct`.</summary>
static class SiteCommands
{
    public static Command Create()
    {
        var project = new Option<string?>("--project") { Description = "Which one, where there are several." };
        return new Command("site", "Places where cameras stand.") { List(project), Add(project), Correct(project) };
    }

    static Command List(Option<string?> project)
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("list", "List the sites of a project.") { project, json };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            var (id, _, _) = await PickAsync(database, parse.GetValue(project), cancellationToken);
            var table = new SitesTable(database.Source);
            var sites = await table.ListForAsync(id, Role.Manager, cancellationToken);
            var cameras = await table.ListCamerasAsync(id, cancellationToken);
            if (parse.GetValue(json))
            {
                Screen.Json(sites.Select(s => new
                {
                    s.Slug, s.Name, s.Latitude, s.Longitude, s.TimeZone, cameras = cameras[s.Id],
                }));
                return 0;
            }

            Screen.Table(
                ["Site", "Name", "Latitude", "Longitude", "Time zone", "Cameras"],
                [.. sites.Select(s => new[]
                {
                    s.Slug, s.Name, Degrees(s.Latitude), Degrees(s.Longitude), s.TimeZone,
                    string.Join(' ', cameras[s.Id]),
                })],
                "There are no sites yet. Add one: ./wildcam site add NAME --latitude N --longitude N");
            return 0;
        });
        return command;
    }

    static Command Add(Option<string?> project)
    {
        var name = new Argument<string>("name") { Description = "What people call it." };
        var (latitude, longitude) = Place();
        var zone = new Option<string?>("--zone") { Description = "Time zone there; the project's where left out." };
        var command = new Command("add", "Add a site.") { name, project, latitude, longitude, zone };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            var (id, slug, zoneName) = await PickAsync(database, parse.GetValue(project), cancellationToken);
            var called = parse.GetRequiredValue(name).Trim();
            var site = new NewSite(
                CameraInput.Slug(called), called, parse.GetValue(latitude), parse.GetValue(longitude),
                parse.GetValue(zone) ?? zoneName);
            if (!SiteRegistration.IsSite(site))
            {
                throw new CommandException(RegisterWords.Refused(CameraRefusal.BadSite, ""));
            }

            if (await new SiteRegistration(database.Source).AddAsync(id, site, Actor.CommandLine, cancellationToken)
                is null)
            {
                throw new CommandException($"Project '{slug}' has a site '{site.Slug}' already.");
            }

            Screen.Line($"Site '{site.Slug}' is there.");
            return 0;
        });
        return command;
    }

    static Command Correct(Option<string?> project)
    {
        var site = new Argument<string>("site") { Description = "The site, as `site list` names it." };
        var name = new Option<string?>("--name") { Description = "What people call it; as it is where left out." };
        var (latitude, longitude) = Place();
        var command = new Command("correct", "Correct a site's name or coordinates; moves are `camera move`.")
        {
            site, name, project, latitude, longitude,
        };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            var (id, slug, _) = await PickAsync(database, parse.GetValue(project), cancellationToken);
            var wanted = parse.GetRequiredValue(site).ToLowerInvariant();
            var now = await new SitesTable(database.Source).FindAsync(id, wanted, cancellationToken)
                ?? throw new CommandException($"Project '{slug}' has no site '{wanted}'.");
            var changed = now with
            {
                Name = parse.GetValue(name)?.Trim() ?? now.Name,
                Latitude = parse.GetValue(latitude) ?? now.Latitude,
                Longitude = parse.GetValue(longitude) ?? now.Longitude,
            };
            if (!CameraRegistration.IsName(changed.Name)
                || !SiteRegistration.ArePlace(changed.Latitude, changed.Longitude))
            {
                throw new CommandException(RegisterWords.Refused(CameraRefusal.BadSite, ""));
            }

            await new SiteRegistration(database.Source).CorrectAsync(
                id, wanted, changed.Name, changed.Latitude, changed.Longitude, Actor.CommandLine, cancellationToken);
            Screen.Line($"Site '{wanted}' is corrected.");
            return 0;
        });
        return command;
    }

    static (Option<double?> Latitude, Option<double?> Longitude) Place() => (
        new Option<double?>("--latitude") { Description = "Degrees, -90 to 90." },
        new Option<double?>("--longitude") { Description = "Degrees, -180 to 180." });

    static async Task<(int Id, string Slug, string Zone)> PickAsync(
        LocalDatabase database, string? named, CancellationToken cancellationToken)
    {
        var slug = await ProjectChoice.PickAsync(database.Source, named, cancellationToken);
        return await new ProjectsTable(database.Source).FindZoneAsync(slug, cancellationToken) is var (id, zone)
            ? (id, slug, zone)
            : throw new CommandException($"There is no project '{slug}'.");
    }

    static string Degrees(double? degrees) => degrees?.ToString("0.00000", CultureInfo.InvariantCulture) ?? "-";
}
