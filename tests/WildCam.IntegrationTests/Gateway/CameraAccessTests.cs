using System.Text;
using WildCam.IntegrationTests.Ingest;
using WildCam.Mqtt;
using WildCam.Storage.Accounts;
using WildCam.Storage.Cameras;
using WildCam.Wire;

namespace WildCam.IntegrationTests.Gateway;

public sealed class CameraAccessTests(RunningHub running) : IClassFixture<RunningHub>
{
    static readonly TimeSpan DropTimeout = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_camera_revoked_while_connected_is_dropped_within_ten_seconds_and_stays_out()
    {
        await using var camera = await running.ConnectAsync("revoked-1");
        await camera.HelloAsync();
        var refusal = await new CameraRegistration(running.Database.Source).RevokeAsync(
            "revoked-1", Actor.CommandLine, CancellationToken.None);
        Assert.Equal(CameraRefusal.None, refusal);
        await camera.Client.Closed.WaitAsync(DropTimeout);
        var fault = await Assert.ThrowsAsync<MqttException>(() => camera.ConnectAsync(running.Hub.MqttPort));
        Assert.Equal(MqttReason.BadUserNameOrPassword, fault.Reason);
        Assert.Equal(1, await running.Database.ReadAsync<long>(
            "select count(*) from audit_entries where action = 'camera.revoke' and subject = 'revoked-1'"));
    }

    [Fact]
    public async Task A_new_credential_ends_the_old_one()
    {
        await using var camera = await running.ConnectAsync("rotated-1");
        var rotated = await new CameraRegistration(running.Database.Source).RotateAsync(
            "rotated-1", Actor.CommandLine, CancellationToken.None);
        Assert.NotEqual(camera.Credential, rotated.Credential);
        await camera.Client.Closed.WaitAsync(DropTimeout);
        await Assert.ThrowsAsync<MqttException>(() => camera.ConnectAsync(running.Hub.MqttPort));
    }

    [Theory]
    [InlineData("nobody-here")]
    [InlineData("../../etc")]
    [InlineData("#")]
    public async Task An_unknown_camera_is_refused(string name)
    {
        var fault = await Assert.ThrowsAsync<MqttException>(() => MqttClient.ConnectAsync(
            new MqttClientOptions
            {
                Host = "127.0.0.1",
                Port = running.Hub.MqttPort,
                UserName = name,
                Password = Encoding.ASCII.GetBytes(CameraCredential.Create().Credential),
            },
            CancellationToken.None));
        Assert.Equal(MqttReason.BadUserNameOrPassword, fault.Reason);
    }

    [Fact]
    public async Task A_camera_cannot_speak_as_another()
    {
        await using var a = await running.ConnectAsync("speaks-a");
        await using var b = await running.ConnectAsync("speaks-b");
        var hello = new byte[Hello.Bytes];
        new Hello { Boot = 9, Session = 9 }.Write(hello, 0);

        // 3.1.1 has no word for "not authorized", so that the connection ends: MQTT 3.1.1, 3.3.5.
        await Assert.ThrowsAsync<MqttException>(() => a.Client.PublishAsync(
            Topics.Up("speaks-b", Topics.Hello), hello, MqttQos.AtLeastOnce, CancellationToken.None));
        await a.Client.Closed.WaitAsync(DropTimeout);
        Assert.True(b.Client.IsConnected);
        Assert.Equal(0, await running.Database.ReadAsync<long>("""
            select s.boot from camera_states s join cameras c on c.id = s.camera_id where c.code = 'speaks-b'
            """));
        await Wait.UntilAsync(
            async () => await running.Database.ReadAsync<long>("""
                select count(*) from audit_entries where action = 'camera.foreign-topic' and subject = 'speaks-a'
                """) == 1,
            DropTimeout, () => "No audit row.");
    }

    [Theory]
    [InlineData("#")]
    [InlineData("$SYS/#")]
    [InlineData("wildcam/v1/+/down/#")]
    [InlineData("wildcam/v1/other/down/command")]
    [InlineData("wildcam/v1/listens-1/up/#")]
    public async Task A_camera_cannot_listen_to_others(string filter)
    {
        await using var camera = await ScriptedCamera.RegisterAsync(
            running.Database.Source, $"listens-{Guid.NewGuid().ToString("N")[..8]}");
        await camera.ConnectAsync(running.Hub.MqttPort);
        await Assert.ThrowsAsync<MqttException>(
            () => camera.Client.SubscribeAsync(filter, MqttQos.AtLeastOnce, CancellationToken.None));
    }

