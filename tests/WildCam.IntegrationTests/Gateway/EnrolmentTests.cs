using System.Buffers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;
using WildCam.IntegrationTests.Ingest;
using WildCam.Mqtt;
using WildCam.Simulator.Cameras;
using WildCam.Storage.Accounts;
using WildCam.Storage.Cameras;
using WildCam.Wire;

namespace WildCam.IntegrationTests.Gateway;

/// <summary>A board comes with a one-time code and leaves as a camera; at the real hub, over TLS.</summary>
public sealed class EnrolmentTests(RunningHub running) : IClassFixture<RunningHub>
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    CameraEnrolment Enrolment => new(running.Database.Source);

    EnrolmentsTable Enrolments => new(running.Database.Source);

    [Fact]
    public async Task A_simulated_camera_enrols_by_its_code_and_delivers_a_picture()
    {
        var old = await ScriptedCamera.RegisterAsync(running.Database.Source, "enrols-1");
        var made = await MakeAsync("enrols-1");
        var report = await SimulateAsync(made);
        Assert.True(report.IsComplete, $"{report.Progress}\n{running.Hub.Output}");
        Assert.Equal(1, await running.Database.ReadAsync<long>("""
            select count(*) from captures k join cameras c on c.id = k.camera_id where c.code = 'enrols-1'
            """));

        Assert.Equal(EnrolmentState.Spent, await StateAsync(made));
        Assert.Equal(1, await running.Database.ReadAsync<long>(
            "select count(*) from audit_entries where action = 'camera.enrol' and subject = $1", made.Fingerprint));
        Assert.Equal(MqttReason.BadUserNameOrPassword, (await RefusedAsync(made)).Reason);
        var ended = await Assert.ThrowsAsync<MqttException>(() => old.ConnectAsync(running.Hub.MqttPort));
        Assert.Equal(MqttReason.BadUserNameOrPassword, ended.Reason);
        Assert.Equal(1, await running.Database.ReadAsync<long>("""
            select count(*) from camera_update_keys k join cameras c on c.id = k.camera_id where c.code = 'enrols-1'
            """));
    }

    [Fact]
    public async Task The_credential_can_be_handed_out_again_until_its_first_sign_in()
    {
        var before = await ScriptedCamera.RegisterAsync(running.Database.Source, "reissued-1");
        var made = await MakeAsync("reissued-1");
        await using var first = await BoardAsync(made);
        var lost = await first.AskAsync();
        await first.DisposeAsync();

        // The old password is good until the new one is used.
        await before.ConnectAsync(running.Hub.MqttPort);
        await before.DisposeAsync();

        await using var second = await BoardAsync(made);
        var kept = await second.AskAsync();
        Assert.Equal(("reissued-1", "reissued-1"), (lost.Code, kept.Code));
        Assert.NotEqual(lost.Password, kept.Password);
        await Assert.ThrowsAsync<MqttException>(() => SignInAsync(lost));
        await (await SignInAsync(kept)).DisposeAsync();
        Assert.Equal(EnrolmentState.Spent, await StateAsync(made));
        await (await SignInAsync(kept)).DisposeAsync();
        await RefusedAsync(made);
        await Assert.ThrowsAsync<MqttException>(() => before.ConnectAsync(running.Hub.MqttPort));
    }

    [Theory]
    [InlineData("expires_at = now() - interval '1 second'")]
    [InlineData("revoked_at = now()")]
    [InlineData("rejected_at = now()")]
    [InlineData("spent_at = now()")]
    public async Task A_code_that_is_over_opens_nothing(string change)
    {
        var code = $"over-{Guid.NewGuid().ToString("N")[..8]}";
        await ScriptedCamera.RegisterAsync(running.Database.Source, code);
        var made = await MakeAsync(code);
        await running.Database.ReadAsync<int>(
            $"update camera_enrolments set {change} where fingerprint = $1 returning id", made.Fingerprint);
        Assert.Equal(MqttReason.BadUserNameOrPassword, (await RefusedAsync(made)).Reason);
    }

    [Fact]
    public async Task A_wrong_secret_and_an_unknown_code_are_refused_and_written_down()
    {
        await ScriptedCamera.RegisterAsync(running.Database.Source, "guessed-1");
        var made = await MakeAsync("guessed-1");
        var guess = made with { Secret = CameraCredential.Create().Credential };
        Assert.Equal(MqttReason.BadUserNameOrPassword, (await RefusedAsync(guess)).Reason);
        await RefusedAsync(made with { Fingerprint = "0123456789abcdef" });
        await RefusedAsync(made with { Fingerprint = "../../etc" });
        await Wait.UntilAsync(
            async () => await running.Database.ReadAsync<long>("""
                select count(*) from audit_entries where action = 'enrolment.sign-in-failed' and subject = $1
                """, Topics.EnrolmentPrefix + made.Fingerprint) == 1,
            Timeout, () => "No audit row.");
        await using var board = await BoardAsync(made);
        Assert.Equal("guessed-1", (await board.AskAsync()).Code);
    }

    [Fact]
    public async Task A_code_taken_back_ends_the_credential_that_it_handed_out()
    {
        await ScriptedCamera.RegisterAsync(running.Database.Source, "taken-1");
        var made = await MakeAsync("taken-1");
        await using var board = await BoardAsync(made);
        var told = await board.AskAsync();
        Assert.Equal(EnrolmentRefusal.None, await Enrolment.RevokeAsync(
            await ProjectAsync(), made.Fingerprint, Actor.CommandLine, default));
        await board.Client.Closed.WaitAsync(Timeout);
        await Assert.ThrowsAsync<MqttException>(() => SignInAsync(told));
        await RefusedAsync(made);
    }

    [Fact]
    public async Task A_newer_code_of_the_camera_ends_the_older()
    {
        await ScriptedCamera.RegisterAsync(running.Database.Source, "again-1");
        var older = await MakeAsync("again-1");
        var newer = await MakeAsync("again-1");
        await RefusedAsync(older);
        await using var board = await BoardAsync(newer);
        Assert.Equal("again-1", (await board.AskAsync()).Code);
    }

    [Fact]
    public async Task A_board_without_a_camera_waits_until_somebody_accepts_it()
    {
        await ScriptedCamera.RegisterAsync(running.Database.Source, "accepted-1");
        var made = await MakeAsync(null);
        await using var board = await BoardAsync(made);
        await board.SendAskAsync();
        await Wait.UntilAsync(
            async () => await StateAsync(made) is EnrolmentState.Waiting, Timeout, () => "The board does not wait.");
        var waiting = await Enrolments.FindAsync(made.Fingerprint, default);
        Assert.Equal(("1.2.3", "020000000001"), (waiting!.Firmware, Convert.ToHexString(waiting.HardwareAddress!)));
        Assert.False(board.Heard.TryRead(out _));
        Assert.Equal(EnrolmentRefusal.None, await Enrolment.AcceptAsync(
            await ProjectAsync(), made.Fingerprint, "accepted-1", Actor.CommandLine, default));
        Assert.Equal("accepted-1", (await board.HearAsync()).Code);
    }

    [Fact]
    public async Task A_rejected_board_is_sent_away_and_stays_out()
    {
        var made = await MakeAsync(null);
        await using var board = await BoardAsync(made);
        await board.SendAskAsync();
        Assert.Equal(EnrolmentRefusal.None, await Enrolment.RejectAsync(
            await ProjectAsync(), made.Fingerprint, Actor.CommandLine, default));
        await board.Client.Closed.WaitAsync(Timeout);
        await RefusedAsync(made);
    }

    [Theory]
    [InlineData("#")]
    [InlineData("wildcam/v1/+/down/#")]
    [InlineData("wildcam/v1/foreign-1/down/#")]
    public async Task A_board_that_enrols_hears_nothing_else(string filter)
    {
        await using var board = await BoardAsync(await MakeAsync(null));
        await Assert.ThrowsAsync<MqttException>(
            () => board.Client.SubscribeAsync(filter, MqttQos.AtLeastOnce, default));
    }

    [Fact]
    public async Task A_board_that_enrols_cannot_speak_as_a_camera()
    {
        await ScriptedCamera.RegisterAsync(running.Database.Source, "foreign-1");
        await using var board = await BoardAsync(await MakeAsync("foreign-1"));
        var hello = new byte[Hello.Bytes];
        new Hello { Boot = 9, Session = 9 }.Write(hello, 0);
        await Assert.ThrowsAsync<MqttException>(() => board.Client.PublishAsync(
            Topics.Up("foreign-1", Topics.Hello), hello, MqttQos.AtLeastOnce, default));
        Assert.Equal(0, await running.Database.ReadAsync<long>("""
            select s.boot from camera_states s join cameras c on c.id = s.camera_id where c.code = 'foreign-1'
            """));
    }

    [Fact]
    public async Task No_secret_is_in_the_log_the_audit_or_the_rows()
    {
        await ScriptedCamera.RegisterAsync(running.Database.Source, "secret-1");
        var made = await MakeAsync("secret-1");
        await RefusedAsync(made with { Fingerprint = "00000000ffffffff" });
        await using var board = await BoardAsync(made);
        var told = await board.AskAsync();
        await (await SignInAsync(told)).DisposeAsync();
        Assert.Contains(made.Fingerprint, running.Hub.Output, StringComparison.Ordinal);
        foreach (var secret in new[] { made.Secret, told.Password })
        {
            Assert.DoesNotContain(secret, running.Hub.Output, StringComparison.Ordinal);
            Assert.Equal(0, await running.Database.ReadAsync<long>("""
                select (select count(*) from audit_entries a where strpos(a::text, $1) > 0)
                  + (select count(*) from camera_enrolments e where strpos(e::text, $1) > 0)
                  + (select count(*) from cameras c where strpos(c::text, $1) > 0)
                """, secret));
        }
    }

    async Task<NewEnrolment> MakeAsync(string? camera)
    {
        if (camera is null)
        {
            await running.Database.ReadAsync<int>("""
                insert into projects (slug, name, time_zone) values ('test', 'Test', 'Africa/Nairobi')
                on conflict (slug) do update set name = excluded.name returning id
                """);
        }

        var (made, refusal) = await Enrolment.CreateAsync("test", camera, Actor.CommandLine, default);
        Assert.Equal(EnrolmentRefusal.None, refusal);
        return made!;
    }

    Task<int> ProjectAsync() => running.Database.ReadAsync<int>("select id from projects where slug = 'test'");

    async Task<EnrolmentState> StateAsync(NewEnrolment made) =>
        (await Enrolments.FindAsync(made.Fingerprint, default))!.State(DateTimeOffset.UtcNow);

    async Task<SimulationReport> SimulateAsync(NewEnrolment made)
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return await new SimulatedFleet(new SimulationOptions
        {
            Hub = new HubEndpoint
            {
                Host = "127.0.0.1",
                Port = running.Hub.MqttTlsPort,
                UseTls = true,
                Authority = Authority(),
                TlsName = "localhost",
            },
            Cameras = [new CameraAccount("board", made.Secret, Fingerprint: made.Fingerprint)],
            TriggerSeconds = 0,
            PicturesPerCamera = 1,
            PictureWidth = 320,
        }).RunAsync(stop.Token);
    }

    X509Certificate2 Authority() => X509CertificateLoader.LoadCertificateFromFile(
        Path.Combine(running.Hub.DataFolder, "certificates", "ca.crt"));

    Task<Board> BoardAsync(NewEnrolment made) =>
        Board.ConnectAsync(running.Hub.MqttTlsPort, Authority(), made);

    Task<MqttException> RefusedAsync(NewEnrolment made) =>
        Assert.ThrowsAsync<MqttException>(() => BoardAsync(made));

    Task<MqttClient> SignInAsync((string Code, string Password) told) => MqttClient.ConnectAsync(
        new MqttClientOptions
        {
            Host = "127.0.0.1",
            Port = running.Hub.MqttPort,
            UserName = told.Code,
            Password = Encoding.ASCII.GetBytes(told.Password),
        },
        default);

    /// <summary>The board's side of the wire, by hand.</summary>
    sealed class Board(NewEnrolment made) : IAsyncDisposable
    {
        readonly Channel<byte[]> _heard = Channel.CreateUnbounded<byte[]>();

        public MqttClient Client { get; private set; } = null!;

        public ChannelReader<byte[]> Heard => _heard.Reader;

        string Name => Topics.EnrolmentPrefix + made.Fingerprint;

        public static async Task<Board> ConnectAsync(int port, X509Certificate2 authority, NewEnrolment made)
        {
            var board = new Board(made);
            board.Client = await MqttClient.ConnectAsync(
                new MqttClientOptions
                {
                    Host = "127.0.0.1",
                    Port = port,
                    UseTls = true,
                    Authority = authority,
                    TlsName = "localhost",
                    UserName = board.Name,
                    Password = Encoding.ASCII.GetBytes(made.Secret),
                    Received = p => board._heard.Writer.TryWrite(p.Payload.ToArray()),
                },
                default);
            return board;
        }

        public async Task SendAskAsync()
        {
            await Client.SubscribeAsync(Topics.AllDown(Name), MqttQos.AtLeastOnce, default);
            var request = new byte[EnrolRequest.Bytes];
            new EnrolRequest
            {
                Board = Boards.Esp32Ov2640,
                FirmwareMajor = 1,
                FirmwareMinor = 2,
                FirmwarePatch = 3,
                HardwareAddress = [2, 0, 0, 0, 0, 1],
            }.Write(request, 0);
            await Client.PublishAsync(Topics.Up(Name, Topics.Enrol), request, MqttQos.AtLeastOnce, default);
        }

        public async Task<(string Code, string Password)> AskAsync()
        {
            await SendAskAsync();
            return await HearAsync();
        }

        public async Task<(string Code, string Password)> HearAsync()
        {
            var bytes = await Heard.ReadAsync().AsTask().WaitAsync(Timeout);
            Assert.True(Credential.TryRead(bytes, 0, bytes.Length, out var told));
            Assert.NotEqual(new byte[Credential.UpdateKeyBytes], told.UpdateKey);
            return (
                Encoding.ASCII.GetString(told.Code).TrimEnd('\0'), Encoding.ASCII.GetString(told.Password));
        }

        public ValueTask DisposeAsync() => Client.DisposeAsync();
    }
}
