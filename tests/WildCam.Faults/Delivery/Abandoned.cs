using WildCam.Storage.Ingest;
using WildCam.Wire;

namespace WildCam.Faults.Delivery;

/// <summary>Uploads are begun and never finished: the hub takes its memory back, and says so.</summary>
static class Abandoned
{
    /// <summary>Ten minutes in a real hub; the sweep over it runs every five seconds.</summary>
    const int KeepSeconds = 3;

    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    public static Scenario Scenario { get; } = new(
        "abandoned", "uploads that are broken off for ever: expired, memory back, noted; wanted whole later",
        RunAsync);

    static async Task RunAsync(Point point)
    {
        await using var world = await ScriptedWorld.StartAsync(
            point, ("WildCam__Ingest__AssemblyKeepSeconds", $"{KeepSeconds}"));
        var pictures = new List<Delivered>();
        var mostReserved = 0d;
        for (var n = point.Chance.Next(2, 5); n > 0; n--)
        {
            var picture = await world.OfferAsync(await world.ConnectAsync());
            await picture.SendSomeAsync(point.Chance.Next(picture.Chunks));
            // On a busy machine the first may be given up before the last begins.
            mostReserved = Math.Max(mostReserved, await world.MetricAsync("wildcam_ingest_assembly_bytes"));
            // Some stay connected and silent, some are gone.
            if (point.Chance.Next(2) == 0)
            {
                picture.Camera.Abort();
            }

            pictures.Add(picture);
        }

        Must.Hold(mostReserved > 0, "Nothing is reserved for what is in flight.");
        await Wait.UntilAsync(
            async () => await world.MetricAsync("wildcam_ingest_assemblies_expired", "expired") >= pictures.Count,
            Timeout, () => $"Pictures did not expire\n{world.Hub.Output}");
        Must.Equal(0d, await world.MetricAsync("wildcam_ingest_assembly_bytes"), "memory reserved after the expiry");
        Must.Equal(0, world.OriginalBlobs(), "blobs of pictures that were not finished");
        await CheckNotedAsync(world, pictures, _ => AbandonedState.Missing);

        // Half of the cameras never come back; what they did not deliver they have.
        foreach (var picture in pictures.Where((_, i) => i % 2 == 0))
        {
            var (word, _) = await world.OfferAgainAsync(picture);
            Must.Equal(Topics.Want, word, "the answer to a picture that expired");
            Must.Hold(
                Enumerable.Range(0, picture.Chunks).All(picture.Want.IsMissing), "Bytes of a dropped one are left.");
            Must.Equal(ReceiptOutcomes.Stored, (await picture.FinishAsync()).Outcome, "the receipt after the expiry");
        }

        await CheckNotedAsync(
            world, pictures, p => p.Receipt is null ? AbandonedState.Missing : AbandonedState.Stored);
        await world.CheckAsync(pictures);
    }

    // People see each on its camera's page, and whether it came in the end.
    static async Task CheckNotedAsync(
        ScriptedWorld world, List<Delivered> pictures, Func<Delivered, AbandonedState> expected)
    {
        await Wait.UntilAsync(
            async () => await world.Database.ReadAsync<long>("select count(*) from abandoned_uploads")
                >= pictures.Count,
            Timeout, () => $"Abandoned uploads are not noted\n{world.Hub.Output}");
        var table = new AbandonedUploadsTable(world.Database.Source);
        foreach (var picture in pictures)
        {
            var camera = await world.Database.ReadAsync<int>(
                "select id from cameras where code = $1", picture.Camera.Code);
            var rows = await table.ListForCameraPageAsync(camera, CancellationToken.None);
            Must.Equal(1, rows.Count, $"abandoned uploads of {picture.Camera.Code}");
            Must.Equal(
                (Convert.ToHexString(picture.Picture.DeviceCaptureId), expected(picture), picture.Picture.Bytes.Length),
                (Convert.ToHexString(rows[0].DeviceCaptureId), rows[0].State, rows[0].SizeBytes),
                $"the abandoned upload of {picture.Camera.Code}");
        }
    }
}
