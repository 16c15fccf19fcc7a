using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using WildCam.Simulator.Cameras;
using WildCam.Simulator.Scenes;
using WildCam.Wire;

namespace WildCam.Tests.Simulator;

public sealed class FleetTests(ITestOutputHelper output)
{
    static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    static SimulationOptions Options(ModelHub hub, int cameras) => new()
    {
        Hub = hub.Endpoint,
        Cameras = [.. Enumerable.Range(1, cameras).Select(n => new CameraAccount($"cam-{n}", $"pw{n}"))],
        Seed = 5,
        TriggerSeconds = 0,
        PictureWidth = 240,
        PicturePool = 3,
        DrainTimeout = Deadline,
    };

    static async Task<SimulationReport> Run(SimulationOptions options, GroundTruthFiler? filer = null)
    {
        using var stop = new CancellationTokenSource(Deadline);
        return await new SimulatedFleet(options, filer).RunAsync(stop.Token);
    }

    static void AssertStoredOnce(ModelHub hub, SimulationReport report)
    {
        Assert.Empty(hub.Problems);
        Assert.Empty(hub.Errors);
        foreach (var capture in report.Captures)
        {
            Assert.True(hub.Stored.TryGetValue(capture.DeviceCaptureId!, out var stored), $"{capture} is not stored");
            Assert.Equal(capture.Camera, stored.Camera);
            Assert.Equal(capture.Sha256, Convert.ToHexStringLower(SHA256.HashData(stored.Jpeg)));
        }

        Assert.Equal(report.Captures.Count, report.Captures.Select(c => c.DeviceCaptureId).Distinct().Count());
    }

    [Fact]
    public async Task Every_picture_of_many_cameras_is_stored_once_and_receipted()
    {
        using var hub = new ModelHub();
        var report = await Run(Options(hub, 60) with { PicturesPerCamera = 3 });
        Assert.True(report.IsComplete, $"{report.Progress}");
        Assert.Equal(180, report.Captures.Count);
        Assert.All(report.Captures, c => Assert.Equal(ReceiptOutcomes.Stored, c.Outcome));
        AssertStoredOnce(hub, report);
        Assert.Equal(report.Captures.Count, hub.Stored.Count);
    }

    [Fact]
    public async Task Accidents_lose_and_double_nothing()
    {
        var seed = Environment.GetEnvironmentVariable("WILDCAM_SEED") is { } text
            ? ulong.Parse(text, CultureInfo.InvariantCulture)
            : 11;
        using var hub = new ModelHub();
        // Drops are left out: each costs the camera's whole timeout of 20 s.
        var options = Options(hub, 12) with
        {
            PicturesPerCamera = 5,
            ChunkBytes = Protocol.ChunkBytesMin,
            Seed = seed,
            Faults = FaultOptions.Rough with { Drop = 0, PowerCut = 0.35, BitFlip = 0.04, LinkCut = 0.01 },
        };
        output.WriteLine($"WILDCAM_SEED={seed} {options.Faults}");
        var report = await Run(options);
        output.WriteLine($"{report.Progress}");
        Assert.True(report.IsComplete, $"{report.Progress}");
        AssertStoredOnce(hub, report);
        Assert.True(report.Progress.PowerCuts > 0 && report.Progress.LinkCuts > 0, $"{report.Progress}");
        Assert.True(hub.BadChunks > 0, "No chunk was flipped.");
        // A picture whose receipt was cut off is offered again under its old id; nothing else may be there.
        Assert.Equal(report.Captures.Count, hub.Stored.Count);
    }

