using WildCam.Wire;

namespace WildCam.Faults.Delivery;

/// <summary>Everything that a camera once said is said again, byte for byte, later and in any order.</summary>
static class Replayed
{
    public static Scenario Scenario { get; } = new(
        "replayed", "captured messages are sent again: no effect on what is stored, and counted", RunAsync);

    static async Task RunAsync(Point point)
    {
        await using var world = await ScriptedWorld.StartAsync(point);
        var camera = await world.ConnectAsync();
        camera.Record = [];
        var pictures = new List<Delivered>();
        for (var n = point.Chance.Next(1, 4); n > 0; n--)
        {
            var picture = await world.OfferAsync(camera);
            Must.Equal(ReceiptOutcomes.Stored, (await picture.FinishAsync()).Outcome, "the first receipt");
            pictures.Add(picture);
        }

        await world.Database.SettleAsync(TimeSpan.FromSeconds(60), () => world.Hub.Output);
        var captured = camera.Record.ToArray();
        camera.Record = null;
        var chunks = captured.Count(c => c.Word == Topics.Chunk);
        var begins = captured.Count(c => c.Word == Topics.Begin);
        var before = await StateAsync(world);

        // In the old order and then in any.
        const int times = 2;
        for (var time = 0; time < times; time++)
        {
            camera.Abort();
            await world.ConnectAsync(camera);
            foreach (var (word, payload) in captured)
            {
                await camera.SendAsync(word, payload);
            }

            for (var n = 0; n < begins; n++)
            {
                var receipt = ScriptedCamera.ReadReceipt(await camera.HearAsync(Topics.Receipt));
                Must.Equal(ReceiptOutcomes.Duplicate, receipt.Outcome, "the receipt of a replay");
            }

            point.Chance.Shuffle(captured);
        }

        Must.Equal(
            (double)(times * chunks), await world.MetricAsync("wildcam_ingest_chunks", "unwanted"),
            "chunks of replays");
        Must.Equal(
            (double)(times * begins), await world.MetricAsync("wildcam_ingest_begins", "duplicate"),
            "begins of replays");
        Must.Equal(before, await StateAsync(world), "rows and files after the replays");
        await world.CheckAsync(pictures);
    }

    static async Task<string> StateAsync(ScriptedWorld world) => await world.Database.ReadAsync<string>("""
        select concat_ws(' ', count(*), max(received_at), md5(string_agg(c::text, '' order by id)),
          (select count(*) from capture_identities), (select count(*) from jobs), (select count(*) from events))
        from captures c
        """) + $" {world.OriginalBlobs()}";
}
