using WildCam.Storage.Fleet;

namespace WildCam.IntegrationTests.Fleet;

/// <summary>A hub that was restored from a backup has lost the numbers and ids of its last offers; cameras have not.
/// </summary>
public sealed class RolloutNumberTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    const int Stale = 24;

    [Fact]
    public async Task A_hub_that_lost_its_count_offers_again_above_the_number_that_the_camera_followed()
    {
        var world = await RolloutWorld.MakeAsync(database, cameras: 1);
        var id = await world.StartAsync();
        var camera = (await world.CamerasOfAsync(id, 0)).Single();
        var lost = (await world.HelloAsync(camera, RolloutWorld.Old))!;
        // Of a future that the backup does not know: neither counting on nor the hub's clock would reach it.
        var followed = lost.Number + 1_000_000;
        await world.TellAsync(camera, lost, ReportedState.Refused, Stale, followed);
        var again = (await world.HelloAsync(camera, RolloutWorld.Old))!;
        Assert.Equal(followed + 1, again.Number);
        Assert.NotEqual(lost.OfferId, again.OfferId);

        await world.InstallAsync(camera, again);
        await world.ProveAsync(camera, again);
        Assert.Equal(UpdateState.Good, (await world.ShowAsync(id, camera)).State);
    }

    [Fact]
    public async Task A_number_that_leaves_no_higher_one_or_is_of_another_offer_is_not_believed()
    {
        var world = await RolloutWorld.MakeAsync(database, cameras: 1);
        var id = await world.StartAsync();
        var camera = (await world.CamerasOfAsync(id, 0)).Single();
        var offer = (await world.HelloAsync(camera, RolloutWorld.Old))!;
        await world.TellAsync(
            camera, offer with { OfferId = offer.OfferId + 1 }, ReportedState.Refused, Stale, offer.Number + 1_000_000);
        await world.TellAsync(camera, offer, ReportedState.Refused, Stale, uint.MaxValue);
        var again = (await world.HelloAsync(camera, RolloutWorld.Old))!;
        Assert.InRange(again.Number, offer.Number + 1, offer.Number + 100);
    }

    [Fact]
    public async Task An_id_of_an_offer_does_not_come_again_where_the_sequence_was_set_back()
    {
        var world = await RolloutWorld.MakeAsync(database, cameras: 2);
        var id = await world.StartAsync();
        var camera = (await world.CamerasOfAsync(id, 0)).Single();
        var before = (await world.HelloAsync(camera, RolloutWorld.Old))!;
        await database.RunAsync("select setval('firmware_offer_ids', 1, false)");
        world.Clock.Advance(TimeSpan.FromHours(1));
        await world.TellAsync(camera, before, ReportedState.Refused, Stale);
        var after = (await world.HelloAsync(camera, RolloutWorld.Old))!;
        Assert.True(after.OfferId > before.OfferId);
    }
}
