using WildCam.IntegrationTests.Captures;
using WildCam.Storage;
using WildCam.Storage.Events;
using WildCam.Storage.Identifications;
using WildCam.Storage.Review;

namespace WildCam.IntegrationTests.Review;

/// <summary>What the queues hold, who is given what, and decisions sent twice or over another's.</summary>
public sealed class ReviewQueuesTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    static readonly DateTimeOffset Noon = CaptureWorld.Noon;

    IdentificationsTable Decisions => new(database.Source);

    ReviewQueuesTable Queues => new(database.Source);

    [Fact]
    public async Task Each_queue_holds_what_it_says_and_a_decision_takes_it_out()
    {
        var world = await CaptureWorld.MakeAsync(database);
        var camera = await world.AddCameraAsync();
        var account = await world.AddAccountAsync();
        var fox = await world.AddTaxonAsync("vulpes-vulpes");
        var deer = await world.AddTaxonAsync("odocoileus-hemionus");
        var other = await world.AddModelAsync("other" + Guid.NewGuid().ToString("n"));
        var active = await world.AddModelAsync("active" + Guid.NewGuid().ToString("n"));
        await database.RunAsync("update models set is_active = false where is_active");
        await database.RunAsync("update models set is_active = true where id = $1", active);

        var sure = await EventAsync(world, camera, 0);
        await world.AddModelRowAsync(sure.Capture, active, Category.Animal, 0.95f);
        var low = await EventAsync(world, camera, 2);
        await world.AddModelRowAsync(low.Capture, active, Category.Person, 0.4f);
        var torn = await EventAsync(world, camera, 4);
        await world.AddModelRowAsync(torn.Capture, active, Category.Animal, 0.9f, taxonId: fox);
        await world.AddModelRowAsync(torn.Capture, other, Category.Animal, 0.9f, taxonId: deer);
        var none = await EventAsync(world, camera, 6);

        Assert.Equal([low.Event], await IdsAsync(world, ReviewQueue.LowConfidence, account));
        Assert.Equal([torn.Event], await IdsAsync(world, ReviewQueue.Disagree, account));
        Assert.Equal([torn.Event], await IdsAsync(world, ReviewQueue.Rare, account)); // Never seen there before.
        Assert.Equal(
            [none.Event, torn.Event, low.Event, sure.Event], await IdsAsync(world, ReviewQueue.Unreviewed, account));
        var counts = await Queues.CountAsync(world.ProjectId, default);
        Assert.Equal([1, 1, 1, 0, 4, 0], Enum.GetValues<ReviewQueue>().Select(q => counts.Queues[q]));

        await Decisions.FileAsync(new(account, torn.Event, null, null, [new(Category.Animal, fox)], null), default);
        Assert.Empty(await IdsAsync(world, ReviewQueue.Disagree, account));
        Assert.Equal(3, (await Queues.CountAsync(world.ProjectId, default)).Queues[ReviewQueue.Unreviewed]);
        Assert.Equal(1, await Queues.CountDoneAsync(world.ProjectId, account, Noon, default));
    }

    [Fact]
    public async Task A_new_site_is_new_for_two_weeks()
    {
        var world = await CaptureWorld.MakeAsync(database);
        var camera = await world.AddCameraAsync();
        var site = await database.ReadAsync<int>("""
            insert into sites (project_id, slug, name, time_zone) values ($1, 'new', 'New', 'UTC') returning id
            """, world.ProjectId);
        await database.RunAsync(
            "insert into deployments (project_id, camera_id, site_id, from_at) values ($1, $2, $3, $4)",
            world.ProjectId, camera, site, Noon.AddDays(-ReviewQueuesTable.NewSiteDays).AddHours(1).UtcDateTime);
        var young = await EventAsync(world, camera, 0);
        await EventAsync(world, camera, 2);
        Assert.Equal([young.Event], await IdsAsync(world, ReviewQueue.NewSite, await world.AddAccountAsync()));
    }

    [Fact]
    public async Task What_one_person_has_no_other_is_given_until_the_reservation_ends()
    {
        var world = await CaptureWorld.MakeAsync(database);
        var camera = await world.AddCameraAsync();
        for (var i = 0; i < 12; i++)
        {
            await EventAsync(world, camera, i);
        }

        var people = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => world.AddAccountAsync()));
        var given = await Task.WhenAll(people.Select(p => IdsAsync(world, ReviewQueue.Unreviewed, p, 3)));
        Assert.Equal(given.Sum(g => g.Count), given.SelectMany(g => g).Distinct().Count());
        Assert.All(given, g => Assert.NotEmpty(g));
        var all = await IdsAsync(world, ReviewQueue.Unreviewed, people[0], 20);
        Assert.DoesNotContain(all, a => given.Skip(1).Any(g => g.Contains(a)));

        await database.RunAsync(
            "update review_reservations set reserved_until = now() where account_id = $1", people[1]);
        Assert.Superset(
            given[1].ToHashSet(), (await IdsAsync(world, ReviewQueue.Unreviewed, people[2], 20)).ToHashSet());
        await Queues.HoldAsync(world.ProjectId, people[2], [], default);
        Assert.Equal(0L, await database.ReadAsync<long>(
            "select count(*) from review_reservations where account_id = $1", people[2]));
    }

    [Fact]
    public async Task A_decision_that_is_sent_again_counts_once_also_at_the_same_time()
    {
        var world = await CaptureWorld.MakeAsync(database);
        var visit = await EventAsync(world, await world.AddCameraAsync(), 0);
        var decision = new Decision(
            await world.AddAccountAsync(), visit.Event, null, null, [new(Category.Person)], null)
        {
            ClientKey = Guid.NewGuid(),
        };
        var results = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Decisions.FileAsync(decision, default)));
        Assert.All(results, r => Assert.Equal(FileOutcome.Filed, r.Outcome));
        Assert.Single(results.Select(r => r.IdentificationId).Distinct());
        Assert.Single(results, r => !r.IsRepeated);
        Assert.Equal(1L, await database.ReadAsync<long>(
            "select count(*) from identifications where event_id = $1", visit.Event));
    }

    [Fact]
    public async Task A_machines_word_is_no_conflict_another_persons_and_other_pictures_are()
    {
        var world = await CaptureWorld.MakeAsync(database);
        var camera = await world.AddCameraAsync();
        var visit = await EventAsync(world, camera, 0);
        var (ana, ben) = (await world.AddAccountAsync(), await world.AddAccountAsync());
        var simulator = await world.AddAccountAsync(kind: 2);
        var seen = await VersionAsync(visit.Event);
        await Decisions.FileAsync(new(simulator, null, visit.Capture, null, [new(Category.Animal)], null), default);
        Assert.True(await VersionAsync(visit.Event) > seen);
        Decision Of(int account, int version, int captures = 1) =>
            new(account, visit.Event, null, version, [new(Category.Animal)], null) { SeenCaptures = captures };
        Assert.Equal(FileOutcome.Filed, (await Decisions.FileAsync(Of(ana, seen), default)).Outcome);
        Assert.Equal(FileOutcome.Filed, (await Decisions.FileAsync(Of(ana, seen), default)).Outcome);
        var late = await Decisions.FileAsync(Of(ben, seen), default);
        Assert.Equal(FileOutcome.Conflict, late.Outcome);
        var newer = await new ReviewTasksTable(database.Source).FindNewerDecisionAsync(visit.Event, seen, ben, default);
        Assert.Equal(Category.Animal, Assert.Single(newer!.Findings).Category);
        Assert.Equal(FileOutcome.Filed, (await Decisions.FileAsync(Of(ben, late.Version!.Value), default)).Outcome);

        var joined = await world.AddCaptureAsync(camera, Noon.AddMinutes(1));
        await new EventsTable(database.Source).PlaceAsync(camera, [joined], default);
        var other = await Decisions.FileAsync(Of(ben, late.Version!.Value), default);
        Assert.Equal(FileOutcome.Conflict, other.Outcome);
        Assert.True(await database.ReadAsync<bool>(
            "select is_open and undecided_count = 1 from events where id = $1", visit.Event));
    }

    [Fact]
    public async Task A_decision_falls_into_no_other_project()
    {
        var world = await CaptureWorld.MakeAsync(database);
        var elsewhere = await CaptureWorld.MakeAsync(database);
        var visit = await EventAsync(world, await world.AddCameraAsync(), 0);
        var account = await world.AddAccountAsync();
        foreach (var (ofEvent, ofCapture) in new (Guid?, Guid?)[] { (visit.Event, null), (null, visit.Capture) })
        {
            var result = await Decisions.FileAsync(
                new(account, ofEvent, ofCapture, null, [new(Category.Animal)], null)
                {
                    ProjectId = elsewhere.ProjectId,
                },
                default);
            Assert.Equal(FileOutcome.NotFound, result.Outcome);
        }

        Assert.Null(await new ReviewTasksTable(database.Source).FindAsync(
            elsewhere.ProjectId, visit.Event, account, default));
        Assert.False(await new QuestionsTable(database.Source).AskAsync(
            elsewhere.ProjectId, visit.Event, account, Guid.NewGuid(), "?", default));
    }

    [Fact]
    public async Task An_open_question_keeps_its_event_for_others_and_a_decision_answers_it()
    {
        var world = await CaptureWorld.MakeAsync(database);
        var visit = await EventAsync(world, await world.AddCameraAsync(), 0);
        var (ana, ben) = (await world.AddAccountAsync(), await world.AddAccountAsync());
        var questions = new QuestionsTable(database.Source);
        var key = Guid.NewGuid();
        Assert.True(await questions.AskAsync(world.ProjectId, visit.Event, ana, key, "A lynx?", default));
        Assert.True(await questions.AskAsync(world.ProjectId, visit.Event, ana, key, "A lynx?", default));
        Assert.Empty(await IdsAsync(world, ReviewQueue.Unreviewed, ben));
        Assert.Equal([visit.Event], await IdsAsync(world, ReviewQueue.Questions, ben));
        Assert.Equal(1, (await Queues.CountAsync(world.ProjectId, default)).Queues[ReviewQueue.Questions]);
        await questions.AnswerAsync(visit.Event, default);
        Assert.Empty(await IdsAsync(world, ReviewQueue.Questions, ben));
    }

    async Task<(Guid Event, Guid Capture)> EventAsync(CaptureWorld world, int camera, int hour)
    {
        var capture = await world.AddCaptureAsync(camera, Noon.AddHours(hour));
        var touched = await new EventsTable(database.Source).PlaceAsync(camera, [capture], default);
        return (Assert.Single(touched).EventId, capture);
    }

    Task<int> VersionAsync(Guid id) => database.ReadAsync<int>("select version from events where id = $1", id);

    async Task<List<Guid>> IdsAsync(CaptureWorld world, ReviewQueue queue, int account, int most = 10) =>
        [.. (await Queues.ReserveNextAsync(world.ProjectId, queue, null, account, null, [], most, default))
            .Select(e => e.EventId)];
}
