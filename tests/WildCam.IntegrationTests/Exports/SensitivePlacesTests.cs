using System.Buffers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using MetadataExtractor;
using MetadataExtractor.Formats.Exif;
using WildCam.IntegrationTests.Hosting;
using WildCam.Storage;
using WildCam.Storage.Blobs;

namespace WildCam.IntegrationTests.Exports;

/// <summary>Where a sensitive species lives is told coarsely to all but managers.</summary>
public sealed class SensitivePlacesTests(TestHub hub) : IClassFixture<TestHub>
{
    [Fact]
    public async Task Sites_of_sensitive_species_are_snapped_for_all_but_managers()
    {
        await using var world = await ExportWorld.MakeAsync(hub.Database);
        var slug = await hub.Database.ReadAsync<string>(
            "select slug from projects where id = $1", world.World.ProjectId);
        foreach (var (role, ridge) in new[]
            { (Role.Viewer, 45.95), (Role.Researcher, 45.95), (Role.Manager, 45.98765) })
        {
            var (_, token) = await hub.AddPersonAsync(isAdmin: false, (world.World.ProjectId, role));
            using var client = hub.ClientOf(token);
            var sites = (await client.GetFromJsonAsync<JsonArray>($"/api/v1/projects/{slug}/sites"))!;
            double Of(string site) => (double)sites.Single(s => (string)s!["slug"]! == site)!["latitude"]!;
            Assert.Equal(45.12345, Of("creek"), 6);
            Assert.Equal(ridge, Of("ridge"), 6);
        }
    }

    [Fact]
    public async Task Originals_from_there_come_without_their_place_and_keep_their_picture()
    {
        var withPlace = await File.ReadAllBytesAsync(Components.RequireSharedData("exif/DSCN0010.jpg"));
        Assert.NotNull(PlaceOf(withPlace));
        await using var world = await ExportWorld.MakeAsync(hub.Database);
        var blobs = new FolderBlobStore(hub.BlobFolder, TimeProvider.System);
        foreach (var name in new[] { "lynx", "fox" })
        {
            await blobs.PutAsync(
                $"{world.Captures[name]}.jpg", new ReadOnlySequence<byte>(withPlace), default);
        }

        var slug = await hub.Database.ReadAsync<string>(
            "select slug from projects where id = $1", world.World.ProjectId);
        var (_, researcher) = await hub.AddPersonAsync(isAdmin: false, (world.World.ProjectId, Role.Researcher));
        var (_, manager) = await hub.AddPersonAsync(isAdmin: false, (world.World.ProjectId, Role.Manager));
        using var reader = hub.ClientOf(researcher);
        using var owner = hub.ClientOf(manager);
        foreach (var address in new[]
            {
                $"/media/{world.Captures["lynx"]}/original",
                $"/api/v1/projects/{slug}/captures/{world.Captures["lynx"]}/picture",
            })
        {
            var stripped = await reader.GetByteArrayAsync(address);
            Assert.Null(PlaceOf(stripped));
            Assert.Equal(withPlace, await owner.GetByteArrayAsync(address));
            using var before = WildCam.Imaging.JpegCodec.Decode(withPlace).Image!;
            using var after = WildCam.Imaging.JpegCodec.Decode(stripped).Image!;
            Assert.True(before.Pixels.SequenceEqual(after.Pixels));
        }

        Assert.Equal(withPlace, await reader.GetByteArrayAsync($"/media/{world.Captures["fox"]}/original"));
    }

    static GeoLocation? PlaceOf(byte[] jpeg) => ImageMetadataReader.ReadMetadata(new MemoryStream(jpeg))
        .OfType<GpsDirectory>().FirstOrDefault()?.GetGeoLocation();
}
