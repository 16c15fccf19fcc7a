using WildCam.Storage;
using WildCam.Storage.Events;
using WildCam.Storage.Identifications;

namespace WildCam.IntegrationTests.Captures;

public sealed class IdentificationsTableTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    static readonly DateTimeOffset Noon = CaptureWorld.Noon;

    IdentificationsTable Table => new(database.Source);

    [Fact]
    public async Task A_person_counts_before_the_simulator_and_it_before_the_active_model()
    {
        var world = await CaptureWorld.MakeAsync(database);
        var capture = await world.AddCaptureAsync(await world.AddCameraAsync(), Noon);
        var model = await ActiveModelAsync();
        var other = await world.AddModelAsync("other" + Guid.NewGuid().ToString("n"));
        var person = await world.AddAccountAsync();
        var simulator = await world.AddAccountAsync(kind: 2);

        await world.AddModelRowAsync(capture, other, Category.Vehicle, 0.99f);
        Assert.Equal("", await CurrentAsync(capture));
        await world.AddModelRowAsync(capture, model, Category.Animal, 0.8f);
        Assert.Equal("1/1", await CurrentAsync(capture));
        await FileAsync(simulator, capture, new Finding(Category.Person));
        Assert.Equal("3/2", await CurrentAsync(capture));
        var first = await FileAsync(person, capture, new Finding(Category.Blank));
        Assert.Equal("2/4", await CurrentAsync(capture));
        await FileAsync(simulator, capture, new Finding(Category.Vehicle));
        await world.AddModelRowAsync(capture, model, Category.Animal, 0.99f, ordinal: 1);
        Assert.Equal("2/4", await CurrentAsync(capture));
        var second = await FileAsync(person, capture, new Finding(Category.Animal));
        Assert.Equal("2/1", await CurrentAsync(capture));

        Assert.Equal(FileOutcome.Filed, (await UndoAsync(person, second)).Outcome);
        Assert.Equal("2/4", await CurrentAsync(capture));
        Assert.Equal(FileOutcome.Filed, (await UndoAsync(person, first)).Outcome);
        Assert.Equal("3/3", await CurrentAsync(capture));
        Assert.Equal(FileOutcome.Refused, (await UndoAsync(person, first)).Outcome);
    }

    [Fact]
    public async Task A_decision_on_an_event_covers_its_captures_and_tells_the_pages()
    {
        var (world, eventId, captures) = await EventAsync(3);
        var fox = await world.AddTaxonAsync("vulpes-vulpes");
        var account = await world.AddAccountAsync();
        var seen = await database.ReadAsync<int>("select version from events where id = $1", eventId);
        var result = await Table.FileAsync(
            new(account, eventId, null, seen, [new(Category.Animal, fox, 2, Behavior: "feeding")], null), default);
        Assert.Equal((FileOutcome.Filed, seen + 1), (result.Outcome, result.Version));
        Assert.All(captures, c => Assert.Equal("2/1", CurrentAsync(c).Result));
        Assert.Equal($"{fox} 2 2", await database.ReadAsync<string>("""
            select format('%s %s %s', taxon_id, count, source) from event_findings where event_id = $1
            """, eventId));
        Assert.True(await database.ReadAsync<bool>(
            "select decided_at is not null and undecided_count = 0 from events where id = $1", eventId));
        Assert.Equal(PageEventKinds.Decision, await database.ReadAsync<string>(
            "select kind from page_events where subject = $1", eventId.ToString()));
    }

    [Fact]
    public async Task Who_saw_an_older_version_gets_a_conflict_and_nothing_is_written()
    {
        var (world, eventId, captures) = await EventAsync(1);
        var account = await world.AddAccountAsync();
        var seen = await database.ReadAsync<int>("select version from events where id = $1", eventId);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Table.FileAsync(
            new(account, eventId, null, seen, [new(Category.Animal)], null), default)));
        var late = await Table.FileAsync(new(account, eventId, null, seen, [new(Category.Blank)], null), default);
        Assert.Equal((FileOutcome.Conflict, seen + 1), (late.Outcome, late.Version));
        Assert.Equal(1L, await database.ReadAsync<long>(
            "select count(*) from identifications where event_id = $1", eventId));
        Assert.Equal("2/1", await CurrentAsync(captures[0]));
    }

    [Fact]
    public async Task An_undone_decision_leaves_the_event_undecided()
    {
        var (world, eventId, _) = await EventAsync(2);
        var account = await world.AddAccountAsync();
        var filed = await Table.FileAsync(new(account, eventId, null, null, [new(Category.Blank)], null), default);
        Assert.Equal(1L, await database.ReadAsync<long>(
            "select count(*) from event_findings where event_id = $1 and category = 4", eventId));
        await UndoAsync(account, filed.IdentificationId);
        Assert.True(await database.ReadAsync<bool>(
            "select decided_at is null and undecided_count = 2 from events where id = $1", eventId));
        Assert.Equal(0L, await database.ReadAsync<long>(
            "select count(*) from event_findings where event_id = $1", eventId));
    }

    [Fact]
    public async Task Contradictions_and_strangers_are_refused()
    {
        var (world, eventId, _) = await EventAsync(1);
        var account = await world.AddAccountAsync();
        var blankAndAnimal = await Table.FileAsync(
            new(account, eventId, null, null, [new(Category.Blank), new(Category.Animal)], null), default);
        var nothing = await Table.FileAsync(new(account, eventId, null, null, [], null), default);
        var movement = await Table.FileAsync(
            new(account, eventId, null, null, [new(Category.Movement)], null), default);
        var nowhere = await Table.FileAsync(
            new(account, Guid.NewGuid(), null, null, [new(Category.Animal)], null), default);
        var nobody = await Table.FileAsync(new(-1, eventId, null, null, [new(Category.Animal)], null), default);
        Assert.Equal(
            [FileOutcome.Refused, FileOutcome.Refused, FileOutcome.Refused, FileOutcome.NotFound, FileOutcome.NotFound],
            new[] { blankAndAnimal, nothing, movement, nowhere, nobody }.Select(r => r.Outcome));
    }

    async Task<(CaptureWorld World, Guid EventId, Guid[] Captures)> EventAsync(int captures)
    {
        var world = await CaptureWorld.MakeAsync(database);
        var camera = await world.AddCameraAsync();
        var ids = new Guid[captures];
        for (var i = 0; i < captures; i++)
        {
            ids[i] = await world.AddCaptureAsync(camera, Noon.AddMinutes(i));
        }

        var touched = await new EventsTable(database.Source).PlaceAsync(camera, ids, default);
        return (world, Assert.Single(touched).EventId, ids);
    }

    async Task<long> FileAsync(int account, Guid capture, Finding finding)
    {
        var result = await Table.FileAsync(new(account, null, capture, null, [finding], null), default);
        Assert.Equal(FileOutcome.Filed, result.Outcome);
        return result.IdentificationId;
    }

    Task<FileResult> UndoAsync(int account, long identification) =>
        Table.FileAsync(new(account, null, null, null, [], identification), default);

    Task<int> ActiveModelAsync() => database.ReadAsync<int>("select id from models where is_active");

    // source/category of the rows that count
    Task<string> CurrentAsync(Guid capture) => database.ReadAsync<string>("""
        select coalesce(string_agg(distinct source || '/' || category, ' '), '') from wildlife_detections
        where capture_id = $1 and captured_at between $2 and $3 and is_current
        """, capture, Noon.AddDays(-1).UtcDateTime, Noon.AddDays(1).UtcDateTime);
}