    [Fact]
    public async Task Tls_is_served_with_a_certificate_that_is_valid_from_1970()
    {
        var camera = await ScriptedCamera.RegisterAsync(running.Database.Source, "tls-1");
        var authority = System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificateFromFile(
            Path.Combine(running.Hub.DataFolder, "certificates", "ca.crt"));
        Assert.Equal(1970, authority.NotBefore.ToUniversalTime().Year);
        Assert.Equal(2049, authority.NotAfter.ToUniversalTime().Year);
        await using var client = await MqttClient.ConnectAsync(
            new MqttClientOptions
            {
                Host = "127.0.0.1",
                Port = running.Hub.MqttTlsPort,
                UserName = camera.Code,
                Password = Encoding.ASCII.GetBytes(camera.Credential),
                UseTls = true,
                Authority = authority,
                TlsName = "localhost",
            },
            CancellationToken.None);
        Assert.True(client.IsConnected);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite,
                File.GetUnixFileMode(Path.Combine(running.Hub.DataFolder, "certificates", "ca.key")));
        }
    }

    [Fact]
    public async Task A_replayed_heartbeat_has_no_effect()
    {
        await using var camera = await running.ConnectAsync("beats-1");
        await camera.HelloAsync(boot: 3);
        await camera.SendAsync(Topics.Heartbeat, Beat(3, 2, 3700));
        await camera.SendAsync(Topics.Heartbeat, Beat(3, 1, 3600));
        await camera.SendAsync(Topics.Heartbeat, Beat(3, 2, 3500));
        await camera.SendAsync(Topics.Heartbeat, Beat(2, 9, 3400));
        const string own = "(select id from cameras where code = 'beats-1')";
        Assert.Equal(1, await running.Database.ReadAsync<long>(
            $"select count(*) from telemetry where camera_id = {own}"));
        Assert.Equal(3700, await running.Database.ReadAsync<int>(
            $"select battery_mv from camera_states where camera_id = {own}"));
    }

    [Fact]
    public async Task A_last_will_older_than_the_newest_hello_is_ignored()
    {
        var camera = await ScriptedCamera.RegisterAsync(running.Database.Source, "wills-1");
        await camera.ConnectAsync(running.Hub.MqttPort, Will(camera.Code, 5, 1));
        await camera.HelloAsync(boot: 5, session: 2);
        camera.Client.Abort();
        await camera.ConnectAsync(running.Hub.MqttPort, Will(camera.Code, 5, 3));
        await camera.HelloAsync(boot: 5, session: 3);
        const string lost = """
            select count(*) from camera_states s join cameras c on c.id = s.camera_id
            where c.code = 'wills-1' and s.lost_at is not null
            """;
        Assert.Equal(0, await running.Database.ReadAsync<long>(lost));
        camera.Client.Abort();
        await Wait.UntilAsync(
            async () => await running.Database.ReadAsync<long>(lost) == 1, DropTimeout, () => "The will was lost.");
    }

    [Fact]
    public async Task Another_hub_takes_over_and_the_first_lets_go()
    {
        var folder = Directory.CreateTempSubdirectory("wildcam-hub-").FullName;
        await using var other = await WorldHub.StartAsync(running.Database.ConnectionString, folder);
        await using var camera = await running.ConnectAsync("moves-1");
        await camera.HelloAsync();
        var picture = ScriptedPicture.Random(21, 1, 60_000);
        var (_, payload) = await camera.OfferAsync(picture);
        Want.TryRead(payload, 0, payload.Length, out var want);
        await camera.SendWantedAsync(picture, want, chunksMax: 3);
        var first = camera.Client;
        await camera.ConnectAsync(other.MqttPort);
        await camera.HelloAsync(session: 2);
        Assert.Equal(ReceiptOutcomes.Stored, (await camera.DeliverAsync(picture)).Outcome);
        await first.Closed.WaitAsync(DropTimeout);
        Assert.True(camera.Client.IsConnected);
        await other.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    static MqttWill Will(string code, uint boot, uint session) => new(
        Topics.Up(code, Topics.Will), Encoding.ASCII.GetBytes(new LastWill { Boot = boot, Session = session }.Text()),
        MqttQos.AtLeastOnce, false);

    static byte[] Beat(uint boot, uint sequence, ushort millivolts)
    {
        var bytes = new byte[Heartbeat.Bytes];
        new Heartbeat { Boot = boot, Sequence = sequence, BatteryMillivolts = millivolts }.Write(bytes, 0);
        return bytes;
    }
}
