using WildCam.Mqtt;
using WildCam.Wire;

namespace WildCam.Faults.Delivery;

/// <summary>
/// The hub dies after it put a damaged picture into quarantine and before the camera heard of it. The camera sends the
/// same bytes again, and the entry is the one that is there.
/// </summary>
static class QuarantineUnheard
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    public static Scenario Scenario { get; } = new(
        "quarantine-unheard", "SIGKILL between an entry in quarantine and its receipt: sent again, still one entry",
        RunAsync);

    static async Task RunAsync(Point point)
    {
        await using var world = await ScriptedWorld.StartAsync(point);
        var camera = await world.ConnectAsync();
        var picture = new Delivered(camera, world.Take(camera) with { Digest = new byte[Protocol.DigestBytes] });
        point.Chance.NextBytes(picture.Picture.Digest);
        var (word, payload) = await camera.OfferAsync(picture.Picture);
        Must.Equal(Topics.Want, word, "the answer to the offer");
        Must.Hold(Want.TryRead(payload, 0, payload.Length, out var want), "The want cannot be read.");
        picture.Want = want;
        await picture.SendAllAsync();
        payload = await camera.HearAsync(Topics.Want);
        Must.Hold(Want.TryRead(payload, 0, payload.Length, out want), "The second want cannot be read.");
        picture.Want = want;

        // No acknowledgement will come back either.
        camera.Qos = MqttQos.AtMostOnce;
        world.Mqtt.Down.IsHeld = true;
        await picture.SendAllAsync();
        await Wait.UntilAsync(
            async () => await EntriesAsync(world) == 1, Timeout, () => $"No entry\n{world.Hub.Output}");
        await Task.Delay(point.Chance.Next(30), point.Cancellation);
        await world.Hub.KillAsync();
        world.Mqtt.Cut();
        Must.Equal(0, camera.Heard(Topics.Receipt), "receipts after the death");
        world.Mqtt.Down.IsHeld = false;
        camera.Qos = MqttQos.AtLeastOnce;
        await world.StartHubAgainAsync();

        (word, _) = await world.OfferAgainAsync(picture);
        Must.Equal(Topics.Want, word, "the answer to the second offer");
        var receipt = await picture.FinishAsync();
        Must.Equal(
            (ReceiptOutcomes.Quarantined, ReceiptCodes.CorruptOnCamera), (receipt.Outcome, receipt.Code),
            "the receipt in the end");
        Must.Equal(1L, await EntriesAsync(world), "entries in the end");
        Must.Equal(
            1, Directory.GetFiles(
                Path.Combine(world.DataFolder, "blobs", "quarantine"), "*", SearchOption.AllDirectories).Length,
            "files in quarantine");
        await world.CheckAsync([picture]);
    }

    static Task<long> EntriesAsync(ScriptedWorld world) =>
        world.Database.ReadAsync<long>("select count(*) from quarantine_entries");
}
