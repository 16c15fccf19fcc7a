using System.Buffers;
using System.Net;
using WildCam.Hub.Thumbnails;
using WildCam.Imaging;
using WildCam.IntegrationTests.Captures;
using WildCam.IntegrationTests.Hosting;
using WildCam.Storage;
using WildCam.Storage.Blobs;
using WildCam.Storage.Thumbnails;

namespace WildCam.IntegrationTests.Thumbnails;

/// <summary>People are seen by the role that may; the others get a blur, at another address, in every size.</summary>
public sealed class PeopleVeilTests(TestHub hub) : IClassFixture<TestHub>
{
    const int Width = 1800;
    const int Height = 1200;

    static readonly string[] Clear = ["1/200.jpg", "1/400.jpg", "1/800.jpg", "1/1600.jpg", "1/crop.jpg", "original"];

    [Fact]
    public async Task A_person_is_blurred_in_every_size_and_crop_for_a_viewer()
    {
        var (world, id) = await PictureAsync(Category.Person);
        var (viewer, researcher) = await PeopleAsync(world.ProjectId);
        using (viewer)
        using (researcher)
        {
            foreach (var path in Clear)
            {
                Assert.Equal(HttpStatusCode.NotFound, (await viewer.GetAsync($"/media/{id}/{path}")).StatusCode);
                Assert.Equal(HttpStatusCode.OK, (await researcher.GetAsync($"/media/{id}/{path}")).StatusCode);
            }

            var api = $"/api/v1/projects/{await SlugAsync(world)}/captures/{id}/picture";
            Assert.Equal(HttpStatusCode.Forbidden, (await viewer.GetAsync(api)).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await researcher.GetAsync(api)).StatusCode);

            foreach (var width in new[] { 200, 400, 800, 1600 })
            {
                var clear = await researcher.GetByteArrayAsync($"/media/{id}/1/{width}.jpg");
                var first = await viewer.GetAsync($"/media/{id}/veiled/{width}.jpg");
                var veiled = await first.Content.ReadAsByteArrayAsync();
                Assert.Equal(veiled, await viewer.GetByteArrayAsync($"/media/{id}/veiled/{width}.jpg"));
                Assert.DoesNotContain("immutable", $"{first.Headers.CacheControl}", StringComparison.Ordinal);
                // The stripes of the person are gone, the stripes beside the person are not.
                Assert.True(Contrast(clear, 0.4, 0.6) > 40, $"{width}: {Contrast(clear, 0.4, 0.6)}");
                Assert.True(Contrast(veiled, 0.4, 0.6) < 15, $"{width}: {Contrast(veiled, 0.4, 0.6)}");
                Assert.True(Contrast(veiled, 0.02, 0.2) > 40, $"{width}: {Contrast(veiled, 0.02, 0.2)}");
            }

            var crop = await viewer.GetByteArrayAsync($"/media/{id}/veiled/crop.jpg");
            Assert.True(Contrast(crop, 0.4, 0.6) < 15, $"crop: {Contrast(crop, 0.4, 0.6)}");
        }
    }

    [Fact]
    public async Task A_picture_that_nobody_looked_at_is_blurred_as_a_whole()
    {
        var (world, id) = await PictureAsync(null);
        var (viewer, researcher) = await PeopleAsync(world.ProjectId);
        using (viewer)
        using (researcher)
        {
            Assert.Equal(HttpStatusCode.NotFound, (await viewer.GetAsync($"/media/{id}/1/400.jpg")).StatusCode);
            var veiled = await viewer.GetByteArrayAsync($"/media/{id}/veiled/400.jpg");
            var clear = await researcher.GetByteArrayAsync($"/media/{id}/1/400.jpg");
            Assert.True(
                Contrast(veiled, 0.02, 0.98) < Contrast(clear, 0.02, 0.98) / 3, $"{Contrast(veiled, 0.02, 0.98)}");
        }
    }

    [Fact]
    public async Task Movement_is_not_a_look_and_a_fox_is()
    {
        var (world, moved) = await PictureAsync(Category.Movement, family: "background");
        var (viewer, researcher) = await PeopleAsync(world.ProjectId);
        Assert.Equal(HttpStatusCode.NotFound, (await viewer.GetAsync($"/media/{moved}/1/400.jpg")).StatusCode);
        var (other, fox) = await PictureAsync(Category.Animal);
        var (reader, second) = await PeopleAsync(other.ProjectId);
        Assert.Equal(HttpStatusCode.OK, (await reader.GetAsync($"/media/{fox}/1/400.jpg")).StatusCode);
        var plain = await reader.GetByteArrayAsync($"/media/{fox}/1/400.jpg");
        Assert.Equal(plain, await reader.GetByteArrayAsync($"/media/{fox}/veiled/400.jpg"));
        Assert.Equal(HttpStatusCode.OK, (await reader.GetAsync($"/media/{fox}/original")).StatusCode);
        foreach (var client in new[] { viewer, researcher, reader, second })
        {
            client.Dispose();
        }
    }

    [Fact]
    public async Task Who_sees_people_is_the_projects_choice()
    {
        var (world, id) = await PictureAsync(Category.Person);
        var (viewer, researcher) = await PeopleAsync(world.ProjectId);
        await hub.Database.RunAsync("update projects set people_role = 3 where id = $1", world.ProjectId);
        Assert.Equal(HttpStatusCode.NotFound, (await researcher.GetAsync($"/media/{id}/1/400.jpg")).StatusCode);
        await hub.Database.RunAsync("update projects set people_role = 1 where id = $1", world.ProjectId);
        Assert.Equal(HttpStatusCode.OK, (await viewer.GetAsync($"/media/{id}/1/400.jpg")).StatusCode);
        viewer.Dispose();
        researcher.Dispose();
    }

    Task<string> SlugAsync(CaptureWorld world) =>
        hub.Database.ReadAsync<string>("select slug from projects where id = $1", world.ProjectId);

    async Task<(HttpClient Viewer, HttpClient Researcher)> PeopleAsync(int project)
    {
        var (_, viewer) = await hub.AddPersonAsync(isAdmin: false, (project, Role.Viewer));
        var (_, researcher) = await hub.AddPersonAsync(isAdmin: false, (project, Role.Researcher));
        return (hub.ClientOf(viewer), hub.ClientOf(researcher));
    }

    /// <summary>A picture of upright stripes; in its middle, from a third to two thirds, is what was found.</summary>
    async Task<(CaptureWorld World, Guid Id)> PictureAsync(Category? category, string family = "yolox")
    {
        var world = await CaptureWorld.MakeAsync(hub.Database);
        var id = await world.AddCaptureAsync(await world.AddCameraAsync(), CaptureWorld.Noon);
        var blobs = new FolderBlobStore(hub.BlobFolder, TimeProvider.System);
        await blobs.PutAsync($"{id}.jpg", new ReadOnlySequence<byte>(Stripes()), default);
        await PictureWorld.RunAsync(
            new ThumbnailJob(hub.Database.Source, new ThumbnailsTable(hub.Database.Source), blobs,
                PictureWorld.News(hub.Database)), id);
        if (category is { } found)
        {
            var model = await hub.Database.ReadAsync<int>("""
                insert into models (name, version, family, manifest) values ($1, '1', $2, '{}') returning id
                """, Guid.NewGuid().ToString("n"), family);
            await world.AddModelRowAsync(id, model, found, 0.9f);
            await hub.Database.RunAsync("""
                update wildlife_detections set box_x = 0.33, box_y = 0.2, box_width = 0.34, box_height = 0.6
                where capture_id = $1
                """, id);
        }

        return (world, id);
    }

    static byte[] Stripes()
    {
        using var image = new PixelImage(Width, Height, 3);
        for (var y = 0; y < Height; y++)
        {
            var row = image.Row(y);
            for (var x = 0; x < Width; x++)
            {
                row.Slice(x * 3, 3).Fill(x / 30 % 2 == 0 ? (byte)220 : (byte)30);
            }
        }

        using var jpeg = JpegCodec.Encode(image, 90);
        return jpeg.Memory.ToArray();
    }

    /// <summary>How unequal the pixels of the middle row are, between two shares of the width.</summary>
    static double Contrast(byte[] jpeg, double from, double to)
    {
        using var image = JpegCodec.Decode(jpeg, channels: 1).Image!;
        var row = image.Row(image.Height / 2)[(int)(from * image.Width)..(int)(to * image.Width)].ToArray();
        var mean = row.Average(p => (double)p);
        return Math.Sqrt(row.Average(p => Math.Pow(p - mean, 2)));
    }
}
