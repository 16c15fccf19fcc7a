using System.CommandLine;
using WildCam.Cli.Machine;
using WildCam.Hub.Hosting;
using WildCam.Hub.Hosting.Provisioning;
using WildCam.Storage.Accounts;
using WildCam.Storage.Cameras;

namespace WildCam.Cli.Commands;

/// <summary>`enrolment list`, `accept`, `reject`, `revoke`: boards that came with a one-time code.</summary>
static class EnrolmentCommands
{
    public static Command Create()
    {
        var project = new Option<string?>("--project") { Description = "The project, where there are several." };
        var code = new Argument<string>("fingerprint") { Description = "The code on the label, such as 3f9a-41c2-…" };
        var camera = new Argument<string>("camera") { Description = "The camera that the board becomes." };
        return new Command("enrolment", "Boards that wait to become cameras.")
        {
            List(project),
            Act("accept", "Let the board become a camera that was added.", code, project, camera),
            Act("reject", "Say no to the board.", code, project, null),
            Act("revoke", "Take a code back.", code, project, null),
        };
    }

    static Command List(Option<string?> project)
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("list", "List the codes; boards that wait come first.") { project, json };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            var id = await ProjectAsync(database, parse.GetValue(project), cancellationToken);
            var listed = await new EnrolmentsTable(database.Source).ListForPageAsync(id, cancellationToken);
            var now = DateTimeOffset.UtcNow;
            if (parse.GetValue(json))
            {
                Screen.Json(listed.Select(e => new
                {
                    e.Fingerprint, state = e.State(now), e.Camera, e.AskedAt, e.Firmware, e.Remote, e.ExpiresAt,
                }));
                return 0;
            }

            Screen.Table(
                ["Code", "State", "Camera", "Board", "Came from"],
                [.. listed.Select(e => new[]
                {
                    CameraLabel.Grouped(e.Fingerprint), e.State(now).ToString().ToLowerInvariant(),
                    e.Camera?.ToUpperInvariant() ?? "-", e.Board is { } b ? BoardNames.Of((byte)b) : "-",
                    e.Remote ?? "-",
                })],
                "There are no codes. Make one: ./wildcam flash CODE");
            return 0;
        });
        return command;
    }

    static Command Act(
        string verb, string says, Argument<string> code, Option<string?> project, Argument<string>? camera)
    {
        var command = new Command(verb, says) { code };
        if (camera is not null)
        {
            command.Add(camera);
        }

        command.Add(project);
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var database = await LocalDatabase.OpenAsync(cancellationToken);
            var id = await ProjectAsync(database, parse.GetValue(project), cancellationToken);
            var fingerprint = parse.GetRequiredValue(code)
                .Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
            var named = camera is null ? "" : parse.GetRequiredValue(camera).ToLowerInvariant();
            var enrolment = new CameraEnrolment(database.Source);
            var refusal = verb switch
            {
                "accept" => await enrolment.AcceptAsync(id, fingerprint, named, Actor.CommandLine, cancellationToken),
                "reject" => await enrolment.RejectAsync(id, fingerprint, Actor.CommandLine, cancellationToken),
                _ => await enrolment.RevokeAsync(id, fingerprint, Actor.CommandLine, cancellationToken),
            };
            Screen.Line(refusal switch
            {
                EnrolmentRefusal.None => verb is "accept"
                    ? $"The board becomes {named.ToUpperInvariant()} at its next word."
                    : $"The code {CameraLabel.Grouped(fingerprint)} opens nothing any more.",
                EnrolmentRefusal.NoSuchCamera => throw new CommandException(
                    $"The project has no camera '{named}'. Add it first: ./wildcam camera add {named}"),
                EnrolmentRefusal.CameraRevoked => throw new CommandException($"The camera '{named}' is revoked."),
                _ => throw new CommandException("No open code has this fingerprint. See: ./wildcam enrolment list"),
            });
            return 0;
        });
        return command;
    }

    static async Task<int> ProjectAsync(
        LocalDatabase database, string? named, CancellationToken cancellationToken)
    {
        var slug = await ProjectChoice.PickAsync(database.Source, named, cancellationToken);
        return await new ProjectsTable(database.Source).FindIdAsync(slug, cancellationToken)
            ?? throw new CommandException($"There is no project '{slug}'.");
    }
}
