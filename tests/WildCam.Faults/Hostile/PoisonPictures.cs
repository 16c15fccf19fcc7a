using System.Net.Http.Json;
using WildCam.Hub.Jobs;
using WildCam.Wire;

namespace WildCam.Faults.Hostile;

/// <summary>
/// A camera sends what is no picture. Every original is kept byte for byte, what cannot be shown is marked and tried a
/// bounded number of times, and another camera's pictures go through all stages beside it.
/// </summary>
static class PoisonPictures
{
    const int GoodPictures = 6;
    const int AttemptsMax = 3;
    const int Undecodable = 3;

    public static Scenario Scenario { get; } = new(
        "poison-pictures", "forty files that are no pictures: kept, marked, tried thrice at most; others go on",
        RunAsync);

    static async Task RunAsync(Point point)
    {
        await using var world = await FleetWorld.StartAsync(point.Server, cameras: 2);
        await using var poisoner = await Grounds.ConnectAsync(world, world.Cameras[0]);
        await using var neighbour = await Grounds.ConnectAsync(world, world.Cameras[1]);
        var corpus = PoisonCorpus.Draw(point.Chance).ToArray();
        point.Chance.Shuffle(corpus);
        var good = Enumerable.Range(0, GoodPictures).Select(_ => CraftedJpeg.Picture(point.Chance)).ToList();
        var poisoning = DeliverAllAsync(poisoner, [.. corpus.Select(p => p.Bytes)]);
        var taken = await DeliverAllAsync(neighbour, good);
        taken.AddRange(await poisoning);
        await CheckEmptyAsync(poisoner);

        await Grounds.SettleWithDeadAsync(world);
        await Grounds.InvariantsOf(world).CheckAsync(taken);
        var dead = await CheckMarksAsync(world, corpus, taken, GoodPictures);

        // A person's retry changes nothing for bytes that are the same, and ends as before.
        using var admin = await Grounds.AdminAsync(world);
        using var answer = await admin.PostAsJsonAsync("/api/v1/jobs/retry", new { kind = "thumbnail" });
        Must.Hold(answer.IsSuccessStatusCode, $"The retry answered {answer.StatusCode}.");
        Must.Equal(dead, (await answer.Content.ReadFromJsonAsync<RetryAnswer>())!.Retried, "dead jobs tried again");
        await Grounds.SettleWithDeadAsync(world);
        Must.Equal(
            dead, await CheckMarksAsync(world, corpus, taken, GoodPictures), "dead jobs after trying them again");
        await Grounds.InvariantsOf(world).CheckAsync(taken);
        await Grounds.CheckHubAsync(world);
    }

    static async Task<List<TakenPicture>> DeliverAllAsync(ScriptedCamera camera, List<byte[]> files)
    {
        var taken = new List<TakenPicture>();
        for (var i = 0; i < files.Count; i++)
        {
            taken.Add(await Grounds.DeliverAsync(camera, new ScriptedPicture(Spool(camera), (ulong)i + 1, files[i])));
        }

        return taken;
    }

    /// <summary>A picture of no bytes is a contradiction in its announcement, and answered with its code.</summary>
    static async Task CheckEmptyAsync(ScriptedCamera camera)
    {
        var (word, payload) = await camera.OfferAsync(new ScriptedPicture(Spool(camera), 9999, []));
        Must.Equal(Topics.Receipt, word, "the answer to an empty picture");
        var receipt = ScriptedCamera.ReadReceipt(payload);
        Must.Equal(
            (ReceiptOutcomes.Never, ReceiptCodes.BadBegin), (receipt.Outcome, receipt.Code),
            "the receipt of an empty picture");
    }

    /// <summary>How each file is marked agrees with its thumbnails and its job; gives the dead ones.</summary>
    static async Task<int> CheckMarksAsync(
        FleetWorld world, Poison[] corpus, List<TakenPicture> taken, int firstPoison)
    {
        var marks = await ReadMarksAsync(world);
        for (var i = 0; i < taken.Count; i++)
        {
            var mark = marks[taken[i].DeviceCaptureId];
            var file = i < firstPoison ? new Poison("a good picture", [], true) : corpus[i - firstPoison];
            var what = $"{file.Name} ({mark})";
            Must.Hold(file.IsPicture is not { } shown || shown == mark.IsShown, $"{what}: shown {mark.IsShown}");
            Must.Hold(mark.IsShown == mark.Thumbnails > 0, $"{what}: its thumbnails");
            Must.Hold(mark.IsShown == (mark.DeadJobs == 0), $"{what}: its jobs");
            Must.Hold(mark.Attempts <= AttemptsMax, $"{what}: it was tried too often");
            Must.Hold(mark.IsShown || mark.Reason.Length > 0, $"{what}: its job does not say why");
        }

        return marks.Values.Sum(m => m.DeadJobs);
    }

    static async Task<Dictionary<string, Mark>> ReadMarksAsync(FleetWorld world)
    {
        var marks = new Dictionary<string, Mark>(StringComparer.Ordinal);
        await using var command = world.Database.Source.CreateCommand("""
            select encode(c.device_capture_id, 'hex'), c.integrity, cardinality(c.thumbnail_widths), count(j.id)::int,
              coalesce(max(j.attempts), 0)::int, coalesce(max(j.reason), ''), coalesce(string_agg(j.kind, ','), '')
            from captures c left join jobs j on j.subject = c.id::text
            group by 1, 2, 3
            """);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            marks.Add(reader.GetString(0), new Mark(
                reader.GetInt16(1), reader.GetInt32(2), reader.GetInt32(3), reader.GetInt32(4), reader.GetString(5),
                reader.GetString(6)));
        }

        return marks;
    }

    static ulong Spool(ScriptedCamera camera) => (ulong)(camera.Code[^1] - '0');

    sealed record Mark(int Integrity, int Thumbnails, int DeadJobs, int Attempts, string Reason, string Kinds)
    {
        public bool IsShown => Integrity is not Undecodable;
    }
}
