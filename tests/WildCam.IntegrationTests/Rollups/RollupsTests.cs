using WildCam.IntegrationTests.Captures;
using WildCam.Storage;
using WildCam.Storage.Events;
using WildCam.Storage.Identifications;
using WildCam.Storage.Rollups;

namespace WildCam.IntegrationTests.Rollups;

public sealed class RollupsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    static readonly DateTimeOffset Noon = CaptureWorld.Noon;

    RollupsTable Table => new(database.Source);

    [Fact]
    public async Task The_threshold_is_for_model_rows_only_and_a_blank_of_a_person_removes_them()
    {
        var world = await CaptureWorld.MakeAsync(database);
        var camera = await world.AddCameraAsync();
        var model = await database.ReadAsync<int>("select id from models where is_active");
        var capture = await world.AddCaptureAsync(camera, Noon);
        await world.AddModelRowAsync(capture, model, Category.Animal, 0.9f);
        await world.AddModelRowAsync(capture, model, Category.Person, 0.69f, ordinal: 1);
        await FoldAllAsync();
        Assert.Equal("1:1:0.9", await ReadAsync(camera));

        var person = await world.AddAccountAsync();
        await FileAsync(person, capture, new Finding(Category.Blank));
        await FoldAllAsync();
        Assert.Equal("4:1:", await ReadAsync(camera));
        await FileAsync(person, capture, new Finding(Category.Animal, Count: 3));
        await FoldAllAsync();
        Assert.Equal("1:3:", await ReadAsync(camera));
    }

    [Fact]
    public async Task Under_random_edits_by_several_writers_with_two_folders_it_equals_the_recount()
    {
        var seed = CaptureWorld.SeededRandom().Next();
        var world = await CaptureWorld.MakeAsync(database, "Australia/Eucla");
        var model = await database.ReadAsync<int>("select id from models where is_active");
        var events = new EventsTable(database.Source);
        var captures = new List<Guid>();
        for (var c = 0; c < 3; c++)
        {
            var camera = await world.AddCameraAsync();
            var taken = new List<Guid>();
            for (var i = 0; i < 30; i++)
            {
                taken.Add(await world.AddCaptureAsync(camera, Noon.AddHours(i * 5 % 77)));
            }

            await events.PlaceAsync(camera, taken, default);
            captures.AddRange(taken);
        }

        int[] taxa = [await world.AddTaxonAsync("vulpes-vulpes"), await world.AddTaxonAsync("sus-scrofa")];
        int[] accounts = [await world.AddAccountAsync(), await world.AddAccountAsync(kind: 2)];
        using var writing = new CancellationTokenSource();
        var folders = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            while (!writing.IsCancellationRequested)
            {
                await events.FoldAsync(3, default);
                await Table.FoldAsync(3, default);
            }
        })).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(w => Task.Run(async () =>
        {
            var random = new Random(seed + w);
            for (var i = 0; i < 60; i++)
            {
                var capture = captures[random.Next(captures.Count)];
                if (random.Next(2) == 0)
                {
                    await world.AddModelRowAsync(
                        capture, model, (Category)random.Next(1, 6), random.NextSingle(), ordinal: (w * 1000) + i);
                }
                else
                {
                    await FileAsync(accounts[random.Next(2)], capture, random.Next(4) == 0
                        ? new Finding(Category.Blank)
                        : new Finding(Category.Animal, taxa[random.Next(2)], (short)random.Next(1, 5)));
                }
            }
        })));
        await writing.CancelAsync();
        await Task.WhenAll(folders);
        await FoldAllAsync();
        await Invariants.CheckSumsAsync(database.World);
        Assert.True(await database.ReadAsync<long>("select count(*) from daily_detection_summary") > 10);
        Assert.True(await database.ReadAsync<long>("select count(*) from sighting_days") > 4);
        Assert.Equal(0L, await database.ReadAsync<long>("select count(*) from summary_dirty"));
    }

    async Task FoldAllAsync()
    {
        while ((await new EventsTable(database.Source).FoldAsync(100, default)).Count > 0)
        {
        }

        while (await Table.FoldAsync(100, default) > 0)
        {
        }
    }

    async Task FileAsync(int account, Guid capture, Finding finding) => Assert.Equal(
        FileOutcome.Filed, (await new IdentificationsTable(database.Source).FileAsync(
            new(account, null, capture, null, [finding], null), default)).Outcome);

    Task<string> ReadAsync(int camera) => database.ReadAsync<string>("""
        select string_agg(format('%s:%s:%s', category, detection_count, avg_confidence), ' ' order by category)
        from daily_detection_summary where camera_id = $1
        """, camera);
}
