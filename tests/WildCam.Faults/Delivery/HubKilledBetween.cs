using WildCam.Mqtt;
using WildCam.Wire;

namespace WildCam.Faults.Delivery;

/// <summary>
/// The hub dies with pictures at all three places where a death hurts: some of the chunks are there; the bytes are
/// durable and the row is not; the row is committed and the receipt is not sent. Each place is brought about and
/// looked at before the kill, so that no point passes by luck.
/// </summary>
static class HubKilledBetween
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    public static Scenario Scenario { get; } = new(
        "hub-killed-between",
        "SIGKILL mid chunk, after the blob before the row, after the row before the receipt; wanted again, stored once",
        RunAsync);

    static async Task RunAsync(Point point)
    {
        await using var world = await ScriptedWorld.StartAsync(point);
        // Up to two cameras a place, so that kills meet groups of one and of more.
        var midChunk = await world.AddAsync(point.Chance.Next(1, 3));
        var beforeRow = await world.AddAsync(point.Chance.Next(1, 3));
        var beforeReceipt = await world.AddAsync(point.Chance.Next(1, 3));

        var unheard = new List<Delivered>();
        foreach (var camera in beforeReceipt)
        {
            unheard.Add(await world.OfferAsync(camera));
            // No acknowledgement will come back either.
            camera.Qos = MqttQos.AtMostOnce;
        }

        world.Mqtt.Down.IsHeld = true;
        await Task.WhenAll(unheard.Select(d => d.SendAllAsync()));
        await Wait.UntilAsync(
            async () => await world.RowsAsync() == unheard.Count, Timeout, () => $"No rows\n{world.Hub.Output}");
        Must.Hold(
            beforeReceipt.All(c => c.Heard(Topics.Receipt) == 0), "A receipt passed a way that lets nothing pass.");

        // From here on nothing reaches the database; those that follow have a way of their own to the hub.
        var unfiled = new List<Delivered>();
        foreach (var camera in beforeRow)
        {
            unfiled.Add(await world.OfferAsync(camera, direct: true));
        }

        var partial = new List<(Delivered Picture, int Sent)>();
        foreach (var camera in midChunk)
        {
            var picture = await world.OfferAsync(camera, direct: true);
            partial.Add((picture, point.Chance.Next(1, picture.Chunks)));
        }

        world.Postgres.Up.IsHeld = true;
        await Task.WhenAll(unfiled.Select(d => d.SendAllAsync()));
        await Wait.UntilAsync(
            () => world.OriginalBlobs() == unheard.Count + unfiled.Count, Timeout,
            () => $"{world.OriginalBlobs()} blobs\n{world.Hub.Output}");
        foreach (var (picture, sent) in partial)
        {
            await picture.SendSomeAsync(sent);
        }

        await Task.Delay(point.Chance.Next(30), point.Cancellation);
        await world.Hub.KillAsync();

        // The server learns that its client is gone; until then half a statement of it may hold a lock.
        world.Mqtt.Cut();
        world.Postgres.Cut();
        Must.Equal(unheard.Count, await world.RowsAsync(), "rows after the death");
        Must.Equal(unheard.Count + unfiled.Count, world.OriginalBlobs(), "blobs after the death");
        Must.Equal(0, world.Cameras.Sum(c => c.Heard(Topics.Receipt)), "receipts after the death");
        world.Mqtt.Down.IsHeld = world.Postgres.Up.IsHeld = false;
        foreach (var camera in beforeReceipt)
        {
            camera.Qos = MqttQos.AtLeastOnce;
        }

        await world.StartHubAgainAsync();

        // What has no row is wanted from its first chunk on; what has one is a duplicate at once.
        foreach (var picture in unfiled.Concat(partial.Select(p => p.Picture)))
        {
            var (word, payload) = await world.OfferAgainAsync(picture);
            Must.Hold(
                word == Topics.Want && Want.TryRead(payload, 0, payload.Length, out var want)
                    && Enumerable.Range(0, want.ChunkCount).All(want.IsMissing),
                $"{picture.Camera.Code} was not asked for everything again.");
            await picture.SendAllAsync();
            picture.Receipt = ScriptedCamera.ReadReceipt(await picture.Camera.HearAsync(Topics.Receipt));
            Must.Equal(ReceiptOutcomes.Stored, picture.Receipt.Outcome, $"the receipt of {picture.Camera.Code}");
        }

        foreach (var picture in unheard)
        {
            var (word, payload) = await world.OfferAgainAsync(picture);
            Must.Equal(Topics.Receipt, word, $"the answer to {picture.Camera.Code}");
            picture.Receipt = ScriptedCamera.ReadReceipt(payload);
            Must.Equal(ReceiptOutcomes.Duplicate, picture.Receipt.Outcome, $"the receipt of {picture.Camera.Code}");
        }

        await world.CheckAsync([.. unheard, .. unfiled, .. partial.Select(p => p.Picture)]);
    }
}
