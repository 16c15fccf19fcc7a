using System.Security.Cryptography.X509Certificates;
using WildCam.Cli.Machine;
using WildCam.IntegrationTests.Ingest;
using WildCam.Simulator.Cameras;
using WildCam.Storage.Accounts;
using WildCam.Storage.Cameras;

namespace WildCam.IntegrationTests.EndToEnd;

/// <summary>`wildcam flash` with a nanoff that writes down what it is told, before a real hub.</summary>
public sealed class FlashCommandTests(RunningHub running) : IClassFixture<RunningHub>, IDisposable
{
    const string Ports = "Available COM ports:\n  /dev/ttyUSB7\n";

    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(90);

    readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("wildcam-flash-");

    string Bin => Path.Combine(_root.FullName, "bin");

    string Board => Path.Combine(_root.FullName, "board");

    string Packs => Path.Combine(_root.FullName, ".wildcam", "packs");

    [Fact]
    public async Task A_board_is_flashed_and_the_command_hears_its_first_hello()
    {
        await AddAsync("flashed-1");
        PutNanoff(Ports);
        await File.WriteAllTextAsync(Path.Combine(_root.FullName, "WildCam.bin"), "firmware");
        var flashing = RunAsync(
            "flash", "flashed-1", "--wifi", "field", "--host", "localhost", "--image",
            Path.Combine(_root.FullName, "WildCam.bin"), "--wait", "1");
        var setUp = Path.Combine(Board, "wildcam.ini");
        await Wait.UntilAsync(
            () => flashing.IsCompleted || File.Exists(Path.Combine(Board, "wifi.json")), Timeout,
            () => "nanoff was not asked.");
        Assert.True(File.Exists(setUp), flashing.IsCompleted ? (await flashing).Tail() : "no set-up file");
        var line = (await File.ReadAllLinesAsync(setUp)).Single(l => l.StartsWith("enrol=", StringComparison.Ordinal));
        var (fingerprint, secret) = (line[6..22], line[23..]);
        using var stop = new CancellationTokenSource(Timeout);
        var board = SimulateAsync(fingerprint, secret, stop.Token);
        var done = await flashing;
        await stop.CancelAsync();
        await board;

        Assert.True(done.Ok, done.Tail());
        Assert.Equal(
            [
                "--listports",
                "--target ESP32_REV3 --update --masserase --serialport /dev/ttyUSB7",
                $"--nanodevice --deploy --serialport /dev/ttyUSB7 --image {_root.FullName}/WildCam.bin",
                "--filedeployment files.json",
                "--networkdeployment wifi.json",
            ],
            await File.ReadAllLinesAsync(Path.Combine(Board, "asked")));
        Assert.Contains("4 of 4: Tell it the Wi-Fi field", done.Output, StringComparison.Ordinal);
        Assert.Contains("It signed in as FLASHED-1.", done.Output, StringComparison.Ordinal);
        Assert.Contains("The hub hears it: FLASHED-1", done.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, done.Output + done.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", done.Output + done.Errors, StringComparison.Ordinal);
        Assert.Contains(
            "hunter2", await File.ReadAllTextAsync(Path.Combine(Board, "wifi.json")), StringComparison.Ordinal);
        // The board has the secrets; only the label and what is no secret stay.
        var pack = Path.Combine(Packs, fingerprint);
        Assert.Equal(
            ["commands.txt", "files.json", "hub.crt", "label.svg"],
            Directory.GetFiles(pack).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));
        Assert.Equal(1, await running.Database.ReadAsync<long>("""
            select count(*) from camera_enrolments e join cameras c on c.id = e.camera_id
            where c.code = 'flashed-1' and e.spent_at is not null
            """));
    }

