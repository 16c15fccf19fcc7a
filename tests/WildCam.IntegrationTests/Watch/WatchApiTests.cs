using System.Net;
using WildCam.IntegrationTests.Api;

namespace WildCam.IntegrationTests.Watch;

/// <summary>What the watch found, as programs read it.</summary>
public sealed class WatchApiTests(ApiWorld world) : IClassFixture<ApiWorld>
{
    string Root => $"/api/v1/projects/{world.Project}";

    [Fact]
    public async Task Alerts_are_told_by_kind_and_camera_and_those_that_are_over_apart()
    {
        // A weak battery in truth, so that no round of the watch ends the alert.
        await world.Hub.Database.RunAsync("""
            insert into camera_states (camera_id, last_seen_at, next_contact_at, battery_percent)
            values ($1, now(), now() + interval '1 day', 5)
            on conflict (camera_id) do update set last_seen_at = now(), battery_percent = 5,
              next_contact_at = now() + interval '1 day'
            """, world.CameraId);
        await world.Hub.Database.RunAsync("""
            insert into alerts (project_id, camera_id, kind, since_at, raised_at, closed_at, detail, last_detail_at)
            values ($1, $2, 2, now(), now(), null, 'Battery at 5 %.', now()),
              ($1, 0, 8, '2026-05-01Z', '2026-05-01Z', '2026-05-02Z', '3 of 9 cameras fell silent.', '2026-05-01Z')
            on conflict do nothing
            """, world.ProjectId, world.CameraId);
        var open = Assert.Single((await world.GetAsync("manager", $"{Root}/alerts")).AsArray())!;
        Assert.Equal(("battery", world.Camera), ((string?)open["kind"], (string?)open["camera"]));
        Assert.Null((string?)open["closed"]);
        var over = Assert.Single((await world.GetAsync("manager", $"{Root}/alerts?over=true")).AsArray())!;
        Assert.Equal(
            ("hub-or-network", null, "3 of 9 cameras fell silent."),
            ((string?)over["kind"], (string?)over["camera"], (string?)over["detail"]));
        Assert.Equal("2026-05-02T00:00:00+00:00", (string?)over["closed"]);
    }

    [Fact]
    public async Task Gaps_are_told_by_state_and_no_other_word_is_one()
    {
        await world.Hub.Database.RunAsync("""
            insert into operational_gaps (project_id, camera_id, silent_from, from_at, until_at, cause, state,
              decided_at, decided_by)
            values ($1, $2, '2026-05-01Z', '2026-05-01Z', '2026-05-03Z', 1, 2, now(), $3),
              ($1, $2, '2026-04-01Z', '2026-04-01Z', '2026-04-03Z', 2, 3, now(), $3)
            """, world.ProjectId, world.CameraId, world.People["researcher"].Id);
        Assert.Empty((await world.GetAsync("researcher", $"{Root}/gaps")).AsArray());
        var accepted = Assert.Single((await world.GetAsync("researcher", $"{Root}/gaps?state=accepted")).AsArray())!;
        Assert.Equal(
            (world.Camera, "silent", "accepted"),
            ((string?)accepted["camera"], (string?)accepted["cause"], (string?)accepted["state"]));
        Assert.NotNull((string?)accepted["decidedBy"]);
        var rejected = Assert.Single((await world.GetAsync("researcher", $"{Root}/gaps?state=rejected")).AsArray())!;
        Assert.Equal("many-at-once", (string?)rejected["cause"]);
        using var client = world.As("researcher");
        Assert.Equal(
            HttpStatusCode.BadRequest, (await client.GetAsync($"{Root}/gaps?state=all")).StatusCode);
    }
}
