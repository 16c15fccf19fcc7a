using WildCam.IntegrationTests.Captures;
using WildCam.Storage.Charts;
using WildCam.Storage.Rollups;

namespace WildCam.IntegrationTests.Charts;

/// <summary>
/// What charts count is what SQL counts from the findings, as plainly as it can be written: a look back for each event.
/// Sites lie on both sides of the date line, cameras hang at none, clocks leap, people and models speak.
/// </summary>
public sealed class SightingsTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    static readonly DateOnly From = new(2026, 3, 26), To = new(2026, 4, 1);

    CaptureWorld _world = null!;
    int[] _taxa = [];
    int _site;

    public static TheoryData<int, bool, bool, double?> Filters() => new()
    {
        { 30, false, false, 0.5 }, { 1, false, false, null }, { 240, true, false, 0.8 }, { 720, false, false, null },
        { 60, false, true, null }, { 240, true, true, 0.2 },
    };

    public async ValueTask InitializeAsync()
    {
        _world = await CaptureWorld.MakeAsync(database, "Europe/Paris");
        _taxa = [await _world.AddTaxonAsync("vulpes-vulpes"), await _world.AddTaxonAsync("sus-scrofa")];
        var seed = CaptureWorld.SeededRandom().Next(1_000_000);
        await database.RunAsync("""
            insert into sites (project_id, slug, name, time_zone, latitude, longitude) values
              ($1, 'early', 'Early', 'Pacific/Kiritimati', 45, 7), ($1, 'late', 'Late', 'America/Adak', 45.1, 7),
              ($1, 'paris', 'Paris', 'Europe/Paris', 45, 7.1), ($1, 'far', 'Far', 'Europe/Paris', 46, 7),
              ($1, 'unknown', 'Unknown', 'Europe/Paris', null, null)
            """, _world.ProjectId);
        _site = await database.ReadAsync<int>(
            "select id from sites where project_id = $1 and slug = 'late'", _world.ProjectId);
        foreach (var _ in Enumerable.Range(0, 7))
        {
            await _world.AddCameraAsync();
        }

        // A camera a site and two at none; the milliseconds tell any two events apart.
        await database.RunAsync("""
            with cams as (
              select row_number() over (order by id) as n, id from cameras where project_id = $1),
            places as (
              select c.id as camera_id, c.n, s.id as site_id
              from cams c left join (
                select row_number() over (order by id) as n, id from sites where project_id = $1) s on s.n = c.n)
            insert into events (id, project_id, camera_id, site_id, started_at, ended_at, capture_count)
            select gen_random_uuid(), $1, p.camera_id, p.site_id, at, at, 1
            from (
              select 1 + (hashint4(i * 7 + $2) & 2147483647) % 7 as n, '2026-03-24Z'::timestamptz
                + make_interval(secs => (hashint4(i * 7 + $2 + 1) & 2147483647) % (11 * 86400) + i / 1000.0) as at
              from generate_series(0, 999) i) e
            join places p using (n)
            """, _world.ProjectId, seed);
        await database.RunAsync("""
            insert into event_findings (event_id, category, taxon_id, project_id, site_id, camera_id, started_at,
              local_hour, source, confidence, count, best_capture_id, best_captured_at)
            select id, case when h % 10 = 0 then 2 else 1 end,
              case when h % 7 = 0 then 0 else ($2::int[])[1 + h % 2] end,
              $1, site_id, camera_id, started_at, 0, 1 + h % 3,
              case when h % 3 = 1 then null else (h % 100) / 100.0 end, 1 + h % 4, id, started_at
            from (select *, hashint8((extract(epoch from started_at) * 1000)::bigint) & 2147483647 as h from events) e
            where project_id = $1
            """, _world.ProjectId, _taxa);
        var rollups = new RollupsTable(database.Source);
        while (await rollups.FoldAsync(5, TestContext.Current.CancellationToken) > 0)
        {
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [MemberData(nameof(Filters))]
    public async Task Every_count_is_that_of_sql(int minutes, bool oneSpecies, bool oneSite, double? scoreMin)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var sightings = new SightingsTable(database.Source);
        var filter = new ChartFilter(
            _world.ProjectId, oneSpecies ? _taxa[..1] : [], oneSite ? _site : null, From, To, minutes, scoreMin);
        await AssertAsync(
            filter, "select taxon_id, extract(hour from local_at)::int, count(*) from counted group by 1, 2",
            (await sightings.CountByHourAsync(filter, cancellation))
                .Select(c => $"({c.TaxonId},{c.Class},{c.Events})"));
        await AssertAsync(
            filter, """
            select taxon_id, extract(hour from local_at)::int * 60 + extract(minute from local_at)::int, count(*)
            from counted group by 1, 2
            """,
            (await sightings.CountByMinuteAsync(filter, cancellation))
                .Select(c => $"({c.TaxonId},{c.Class},{c.Events})"));
        await AssertAsync(
            filter, """
            select taxon_id, (extract(month from local_at)::int - 1) * 24 + extract(hour from local_at)::int, count(*)
            from counted group by 1, 2
            """,
            (await sightings.CountByMonthAndHourAsync(filter, cancellation))
                .Select(c => $"({c.TaxonId},{c.Class},{c.Events})"));
        await AssertAsync(
            filter, "select taxon_id, local_at::date, count(*) from counted group by 1, 2",
            (await sightings.CountByDayAsync(filter, cancellation))
                .Select(c => $"({c.TaxonId},{c.Date:yyyy-MM-dd},{c.Events})"));
        await AssertAsync(
            filter, "select taxon_id, coalesce(site_id, 0), count(*), sum(count) from counted group by 1, 2",
            (await sightings.CountBySiteAsync(filter, cancellation))
                .Select(c => $"({c.TaxonId},{c.SiteId},{c.Events},{c.Animals})"));
        await AssertAsync(
            filter, """
            select taxon_id, site_id, (local_at::date - $2) / 3, count(*) from counted
            where site_id is not null group by 1, 2, 3
            """,
            (await sightings.CountByPeriodAsync(filter, 3, cancellation))
                .SelectMany(c => c.Events.Index().Where(e => e.Item > 0)
                    .Select(e => $"({c.TaxonId},{c.SiteId},{e.Index},{e.Item})")));
        await AssertAsync(
            filter, """
            select taxon_id, count(*)
            from (select distinct taxon_id, site_id, local_at::date from counted where site_id is not null) d group by 1
            """,
            (await sightings.CountIncidenceAsync(filter, cancellation)).Select(c => $"({c.TaxonId},{c.SiteDays})"));
    }

    [Theory]
    [InlineData(24, 20)]
    [InlineData(2, 9)]
    [InlineData(24, 500)]
    public async Task The_next_sighting_elsewhere_is_that_of_sql(int hours, double kilometres)
    {
        var filter = new ChartFilter(_world.ProjectId, [], null, From, To, 60, 0.5);
        var moves = await new SightingsTable(database.Source).CountMovesAsync(
            filter, hours, kilometres, TestContext.Current.CancellationToken);
        Assert.Equal(moves.OrderByDescending(m => m.Times).Select(m => m.Times), moves.Select(m => m.Times));
        Assert.NotEmpty(moves);
        await AssertAsync(
            filter, FormattableString.Invariant($"""
            select st.taxon_id, st.site_id, st.next_site, count(*),
              round((percentile_cont(0.5) within group (order by extract(epoch from st.took)))::numeric, 2)
            from (
              select taxon_id, site_id, lead(site_id) over w as next_site, lead(started_at) over w - started_at as took
              from counted where site_id is not null window w as (partition by taxon_id order by started_at)) st
            join sites a on a.id = st.site_id join sites b on b.id = st.next_site
            where st.next_site <> st.site_id and st.took <= make_interval(hours => {hours})
              and 2 * 6371 * asin(sqrt(sin(radians(b.latitude - a.latitude) / 2) ^ 2 + cos(radians(a.latitude))
                * cos(radians(b.latitude)) * sin(radians(b.longitude - a.longitude) / 2) ^ 2)) <= {kilometres}
            group by 1, 2, 3
            """),
            moves.Select(m => FormattableString.Invariant(
                $"({m.TaxonId},{m.FromSiteId},{m.ToSiteId},{m.Times},{m.MinutesMedian * 60:0.00})")));
    }

    [Fact]
    public async Task A_finding_that_goes_is_gone_from_the_charts()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var filter = new ChartFilter(_world.ProjectId, [], null, From, To, 1, null);
        var sightings = new SightingsTable(database.Source);
        Assert.NotEmpty(await sightings.CountByDayAsync(filter, cancellation));
        await database.RunAsync("delete from event_findings where project_id = $1", _world.ProjectId);
        while (await new RollupsTable(database.Source).FoldAsync(100, cancellation) > 0)
        {
        }

        Assert.Empty(await sightings.CountByDayAsync(filter, cancellation));
        Assert.Equal(0L, await database.ReadAsync<long>(
            "select count(*) from sighting_days where project_id = $1", _world.ProjectId));
    }

    async Task AssertAsync(ChartFilter filter, string select, IEnumerable<string> counted)
    {
        var expected = await database.ReadAsync<string>($"""
            with local as (
              select f.*, coalesce(f.site_id, -f.camera_id) as place,
                f.started_at at time zone coalesce(s.time_zone, 'Europe/Paris') as local_at
              from event_findings f left join sites s on s.id = f.site_id
              where f.project_id = $1 and f.category = 1 and f.taxon_id <> 0
                and (f.source <> 1 or f.confidence >= $3)
                and (cardinality($4::int[]) = 0 or f.taxon_id = any ($4)) and ($5 = 0 or f.site_id = $5)),
            counted as (
              select * from local l where local_at::date between $2 and $6 and not exists (
                select from local b
                where b.taxon_id = l.taxon_id and b.place = l.place and b.started_at < l.started_at
                  and b.started_at > l.started_at - make_interval(mins => $7)))
            select coalesce(string_agg(replace(x::text, '"', ''), ' ' order by x::text), '') from ({select}) x
            """, filter.ProjectId, filter.From, (float)(filter.ScoreMin ?? 0), filter.Taxa.ToArray(),
            filter.SiteId ?? 0, filter.To, filter.IntervalMinutes);
        Assert.NotEqual("", expected);
        Assert.Equal(
            expected.Split(' ').Order(StringComparer.Ordinal), counted.Order(StringComparer.Ordinal));
    }
}
