using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using WildCam.Hub.Detection;
using WildCam.Hub.Detection.Onnx;
using WildCam.Hub.Hosting.Metrics;
using WildCam.Hub.Jobs;
using WildCam.Hub.Thumbnails;
using WildCam.IntegrationTests.Captures;
using WildCam.Storage;
using WildCam.Storage.Detection;
using WildCam.Storage.Jobs;
using WildCam.Storage.Thumbnails;
using WildCam.Tests.Detection;

namespace WildCam.IntegrationTests.Detection;

public sealed class DetectionJobTests : IAsyncLifetime
{
    readonly TestDatabase _database = new();
    readonly DetectionOptions _options = new()
    {
        OnnxRuntimeLibrary = Environment.GetEnvironmentVariable("WildCam__Detection__OnnxRuntimeLibrary") ?? "",
    };

    readonly ServiceProvider _meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
    readonly PrometheusExport _export = new();

    WildlifeMetrics _metrics = null!;
    PictureWorld _pictures = null!;
    ModelsTable _models = null!;
    ModelCatalogue _catalogue = null!;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        _metrics = new WildlifeMetrics(_meters.GetRequiredService<IMeterFactory>());
        _pictures = await PictureWorld.MakeAsync(_database);
        _models = new ModelsTable(_database.Source);
        _catalogue = new ModelCatalogue(_models, _pictures.Blobs, _options, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        _export.Dispose();
        await _meters.DisposeAsync();
        _pictures.Dispose();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Without_a_model_what_is_new_is_movement_and_nothing_is_ever_blank()
    {
        var camera = await _pictures.World.AddCameraAsync();
        var thumbnails = new ThumbnailJob(
            _database.Source, new ThumbnailsTable(_database.Source), _pictures.Blobs, PictureWorld.News(_database));
        for (var take = 0; take < 10; take++)
        {
            var empty = await _pictures.AddAsync(
                camera, CaptureWorld.Noon.AddMinutes(take), PictureWorld.Scene(take, withAnimal: false));
            await PictureWorld.RunAsync(thumbnails, empty);
        }

        var quiet = await _pictures.AddAsync(
            camera, CaptureWorld.Noon.AddHours(1), PictureWorld.Scene(50, withAnimal: false));
        var moved = await _pictures.AddAsync(
            camera, CaptureWorld.Noon.AddHours(2), PictureWorld.Scene(51, withAnimal: true));
        using var active = Active();
        foreach (var id in new[] { quiet, moved })
        {
            Assert.Equal(JobOutcome.Done, await PictureWorld.RunAsync(JobOf(active), id));
            Assert.Equal(0, await _pictures.ReadAsync<int>(id, "stages_missing") & (int)CaptureStages.Detection);
        }

        // One word for each run of a job, so that the cell of a picture changes by itself.
        Assert.Equal(12L, await _database.ReadAsync<long>(
            "select count(*) from page_events where kind = 'processed' and project_id = $1",
            _pictures.World.ProjectId));
        Assert.Equal(0, await CountAsync(quiet, "true"));
        Assert.Equal(1, await CountAsync(moved, "category = 5 and is_current and local_hour = 16"));
        Assert.Equal(1, await CountAsync(moved, """
            box_x between 0.25 and 0.4 and box_y between 0.35 and 0.5 and box_width between 0.2 and 0.4
            """));
        Assert.True(await _database.ReadAsync<long>("select count(*) from summary_dirty") > 0);

        // Looked at twice, seen once; what is run again counts no more.
        Assert.Equal(JobResult.Skip, (await PictureWorld.RunAsync(JobOf(active), moved)).Result);
        var label = await CameraLabelAsync(camera);
        var text = _export.Write();
        Assert.Contains(
            $"wildcam_wildlife_detections_total{{{label},species=\"movement\"}} 1\n", text, StringComparison.Ordinal);
        Assert.Contains(
            $"wildcam_detection_processing_seconds_count{{{label}}} 2\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_was_added_looks_and_its_rows_count_instead_of_older_ones()
    {
        Require();
        var camera = await _pictures.World.AddCameraAsync();
        var id = await _pictures.AddAsync(camera, CaptureWorld.Noon, PictureWorld.Scene(1, withAnimal: true));
        await _pictures.World.AddModelRowAsync(id, 1, Category.Movement, 0.5f);
        var added = await _catalogue.AddAsync(
            Answer([32, 32, 16, 8, 0.9f, 1, 0, 0]), ModelManifest.ForFamily(ModelFamily.Yolov5, "tiny", "1"),
            activate: true, CancellationToken.None);
        Assert.Null(added.Problem);
        using var active = Active();
        Assert.Equal(JobOutcome.Done, await PictureWorld.RunAsync(JobOf(active), id));
        Assert.Equal(JobResult.Skip, (await PictureWorld.RunAsync(JobOf(active), id)).Result);
        Assert.Equal(1, await CountAsync(id, "is_current"));
        Assert.Equal(1, await CountAsync(id, $"is_current and category = 1 and model_id = {added.Id}"));
        Assert.Equal(1, await CountAsync(id, "not is_current and category = 5"));
        Assert.Contains(
            $"wildcam_wildlife_detections_total{{{await CameraLabelAsync(camera)},species=\"animal\"}} 1\n",
            _export.Write(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_who_decided_is_not_overruled_by_a_model()
    {
        Require();
        var camera = await _pictures.World.AddCameraAsync();
        var id = await _pictures.AddAsync(camera, CaptureWorld.Noon, PictureWorld.Scene(1, withAnimal: true));
        var account = await _pictures.World.AddAccountAsync();
        await _database.RunAsync("""
            with said as (
              insert into identifications (project_id, account_id, source, capture_id) values ($1, $2, 2, $3)
              returning id)
            insert into wildlife_detections (capture_id, captured_at, identification_id, source, project_id, camera_id,
              category, is_current, local_date, local_hour)
            select c.id, c.captured_at, said.id, 2, c.project_id, c.camera_id, 4, true, '2026-05-20', 14
            from said, captures c where c.id = $3
            """, _pictures.World.ProjectId, account, id);
        await _catalogue.AddAsync(
            Answer([32, 32, 16, 8, 0.9f, 1, 0, 0]), ModelManifest.ForFamily(ModelFamily.Yolov5, "tiny", "1"),
            activate: true, CancellationToken.None);
        using var active = Active();
        Assert.Equal(JobOutcome.Done, await PictureWorld.RunAsync(JobOf(active), id));
        Assert.Equal(1, await CountAsync(id, "is_current and source = 2 and category = 4"));
        Assert.Equal(1, await CountAsync(id, "not is_current and source = 1 and category = 1"));
    }

    [Fact]
    public async Task A_model_that_cannot_be_loaded_says_why_and_the_embedded_one_goes_on()
    {
        var camera = await _pictures.World.AddCameraAsync();
        var id = await _pictures.AddAsync(camera, CaptureWorld.Noon, PictureWorld.Scene(1, withAnimal: false));
        var model = await _models.AddAsync(
            new NewModel("lost", "1", "yolox", new byte[32],
                ModelManifest.ForFamily(ModelFamily.Yolox, "lost", "1").Write(), "models/lost.onnx"),
            CancellationToken.None);
        await _models.ActivateAsync(model!.Value, DateTimeOffset.UtcNow, CancellationToken.None);
        using var active = Active();
        Assert.Equal(JobOutcome.Done, await PictureWorld.RunAsync(JobOf(active), id));
        var listed = (await _models.ListAsync(CancellationToken.None))[0];
        Assert.Contains("models/lost.onnx are missing", listed.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_undecodable_picture_has_nothing_to_look_at()
    {
        var camera = await _pictures.World.AddCameraAsync();
        var id = await _pictures.AddAsync(camera, CaptureWorld.Noon, "no picture"u8.ToArray());
        using var active = Active();
        Assert.Equal(JobOutcome.Done, await PictureWorld.RunAsync(JobOf(active), id));
        Assert.Equal(0, await CountAsync(id, "true"));
        Assert.Equal(0, await _pictures.ReadAsync<int>(id, "stages_missing") & (int)CaptureStages.Detection);
    }

    [Fact]
    public async Task Pictures_from_before_a_model_follow_in_the_background_once()
    {
        Require();
        var camera = await _pictures.World.AddCameraAsync();
        for (var i = 0; i < 3; i++)
        {
            await _pictures.World.AddCaptureAsync(
                camera, CaptureWorld.Noon.AddDays(-i * 20), CaptureStages.None);
        }

        await _catalogue.AddAsync(
            Answer([32, 32, 16, 8, 0.9f, 1, 0, 0]), ModelManifest.ForFamily(ModelFamily.Yolov5, "tiny", "1"),
            activate: true, CancellationToken.None);
        using var backfill = new ModelBackfill(
            _database.Source, _models, new JobsTable(_database.Source), TimeProvider.System,
            NullLogger<ModelBackfill>.Instance);
        // The captures of this test lie in May; the model was activated "before" them unless its cursor is moved.
        await _database.RunAsync("update models set backfill_before = '2027-01-01' where is_active");
        Assert.Equal(3, await backfill.StepAsync(CancellationToken.None));
        Assert.Equal(0, await backfill.StepAsync(CancellationToken.None));
        Assert.Equal(0, await backfill.StepAsync(CancellationToken.None));
        Assert.Equal(3, await _database.ReadAsync<long>(
            "select count(*) from jobs where kind = 'detection' and priority = 0"));
        Assert.True(await _database.ReadAsync<bool>("select backfill_before is null from models where is_active"));
    }

    async Task<string> CameraLabelAsync(int camera) =>
        $"camera_id=\"{await _database.ReadAsync<string>("select code from cameras where id = $1", camera)}\"";

    ActiveDetector Active() => new(
        _models, new DetectionsTable(_database.Source), _catalogue, _pictures.Blobs, TimeProvider.System,
        NullLogger<ActiveDetector>.Instance);

    DetectionJob JobOf(ActiveDetector active) => new(
        _database.Source, new DetectionsTable(_database.Source), active, _pictures.Blobs, _options, _metrics,
        PictureWorld.News(_database), TimeProvider.System);

    Task<long> CountAsync(Guid id, string where) => _database.ReadAsync<long>(
        $"select count(*) from wildlife_detections where capture_id = $1 and ({where})", id);

    void Require()
    {
        try
        {
            OnnxLibrary.Load(ModelCatalogue.LibraryPaths(_options));
        }
        catch (OnnxException fault)
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", fault.Message);
            Assert.Skip(fault.Message);
        }
    }

    // A YOLOv5 of one box that answers the same whatever it sees.
    static byte[] Answer(float[] numbers) => new TinyOnnx("images", [1, 3, 64, 64], "output", [1, 1, 8])
        .AddConstant("answer", [1, 1, 8], numbers)
        .AddConstant("nothing", [1], [0])
        .AddLongs("one", [1, 1, 1])
        .Node("ReduceMean", "images", "mean")
        .Node("Mul", "mean", "nothing", "none")
        .Node("Reshape", "none", "one", "cubed")
        .Node("Add", "answer", "cubed", "output")
        .Write();

}
