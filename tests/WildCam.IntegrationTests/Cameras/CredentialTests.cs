using System.Text;
using WildCam.IntegrationTests.Ingest;
using WildCam.Mqtt;
using WildCam.Storage.Accounts;
using WildCam.Storage.Cameras;

namespace WildCam.IntegrationTests.Cameras;

/// <summary>Credentials that take each other's place, and their end, at a running hub.</summary>
public sealed class CredentialTests(RunningHub running) : IClassFixture<RunningHub>
{
    static readonly TimeSpan DropTimeout = TimeSpan.FromSeconds(10);
    static readonly TimeSpan Overlap = TimeSpan.FromHours(24);

    CameraRegistration Registration => new(running.Database.Source);

    [Fact]
    public async Task An_old_credential_stays_good_until_the_new_one_is_used()
    {
        await using var camera = await running.ConnectAsync("overlap-1");
        await camera.HelloAsync(boot: 7);
        var rotated = await RotateAsync("overlap-1", Overlap);
        await SettleAsync();
        Assert.True(camera.IsConnected);
        await using var old = await ConnectAsync("overlap-1", camera.Credential);
        Assert.NotNull((await StateAsync("overlap-1")).PreviousUntil);

        await using (await ConnectAsync("overlap-1", rotated))
        {
            var state = await StateAsync("overlap-1");
            Assert.NotNull(state.UsedAt);
            Assert.Null(state.PreviousUntil);
            await RefusedAsync("overlap-1", camera.Credential);
            Assert.Equal(0L, await running.Database.ReadAsync<long>("""
                select s.boot from camera_states s join cameras c on c.id = s.camera_id where c.code = 'overlap-1'
                """));
            Assert.Equal(1L, await running.Database.ReadAsync<long>("""
                select count(*) from audit_entries where action = 'camera.use-new-password' and subject = 'overlap-1'
                """));
        }
    }

    [Fact]
    public async Task An_old_credential_is_dropped_when_its_time_is_over()
    {
        await using var camera = await running.ConnectAsync("overlap-2");
        await RotateAsync("overlap-2", Overlap);
        await SettleAsync();
        Assert.True(camera.IsConnected);
        await running.Database.RunAsync("""
            update cameras set previous_until = now() - interval '1 second', changed_at = clock_timestamp()
            where code = 'overlap-2'
            """);
        await camera.Client.Closed.WaitAsync(DropTimeout);
        await RefusedAsync("overlap-2", camera.Credential);
    }

    [Fact]
    public async Task A_second_rotation_keeps_the_one_that_the_camera_has()
    {
        await using var camera = await running.ConnectAsync("overlap-3");
        var lost = await RotateAsync("overlap-3", Overlap);
        await RotateAsync("overlap-3", Overlap);
        await SettleAsync();
        Assert.True(camera.IsConnected);
        await RefusedAsync("overlap-3", lost);
        await using var again = await ConnectAsync("overlap-3", camera.Credential);
        Assert.True(again.IsConnected);
    }

    [Fact]
    public async Task A_lost_credential_is_replaced_at_once_and_an_overlap_ended_early()
    {
        await using var camera = await running.ConnectAsync("lost-1");
        await RotateAsync("lost-1", Overlap);
        Assert.True(await Registration.EndPreviousAsync("lost-1", Actor.CommandLine, default));
        Assert.False(await Registration.EndPreviousAsync("lost-1", Actor.CommandLine, default));
        await camera.Client.Closed.WaitAsync(DropTimeout);
        await RefusedAsync("lost-1", camera.Credential);
        var fresh = await RotateAsync("lost-1", TimeSpan.Zero);
        await SettleAsync();
        await using var found = await ConnectAsync("lost-1", fresh);
        Assert.True(found.IsConnected);
    }

