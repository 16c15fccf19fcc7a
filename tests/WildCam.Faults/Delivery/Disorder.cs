using WildCam.Wire;

namespace WildCam.Faults.Delivery;

/// <summary>Chunks of several pictures come mixed and in any order, and one place gets two different chunks.</summary>
static class Disorder
{
    const int Pictures = 3;

    public static Scenario Scenario { get; } = new(
        "disorder", "chunks out of order, uploads interleaved, other bytes for the same place; all whole in the end",
        RunAsync);

    static async Task RunAsync(Point point)
    {
        await using var world = await ScriptedWorld.StartAsync(point);
        var camera = await world.ConnectAsync();
        var pictures = new List<Delivered>();
        for (var i = 0; i < Pictures; i++)
        {
            pictures.Add(await world.OfferAsync(camera));
        }

        // One of them gets a chunk with bytes that are not its own, before or after the right one.
        var spoilt = pictures[point.Chance.Next(Pictures)];
        var place = point.Chance.Next(spoilt.Chunks - 1);
        var wrongFirst = point.Chance.Next(2) == 0;
        var chunks = pictures.SelectMany(p => Enumerable.Range(0, p.Chunks).Select(i => (Picture: p, Index: i)))
            .ToArray();
        point.Chance.Shuffle(chunks);

        // What would complete the spoilt one waits until the other chunk was there.
        var last = chunks.Last(c => c.Picture == spoilt && c.Index != place);
        foreach (var (picture, index) in chunks.Where(c => c != last))
        {
            var isPlace = picture == spoilt && index == place;
            if (isPlace && wrongFirst)
            {
                await SendOtherAsync(camera, spoilt, place);
            }

            await camera.SendChunkAsync(picture.Picture, picture.Want.Attempt, index);
            if (isPlace && !wrongFirst)
            {
                await SendOtherAsync(camera, spoilt, place);
            }
        }

        // The overlap has a code of its own, and no byte of the first is changed.
        var later = await camera.HearAsync(Topics.Later);
        Must.Hold(Later.TryRead(later, 0, later.Length, out var told), "The later cannot be read.");
        Must.Equal(
            (ReceiptCodes.Overlap, spoilt.Picture.Counter), (told.Code, told.Counter), "the answer to an overlap");
        Must.Equal(1d, await world.MetricAsync("wildcam_ingest_chunks", "overlap"), "overlaps that were counted");
        await camera.SendChunkAsync(spoilt.Picture, spoilt.Want.Attempt, last.Index);
        foreach (var picture in pictures.Where(p => p != spoilt))
        {
            picture.Receipt = await ReceiptOfAsync(world, picture);
        }

        // Wrong bytes that came first miss the digest: everything is wanted again.
        spoilt.Receipt = await ReceiptOfAsync(world, spoilt);
        Must.Equal(
            wrongFirst ? 1d : 0d, await world.MetricAsync("wildcam_ingest_assemblies_expired", "digest-mismatch"),
            "digests that did not match");
        await world.CheckAsync(pictures);
    }

    static async Task<Receipt> ReceiptOfAsync(ScriptedWorld world, Delivered picture)
    {
        var (word, payload) = await world.OfferAgainAsync(picture);
        if (word == Topics.Receipt)
        {
            return ScriptedCamera.ReadReceipt(payload);
        }

        Must.Equal(Topics.Want, word, "the answer to an offer");
        return await picture.FinishAsync();
    }

    static Task SendOtherAsync(ScriptedCamera camera, Delivered picture, int index)
    {
        var other = new ScriptedPicture(
            picture.Picture.SpoolId, picture.Picture.Counter, [.. picture.Picture.Bytes.Select(b => (byte)~b)]);
        return camera.SendChunkAsync(other, picture.Want.Attempt, index);
    }
}
