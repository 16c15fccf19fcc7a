using Microsoft.Extensions.Options;
using WildCam.Hub.Hosting;
using WildCam.Hub.Watch;
using WildCam.IntegrationTests.Captures;
using WildCam.Storage.Watch;

namespace WildCam.IntegrationTests.Watch;

public sealed class AlertsTests : IAsyncLifetime
{
    readonly TestDatabase _database = new();
    readonly TestClock _clock = new();
    CaptureWorld _world = null!;
    int _channel;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        _world = await CaptureWorld.MakeAsync(_database, "UTC");
        _channel = (await new AlertChannelsTable(_database.Source).InsertAsync(
            _world.ProjectId, ChannelKind.Webhook, "hook", "example.org", [1], default))!.Value;

        // Watched for a day already, so that silence counts.
        var alerts = new AlertsTable(_database.Source);
        await alerts.NoteRoundAsync(_clock.GetUtcNow().AddDays(-1), TimeSpan.FromMinutes(10), default);
        await _database.RunAsync("update watch_rounds set looked_at = $1", _clock.GetUtcNow().UtcDateTime);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A_silent_camera_is_told_of_once_and_its_return_once()
    {
        var camera = await AddAsync(silentHours: 5);
        for (var i = 0; i < 20; i++)
        {
            await LookAsync();
        }

        Assert.Equal("1", await TellAsync());
        var alert = Assert.Single(await ListAsync(isOver: false));
        Assert.Equal(AlertKind.Silent, alert.Kind);
        await _database.RunAsync("update alert_messages set state = 2, attempts = 1");
        await HearAsync(camera);
        await LookAsync();
        await LookAsync();
        Assert.Equal("1 2", await TellAsync());
        Assert.Empty(await ListAsync(isOver: false));
        Assert.Single(await ListAsync(isOver: true));

        // The next silence is another incident.
        _clock.Advance(TimeSpan.FromHours(6));
        await _database.RunAsync("update watch_rounds set looked_at = $1", _clock.GetUtcNow().UtcDateTime);
        for (var i = 0; i < 12; i++)
        {
            await LookAsync();
        }

        Assert.Equal("1 2 1", await TellAsync());
    }

    [Fact]
    public async Task What_is_over_before_its_grace_or_before_the_quiet_hours_end_is_not_told()
    {
        var now = _clock.GetUtcNow();
        var minute = (int)now.TimeOfDay.TotalMinutes;
        await new AlertRulesTable(_database.Source).SaveAsync(
            _world.ProjectId,
            AlertPolicy.Default with { Quiet = new QuietHours((minute + 1430) % 1440, (minute + 120) % 1440) },
            default);
        var weak = await AddAsync(battery: 10);
        await LookAsync();
        await SetAsync(weak, 90);
        await LookAsync();
        Assert.Empty(await ListAsync(isOver: true));

        await SetAsync(weak, 10);
        await LookAsync();
        _clock.Advance(TimeSpan.FromMinutes(10));
        await LookAsync();
        Assert.Single(await ListAsync(isOver: false));
        Assert.Equal("1", await TellAsync());
        var next = new DateTimeOffset(await _database.ReadAsync<DateTime>("select next_at from alert_messages"));
        Assert.InRange((next - now).TotalMinutes, 119, 121);
        Assert.Empty(await new AlertMessagesTable(_database.Source).ClaimAsync(
            _clock.GetUtcNow(), TimeSpan.FromMinutes(1), 10, default));

        await SetAsync(weak, 90);
        await LookAsync();
        Assert.Equal("", await TellAsync());
        Assert.Single(await ListAsync(isOver: true));
    }

    [Fact]
    public async Task A_failed_update_is_told_of_until_the_next_one_is_good()
    {
        var camera = await AddAsync();
        var rollouts = await FailedUpdates.AddRolloutsAsync(_database, _world.ProjectId, 2);
        await FailedUpdates.AddCameraAsync(_database, rollouts[0], camera, 9);
        await LookAsync();
        await LookAsync();
        Assert.Equal("1", await TellAsync());
        var alert = Assert.Single(await ListAsync(isOver: false));
        Assert.Equal((AlertKind.UpdateFailed, "Its update failed."), (alert.Kind, alert.Detail));
        await _database.RunAsync("update alert_messages set state = 2, attempts = 1");
        await FailedUpdates.AddCameraAsync(_database, rollouts[1], camera, 8);
        await HearAsync(camera);
        await LookAsync();
        Assert.Equal("1 2", await TellAsync());
        Assert.Empty(await ListAsync(isOver: false));
    }

