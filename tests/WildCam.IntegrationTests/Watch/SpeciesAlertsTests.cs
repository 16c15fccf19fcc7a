using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using WildCam.Hub.Hosting;
using WildCam.Hub.Watch;
using WildCam.IntegrationTests.Captures;
using WildCam.Storage;
using WildCam.Storage.Identifications;
using WildCam.Storage.Watch;

namespace WildCam.IntegrationTests.Watch;

/// <summary>Species alerts: what meets a rule, and that each event is told once.</summary>
public sealed class SpeciesAlertsTests : IAsyncLifetime
{
    static readonly SpeciesAlertRule Plain = new("Lynx", Category.Animal, null, null, null, null, 1, null, 0.7, 0, 2);

    readonly TestDatabase _database = new();
    readonly TestClock _clock = new();
    CaptureWorld _world = null!;
    int _account;
    int _model;
    int _lynx;
    int _fox;
    int _camera;
    int _site;

    SpeciesAlertRulesTable Rules => new(_database.Source);

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        _world = await CaptureWorld.MakeAsync(_database, "Europe/Paris");
        foreach (var table in new[] { "captures", "wildlife_detections" })
        {
            foreach (var month in new[] { -1, 0, 1 })
            {
                await _database.RunAsync(
                    "select ensure_month($1, $2)", table,
                    DateOnly.FromDateTime(_clock.GetUtcNow().AddMonths(month).UtcDateTime));
            }
        }

        _account = await _world.AddAccountAsync();
        await _database.RunAsync("insert into memberships values ($1, $2, 2)", _world.ProjectId, _account);
        _model = await _world.AddModelAsync("m" + Guid.NewGuid().ToString("n")[..8]);
        await _database.RunAsync("update models set is_active = id = $1 where is_active or id = $1", _model);
        _lynx = await _world.AddTaxonAsync("lynx-lynx");
        _fox = await _world.AddTaxonAsync("vulpes-vulpes");
        _camera = await _world.AddCameraAsync();
        _site = await _database.ReadAsync<int>("""
            insert into sites (project_id, slug, name, time_zone) values ($1, 'ridge', 'Ridge', 'Europe/Paris')
            returning id
            """, _world.ProjectId);
        await _database.RunAsync("""
            insert into alert_channels (project_id, kind, name, shown, sealed)
            values ($1, 4, 'hook', 'example.org', '\x01')
            """, _world.ProjectId);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task An_event_is_told_once_however_it_is_corrected_afterwards()
    {
        await AddRuleAsync(Plain with { TaxonId = _lynx });
        var (visit, capture) = await AddEventAsync(minutesAgo: 5);
        await _world.AddModelRowAsync(capture, _model, Category.Animal, 0.9f, 0, _lynx);
        Assert.Equal(1, await JudgeAsync());
        Assert.Equal("[Test] lynx-lynx at Ridge", await SubjectsAsync());

        var decisions = new IdentificationsTable(_database.Source);
        var fox = await decisions.FileAsync(
            new(_account, visit, null, null, [new(Category.Animal, _fox)], null), default);
        Assert.Equal(FileOutcome.Filed, fox.Outcome);
        Assert.Equal(0, await JudgeAsync());
        var row = Assert.Single(await new SpeciesAlertsTable(_database.Source).ListAsync(
            _world.ProjectId, _account, default));
        Assert.False(row.StillFound);
        Assert.True(row.IsTold);

        await decisions.FileAsync(new(_account, visit, null, null, [new(Category.Animal, _lynx)], null), default);
        Assert.Equal(0, await JudgeAsync());
        Assert.Equal("[Test] lynx-lynx at Ridge", await SubjectsAsync());
    }