    [Fact]
    public async Task Each_file_of_a_folder_is_sent_once()
    {
        var folder = Directory.CreateTempSubdirectory("wildcam-images-");
        try
        {
            var studio = new SceneStudio(160, 120);
            var view = new SceneView(1, Biome.Snow, "F", TimeZoneInfo.Utc);
            for (var n = 0; n < 7; n++)
            {
                var inner = Path.Combine(folder.FullName, n < 3 ? "" : n < 5 ? "burst-a" : "burst-b");
                Directory.CreateDirectory(inner);
                var jpeg = studio.Take(view, (ulong)n, 0, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch).Jpeg;
                await File.WriteAllBytesAsync(Path.Combine(inner, $"{n}.jpg"), jpeg,
                    TestContext.Current.CancellationToken);
            }

            using var hub = new ModelHub();
            var report = await Run(Options(hub, 2) with { ImagesFolder = folder.FullName });
            Assert.True(report.IsComplete, $"{report.Progress}");
            Assert.Equal(7, report.Progress.Expected);
            Assert.Equal(7, report.Captures.Count);
            Assert.Equal(7, report.Captures.Select(c => c.Source).Distinct().Count());
            Assert.Equal(["burst-a", "burst-b"], hub.Begins.Values.Where(b => b.BurstCount == 2)
                .Select(b => Path.GetFileName(Path.GetDirectoryName(report.Captures
                    .Single(c => c.Digest == Convert.ToHexStringLower(b.Digest)).Source)!)).Distinct().Order());
            AssertStoredOnce(hub, report);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task History_has_times_of_the_past_and_a_spool_in_a_folder_is_emptied()
    {
        var state = Directory.CreateTempSubdirectory("wildcam-state-");
        try
        {
            using var hub = new ModelHub();
            var options = Options(hub, 2) with
            {
                PicturesPerCamera = 1,
                HistoryPictures = 5,
                HistoryDays = 8,
                StateFolder = state.FullName,
            };
            var report = await Run(options);
            Assert.True(report.IsComplete, $"{report.Progress}");
            AssertStoredOnce(hub, report);
            var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
            var ages = hub.Begins.Values.Select(b => (now - b.DeviceUnixSeconds) / 86400.0).ToList();
            Assert.True(ages.Count(a => a > 0.5) >= 5, string.Join(' ', ages));
            Assert.All(ages, a => Assert.InRange(a, -0.1, 8.1));
            // One run of the clock: the hello anchors the epoch that the pictures were taken in.
            Assert.All(hub.Begins.Values.Where(b => now - b.DeviceUnixSeconds > 3600),
                b => Assert.Equal(1u, b.ClockEpoch));
            Assert.Empty(Directory.EnumerateFiles(state.FullName, "*.jpg", SearchOption.AllDirectories));
            var taken = hub.Stored.Count;
            var again = await Run(options);
            Assert.True(again.IsComplete, $"{again.Progress}");
            Assert.All(again.Captures, c => Assert.True(DateTimeOffset.UtcNow - c.CapturedAt < Deadline,
                "History again."));
            Assert.Equal(taken + again.Captures.Count, hub.Stored.Count);
        }
        finally
        {
            state.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_refused_password_is_told()
    {
        using var hub = new ModelHub();
        var options = Options(hub, 1) with
        {
            Cameras = [new CameraAccount("cam-1", "wrong")],
            PicturesPerCamera = 1,
            DrainTimeout = TimeSpan.FromSeconds(1),
        };
        var report = await Run(options);
        Assert.False(report.IsComplete);
        Assert.Contains("cam-1", report.Progress.Problem, StringComparison.Ordinal);
        Assert.Empty(hub.Stored);
    }

    [Fact]
    public async Task Truth_of_most_pictures_is_filed_and_tried_again_until_the_hub_knows_them()
    {
        using var api = new ModelApi();
        using var hub = new ModelHub();
        using var filer = new GroundTruthFiler(new Uri("http://hub.test"), "token-1", api)
        {
            RetryPause = TimeSpan.FromMilliseconds(20),
        };
        var report = await Run(Options(hub, 8) with { PicturesPerCamera = 6, PicturePool = 6 }, filer);
        Assert.True(report.IsComplete, $"{report.Progress}");
        Assert.Equal(report.Captures.Count, filer.Filed + filer.Skipped);
        Assert.InRange(filer.Skipped / (double)report.Captures.Count, 0.01, 0.4);
        Assert.Equal(filer.Filed, api.Filed.Count);
        Assert.Equal(0, filer.GivenUp);
        Assert.True(api.NotYet > 0, "The model API was never too early.");
        foreach (var (id, findings) in api.Filed)
        {
            var truth = report.Captures.Single(c => c.DeviceCaptureId == id).Truth!;
            Assert.Equal(Math.Max(1, truth.Count), findings.Count);
            Assert.Equal(truth.Subject.ToString().ToLowerInvariant(), findings[0].GetProperty("category").GetString());
            if (truth.Species is { } species)
            {
                Assert.Equal(species.Slug, findings[0].GetProperty("species").GetString());
                Assert.Equal(species.ScientificName, findings[0].GetProperty("scientificName").GetString());
                Assert.Equal(4, findings[0].GetProperty("box").GetArrayLength());
            }
        }
    }

    /// <summary>The hub's route for identifications: the first try of a picture always comes too early.</summary>
    sealed class ModelApi : HttpMessageHandler
    {
        readonly ConcurrentDictionary<string, bool> _asked = new(StringComparer.Ordinal);

        public ConcurrentDictionary<string, List<JsonElement>> Filed { get; } = new(StringComparer.Ordinal);

        public int NotYet => _asked.Count;

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Assert.Equal("/api/v1/identifications", request.RequestUri!.AbsolutePath);
            Assert.Equal("Bearer token-1", request.Headers.Authorization!.ToString());
            var body = JsonDocument.Parse(await request.Content!.ReadAsStringAsync(cancellationToken)).RootElement;
            var id = body.GetProperty("deviceCaptureId").GetString()!;
            if (_asked.TryAdd(id, true))
            {
                return new HttpResponseMessage(HttpStatusCode.NotFound);
            }

            var isNew = Filed.TryAdd(id, [.. body.GetProperty("findings").EnumerateArray()]);
            return new HttpResponseMessage(isNew ? HttpStatusCode.Created : HttpStatusCode.Conflict);
        }
    }
}
