using Npgsql;
using WildCam.Wire;

namespace WildCam.IntegrationTests.Ingest;

public sealed class OutageTests : IAsyncLifetime
{
    readonly TestDatabase _database = new();
    readonly string _folder = Directory.CreateTempSubdirectory("wildcam-hub-").FullName;

    public ValueTask InitializeAsync() => _database.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task While_the_database_is_away_nothing_is_receipted_and_nothing_is_lost()
    {
        await using var hub = await WorldHub.StartAsync(_database.ConnectionString, _folder);
        await using var camera = await ScriptedCamera.RegisterAsync(_database.Source, "outage-1");
        await camera.ConnectAsync(hub.MqttPort);
        await camera.HelloAsync();
        var held = ScriptedPicture.Random(31, 1, 90_000);
        var (_, payload) = await camera.OfferAsync(held);
        Assert.True(Want.TryRead(payload, 0, payload.Length, out var want));

        await AllowConnectionsAsync(false);
        await camera.SendWantedAsync(held, want);
        var (word, later) = await camera.OfferAsync(ScriptedPicture.Random(31, 2, 90_000));
        Assert.Equal(Topics.Later, word);
        Assert.True(Later.TryRead(later, 0, later.Length, out var told));
        Assert.Equal(ReceiptCodes.Database, told.Code);
        Assert.Equal(0, camera.Heard(Topics.Receipt));

        await AllowConnectionsAsync(true);
        var receipt = ScriptedCamera.ReadReceipt(await camera.HearAsync(Topics.Receipt));
        Assert.Equal(ReceiptOutcomes.Stored, receipt.Outcome);
        Assert.Equal(1, await _database.ReadAsync<long>("select count(*) from captures"));
        Assert.Equal(
            ReceiptOutcomes.Stored, (await camera.DeliverAsync(ScriptedPicture.Random(31, 2, 90_000))).Outcome);
    }

    [Fact]
    public async Task A_hub_that_nobody_offers_pictures_sees_that_the_database_is_back()
    {
        await using var hub = await WorldHub.StartAsync(_database.ConnectionString, _folder);
        await using var camera = await ScriptedCamera.RegisterAsync(_database.Source, "outage-2");
        await camera.ConnectAsync(hub.MqttPort);
        await camera.HelloAsync();
        using var web = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{hub.WebPort}") };

        await AllowConnectionsAsync(false);
        var (word, _) = await camera.OfferAsync(ScriptedPicture.Random(34, 1, 9000));
        Assert.Equal(Topics.Later, word);
        Assert.Contains("ingest is not ready", await ReadinessAsync(), StringComparison.Ordinal);

        await AllowConnectionsAsync(true);
        var readiness = "";
        await Wait.UntilAsync(
            async () =>
            {
                readiness = await ReadinessAsync();
                return !readiness.Contains("not ready", StringComparison.Ordinal);
            },
            TimeSpan.FromSeconds(30), () => readiness);

        async Task<string> ReadinessAsync()
        {
            using var answer = await web.GetAsync("/health/ready");
            return await answer.Content.ReadAsStringAsync();
        }
    }

    [Fact]
    public async Task A_hub_that_starts_while_the_database_is_away_waits_for_it_and_then_works()
    {
        await using var camera = await ScriptedCamera.RegisterAsync(_database.Source, "outage-3");
        await AllowConnectionsAsync(false);
        await using var hub = await WorldHub.StartAsync(_database.ConnectionString, _folder);
        await Wait.UntilAsync(
            () => hub.Output.Contains("Scheduling recurring work failed", StringComparison.Ordinal),
            TimeSpan.FromSeconds(30), () => hub.Output);

        await AllowConnectionsAsync(true);
        var picture = ScriptedPicture.Random(35, 1, 9000);
        var receipt = await camera.DeliverThroughAsync(picture, () => hub.MqttPort, TimeSpan.FromSeconds(30));
        Assert.Equal(ReceiptOutcomes.Stored, receipt.Outcome);
        await Wait.UntilAsync(
            async () => await _database.ReadAsync<long>("select count(*) from qrtz_scheduler_state") == 1,
            TimeSpan.FromSeconds(30), () => $"Nothing recurs.\n{hub.Output}");
    }

    [Fact]
    public async Task A_full_disk_puts_the_camera_off()
    {
        await using var hub = await WorldHub.StartAsync(
            _database.ConnectionString, _folder, ("WildCam__Ingest__DiskFreeBytesMin", $"{1L << 60}"));
        await using var camera = await ScriptedCamera.RegisterAsync(_database.Source, "disk-1");
        await camera.ConnectAsync(hub.MqttPort);
        await camera.HelloAsync();
        var (word, payload) = await camera.OfferAsync(ScriptedPicture.Random(32, 1, 9000));
        Assert.Equal(Topics.Later, word);
        Assert.True(Later.TryRead(payload, 0, payload.Length, out var later));
        Assert.Equal(ReceiptCodes.Disk, later.Code);
    }

    [Fact]
    public async Task A_hub_that_is_told_to_stop_files_what_is_complete_and_ends_cleanly()
    {
        await using var hub = await WorldHub.StartAsync(_database.ConnectionString, _folder);
        await using var camera = await ScriptedCamera.RegisterAsync(_database.Source, "stops-1");
        await camera.ConnectAsync(hub.MqttPort);
        await camera.HelloAsync();
        var picture = ScriptedPicture.Random(33, 1, 90_000);
        var (_, payload) = await camera.OfferAsync(picture);
        Assert.True(Want.TryRead(payload, 0, payload.Length, out var want));
        await camera.SendWantedAsync(picture, want);
        Assert.Equal(0, await hub.StopAsync());
        Assert.Equal(1, await _database.ReadAsync<long>("select count(*) from captures"));
    }

    // The server stays up for the other tests; to this hub it is gone.
    async Task AllowConnectionsAsync(bool allow)
    {
        await using var source = NpgsqlDataSource.Create(
            TestCluster.Server.ConnectionString("postgres") + ";Pooling=false");
        await using var alter = source.CreateCommand($"alter database {_database.Name} allow_connections {allow}");
        await alter.ExecuteNonQueryAsync();
        if (!allow)
        {
            await using var end = source.CreateCommand(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1");
            end.Parameters.Add(new() { Value = _database.Name });
            await end.ExecuteNonQueryAsync();
            _database.Source.Clear();
        }
    }
}