    [Fact]
    public async Task A_dry_run_prints_and_changes_nothing()
    {
        await AddAsync("dry-1");
        var done = await RunAsync("flash", "dry-1", "--wifi", "field", "--host", "localhost", "--dry-run");
        Assert.True(done.Ok, done.Tail());
        foreach (var part in new[]
        {
            "nanoff --target ESP32_REV3 --update --masserase --serialport PORT",
            "nanoff --filedeployment files.json", "nanoff --networkdeployment wifi.json", "host=localhost",
            "\"Ssid\": \"field\"", "no code was made",
        })
        {
            Assert.Contains(part, done.Output, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("hunter2", done.Output, StringComparison.Ordinal);
        Assert.Equal(0, await running.Database.ReadAsync<long>("""
            select count(*) from camera_enrolments e join cameras c on c.id = e.camera_id where c.code = 'dry-1'
            """));
        Assert.False(Directory.Exists(Packs));
    }

    [Fact]
    public async Task A_pack_is_written_with_secrets_that_only_their_owner_reads()
    {
        await AddAsync("packed-1");
        var folder = Path.Combine(_root.FullName, "pack");
        var done = await RunAsync("flash", "packed-1", "--host", "localhost", "--pack", folder, "--port", "COM9");
        Assert.True(done.Ok, done.Tail());
        Assert.Equal(
            ["commands.txt", "files.json", "hub.crt", "label.svg", "wildcam.ini"],
            Directory.GetFiles(folder).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite,
            File.GetUnixFileMode(Path.Combine(folder, "wildcam.ini")));
        Assert.Contains(
            "nanoff --filedeployment files.json",
            await File.ReadAllTextAsync(Path.Combine(folder, "commands.txt")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_missing_is_told_in_a_sentence_before_a_code_is_made()
    {
        await AddAsync("told-1");
        string[] flash = ["flash", "told-1", "--host", "localhost", "--set-up-only"];
        Assert.Equal(
            "nanoff is not on this machine; it writes to boards. Install it with: dotnet tool install -g nanoff",
            await RefusedAsync(flash));
        PutNanoff("No available COM port\n");
        Assert.StartsWith("No board is plugged in", await RefusedAsync(flash), StringComparison.Ordinal);
        PutNanoff("Available COM ports:\n  COM3\n  COM12\n");
        Assert.Equal(
            "There are several serial ports. Say which: --port COM3 or --port COM12", await RefusedAsync(flash));
        Assert.StartsWith("There is no firmware", await RefusedAsync("flash", "told-1"), StringComparison.Ordinal);
        Assert.StartsWith(
            "There is no camera 'nobody'", await RefusedAsync("flash", "nobody"), StringComparison.Ordinal);
        Assert.StartsWith(
            "The hub's certificate is not for 'elsewhere'",
            await RefusedAsync("flash", "told-1", "--host", "elsewhere"), StringComparison.Ordinal);
        Assert.Equal(0, await running.Database.ReadAsync<long>("""
            select count(*) from camera_enrolments e join cameras c on c.id = e.camera_id where c.code = 'told-1'
            """));
    }

    [Fact]
    public async Task A_step_that_fails_although_it_ends_well_stops_the_rest()
    {
        await AddAsync("fails-1");
        PutNanoff(Ports, "Error deploying content file wildcam.ini to I:\\wildcam.ini");
        var refused = await RefusedAsync(
            "flash", "fails-1", "--wifi", "field", "--host", "localhost", "--set-up-only", "--no-wait");
        Assert.StartsWith("This step failed: Error deploying content file", refused, StringComparison.Ordinal);
        Assert.Contains("nanoff --filedeployment files.json", refused, StringComparison.Ordinal);
        Assert.Equal(
            ["--listports", "--filedeployment files.json"],
            await File.ReadAllLinesAsync(Path.Combine(Board, "asked")));
    }

    [Fact]
    public async Task A_waiting_board_is_listed_and_rejected_by_its_fingerprint()
    {
        await AddAsync("lists-1");
        var (made, _) = await new CameraEnrolment(running.Database.Source).CreateAsync(
            "test", null, Actor.CommandLine, default);
        var grouped = string.Join('-', made!.Fingerprint.Chunk(4).Select(c => new string(c)));
        var listed = await RunAsync("enrolment", "list", "--project", "test");
        Assert.Contains(grouped, listed.Output, StringComparison.Ordinal);
        Assert.True((await RunAsync("enrolment", "reject", grouped, "--project", "test")).Ok);
        Assert.StartsWith(
            "No open code has this fingerprint",
            await RefusedAsync("enrolment", "accept", grouped, "lists-1", "--project", "test"),
            StringComparison.Ordinal);
    }

    public void Dispose() => _root.Delete(recursive: true);

    Task<ScriptedCamera> AddAsync(string code) => ScriptedCamera.RegisterAsync(running.Database.Source, code);

    /// <summary>A nanoff that lists ports, notes what it is asked, and keeps what it would write to a board.</summary>
    void PutNanoff(string ports, string says = "OK")
    {
        Directory.CreateDirectory(Bin);
        Directory.CreateDirectory(Board);
        var path = Path.Combine(Bin, "nanoff");
        File.WriteAllText(path, $"""
            #!/bin/sh
            echo "$*" >> '{Board}/asked'
            case "$1" in
              --listports) printf '%s' '{ports}' ;;
              --filedeployment) cp wildcam.ini hub.crt files.json '{Board}/' ; echo '{says}' ;;
              --networkdeployment) cp wifi.json '{Board}/' ; echo OK ;;
              *) echo OK ;;
            esac
            """.ReplaceLineEndings("\n"));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Delete(Path.Combine(Board, "asked"));
    }

    async Task<ShellResult> RunAsync(params string[] arguments)
    {
        using var timeout = new CancellationTokenSource(Timeout);
        return await Shell.RunAsync(
            "env",
            [
                $"WILDCAM_ROOT={_root.FullName}", $"WildCam__Database={running.Database.ConnectionString}",
                $"WildCam__DataFolder={running.Hub.DataFolder}", "WILDCAM_WIFI_PASSWORD=hunter2",
                $"WildCam__Gateway__MqttTlsPort={running.Hub.MqttTlsPort}", $"HOME={_root.FullName}",
                $"PATH={Bin}:{Environment.GetEnvironmentVariable("PATH")}",
                "dotnet", Path.Combine(AppContext.BaseDirectory, "wildcam.dll"), .. arguments,
            ],
            timeout.Token);
    }

    async Task<string> RefusedAsync(params string[] arguments)
    {
        var result = await RunAsync(arguments);
        Assert.Equal(1, result.ExitCode);
        Assert.DoesNotContain("   at ", result.Output + result.Errors, StringComparison.Ordinal);
        return Assert.Single(result.Errors.TrimEnd().Split('\n'));
    }

    Task<SimulationReport> SimulateAsync(string fingerprint, string secret, CancellationToken stop) =>
        new SimulatedFleet(new SimulationOptions
        {
            Hub = new HubEndpoint
            {
                Host = "127.0.0.1",
                Port = running.Hub.MqttTlsPort,
                UseTls = true,
                Authority = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(Board, "hub.crt")),
                TlsName = "localhost",
            },
            Cameras = [new CameraAccount("board", secret, Fingerprint: fingerprint)],
            TriggerSeconds = 600,
            PictureWidth = 320,
        }).RunAsync(stop);
}
