using WildCam.Mqtt;
using WildCam.Wire;

namespace WildCam.Faults.Delivery;

/// <summary>Sizes, counts and places that cannot be: refused before anything is allocated.</summary>
static class Absurd
{
    const int Messages = 3000;

    /// <summary>What the hub may grow by over all of them; one believed begin could reserve all there is.</summary>
    const long GrowthBytesMax = 48L << 20;

    public static Scenario Scenario { get; } = new(
        "absurd", "sizes up to 4 GB, 2^31 chunks, places far outside, nothing at all: refused with a code, memory flat",
        RunAsync);

    static async Task RunAsync(Point point)
    {
        await using var world = await ScriptedWorld.StartAsync(point);
        var camera = await world.ConnectAsync();
        var honest = await world.OfferAsync(camera);

        // Each kind once with its code, and then very many of them at once.
        var refused = new List<Delivered>();
        foreach (var (size, chunk, code) in Offers(point))
        {
            var picture = new Delivered(camera, world.Take(camera));
            var (word, payload) = await camera.OfferAsync(
                picture.Picture, b => (b.SizeBytes, b.ChunkBytes) = (size, chunk));
            Must.Equal(Topics.Receipt, word, $"the answer to {size} bytes in chunks of {chunk}");
            picture.Receipt = ScriptedCamera.ReadReceipt(payload);
            Must.Equal(
                (ReceiptOutcomes.Never, code), (picture.Receipt.Outcome, picture.Receipt.Code),
                $"the receipt of {size} bytes in chunks of {chunk}");
            refused.Add(picture);
        }

        var reserved = await world.MetricAsync("wildcam_ingest_assembly_bytes");
        await FloodAsync(point, camera, honest, Messages / 3);
        var before = world.Hub.ResidentBytes;
        await FloodAsync(point, camera, honest, Messages);
        var grown = world.Hub.ResidentBytes - before;
        Must.Hold(
            grown < GrowthBytesMax, $"The hub grew by {grown >> 20} MB over {Messages} absurd messages.");
        Must.Equal(reserved, await world.MetricAsync("wildcam_ingest_assembly_bytes"), "memory reserved for pictures");
        Must.Hold(
            await world.MetricAsync("wildcam_ingest_chunks", "misplaced") > 0
                && await world.MetricAsync("wildcam_ingest_chunks", "unreadable") > 0,
            "Absurd chunks were not counted.");

        // The picture among which all of this came is none the worse.
        Must.Equal(ReceiptOutcomes.Stored, (await honest.FinishAsync()).Outcome, "the receipt of the honest picture");
        await world.CheckAsync([honest, .. refused]);
    }

    static IEnumerable<(uint Size, ushort Chunk, ushort Code)> Offers(Point point)
    {
        var chunk = (ushort)point.Chance.Next(Protocol.ChunkBytesMin, Protocol.ChunkBytesMax + 1);
        yield return (0, chunk, ReceiptCodes.BadBegin);
        yield return (100_000, 0, ReceiptCodes.BadBegin);
        yield return (100_000, 1, ReceiptCodes.BadBegin);
        yield return (100_000, (ushort)point.Chance.Next(1, Protocol.ChunkBytesMin), ReceiptCodes.BadBegin);
        yield return (100_000, (ushort)point.Chance.Next(Protocol.ChunkBytesMax + 1, 65536), ReceiptCodes.BadBegin);
        yield return (int.MaxValue, 1, ReceiptCodes.TooLarge);
        yield return (0x8000_0000, 1, ReceiptCodes.TooLarge);
        yield return (uint.MaxValue, chunk, ReceiptCodes.TooLarge);
        yield return ((uint)point.Chance.NextInt64(9_000_000, uint.MaxValue), chunk, ReceiptCodes.TooLarge);
    }

    // Chunks far outside, of no length, of a length that is not theirs, cut short and too long for any word.
    static async Task FloodAsync(Point point, ScriptedCamera camera, Delivered picture, int messages)
    {
        camera.Qos = MqttQos.AtMostOnce;
        for (var i = 0; i < messages; i++)
        {
            switch (point.Chance.Next(5))
            {
                case 0:
                    await camera.SendChunkAsync(
                        picture.Picture, picture.Want.Attempt, 0, change: (ref ChunkHeader h) =>
                            h.Index = (ushort)point.Chance.Next(picture.Chunks, 65536));
                    break;
                case 1:
                    await camera.SendChunkAsync(
                        picture.Picture, picture.Want.Attempt, 0, change: (ref ChunkHeader h) =>
                            h.Length = (ushort)point.Chance.Next(65536));
                    break;
                case 2:
                    await camera.SendChunkAsync(
                        picture.Picture, picture.Want.Attempt, 0, change: (ref ChunkHeader h) => h.Length = 0);
                    break;
                case 3:
                    var noise = new byte[point.Chance.Next(1, ChunkHeader.Bytes + 1)];
                    point.Chance.NextBytes(noise);
                    await camera.SendAsync(Topics.Chunk, noise);
                    break;
                default:
                    var word = point.Chance.Next(2) == 0 ? Topics.Begin : Topics.End;
                    var long_ = new byte[point.Chance.Next(1000, 30_000)];
                    point.Chance.NextBytes(long_);
                    await camera.SendAsync(word, long_);
                    break;
            }
        }

        // One that is acknowledged, behind all the others.
        camera.Qos = MqttQos.AtLeastOnce;
        await camera.SendAsync(Topics.End, new byte[1]);
    }
}
