using System.Net;
using System.Net.Sockets;
using WildCam.Cli.Machine;
using WildCam.IntegrationTests.Captures;

namespace WildCam.IntegrationTests.EndToEnd;

/// <summary>The commands, run as a person or a script runs them.</summary>
public sealed class CommandTests(TestDatabase database) : IClassFixture<TestDatabase>, IDisposable
{
    readonly WildCamProgram _program = new(database.ConnectionString);

    [Fact]
    public async Task Help_lists_every_command_and_an_unknown_one_fails()
    {
        var help = await _program.DoAsync("--help");
        string[] commands =
        [
            "up", "down", "status", "doctor", "logs", "camera", "jobs", "simulate", "import", "model", "db", "test",
            "bench", "account", "project",
        ];
        Assert.All(commands, c => Assert.Matches($@"(?m)^  {c}\b", help));
        Assert.Equal(help, await _program.DoAsync());

        var unknown = await _program.RunAsync("catch");
        Assert.NotEqual(0, unknown.ExitCode);
        Assert.Contains("'catch'", unknown.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_is_added_with_a_role_and_gets_a_sign_in_link()
    {
        await AddProjectsAsync();
        var added = await _program.DoAsync(
            "account", "add", "Ben@Example.org", "--name", "Ben", "--project", "creek", "--role", "viewer");
        Assert.Contains("ben@example.org is viewer in 'creek'.", added, StringComparison.Ordinal);
        Assert.Matches(@"/sign-in\?link=\S{40,}", added);
        await _program.DoAsync("account", "add", "ben@example.org", "--project", "creek", "--role", "manager");
        Assert.Equal(3, await database.ReadAsync<short>("""
            select m.role from memberships m join accounts a on a.id = m.account_id
            where a.email = 'ben@example.org'
            """));
        var listed = (await _program.AskAsync("account", "list")).AsArray();
        Assert.Single(listed, a => (string?)a!["email"] == "ben@example.org" && (string?)a["name"] == "Ben");
        Assert.StartsWith(
            "Nobody has the address 'eve@example.org'", await _program.RefusedAsync(
                "account", "link", "eve@example.org"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_camera_is_added_listed_shown_and_revoked()
    {
        await AddProjectsAsync();
        var added = await _program.AskAsync(
            "camera", "add", "Creek-North", "--name", "Creek, north", "--project", "creek", "--site", "old-mill");
        Assert.Equal("creek-north", (string?)added["code"]);
        Assert.True(((string?)added["credential"])?.Length >= 32, "There is no secret to give to the camera.");

        var listed = (await _program.AskAsync("camera", "list")).AsArray();
        Assert.Contains(listed, c => (string?)c!["code"] == "creek-north" && (string?)c["siteSlug"] == "old-mill");
        var shown = await _program.AskAsync("camera", "show", "creek-north");
        Assert.Equal("Creek, north", (string?)shown["name"]);
        Assert.Null(shown["revokedAt"]);

        Assert.Equal(
            "There is a camera 'creek-north' already. Choose another code.",
            await _program.RefusedAsync("camera", "add", "creek-north", "--project", "creek"));
        Assert.StartsWith(
            "'creek north' cannot be a camera's code", await _program.RefusedAsync(
                "camera", "add", "creek north", "--project", "creek"), StringComparison.Ordinal);
        Assert.Equal(
            "There is no project 'nowhere'.",
            await _program.RefusedAsync("camera", "add", "creek-south", "--project", "nowhere"));
        Assert.Equal(
            "Project 'creek' has no site 'moon'.",
            await _program.RefusedAsync("camera", "add", "creek-south", "--project", "creek", "--site", "moon"));
        Assert.Equal(
            "Which project? Add --project with one of: creek, ridge",
            await _program.RefusedAsync("camera", "add", "creek-south"));
        Assert.StartsWith(
            "There is no camera 'creek-south'", await _program.RefusedAsync("camera", "show", "creek-south"),
            StringComparison.Ordinal);

        await _program.AskAsync("camera", "revoke", "creek-north");
        Assert.NotNull((await _program.AskAsync("camera", "show", "creek-north"))["revokedAt"]);
        Assert.Equal(
            "The camera 'creek-north' is revoked already.",
            await _program.RefusedAsync("camera", "revoke", "creek-north"));
    }

    [Fact]
    public async Task Cameras_come_from_a_file_move_get_another_secret_and_end()
    {
        await AddProjectsAsync();
        await _program.DoAsync(
            "site", "add", "High ridge", "--project", "creek", "--latitude", "45.5", "--longitude=-120.25");
        var file = Path.Combine(_program.Root, "cameras.csv");
        await File.WriteAllTextAsync(file, "code,site,tags,colour\nfile-1,Moon base,solar,red\n");
        var refused = await _program.RunAsync("camera", "add", "--csv", file, "--project", "creek");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("Row 1, colour: is no column", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("Row 2, site: There is no site Moon base yet.", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("Nothing was added (2 to put right).", refused.Errors, StringComparison.Ordinal);

        await File.WriteAllTextAsync(file, "code,site,tags\nfile-1,Old mill,solar\nfile-2,,\n");
        var added = (await _program.AskAsync("camera", "add", "--csv", file, "--project", "creek")).AsArray();
        Assert.Equal(["file-1", "file-2"], added.Select(a => (string?)a!["code"]));
        Assert.All(added, a => Assert.Equal(43, ((string?)a!["credential"])!.Length));

        await _program.AskAsync("camera", "move", "file-1", "high-ridge");
        Assert.StartsWith("It stands at High ridge since", await _program.RefusedAsync(
            "camera", "move", "file-1", "high-ridge"), StringComparison.Ordinal);
        var rotated = await _program.AskAsync("camera", "rotate", "file-1", "--overlap", "24");
        Assert.NotEqual((string?)added[0]!["credential"], (string?)rotated["credential"]);
        await _program.DoAsync("camera", "edit", "file-1", "--name", "Ford", "--notes", "Second pine");
        await _program.AskAsync("camera", "stolen", "file-1");
        Assert.Equal("Ford 2 0", await database.ReadAsync<string>("""
            select concat_ws(' ', c.name, c.end_reason,
              (select count(*) from deployments d where d.camera_id = c.id and d.until_at is null))
            from cameras c where c.code = 'file-1'
            """));
        Assert.Equal(43, ((string?)(await _program.AskAsync("camera", "reinstate", "file-1"))["credential"])!.Length);
        await _program.DoAsync("site", "correct", "high-ridge", "--name", "Higher ridge", "--project", "creek");
        var sites = (await _program.AskAsync("site", "list", "--project", "creek")).AsArray();
        Assert.Contains(sites, s => (string?)s!["name"] == "Higher ridge" && (double?)s["latitude"] == 45.5);
        Assert.Contains("Project 'delta-1' is there.", await _program.DoAsync(
            "project", "add", "Delta 1", "--zone", "Africa/Nairobi"), StringComparison.Ordinal);
        await database.RunAsync("delete from projects where slug = 'delta-1'");
    }

    [Fact]
    public async Task A_card_is_imported_and_a_second_time_all_is_there_already()
    {
        const int pictures = 3;
        await AddProjectsAsync();
        await _program.DoAsync("camera", "add", "card", "--project", "creek");
        var folder = Directory.CreateDirectory(Path.Combine(_program.Root, "card", "DCIM")).FullName;
        for (var n = 0; n < pictures; n++)
        {
            await File.WriteAllBytesAsync(
                Path.Combine(folder, $"IMG_{n:0000}.JPG"), PictureWorld.Scene(n, withAnimal: n == 0));
        }

        var first = await _program.AskAsync("import", folder, "--camera", "CARD");
        Assert.Equal((pictures, 0), ((int)first["stored"]!, (int)first["duplicates"]!));
        var second = await _program.AskAsync("import", folder, "--camera", "card");
        Assert.Equal((0, pictures), ((int)second["stored"]!, (int)second["duplicates"]!));
        var path = await database.ReadAsync<string>("""
            select min(c.blob_path) from captures c join cameras k on k.id = c.camera_id where k.code = 'card'
            having count(*) = 3
            """);
        Assert.True(File.Exists(Path.Combine(_program.DataFolder, "blobs", path)));
        Assert.StartsWith(
            "There is no camera 'nobody'", await _program.RefusedAsync("import", folder, "--camera", "nobody"),
            StringComparison.Ordinal);
        Assert.Equal(
            "There is no folder '/nowhere'.", await _program.RefusedAsync("import", "/nowhere", "--camera", "card"));
    }

    [Fact]
    public async Task Database_jobs_models_and_machine_tell_how_they_are()
    {
        var check = await _program.AskAsync("db", "check");
        Assert.True((bool)check["good"]!);
        Assert.Equal(WildCam.Storage.Migrator.All.Count, (int)check["applied"]!);
        Assert.Equal("The database is up to date.", (await _program.DoAsync("db", "migrate")).Trim());

        var jobs = await _program.AskAsync("jobs", "list");
        Assert.Contains(jobs["kinds"]!.AsArray(), k => (string?)k!["kind"] == "thumbnail");
        Assert.Empty(jobs["failed"]!.AsArray());
        Assert.Equal("No failed job fits; nothing to try again.", (await _program.DoAsync("jobs", "retry")).Trim());

        var model = Assert.Single((await _program.AskAsync("model", "list")).AsArray())!;
        Assert.Equal(("background-difference", true), ((string?)model["name"], (bool)model["isActive"]!));

        var findings = (await _program.AskAsync("doctor")).AsArray();
        Assert.All(findings, f => Assert.True((bool)f!["good"]!, $"{f["what"]}: {f["says"]}"));
        Assert.Contains(findings, f => (string?)f!["what"] == $"port {_program.WebPort}");
        Assert.Contains(findings, f => (string?)f!["what"] == "database" && (string?)f["says"] == "answers");

        var status = await _program.RunAsync("status", "--json");
        Assert.Equal(3, status.ExitCode);
        Assert.Contains("\"running\": false", status.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_port_and_a_dead_database_are_one_clear_sentence()
    {
        using var holder = new TcpListener(IPAddress.Any, 0);
        holder.Start();
        using var taken = new WildCamProgram(database.ConnectionString)
        {
            WebPort = ((IPEndPoint)holder.LocalEndpoint).Port,
        };
        var refusal = await taken.RefusedAsync("up");
        Assert.StartsWith(
            $"Port {taken.WebPort} (web pages) is taken by another program.", refusal, StringComparison.Ordinal);
        Assert.Contains("WildCam__WebPort=", refusal, StringComparison.Ordinal);

        using var dead = new WildCamProgram(
            $"Host=127.0.0.1;Port={FreePort.Next()};Username=nobody;Database=gone");
        Assert.StartsWith(
            "The database 'gone' at 127.0.0.1:", await dead.RefusedAsync("up"), StringComparison.Ordinal);
        Assert.Contains("does not answer", await dead.RefusedAsync("camera", "list"), StringComparison.Ordinal);
    }

    public void Dispose() => _program.Dispose();

    Task AddProjectsAsync() => database.RunAsync("""
        with made as (
          insert into projects (slug, name, time_zone)
          values ('creek', 'Creek', 'Europe/Paris'), ('ridge', 'Ridge', 'UTC')
          on conflict do nothing returning id, slug)
        insert into sites (project_id, slug, name, time_zone)
        select id, 'old-mill', 'Old mill', 'Europe/Paris' from made where slug = 'creek'
        """);
}