    [Fact]
    public async Task What_a_person_says_first_is_told_too()
    {
        await AddRuleAsync(Plain with { TaxonId = _lynx });
        var (visit, capture) = await AddEventAsync(minutesAgo: 5);
        await _world.AddModelRowAsync(capture, _model, Category.Animal, 0.9f);
        Assert.Equal(0, await JudgeAsync());
        await new IdentificationsTable(_database.Source).FileAsync(
            new(_account, visit, null, null, [new(Category.Animal, _lynx)], null), default);
        Assert.Equal(1, await JudgeAsync());
        Assert.Contains("said by a person", await _database.ReadAsync<string>("select body from alert_messages"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_is_judged_once_it_rests()
    {
        await AddRuleAsync(Plain);
        var (_, capture) = await AddEventAsync(minutesAgo: 1);
        await _world.AddModelRowAsync(capture, _model, Category.Animal, 0.9f);
        using var loop = Loop();
        Assert.Equal(0, await loop.JudgeAsync(default));
        Assert.Equal(1, await JudgeAsync());
        Assert.Equal(0L, await _database.ReadAsync<long>("select count(*) from species_alert_marks"));
    }

    [Theory]
    [InlineData("plain", true)]
    [InlineData("other species", false)]
    [InlineData("other site", false)]
    [InlineData("group", false)]
    [InlineData("score", false)]
    [InlineData("hours", true)]
    [InlineData("other hours", false)]
    [InlineData("hours over midnight", true)]
    [InlineData("person", false)]
    [InlineData("off", false)]
    public async Task A_rule_says_what_where_when_and_how_many(string what, bool isMet)
    {
        var other = await _database.ReadAsync<int>("""
            insert into sites (project_id, slug, name, time_zone) values ($1, 'creek', 'Creek', 'UTC') returning id
            """, _world.ProjectId);
        var local = TimeZoneInfo.ConvertTime(
            _clock.GetUtcNow().AddMinutes(-5), TimeZoneInfo.FindSystemTimeZoneById("Europe/Paris"));
        var minute = (int)local.TimeOfDay.TotalMinutes;
        int Minute(int by) => (minute + by + 1440) % 1440;
        var rule = Plain with { TaxonId = _lynx };
        var id = await AddRuleAsync(what switch
        {
            "other species" => rule with { TaxonId = _fox },
            "other site" => rule with { SiteId = other },
            "group" => rule with { GroupMin = 2 },
            "score" => rule with { ScoreMin = 0.95 },
            "hours" => rule with { FromMinute = Minute(-10), UntilMinute = Minute(10) },
            "other hours" => rule with { FromMinute = Minute(10), UntilMinute = Minute(-10) },
            "hours over midnight" => rule with { FromMinute = Minute(-700), UntilMinute = Minute(700) },
            "person" => rule with { TaxonId = null, Category = Category.Person },
            _ => rule,
        });
        var (_, capture) = await AddEventAsync(minutesAgo: 5);
        await _world.AddModelRowAsync(capture, _model, Category.Animal, 0.9f, 0, _lynx);
        if (what == "off")
        {
            Assert.Equal("Lynx", await Rules.SwitchAsync(_world.ProjectId, _account, true, id, false, default));
        }

        Assert.Equal(isMet ? 1 : 0, await JudgeAsync());
    }

    [Fact]
    public async Task Rare_is_what_was_not_seen_there_for_so_long()
    {
        await AddRuleAsync(Plain with { TaxonId = _lynx, RareDays = 3, LateDays = 30 });
        foreach (var days in new[] { 9, 5, 4 })
        {
            var (_, capture) = await AddEventAsync(minutesAgo: days * 24 * 60);
            await _world.AddModelRowAsync(capture, _model, Category.Animal, 0.9f, 0, _lynx);
        }

        // Nine days ago it was new, five days ago four days had passed, four days ago only one.
        Assert.Equal(2, await JudgeAsync());
        Assert.Equal("9 5", await _database.ReadAsync<string>("""
            select string_agg(round(extract(epoch from $1 - seen_at) / 86400)::text, ' ' order by id)
            from species_alerts
            """, _clock.GetUtcNow().UtcDateTime));
    }

    [Fact]
    public async Task Pictures_that_come_late_are_not_told()
    {
        await AddRuleAsync(Plain with { TaxonId = _lynx, LateDays = 2 });
        var (_, capture) = await AddEventAsync(minutesAgo: 3 * 24 * 60);
        await _world.AddModelRowAsync(capture, _model, Category.Animal, 0.9f, 0, _lynx);
        Assert.Equal(0, await JudgeAsync());
        Assert.Equal("", await SubjectsAsync());
    }

    [Fact]
    public async Task After_a_message_a_rule_is_quiet_about_that_place_and_a_muted_one_about_all()
    {
        var id = await AddRuleAsync(Plain with { CooldownMinutes = 60 });
        await SeeAsync(30);
        await SeeAsync(20);
        Assert.Equal(2, await JudgeAsync());
        Assert.Equal("true false", await ToldAsync());

        _clock.Advance(TimeSpan.FromMinutes(45));
        await SeeAsync(1);
        Assert.Equal(1, await JudgeAsync());
        _clock.Advance(TimeSpan.FromMinutes(45));
        await SeeAsync(0);
        Assert.Equal(1, await JudgeAsync());
        Assert.Equal("true false false true", await ToldAsync());

        Assert.Equal("Lynx", await Rules.MuteAsync(
            _world.ProjectId, _account, true, id, _clock.GetUtcNow().AddDays(7), default));
        _clock.Advance(TimeSpan.FromHours(5));
        await SeeAsync(0);
        Assert.Equal(1, await JudgeAsync());
        Assert.Equal("true false false true false", await ToldAsync());

        async Task SeeAsync(int minutesAgo)
        {
            var (_, capture) = await AddEventAsync(minutesAgo);
            await _world.AddModelRowAsync(capture, _model, Category.Animal, 0.9f, 0, _lynx);
        }
    }

    [Fact]
    public async Task A_merged_event_is_not_told_again()
    {
        await AddRuleAsync(Plain);
        var (first, capture) = await AddEventAsync(minutesAgo: 9);
        await _world.AddModelRowAsync(capture, _model, Category.Animal, 0.9f);
        Assert.Equal(1, await JudgeAsync());
        var (winner, other) = await AddEventAsync(minutesAgo: 5);
        await _database.RunAsync("update events set merged_into = $2 where id = $1", first, winner);
        await _world.AddModelRowAsync(other, _model, Category.Animal, 0.9f);
        Assert.Equal(0, await JudgeAsync());
    }

    [Fact]
    public async Task Own_rules_tell_their_owner_and_shared_ones_the_channels_and_who_follows()
    {
        var own = new OwnChannelsTable(_database.Source);
        var other = await _world.AddAccountAsync();
        await _database.RunAsync("insert into memberships values ($1, $2, 1)", _world.ProjectId, other);
        Assert.True(await own.AddMailAsync(_world.ProjectId, _account, "Mail of A", "a@example.org", [1], default));
        Assert.True(await own.AddMailAsync(_world.ProjectId, other, "Mail of B", "b@example.org", [1], default));
        var mine = (await Rules.InsertAsync(
            _world.ProjectId, _account, false, Plain with { TaxonId = _lynx }, default))!.Value;
        Assert.False(await Rules.FollowAsync(_world.ProjectId, other, mine, true, default));
        Assert.Null(await Rules.DeleteAsync(_world.ProjectId, other, true, mine, default));
        await SeeAsync(_lynx);
        Assert.Equal("Mail of A", await ChannelsAsync());

        var shared = await AddRuleAsync(Plain with { TaxonId = _fox });
        Assert.True(await Rules.FollowAsync(_world.ProjectId, other, shared, true, default));
        Assert.Null(await Rules.SwitchAsync(_world.ProjectId, other, false, shared, false, default));
        await SeeAsync(_fox);
        Assert.Equal("Mail of A, Mail of A, Mail of B, hook", await ChannelsAsync());

        // Who left the project, or left the rule, hears no more.
        await _database.RunAsync("delete from memberships where account_id = $1", other);
        Assert.True(await Rules.FollowAsync(_world.ProjectId, _account, shared, false, default));
        await SeeAsync(_fox);
        Assert.Equal("Mail of A, Mail of A, Mail of B, hook, hook", await ChannelsAsync());

        async Task SeeAsync(int taxon)
        {
            var (_, capture) = await AddEventAsync(minutesAgo: 5);
            await _world.AddModelRowAsync(capture, _model, Category.Animal, 0.9f, 0, taxon);
            Assert.Equal(1, await JudgeAsync());
        }
    }

    [Fact]
    public async Task Cameras_alerts_do_not_go_to_channels_of_persons()
    {
        Assert.True(await new OwnChannelsTable(_database.Source).AddMailAsync(
            _world.ProjectId, _account, "Mail of A", "a@example.org", [1], default));
        await using var connection = await _database.Source.OpenConnectionAsync();
        await AlertMessagesTable.AddAsync(
            connection, _world.ProjectId,
            [new NewMessage(null, MessageOccasion.Raised, "Silent", "Silent.", "{}", _clock.GetUtcNow())], default);
        Assert.Equal("hook", await ChannelsAsync());
        Assert.Single(await new AlertChannelsTable(_database.Source).ListAsync(_world.ProjectId, default));
    }

    Task<string> ChannelsAsync() => _database.ReadAsync<string>("""
        select coalesce(string_agg(c.name, ', ' order by c.name collate "C"), '')
        from alert_messages m join alert_channels c on c.id = m.channel_id
        """);

    Task<string> SubjectsAsync() => _database.ReadAsync<string>(
        "select coalesce(string_agg(subject, '; ' order by created_at), '') from alert_messages");

    Task<string> ToldAsync() => _database.ReadAsync<string>(
        "select string_agg(is_told::text, ' ' order by id) from species_alerts");

    async Task<int> AddRuleAsync(SpeciesAlertRule rule) =>
        (await Rules.InsertAsync(_world.ProjectId, _account, isShared: true, rule, default))!.Value;

    async Task<(Guid Event, Guid Capture)> AddEventAsync(int minutesAgo)
    {
        var at = _clock.GetUtcNow().AddMinutes(-minutesAgo);
        at = new DateTimeOffset(at.Ticks - (at.Ticks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
        var capture = await _world.AddCaptureAsync(_camera, at);
        var id = Guid.CreateVersion7();
        await _database.RunAsync("""
            with visit as (
              insert into events (id, project_id, camera_id, site_id, started_at, ended_at, capture_count)
              values ($1, $2, $3, $6, $4, $4, 1))
            update captures set event_id = $1, site_id = $6 where id = $5 and captured_at = $4
            """, id, _world.ProjectId, _camera, at.UtcDateTime, capture, _site);
        return (id, capture);
    }

    async Task<int> JudgeAsync()
    {
        // What was marked just now rests by the test's clock.
        await _database.RunAsync(
            "update species_alert_marks set made_at = $1", (_clock.GetUtcNow() - SpeciesAlertsTable.Rest).UtcDateTime);
        using var loop = Loop();
        return await loop.JudgeAsync(default);
    }

    SpeciesAlertsLoop Loop() => new(
        _database.Source, Options.Create(new HubOptions()), _clock, NullLogger<SpeciesAlertsLoop>.Instance);
}
