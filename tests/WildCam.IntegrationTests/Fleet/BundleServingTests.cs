using System.Security.Cryptography;
using WildCam.Hub.Fleet;
using WildCam.Storage.Accounts;
using WildCam.Storage.Blobs;
using WildCam.Storage.Fleet;
using WildCam.Wire;

namespace WildCam.IntegrationTests.Fleet;

/// <summary>Offers and bytes on the wire, from two hubs over one database, to cameras that a test plays.</summary>
public sealed class BundleServingTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("wildcam-serving-");
    readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    readonly List<WorldHub> _hubs = [];

    string Blobs => Path.Combine(_folder.FullName, "blobs");

    string KeyFile => Path.Combine(_folder.FullName, "update.key");

    public async ValueTask InitializeAsync()
    {
        for (var n = 0; n < 2; n++)
        {
            _hubs.Add(await WorldHub.StartAsync(
                database.ConnectionString, Path.Combine(_folder.FullName, $"hub-{n}"),
                ("WildCam__Blobs__Folder", Blobs), ("WildCam__UpdateKeyFile", KeyFile)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var hub in _hubs)
        {
            await hub.DisposeAsync();
        }

        _key.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task An_offer_is_vouched_for_and_its_bytes_come_from_any_hub_to_its_camera_alone()
    {
        await using var camera = await ScriptedCamera.RegisterAsync(database.Source, "serving-1");
        await using var other = await ScriptedCamera.RegisterAsync(database.Source, "serving-2");
        var key = await EnsureKeyAsync(camera.Code);
        await EnsureKeyAsync(other.Code);
        await camera.ConnectAsync(_hubs[0].MqttPort);
        await HelloAsync(camera, new Version(1, 0, 0));
        await other.ConnectAsync(_hubs[1].MqttPort);
        await HelloAsync(other, new Version(1, 0, 0));

        var bundle = TestFirmware.Make(_key, new Version(1, 5, 0), bytes: 12_000);
        await StartAsync(bundle, RolloutPlan.Careful with { Steps = [new(StepKind.Rest)], Watch = TimeSpan.Zero });
        var offer = await HearOfferAsync(camera);
        Assert.Equal((1, 5, (uint)bundle.Length), (offer.Major, offer.Minor, offer.SizeBytes));
        Assert.Equal(offer.ComputeAuthenticator(key), offer.Authenticator);
        Assert.Equal(BundleSignature.Digest(bundle), offer.Digest);
        var foreign = await HearOfferAsync(other);
        Assert.NotEqual(offer.BundleId, foreign.BundleId);

        var received = await AskAsync(camera, offer.BundleId, 0, 16_384);
        Assert.Equal(16_384, received.Length);
        camera.Abort();
        await camera.ConnectAsync(_hubs[1].MqttPort);
        await HelloAsync(camera, new Version(1, 0, 0));
        var again = await HearOfferAsync(camera);
        Assert.Equal(offer.Authenticator, again.Authenticator);
        while (received.Length < bundle.Length)
        {
            received = [.. received, .. await AskAsync(camera, offer.BundleId, received.Length, 16_384)];
        }

        Assert.Equal(bundle, received);
        Assert.Empty(await AskAsync(camera, offer.BundleId, bundle.Length, 16_384));

        // Somebody else's offer brings nothing: the next thing that it hears is the answer to its own.
        await WantAsync(other, offer.BundleId, 0, 4096);
        var own = await AskAsync(other, foreign.BundleId, 4096, 4096);
        Assert.Equal(bundle[4096..8192], own);
        Assert.Equal(1, other.Heard(Topics.BundleChunk));
    }

    async Task<byte[]> EnsureKeyAsync(string code) => await new UpdateKeys(database.Source, KeyFile).EnsureAsync(
        await database.ReadAsync<int>("select id from cameras where code = $1", code), default);

    static async Task HelloAsync(ScriptedCamera camera, Version version)
    {
        var hello = new Hello
        {
            Boot = 1, Session = (uint)Random.Shared.Next(1, int.MaxValue), ClockEpoch = 1, ClockSeconds = 1000,
            Board = Boards.Simulator, FirmwareMajor = (ushort)version.Major, FirmwareMinor = (ushort)version.Minor,
            FirmwarePatch = (ushort)version.Build,
        };
        var bytes = new byte[Hello.Bytes];
        hello.Write(bytes, 0);
        await camera.SendAsync(Topics.Hello, bytes);
        if (camera.Heard(Topics.Bundle) == 0)
        {
            await camera.HearAsync(Topics.Time);
        }
    }

    static async Task<BundleOffer> HearOfferAsync(ScriptedCamera camera)
    {
        var bytes = await camera.HearAsync(Topics.Bundle);
        Assert.True(BundleOffer.TryRead(bytes, 0, bytes.Length, out var offer));
        return offer;
    }

    static Task WantAsync(ScriptedCamera camera, ulong bundleId, int offset, int bytes)
    {
        var want = new BundleWant
        {
            BundleId = bundleId, Offset = (uint)offset, WantedBytes = (uint)bytes, ChunkBytes = 4096,
        };
        var message = new byte[BundleWant.Bytes];
        want.Write(message, 0);
        return camera.SendAsync(Topics.BundleWant, message);
    }

    /// <summary>Asks for a window and gives what came of it, whole or to the bundle's end.</summary>
    static async Task<byte[]> AskAsync(ScriptedCamera camera, ulong bundleId, int offset, int bytes)
    {
        await WantAsync(camera, bundleId, offset, bytes);
        byte[] received = [];
        while (received.Length < bytes)
        {
            var message = await camera.HearAsync(Topics.BundleChunk);
            Assert.True(BundleChunkHeader.TryRead(message, 0, message.Length, out var header));
            var chunk = message[BundleChunkHeader.Bytes..];
            Assert.Equal((bundleId, (uint)(offset + received.Length)), (header.BundleId, header.Offset));
            Assert.Equal(Crc32.Compute(chunk, 0, chunk.Length), header.Crc32);
            received = [.. received, .. chunk];
            if (chunk.Length < 4096)
            {
                break;
            }
        }

        return received;
    }

    async Task StartAsync(byte[] bundle, RolloutPlan plan)
    {
        var firmware = new FirmwareTable(database.Source);
        var catalogue = new FirmwareCatalogue(
            firmware, new PublishersTable(database.Source), database.Source,
            new FolderBlobStore(Blobs, TimeProvider.System));
        Assert.Null(await catalogue.TrustAsync(
            "Test", _key.ExportSubjectPublicKeyInfoPem(), Actor.CommandLine, default));
        var added = await catalogue.AddAsync(bundle, "", olderIsMeant: false, Actor.CommandLine, default);
        Assert.Null(added.Problem);
        var project = await database.ReadAsync<int>("select id from projects where slug = 'test'");
        var answer = await new Rollouts(database.Source, firmware, TimeProvider.System).StartAsync(
            project, added.Firmware!.Id, plan, Actor.CommandLine, default);
        Assert.Equal(RolloutRefusal.None, answer.Refusal);
    }
}