    [Fact]
    public async Task A_stolen_camera_loses_everything_and_who_tries_it_is_written_down()
    {
        await using var camera = await running.ConnectAsync("stolen-1");
        await camera.HelloAsync();
        var id = await IdAsync("stolen-1");
        await RotateAsync("stolen-1", Overlap);
        await running.Database.RunAsync("""
            with t as (
              insert into sites (project_id, slug, name, time_zone)
              select project_id, 'stolen-site', 'There', 'UTC' from cameras where id = $1 returning id, project_id)
            insert into deployments (project_id, camera_id, site_id, from_at)
            select project_id, $1, id, now() - interval '9 days' from t
            """, id);
        await running.Database.RunAsync("""
            insert into camera_commands (camera_id, kind, request_id, expires_at)
            values ($1, 'reboot', gen_random_uuid(), now() + interval '1 day')
            """, id);
        await running.Database.RunAsync("""
            insert into camera_watches (camera_id, hub_id, until_at)
            values ($1, gen_random_uuid(), now() + interval '1 minute')
            """, id);
        await running.Database.RunAsync(
            "insert into camera_update_keys (camera_id, sealed_key) values ($1, 'sealed')", id);
        var until = DateTimeOffset.UtcNow.AddDays(-2);
        Assert.Equal(CameraRefusal.BadTime, await Registration.EndAsync(
            "stolen-1", CameraEnd.Stolen, DateTimeOffset.UtcNow.AddDays(-20), Actor.CommandLine, default));
        Assert.Equal(CameraRefusal.None, await Registration.EndAsync(
            "stolen-1", CameraEnd.Stolen, until, Actor.CommandLine, default));
        await camera.Client.Closed.WaitAsync(DropTimeout);
        await RefusedAsync("stolen-1", camera.Credential);
        Assert.Equal("2 true 0 5 0 0", await running.Database.ReadAsync<string>("""
            select concat_ws(' ', c.end_reason, (d.until_at < now() - interval '1 day')::text,
              (select count(*) from cameras k where k.id = c.id
                and (k.password_hash is not null or k.previous_hash is not null)),
              (select state from camera_commands m where m.camera_id = c.id and m.kind = 'reboot'),
              (select count(*) from camera_watches w where w.camera_id = c.id),
              (select count(*) from camera_update_keys u where u.camera_id = c.id))
            from cameras c join deployments d on d.camera_id = c.id where c.id = $1
            """, id));
        var project = await running.Database.ReadAsync<int>("select project_id from cameras where id = $1", id);
        await Wait.UntilAsync(
            async () => (await new RegisterTable(running.Database.Source).FindAsync(project, "stolen-1", default))!
                .LastTry is { What: var what } && what.Contains("127.0.0.1", StringComparison.Ordinal),
            DropTimeout, () => "Nobody wrote down who tried.");
        Assert.Equal(CameraRefusal.Revoked, await Registration.EndAsync(
            "stolen-1", CameraEnd.Stolen, null, Actor.CommandLine, default));
        Assert.Equal(CameraRefusal.Revoked, (await Registration.RotateAsync(
            "stolen-1", Actor.CommandLine, default)).Refusal);

        // Found again.
        var back = await Registration.ReinstateAsync("stolen-1", Actor.CommandLine, default);
        await SettleAsync();
        await using var found = await ConnectAsync("stolen-1", back.Credential!);
        Assert.True(found.IsConnected);
        Assert.Equal(CameraRefusal.InUse, (await Registration.ReinstateAsync(
            "stolen-1", Actor.CommandLine, default)).Refusal);
    }

    [Fact]
    public void No_credential_begins_with_a_hyphen()
    {
        for (var i = 0; i < 1000; i++)
        {
            var (credential, hash) = CameraCredential.Create();
            Assert.NotEqual('-', credential[0]);
            Assert.True(CameraCredential.Matches(Encoding.ASCII.GetBytes(credential), hash));
        }
    }

    async Task<string> RotateAsync(string code, TimeSpan overlap) =>
        (await Registration.RotateAsync(code, Actor.CommandLine, default, overlap)).Credential!;

    Task<int> IdAsync(string code) => running.Database.ReadAsync<int>("select id from cameras where code = $1", code);

    async Task<CredentialState> StateAsync(string code)
    {
        var project = await running.Database.ReadAsync<int>("select project_id from cameras where code = $1", code);
        return (await new RegisterTable(running.Database.Source).FindAsync(project, code, default))!.Credential;
    }

    /// <summary>
    /// Until the hub heard of what changed before: it reads all changed cameras at once, and one more that changes now
    /// shows that it did.
    /// </summary>
    async Task SettleAsync()
    {
        var code = $"canary-{Guid.NewGuid().ToString("n")[..12]}";
        await using var canary = await running.ConnectAsync(code);
        await Registration.RevokeAsync(code, Actor.CommandLine, default);
        await canary.Client.Closed.WaitAsync(DropTimeout);
    }

    Task<MqttClient> ConnectAsync(string code, string credential) => MqttClient.ConnectAsync(
        new MqttClientOptions
        {
            Host = "127.0.0.1",
            Port = running.Hub.MqttPort,
            UserName = code,
            Password = Encoding.ASCII.GetBytes(credential),
        },
        CancellationToken.None);

    async Task RefusedAsync(string code, string credential)
    {
        var fault = await Assert.ThrowsAsync<MqttException>(() => ConnectAsync(code, credential));
        Assert.Equal(MqttReason.BadUserNameOrPassword, fault.Reason);
    }
}
