using WildCam.Wire;

namespace WildCam.Faults.Delivery;

/// <summary>Chunks and whole pictures come twice, and one picture comes to two hubs at once.</summary>
static class Duplicates
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    public static Scenario Scenario { get; } = new(
        "duplicates", "chunks twice, whole uploads twice, two hubs with the same upload at once; stored once",
        RunAsync);

    static async Task RunAsync(Point point)
    {
        await using var world = await ScriptedWorld.StartAsync(point);
        var camera = await world.ConnectAsync();

        // Chunks by chance up to three times, and the end twice.
        var twice = await world.OfferAsync(camera);
        var more = 0;
        for (var i = 0; i < twice.Chunks - 1; i++)
        {
            var times = point.Chance.Next(1, 4);
            more += times - 1;
            for (var n = 0; n < times; n++)
            {
                await camera.SendChunkAsync(twice.Picture, twice.Want.Attempt, i);
            }
        }

        Must.Equal(more, await world.MetricAsync("wildcam_ingest_chunks", "repeated"), "chunks that were repeated");
        await camera.SendChunkAsync(twice.Picture, twice.Want.Attempt, twice.Chunks - 1);
        await camera.SendEndAsync(twice.Picture, twice.Want.Attempt);
        await camera.SendEndAsync(twice.Picture, twice.Want.Attempt);
        Must.Equal(ReceiptOutcomes.Stored, (await twice.HearAsync()).Outcome, "the first receipt");

        // The whole of it once more: the same receipt but for the word, as often as it is offered.
        for (var n = point.Chance.Next(1, 4); n > 0; n--)
        {
            var (word, payload) = await world.OfferAgainAsync(twice);
            Must.Equal(Topics.Receipt, word, "the answer to a picture that is stored");
            twice.Receipt = ScriptedCamera.ReadReceipt(payload);
            Must.Equal(ReceiptOutcomes.Duplicate, twice.Receipt.Outcome, "the receipt of a picture that is stored");
        }

        var both = await TwoHubsAsync(world);
        await world.CheckAsync([twice, both]);
    }

    // The first hub has all of the bytes and cannot reach the database; the camera goes to the second one.
    static async Task<Delivered> TwoHubsAsync(ScriptedWorld world)
    {
        await using var second = await WorldHub.StartAsync(world.Database.ConnectionString, world.DataFolder);
        var camera = await world.ConnectAsync();
        var before = world.OriginalBlobs();
        var picture = await world.OfferAsync(camera);
        world.Postgres.Up.IsHeld = true;
        await picture.SendAllAsync();
        await Wait.UntilAsync(
            () => world.OriginalBlobs() == before + 1, Timeout, () => $"No blob\n{world.Hub.Output}");

        camera.Abort();
        await camera.ConnectAsync(second.MqttPort);
        await camera.HelloAsync(session: 99);
        picture.Receipt = await camera.DeliverAsync(picture.Picture);
        Must.Equal(ReceiptOutcomes.Stored, picture.Receipt.Outcome, "the second hub's receipt");
        Must.Equal(before + 2, world.OriginalBlobs(), "blobs of two hubs");
        world.Postgres.Up.IsHeld = false;

        // The first hub learns that its copy is one too many.
        await Wait.UntilAsync(
            () => world.OriginalBlobs() == before + 1, Timeout,
            () => $"{world.OriginalBlobs()} blobs\n{world.Hub.Output}");
        Must.Equal(0, await second.StopAsync(), "the second hub's end");
        return picture;
    }
}
