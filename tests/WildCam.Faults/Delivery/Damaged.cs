using WildCam.Wire;

namespace WildCam.Faults.Delivery;

/// <summary>Bits flip in chunks, and cameras say the wrong digest or the wrong size.</summary>
static class Damaged
{
    public static Scenario Scenario { get; } = new(
        "damaged", "flipped bits, wrong digest, wrong size: wanted again, then quarantine; nothing wrong is stored",
        RunAsync);

    static async Task RunAsync(Point point)
    {
        await using var world = await ScriptedWorld.StartAsync(point);
        var camera = await world.ConnectAsync();
        var flipped = await FlippedAsync(point, world, camera);
        var once = await WrongOnceAsync(point, world, camera);
        var always = await WrongAlwaysAsync(point, world, camera);
        var resized = await WrongSizeAsync(point, world, camera);
        await world.CheckAsync([flipped, once, always, resized]);
    }

    // Chunks with a flipped bit are not taken, and exactly they are wanted again.
    static async Task<Delivered> FlippedAsync(Point point, ScriptedWorld world, ScriptedCamera camera)
    {
        var picture = await world.OfferAsync(camera);
        var spoilt = Enumerable.Range(0, picture.Chunks).Where(_ => point.Chance.Next(3) == 0)
            .Append(point.Chance.Next(picture.Chunks)).ToHashSet();
        for (var i = 0; i < picture.Chunks; i++)
        {
            await camera.SendChunkAsync(
                picture.Picture, picture.Want.Attempt, i,
                spoil: !spoilt.Contains(i) ? null : message => message[
                    point.Chance.Next(ChunkHeader.Bytes, message.Length)] ^= (byte)(1 << point.Chance.Next(8)));
        }

        await camera.SendEndAsync(picture.Picture, picture.Want.Attempt);
        picture.Want = await HearWantAsync(camera);
        Must.Hold(
            spoilt.SetEquals(Enumerable.Range(0, picture.Chunks).Where(picture.Want.IsMissing)),
            "Other chunks than the damaged ones are wanted again.");
        Must.Equal(
            (double)spoilt.Count, await world.MetricAsync("wildcam_ingest_chunks", "damaged"), "damaged chunks");
        Must.Equal(ReceiptOutcomes.Stored, (await picture.FinishAsync()).Outcome, "the receipt after the damage");
        return picture;
    }

    // Bytes that were wrong before their CRC was computed miss the digest; everything is wanted once more.
    static async Task<Delivered> WrongOnceAsync(Point point, ScriptedWorld world, ScriptedCamera camera)
    {
        var picture = await world.OfferAsync(camera);
        byte[] wrong = [.. picture.Picture.Bytes];
        wrong[point.Chance.Next(wrong.Length)] ^= (byte)(1 << point.Chance.Next(8));
        await camera.SendWantedAsync(
            new ScriptedPicture(picture.Picture.SpoolId, picture.Picture.Counter, wrong), picture.Want);
        picture.Want = await HearWantAsync(camera);
        Must.Hold(
            Enumerable.Range(0, picture.Chunks).All(picture.Want.IsMissing), "Not everything is wanted again.");
        Must.Equal(ReceiptOutcomes.Stored, (await picture.FinishAsync()).Outcome, "the receipt after the right bytes");
        return picture;
    }

    // A digest that never matches: the bytes are kept for a person.
    static async Task<Delivered> WrongAlwaysAsync(Point point, ScriptedWorld world, ScriptedCamera camera)
    {
        var picture = new Delivered(camera, world.Take(camera) with { Digest = new byte[Protocol.DigestBytes] });
        point.Chance.NextBytes(picture.Picture.Digest);
        picture.Receipt = await camera.DeliverAsync(picture.Picture);
        Must.Equal(
            (ReceiptOutcomes.Quarantined, ReceiptCodes.CorruptOnCamera),
            (picture.Receipt.Outcome, picture.Receipt.Code), "the receipt of a wrong digest");
        return picture;
    }

    // A size that is not the picture's: chunks do not fit and stay wanted, and the right begin replaces the wrong one.
    static async Task<Delivered> WrongSizeAsync(Point point, ScriptedWorld world, ScriptedCamera camera)
    {
        var picture = new Delivered(camera, world.Take(camera));
        var size = picture.Picture.Bytes.Length;
        var wrong = point.Chance.Next(2) == 0 ? size + point.Chance.Next(1, 100_000) : point.Chance.Next(1, size);
        wrong += wrong % ScriptedCamera.ChunkBytes == 0 ? 1 : 0;
        var (word, payload) = await camera.OfferAsync(picture.Picture, b => b.SizeBytes = (uint)wrong);
        Must.Equal(Topics.Want, word, "the answer to a wrong size");
        Must.Hold(Want.TryRead(payload, 0, payload.Length, out var want), "The want cannot be read.");
        picture.Want = want;
        for (var i = 0; i < picture.Chunks; i++)
        {
            await camera.SendChunkAsync(picture.Picture, picture.Want.Attempt, i);
        }

        await camera.SendEndAsync(picture.Picture, picture.Want.Attempt);
        (word, payload) = await world.OfferAgainAsync(picture);
        Must.Equal(Topics.Want, word, "the answer to the right size");
        Must.Hold(
            Enumerable.Range(0, picture.Chunks).All(picture.Want.IsMissing), "Chunks of the wrong size were kept.");
        Must.Equal(ReceiptOutcomes.Stored, (await picture.FinishAsync()).Outcome, "the receipt of the right size");
        return picture;
    }

    static async Task<Want> HearWantAsync(ScriptedCamera camera)
    {
        var payload = await camera.HearAsync(Topics.Want);
        Must.Hold(Want.TryRead(payload, 0, payload.Length, out var want), "The want cannot be read.");
        return want;
    }
}
