using WildCam.IntegrationTests.Captures;
using WildCam.Storage.Watch;

namespace WildCam.IntegrationTests.Watch;

public sealed class OperationalGapsTests : IAsyncLifetime
{
    static readonly DateTimeOffset Now = CaptureWorld.Noon;

    readonly TestDatabase _database = new();
    CaptureWorld _world = null!;
    OperationalGapsTable _gaps = null!;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        _world = await CaptureWorld.MakeAsync(_database, "UTC");
        _gaps = new OperationalGapsTable(_database.Source);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A_silence_of_three_check_ins_is_proposed_and_a_shorter_one_is_not()
    {
        await AddAsync([-40, -39, -38, -30, -29, -28, -26, -1, 0]);
        await _gaps.ProposeAsync(Now, default);
        await _gaps.ProposeAsync(Now, default);
        Assert.Equal("-26 -1|-38 -30", await ReadAsync());
    }

    [Fact]
    public async Task A_silence_that_goes_on_has_no_end_until_the_camera_returns()
    {
        var camera = await AddAsync([-12, -11, -10]);
        await _gaps.ProposeAsync(Now, default);
        Assert.Equal("-10 ...", await ReadAsync());
        await BeatAsync(camera, 2);
        await _gaps.ProposeAsync(Now.AddHours(3), default);
        Assert.Equal("-10 2", await ReadAsync());
    }

    [Fact]
    public async Task A_picture_taken_meanwhile_shortens_a_gap_also_when_it_arrives_late()
    {
        var camera = await AddAsync([-40, .. Well(-10)]);
        await _gaps.ProposeAsync(Now, default);
        Assert.Equal("-40 -10", await ReadAsync());
        await _world.AddCaptureAsync(camera, Now.AddHours(-25));
        await _gaps.ProposeAsync(Now, default);
        Assert.Equal("-25 -10", await ReadAsync());
        await _world.AddCaptureAsync(camera, Now.AddHours(-10.5));
        await _gaps.ProposeAsync(Now, default);
        Assert.Equal("", await ReadAsync());
    }

    [Fact]
    public async Task What_somebody_decided_stays_and_can_be_taken_back()
    {
        var camera = await AddAsync([-40, .. Well(-10)]);
        await _gaps.ProposeAsync(Now, default);
        var gap = Assert.Single(await _gaps.ListAsync(_world.ProjectId, GapState.Proposed, default));
        var account = await _world.AddAccountAsync();
        foreach (var (project, count) in new[] { (_world.ProjectId + 1, 0), (_world.ProjectId, 1) })
        {
            Assert.Equal(count, await _gaps.DecideAsync(project, [gap.Id], GapState.Accepted, account, Now, default));
        }

        await _world.AddCaptureAsync(camera, Now.AddHours(-25));
        await _gaps.ProposeAsync(Now, default);
        Assert.Equal("-40 -10", await ReadAsync());
        Assert.Equal("Somebody", Assert.Single(
            await _gaps.ListAsync(_world.ProjectId, GapState.Accepted, default)).DecidedBy);
        await _gaps.DecideAsync(_world.ProjectId, [gap.Id], GapState.Proposed, account, Now, default);
        await _gaps.ProposeAsync(Now, default);
        Assert.Equal("-25 -10", await ReadAsync());
    }

    [Fact]
    public async Task Many_cameras_silent_at_once_are_marked_as_the_hub_s_or_the_network_s()
    {
        for (var i = 0; i < 4; i++)
        {
            await AddAsync([-40, .. Well(-10)]);
        }

        await AddAsync([-40, -38, -36, -34, .. Well(-20)]);
        await _gaps.ProposeAsync(Now, default);
        var causes = (await _gaps.ListAsync(_world.ProjectId, GapState.Proposed, default))
            .GroupBy(g => g.Cause).ToDictionary(g => g.Key, g => g.Count());
        Assert.Equal(4, causes[GapCause.ManyAtOnce]);
        Assert.Equal(1, causes[GapCause.Silent]);
    }

    [Fact]
    public async Task Effort_is_a_deployment_s_days_less_the_accepted_gaps_within_them()
    {
        var camera = await AddAsync([-72, .. Well(-24)]);
        var site = await _database.ReadAsync<int>("""
            insert into sites (project_id, slug, name, time_zone) values ($1, 'mill', 'Old Mill', 'UTC') returning id
            """, _world.ProjectId);
        await _database.RunAsync("""
            insert into deployments (project_id, camera_id, site_id, from_at, until_at)
            values ($1, $2, $3, $4, $5), ($1, $2, $3, $5, null)
            """, _world.ProjectId, camera, site, Now.AddDays(-5).UtcDateTime, Now.AddDays(-2).UtcDateTime);
        await _gaps.ProposeAsync(Now, default);
        var proposed = await EffortAsync();
        Assert.Equal([(3.0, 0.0, 1.0), (2.0, 0.0, 1.0)], proposed);
        var gap = Assert.Single(await _gaps.ListAsync(_world.ProjectId, GapState.Proposed, default));
        await _gaps.DecideAsync(
            _world.ProjectId, [gap.Id], GapState.Accepted, await _world.AddAccountAsync(), Now, default);
        Assert.Equal([(3.0, 1.0, 0.0), (2.0, 1.0, 0.0)], await EffortAsync());
        var within = Assert.Single(await _gaps.ReadEffortAsync(
            _world.ProjectId, 0, Now.AddHours(-36), Now.AddHours(-12), default));
        Assert.Equal((1.0, 0.5, 0.5), (within.Days, within.GapDays, within.CameraDays));

        async Task<IEnumerable<(double, double, double)>> EffortAsync() =>
            (await _gaps.ReadEffortAsync(_world.ProjectId, camera, Now.AddYears(-1), Now, default))
            .Select(e => (e.Days, e.GapDays, e.ProposedGapDays));
    }

    // Heard every two hours until now: for a camera that checks in every hour no gap.
    static IEnumerable<double> Well(int from) =>
        Enumerable.Range(0, (-from / 2) + 1).Select(i => from + (2.0 * i));

    // A camera that checks in every hour, heard at these hours from now.
    async Task<int> AddAsync(double[] hours)
    {
        var camera = await _world.AddCameraAsync();
        await _database.RunAsync(
            "insert into camera_states (camera_id, last_seen_at) values ($1, $2)", camera, Now.UtcDateTime);
        foreach (var hour in hours)
        {
            await BeatAsync(camera, hour);
        }

        return camera;
    }

    Task BeatAsync(int camera, double hour) => _database.RunAsync("""
        insert into telemetry_hours (camera_id, hour, beats, first_at, last_at, spool_count, spool_bytes, dead_count,
          dropped_count, free_memory_bytes, sent_bytes, sent_seconds)
        values ($1, $2, 1, $2, $2, 0, 0, 0, 0, 0, 0, 0)
        """, camera, Now.AddHours(hour).UtcDateTime);

    Task<string> ReadAsync() => _database.ReadAsync<string>("""
        select coalesce(string_agg(concat_ws(' ', extract(epoch from from_at - $1)::int / 3600,
          coalesce((extract(epoch from until_at - $1)::int / 3600)::text, '...')), '|' order by from_at desc), '')
        from operational_gaps
        """, Now.UtcDateTime);
}
