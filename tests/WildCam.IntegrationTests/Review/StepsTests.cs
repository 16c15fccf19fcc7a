using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using WildCam.Hub.Desk;
using WildCam.Hub.Hosting;
using WildCam.Hub.Jobs;
using WildCam.IntegrationTests.Captures;
using WildCam.Storage;
using WildCam.Storage.Captures;
using WildCam.Storage.Events;
using WildCam.Storage.Identifications;
using WildCam.Storage.Jobs;
using WildCam.Storage.Remarks;
using WildCam.Storage.Review;

namespace WildCam.IntegrationTests.Review;

/// <summary>Steps over many events as the job carries them out, and mergers of species.</summary>
public sealed class StepsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    static readonly DateTimeOffset Noon = CaptureWorld.Noon;

    BulkTable Steps => new(database.Source);

    [Fact]
    public async Task What_others_decided_since_the_step_began_is_left_and_a_job_that_runs_again_files_nothing_twice()
    {
        var world = await CaptureWorld.MakeAsync(database);
        var events = await EventsAsync(world, 5);
        var (ana, ben) = (await world.AddAccountAsync(), await world.AddAccountAsync());
        var step = await BeginAsync(world, ana, events, null);
        await new IdentificationsTable(database.Source).FileAsync(
            new(ben, events[2], null, null, [new(Category.Person)], null), default);
        using var notices = new NoticeSender(database.Source, NullLogger<NoticeSender>.Instance);
        var job = JobOf(notices);
        for (var i = 0; i < 3; i++)
        {
            await job.HandleAsync([new Job(1, JobKinds.Bulk, step.ToString(), null, 1, 1)], default);
        }

        var done = await Steps.FindAsync(world.ProjectId, step, default);
        Assert.Equal((BulkState.Done, 4, 1), (done!.State, done.Done, done.Skipped));
        Assert.Equal(4L, await database.ReadAsync<long>("select count(*) from identifications where batch = $1", step));
        Assert.Equal(2, await database.ReadAsync<short>(
            "select category from event_findings where event_id = $1", events[2]));

        Assert.False(await Steps.UndoAsync(world.ProjectId, step, ben, default));
        Assert.True(await Steps.UndoAsync(world.ProjectId, step, ana, default));
        for (var i = 0; i < 3; i++)
        {
            await job.HandleAsync([new Job(1, JobKinds.Bulk, step.ToString(), null, 1, 1)], default);
        }

        Assert.Equal(BulkState.Undone, (await Steps.FindAsync(world.ProjectId, step, default))!.State);
        Assert.Equal(4L, await database.ReadAsync<long>(
            "select count(*) from events where id = any($1) and is_open", events));
    }

    [Fact]
    public async Task A_filter_chooses_what_the_gallery_shows_and_no_other_project()
    {
        var world = await CaptureWorld.MakeAsync(database);
        var events = await EventsAsync(world, 4);
        var elsewhere = await CaptureWorld.MakeAsync(database);
        await EventsAsync(elsewhere, 2);
        var account = await world.AddAccountAsync();
        await new IdentificationsTable(database.Source).FileAsync(
            new(account, events[0], null, null, [new(Category.Vehicle)], null), default);
        var open = new GalleryFilter(world.ProjectId, "UTC") { IsReviewed = false };
        Assert.Equal(3, await Steps.CountAsync(open, default));
        Assert.Equal(1, await Steps.CountAsync(
            new GalleryFilter(world.ProjectId, "UTC", Category: Category.Vehicle), default));
        var step = await BeginAsync(world, account, [], open);
        Assert.Equal(
            events.Skip(1).Order(),
            (await Steps.NextTargetsAsync(step, isUndo: false, 10, default)).Select(t => t.EventId).Order());
        Assert.Null(await Steps.BeginAsync(
            Of(world, account, Guid.NewGuid()), null, await EventsAsync(elsewhere, 1), default));
    }

    [Fact]
    public async Task Merged_species_count_as_one_also_what_comes_later_and_part_again()
    {
        var world = await CaptureWorld.MakeAsync(database);
        var (vulpes, canis) = (await world.AddTaxonAsync("vulpes-merged"), await world.AddTaxonAsync("canis-merged"));
        var species = new SpeciesListTable(database.Source);
        await species.AddAsync(world.ProjectId, vulpes, default);
        await species.AddAsync(world.ProjectId, canis, default);
        var account = await world.AddAccountAsync();
        var events = await EventsAsync(world, 3);
        var decisions = new IdentificationsTable(database.Source);
        await decisions.FileAsync(new(account, events[0], null, null, [new(Category.Animal, canis)], null), default);
        await decisions.FileAsync(new(account, events[1], null, null, [new(Category.Animal, vulpes)], null), default);

        var merges = new SpeciesMergesTable(database.Source);
        Assert.Null(await merges.BeginAsync(world.ProjectId, canis, canis, account, default));
        var merge = await merges.BeginAsync(world.ProjectId, canis, vulpes, account, default);
        await MoveAllAsync(merges, merge!.Value);
        await decisions.FileAsync(new(account, events[2], null, null, [new(Category.Animal, canis)], null), default);
        Assert.Equal($"{vulpes} {vulpes} {vulpes}", await TaxaAsync(world));
        var listed = Assert.Single(await species.ListAsync(world.ProjectId, "en", default));
        Assert.Equal((vulpes, "canis-merged"), (listed.Id, Assert.Single(listed.OtherNames)));

        Assert.True(await merges.UndoAsync(world.ProjectId, merge.Value, default));
        Assert.False(await merges.UndoAsync(world.ProjectId, merge.Value, default));
        await MoveAllAsync(merges, merge.Value);
        Assert.Equal(
            string.Join(' ', new[] { canis, canis, vulpes }.Order()), await TaxaAsync(world));
    }

    [Fact]
    public async Task A_code_and_a_synonym_lead_to_one_species()
    {
        var world = await CaptureWorld.MakeAsync(database);
        var (fox, deer) = (await world.AddTaxonAsync("fox-coded"), await world.AddTaxonAsync("deer-coded"));
        var species = new SpeciesListTable(database.Source);
        await species.AddAsync(world.ProjectId, fox, default);
        await species.AddAsync(world.ProjectId, deer, default);
        Assert.True(await species.SetCodeAsync(world.ProjectId, fox, "RF", default));
        Assert.False(await species.SetCodeAsync(world.ProjectId, deer, "rf", default));
        Assert.False(await species.SetCodeAsync(world.ProjectId, deer, "no code", default));
        Assert.True(await species.AddSynonymAsync(world.ProjectId, fox, "Goupil", default));
        Assert.True(await species.AddSynonymAsync(world.ProjectId, fox, "Goupil", default));
        Assert.False(await species.AddSynonymAsync(world.ProjectId, deer, "Goupil", default));
    }

    async Task<Guid[]> EventsAsync(CaptureWorld world, int count)
    {
        var camera = await world.AddCameraAsync();
        var events = new Guid[count];
        for (var i = 0; i < count; i++)
        {
            var capture = await world.AddCaptureAsync(camera, Noon.AddHours(2 * i));
            events[i] = Assert.Single(
                await new EventsTable(database.Source).PlaceAsync(camera, [capture], default)).EventId;
        }

        return events;
    }

    static BulkStep Of(CaptureWorld world, int account, Guid id) => new(
        id, world.ProjectId, account, BulkKind.Decision, JsonSerializer.Serialize(
            new BulkWhat([new FindingPart("blank")]), JsonSerializerOptions.Web), "Blank", BulkState.Doing, 0, 0, 0,
        Noon);

    async Task<Guid> BeginAsync(CaptureWorld world, int account, Guid[] events, GalleryFilter? filter)
    {
        var step = Of(world, account, Guid.NewGuid());
        Assert.NotNull(await Steps.BeginAsync(step, filter, events, default));
        return step.Id;
    }

    BulkJob JobOf(NoticeSender notices) => new(
        Steps, new IdentificationsTable(database.Source), new LabelsTable(database.Source),
        new RemarksTable(database.Source), new JobsTable(database.Source), notices);

    static async Task MoveAllAsync(SpeciesMergesTable merges, int id)
    {
        while (await merges.MoveNextAsync(id, default) > 0)
        {
        }
    }

    Task<string> TaxaAsync(CaptureWorld world) => database.ReadAsync<string>("""
        select string_agg(taxon_id::text, ' ' order by taxon_id) from wildlife_detections
        where project_id = $1 and is_current
        """, world.ProjectId);
}
