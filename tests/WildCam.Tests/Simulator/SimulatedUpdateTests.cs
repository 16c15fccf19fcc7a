using WildCam.Camera;
using WildCam.Simulator.Cameras;
using WildCam.Tests.Bundles;
using WildCam.Wire;

namespace WildCam.Tests.Simulator;

public sealed class SimulatedUpdateTests
{
    static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);
    static readonly byte[] Key = [4, 3, 2, 1];

    [Fact]
    public async Task Simulated_cameras_install_a_bundle_and_those_on_which_it_dies_fall_back()
    {
        const int cameras = 12;
        using var hub = new ModelHub();
        hub.Bundle = TestBundle.Make(new Version(1, 4, 0), 20_000, 3);
        hub.Offer = new BundleOffer
        {
            BundleId = 5, Board = Boards.Simulator, Major = 1, Minor = 4, SizeBytes = (uint)hub.Bundle.Length,
            Digest = Worlds.Virtual.ModelHub.DigestOf(hub.Bundle), Number = 1,
        };
        hub.Offer.Authenticator = hub.Offer.ComputeAuthenticator(Key);
        var fleet = new SimulatedFleet(new SimulationOptions
        {
            Hub = hub.Endpoint,
            Cameras =
            [
                .. Enumerable.Range(1, cameras).Select(n => new CameraAccount($"cam-{n}", $"pw{n}", UpdateKey: Key)),
            ],
            Seed = 5,
            TriggerSeconds = 5,
            PictureWidth = 240,
            PicturePool = 3,
            BundleFaults = new BundleFaults(Dead: 0.4),
            DrainTimeout = Deadline,
        });
        using var stop = new CancellationTokenSource(Deadline);
        var running = fleet.RunAsync(stop.Token);
        while (!stop.IsCancellationRequested
            && hub.Updates.Count(u => u.Value.State is BundleStates.Confirmed or BundleStates.FellBack) < cameras)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        await stop.CancelAsync();
        await running;
        var left = hub.Updates.Where(u => u.Value.State == BundleStates.FellBack).Select(u => u.Key).ToList();
        Assert.InRange(left.Count, 1, cameras - 1);
        Assert.Equal(cameras, hub.Updates.Count);
        Assert.All(hub.Updates, u => Assert.Equal(
            left.Contains(u.Key) ? (BundleStates.FellBack, RefusalCodes.NeverConfirmed) : (BundleStates.Confirmed, 0),
            (u.Value.State, u.Value.Code)));
        Assert.All(hub.Hellos, h => Assert.Equal(left.Contains(h.Key) ? 0 : 4, h.Value.FirmwareMinor));
        Assert.Empty(hub.Problems);
        Assert.Empty(hub.Errors);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_mute_version_stays_mute_through_its_trials_and_is_then_left(bool isInFolder)
    {
        var folder = isInFolder ? Directory.CreateTempSubdirectory("wildcam-slots-").FullName : null;
        try
        {
            var slots = new SimulatedSlots(folder);
            var bundle = TestBundle.Make(new Version(1, 4, 0), 20_000, 3);
            Assert.True(slots.Append(Slots.A, bundle, 0, 9000));
            Assert.True(slots.Append(Slots.A, bundle, 9000, bundle.Length - 9000));
            Assert.Equal(bundle.Length, slots.Length(Slots.A));
            var record = new SlotRecord { Trial = Slots.A, StateA = SlotStates.Verified };
            Assert.True(slots.WriteRecord(1, record.NextBytes()));
            var loader = new SimulatedLoader(slots, new BundleFaults(Mute: 1), 9);
            var profile = new CameraProfile();
            for (var attempt = 0; attempt < 3; attempt++)
            {
                Assert.True(loader.Start(profile));
                Assert.Equal((true, 4, 0), (loader.IsMute, (int)profile.FirmwareMinor, slots.RunningSlot));
            }

            Assert.True(loader.Start(profile));
            Assert.Equal((false, 0, 2), (loader.IsMute, (int)profile.FirmwareMinor, slots.RunningSlot));
        }
        finally
        {
            if (folder is not null)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }
}
