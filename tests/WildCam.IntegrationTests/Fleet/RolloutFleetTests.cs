using System.Security.Cryptography;
using WildCam.Hub.Fleet;
using WildCam.Simulator.Cameras;
using WildCam.Storage.Accounts;
using WildCam.Storage.Blobs;
using WildCam.Storage.Fleet;
using WildCam.Wire;

namespace WildCam.IntegrationTests.Fleet;

/// <summary>The camera's real brain and loader against the real hub, from the bundle to the rollout's end.</summary>
public sealed class RolloutFleetTests(ITestOutputHelper output) : IAsyncLifetime
{
    static readonly TimeSpan Timeout = TimeSpan.FromMinutes(4);

    readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    FleetWorld? _world;

    FleetWorld World => _world!;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _key.Dispose();
        if (_world is not null)
        {
            await _world.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_rollout_over_500_cameras_with_5_per_cent_bad_ones_stops_by_itself_in_the_right_step()
    {
        const int cameras = 500;
        const ulong seed = 11;
        _world = await FleetWorld.StartAsync(TestCluster.Server, cameras);
        var fleet = await FleetAsync(new BundleFaults(Dead: 0.05), seed, triggerSeconds: 120);
        using var stop = new CancellationTokenSource(Timeout);
        var running = fleet.RunAsync(stop.Token);
        await WaitForHellosAsync(cameras);
        // A version that dies at its start is left within seconds; a day's watch would see it as well.
        var plan = RolloutPlan.Careful with { Watch = TimeSpan.FromSeconds(15) };
        var (rollouts, id) = await StartAsync(new Version(1, 4, 0), plan);
        RolloutLine line = null!;
        await Wait.UntilAsync(
            async () =>
            {
                line = (await rollouts.FindAsync(World.ProjectId, id, default))!;
                return line.Rollout.State is not RolloutState.Running;
            },
            Timeout, () => $"{string.Join('\n', line.Steps)}\n{World.Hub.Output}");
        foreach (var step in line.Steps)
        {
            output.WriteLine($"{step}");
        }

        foreach (var camera in (await rollouts.ListCamerasAsync(id, default)).Where(
            c => c.Update.State is UpdateState.Failed or UpdateState.Missed))
        {
            output.WriteLine($"{camera.Code}: {camera.Update}");
        }

        Assert.Equal((RolloutState.Stopped, StopReason.TooManyFailed), (line.Rollout.State, line.Rollout.StopReason));
        var stopped = line.Rollout.StopStep!.Value;
        Assert.All(line.Steps, s => Assert.Equal(s.Number <= stopped, s.BegunAt is not null));
        Assert.All(
            line.Steps.Where(s => s.Number < stopped),
            s => Assert.True(s.Counts.Failed < RolloutRules.FailureLimit(line.Rollout.Plan, s.Counts.Total)));
        Assert.True(
            line.Steps[stopped].Counts.Failed >= RolloutRules.FailureLimit(
                line.Rollout.Plan, line.Steps[stopped].Counts.Total));
        await stop.CancelAsync();
        await running;

        // What the hub says of each camera is what the camera runs.
        var shown = await rollouts.ListCamerasAsync(id, default);
        var good = shown.Where(c => c.Update.State is UpdateState.Good).ToList();
        // One time in twenty the first camera is a bad one, and no other had its turn.
        Assert.Equal(stopped > 0, good.Count > 0);
        Assert.All(good, c => Assert.Equal(new Version(1, 4, 0), fleet.FirmwareOf(c.Code)));
        Assert.All(
            shown.Where(c => c.Update.State is UpdateState.Planned or UpdateState.Failed),
            c => Assert.Equal(new Version(1, 0, 0), fleet.FirmwareOf(c.Code)));
    }

    [Fact]
    public async Task Downloads_go_on_after_their_hub_was_killed_and_at_the_pace_of_the_rollout()
    {
        const int cameras = 6;
        const int bundleBytes = 60_000;
        _world = await FleetWorld.StartAsync(TestCluster.Server, cameras);
        var fleet = await FleetAsync(new BundleFaults(), seed: 3, triggerSeconds: 10);
        using var stop = new CancellationTokenSource(Timeout);
        var running = fleet.RunAsync(stop.Token);
        await WaitForHellosAsync(cameras);
        var plan = RolloutPlan.Careful with
        {
            Steps = [new(StepKind.Rest)], Watch = TimeSpan.Zero, BytesPerSecondMax = 40_000,
        };
        var begun = DateTimeOffset.UtcNow;
        var (rollouts, id) = await StartAsync(new Version(2, 0, 0), plan, bundleBytes / 3);
        await Wait.UntilAsync(
            async () => (await rollouts.ListCamerasAsync(id, default)).Any(c => c.Update.ReceivedBytes > 16_384),
            Timeout, () => World.Hub.Output);
        await World.KillAndRestartHubAsync();
        await Wait.UntilAsync(
            async () => (await rollouts.FindAsync(World.ProjectId, id, default))!.Rollout.State is RolloutState.Done,
            Timeout, () => World.Hub.Output);
        var took = DateTimeOffset.UtcNow - begun;
        await stop.CancelAsync();
        await running;
        Assert.All(World.Cameras, c => Assert.Equal(new Version(2, 0, 0), fleet.FirmwareOf(c.Code)));
        var least = TimeSpan.FromSeconds(cameras * bundleBytes / (double)plan.BytesPerSecondMax / 2);
        Assert.True(took > least, $"{cameras} downloads took {took}; at the rollout's pace they take over {least}.");
    }

    async Task<SimulatedFleet> FleetAsync(BundleFaults faults, ulong seed, double triggerSeconds)
    {
        var keys = new UpdateKeys(
            World.Database.Source, Path.Combine(World.DataFolder, "keys", "update.key"));
        var accounts = new List<CameraAccount>();
        foreach (var camera in World.Cameras)
        {
            var id = await World.Database.ReadAsync<int>("select id from cameras where code = $1", camera.Code);
            accounts.Add(camera with { UpdateKey = await keys.EnsureAsync(id, default) });
        }

        return new SimulatedFleet(new SimulationOptions
        {
            Hub = World.Endpoint,
            Cameras = accounts,
            Seed = seed,
            TriggerSeconds = triggerSeconds,
            PictureWidth = 160,
            PicturePool = 2,
            BundleFaults = faults,
        });
    }

    Task WaitForHellosAsync(int cameras) => Wait.UntilAsync(
        async () => await World.Database.ReadAsync<long>("""
            select count(*) from camera_states s join cameras c on c.id = s.camera_id
            where s.firmware is not null and c.board = 1
            """) == cameras,
        Timeout, () => World.Hub.Output);

    async Task<(RolloutPagesTable Pages, int Id)> StartAsync(Version version, RolloutPlan plan, int partBytes = 6000)
    {
        var source = World.Database.Source;
        var firmware = new FirmwareTable(source);
        var catalogue = new FirmwareCatalogue(
            firmware, new PublishersTable(source), source, new FolderBlobStore(World.BlobFolder, TimeProvider.System));
        Assert.Null(await catalogue.TrustAsync(
            "Test", _key.ExportSubjectPublicKeyInfoPem(), Actor.CommandLine, default));
        var added = await catalogue.AddAsync(
            TestFirmware.Make(_key, version, Boards.Simulator, partBytes), "", olderIsMeant: false, Actor.CommandLine,
            default);
        Assert.Null(added.Problem);
        var answer = await new Rollouts(source, firmware, TimeProvider.System).StartAsync(
            World.ProjectId, added.Firmware!.Id, plan, Actor.CommandLine, default);
        Assert.Equal(RolloutRefusal.None, answer.Refusal);
        return (new RolloutPagesTable(source), answer.Id!.Value);
    }
}
