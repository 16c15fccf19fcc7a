using WildCam.Storage.Fleet;

namespace WildCam.IntegrationTests.Fleet;

/// <summary>Steps of a rollout by tag.</summary>
public sealed class RolloutTagTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task A_step_takes_the_cameras_of_a_tag()
    {
        var world = await RolloutWorld.MakeAsync(database, cameras: 6);
        var tagged = world.Cameras.Skip(2).Take(2).ToArray();
        await database.RunAsync("insert into camera_tags (camera_id, tag) select unnest($1), 'test'", tagged);
        var id = await world.StartAsync(RolloutWorld.Plan with
        {
            Steps = [new(StepKind.Tag, Tag: "test"), new(StepKind.Rest)],
        });
        Assert.Equal(tagged, (await world.CamerasOfAsync(id, 0)).Order());
        Assert.Equal(4, (await world.CamerasOfAsync(id, 1)).Count);
    }
}
