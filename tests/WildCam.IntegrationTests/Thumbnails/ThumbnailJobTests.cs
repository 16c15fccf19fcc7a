using WildCam.Hub.Jobs;
using WildCam.Hub.Thumbnails;
using WildCam.IntegrationTests.Captures;
using WildCam.Storage;
using WildCam.Storage.Jobs;
using WildCam.Storage.Thumbnails;

namespace WildCam.IntegrationTests.Thumbnails;

public sealed class ThumbnailJobTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    static ThumbnailJob JobOf(PictureWorld pictures) =>
        new(pictures.Database.Source, new ThumbnailsTable(pictures.Database.Source), pictures.Blobs,
            PictureWorld.News(pictures.Database));

    [Fact]
    public async Task A_picture_gets_its_thumbnails_its_facts_and_loses_the_stage()
    {
        using var pictures = await PictureWorld.MakeAsync(database);
        var camera = await pictures.World.AddCameraAsync();
        var id = await pictures.AddAsync(camera, CaptureWorld.Noon, PictureWorld.Scene(1, withAnimal: false));
        for (var run = 0; run < 2; run++)
        {
            Assert.Equal(JobOutcome.Done, await PictureWorld.RunAsync(JobOf(pictures), id));
            Assert.Equal(new short[] { 200, 400, 640 }, await pictures.ReadAsync<short[]>(id, "thumbnail_widths"));
            Assert.Equal(
                "1 640 480 1 f",
                await pictures.ReadAsync<string>(
                    id, "concat_ws(' ', integrity, width, height, thumbnail_version, is_infrared)"));
            Assert.Equal(
                (int)(CaptureStages.All & ~CaptureStages.Thumbnail),
                await pictures.ReadAsync<int>(id, "stages_missing"));
        }

        foreach (var width in new[] { 200, 400, 640 })
        {
            await using var blob = await pictures.Blobs.OpenReadAsync(
                DerivedPaths.Thumbnail($"{id}.jpg", PictureThumbnails.Version, width), CancellationToken.None);
            Assert.NotNull(blob);
        }
    }

    [Fact]
    public async Task Pages_of_a_project_are_told_once_for_a_batch()
    {
        using var pictures = await PictureWorld.MakeAsync(database);
        var camera = await pictures.World.AddCameraAsync();
        var jobs = new List<Job>();
        for (var take = 0; take < 3; take++)
        {
            var id = await pictures.AddAsync(
                camera, CaptureWorld.Noon.AddMinutes(take), PictureWorld.Scene(take, withAnimal: false));
            jobs.Add(new(take + 1, JobKinds.Thumbnail, id.ToString(), null, 1, 1));
        }

        await JobOf(pictures).HandleAsync(jobs, CancellationToken.None);
        Assert.Equal($"processed {jobs[0].Subject}", await database.ReadAsync<string>(
            "select string_agg(kind || ' ' || subject, ', ') from page_events where project_id = $1",
            pictures.World.ProjectId));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<!doctype html><title>502</title>")]
    public async Task What_is_no_picture_stays_and_is_marked_and_its_job_is_dead(string text)
    {
        using var pictures = await PictureWorld.MakeAsync(database);
        var camera = await pictures.World.AddCameraAsync();
        var id = await pictures.AddAsync(camera, CaptureWorld.Noon, System.Text.Encoding.ASCII.GetBytes(text));
        var outcome = await PictureWorld.RunAsync(JobOf(pictures), id);
        Assert.Equal(JobResult.Dead, outcome.Result);
        Assert.Contains("cannot be decoded", outcome.Reason, StringComparison.Ordinal);
        Assert.Equal(3, await pictures.ReadAsync<short>(id, "integrity"));
        Assert.Equal(
            0, await pictures.ReadAsync<int>(id, "stages_missing") & (int)CaptureStages.Thumbnail);
        await using var original = await pictures.Blobs.OpenReadAsync($"{id}.jpg", CancellationToken.None);
        Assert.Equal(text.Length, original!.Length);
    }

    [Fact]
    public async Task A_missing_blob_is_tried_again_and_an_unknown_capture_is_skipped()
    {
        using var pictures = await PictureWorld.MakeAsync(database);
        var camera = await pictures.World.AddCameraAsync();
        var id = await pictures.World.AddCaptureAsync(camera, CaptureWorld.Noon);
        var outcome = await PictureWorld.RunAsync(JobOf(pictures), id);
        Assert.Equal(JobResult.Retry, outcome.Result);
        Assert.Contains($"{id}.jpg is missing", outcome.Reason, StringComparison.Ordinal);
        Assert.Equal((int)CaptureStages.All, await pictures.ReadAsync<int>(id, "stages_missing"));
        Assert.Equal(JobResult.Skip, (await PictureWorld.RunAsync(JobOf(pictures), Guid.NewGuid())).Result);
    }
}