    [Fact]
    public async Task Many_silent_at_once_are_one_message_and_one_that_stays_silent_is_told_of_afterwards()
    {
        var cameras = new List<int>();
        for (var i = 0; i < 12; i++)
        {
            cameras.Add(await AddAsync(silentHours: 3.2));
        }

        for (var i = 0; i < 15; i++)
        {
            await LookAsync();
        }

        Assert.Equal("1", await TellAsync());
        var open = await ListAsync(isOver: false);
        Assert.Equal(AlertKind.HubOrNetwork, open[0].Kind);
        Assert.Equal(12, open.Count(a => a is { Kind: AlertKind.Silent, IsCovered: true }));
        await _database.RunAsync("update alert_messages set state = 2, attempts = 1");
        foreach (var camera in cameras.Skip(1))
        {
            await HearAsync(camera);
        }

        await LookAsync();
        Assert.Equal("1 1 2", await TellAsync(ordered: true));
        var left = Assert.Single(await ListAsync(isOver: false));
        Assert.Equal((AlertKind.Silent, false), (left.Kind, left.IsCovered));
    }

    [Fact]
    public async Task Two_hubs_that_look_at_once_tell_once()
    {
        await AddAsync(battery: 10);
        await LookAsync();
        _clock.Advance(TimeSpan.FromMinutes(11));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Work().RunAsync(default)));
        Assert.Equal("1", await TellAsync());
        Assert.Equal(1L, await _database.ReadAsync<long>("select count(*) from alerts"));
    }

    [Fact]
    public async Task A_muted_matter_stays_on_the_page_and_is_not_told()
    {
        await AddAsync(battery: 10);
        await LookAsync();
        var id = await _database.ReadAsync<long>("select id from alerts");
        var account = await _world.AddAccountAsync();
        Assert.True(await new AlertsTable(_database.Source).MuteAsync(
            _world.ProjectId, id, _clock.GetUtcNow().AddDays(7), account, default));
        Assert.False(await new AlertsTable(_database.Source).MuteAsync(
            _world.ProjectId + 1, id, _clock.GetUtcNow().AddDays(7), account, default));
        _clock.Advance(TimeSpan.FromMinutes(11));
        await LookAsync();
        var alert = Assert.Single(await ListAsync(isOver: false));
        Assert.NotNull(alert.MutedUntil);
        Assert.Equal("", await TellAsync());
    }

    [Fact]
    public async Task Many_matters_of_one_look_come_as_one_message()
    {
        for (var i = 0; i < 30; i++)
        {
            await AddAsync(battery: 5);
        }

        await LookAsync();
        _clock.Advance(TimeSpan.FromMinutes(11));
        await LookAsync();
        Assert.Equal("1", await TellAsync());
        var body = await _database.ReadAsync<string>("select subject || chr(10) || body from alert_messages");
        Assert.Contains("30 alerts", body, StringComparison.Ordinal);
        Assert.Contains("and 10 more", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_break_in_which_no_hub_looked_begins_the_watch_anew()
    {
        await AddAsync(silentHours: 5);
        await _database.RunAsync("update watch_rounds set looked_at = $1", _clock.GetUtcNow().AddHours(-1).UtcDateTime);
        for (var i = 0; i < 30; i++)
        {
            await LookAsync();
        }

        Assert.Equal(0L, await _database.ReadAsync<long>("select count(*) from alerts"));
    }

    EvaluateAlerts Work() => new(
        _database.Source, new AlertsTable(_database.Source), new AlertRulesTable(_database.Source),
        new FleetListTable(_database.Source), new AlertMessagesTable(_database.Source),
        Options.Create(new HubOptions { PublicUrl = "https://cams.example.org/" }), _clock);

    async Task LookAsync()
    {
        await Work().RunAsync(default);
        _clock.Advance(TimeSpan.FromMinutes(1));
    }

    Task<IReadOnlyList<AlertRow>> ListAsync(bool isOver) => new AlertsTable(_database.Source).ListAsync(
        _world.ProjectId, isOver, _clock.GetUtcNow(), default);

    Task<string> TellAsync(bool ordered = false) => _database.ReadAsync<string>($"""
        select coalesce(string_agg(occasion::text, ' ' order by {(ordered ? "occasion" : "created_at, occasion")}), '')
        from alert_messages
        """);

    async Task<int> AddAsync(double silentHours = 0, int battery = 80)
    {
        var id = await _world.AddCameraAsync();
        await _database.RunAsync("""
            insert into camera_states (camera_id, last_seen_at, next_contact_at, battery_percent)
            values ($1, $2, $3, $4)
            """, id, _clock.GetUtcNow().AddHours(-silentHours).UtcDateTime,
            silentHours > 0 ? (object)DBNull.Value : _clock.GetUtcNow().AddDays(30).UtcDateTime, (short)battery);
        return id;
    }

    Task SetAsync(int camera, int battery) => _database.RunAsync(
        "update camera_states set battery_percent = $2 where camera_id = $1", camera, (short)battery);

    Task HearAsync(int camera) => _database.RunAsync(
        "update camera_states set last_seen_at = $2 where camera_id = $1", camera, _clock.GetUtcNow().UtcDateTime);
}
