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

public sealed class ThumbnailsApiTests(TestHub hub) : IClassFixture<TestHub>
{
    [Fact]
    public async Task Pictures_are_served_to_members_only_and_may_be_kept_for_ever()
    {
        var world = await CaptureWorld.MakeAsync(hub.Database);
        var camera = await world.AddCameraAsync();
        var id = await world.AddCaptureAsync(camera, CaptureWorld.Noon);
        var blobs = new FolderBlobStore(hub.BlobFolder, TimeProvider.System);
        var scene = PictureWorld.Scene(3, withAnimal: true);
        await blobs.PutAsync($"{id}.jpg", new ReadOnlySequence<byte>(scene), CancellationToken.None);
        var job = new ThumbnailJob(hub.Database.Source, new ThumbnailsTable(hub.Database.Source), blobs,
            PictureWorld.News(hub.Database));
        await PictureWorld.RunAsync(job, id);
        var (_, member) = await hub.AddPersonAsync(isAdmin: false, (world.ProjectId, Role.Researcher));
        var (_, stranger) = await hub.AddPersonAsync(isAdmin: false);
        using var client = hub.ClientOf(member);

        var thumbnail = await client.GetAsync($"/media/{id}/1/400.jpg");
        Assert.Equal(HttpStatusCode.OK, thumbnail.StatusCode);
        Assert.Equal("image/jpeg", thumbnail.Content.Headers.ContentType?.MediaType);
        Assert.Equal("max-age=31536000, private, immutable", $"{thumbnail.Headers.CacheControl}");
        Assert.Equal(400, WidthOf(await thumbnail.Content.ReadAsByteArrayAsync()));
        Assert.Equal(400, WidthOf(await client.GetByteArrayAsync($"/media/{id}/1/240.jpg")));
        Assert.Equal(640, WidthOf(await client.GetByteArrayAsync($"/media/{id}/1/1600.jpg")));
        Assert.Equal(scene, await client.GetByteArrayAsync($"/media/{id}/original"));

        using var head = await client.SendAsync(new(HttpMethod.Head, $"/media/{id}/1/400.jpg"));
        Assert.Equal(thumbnail.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
        using var again = new HttpRequestMessage(HttpMethod.Get, $"/media/{id}/1/400.jpg");
        again.Headers.IfNoneMatch.Add(thumbnail.Headers.ETag!);
        using var unchanged = await client.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);

        foreach (var path in new[] { "1/400.jpg", "1/crop.jpg", "original" })
        {
            using var closed = await hub.ClientOf(stranger).GetAsync($"/media/{id}/{path}");
            Assert.Equal(HttpStatusCode.NotFound, closed.StatusCode);
            using var nobody = await hub.ClientOf(null).GetAsync($"/media/{id}/{path}");
            Assert.NotEqual(HttpStatusCode.OK, nobody.StatusCode);
        }
    }

    [Fact]
    public async Task The_crop_follows_the_box_and_is_the_whole_picture_without_one()
    {
        var world = await CaptureWorld.MakeAsync(hub.Database);
        var id = await world.AddCaptureAsync(await world.AddCameraAsync(), CaptureWorld.Noon);
        var blobs = new FolderBlobStore(hub.BlobFolder, TimeProvider.System);
        await blobs.PutAsync(
            $"{id}.jpg", new ReadOnlySequence<byte>(PictureWorld.Scene(3, withAnimal: true)), CancellationToken.None);
        await PictureWorld.RunAsync(
            new ThumbnailJob(hub.Database.Source, new ThumbnailsTable(hub.Database.Source), blobs,
            PictureWorld.News(hub.Database)), id);
        var (_, member) = await hub.AddPersonAsync(isAdmin: false, (world.ProjectId, Role.Researcher));
        using var client = hub.ClientOf(member);
        var whole = await client.GetAsync($"/media/{id}/1/crop.jpg");
        Assert.Equal(400, WidthOf(await whole.Content.ReadAsByteArrayAsync()));
        Assert.DoesNotContain("immutable", $"{whole.Headers.CacheControl}", StringComparison.Ordinal);

        await hub.Database.RunAsync("""
            insert into wildlife_detections (capture_id, captured_at, model_id, source, project_id, camera_id, category,
              confidence, box_x, box_y, box_width, box_height, is_current, local_date, local_hour)
            select id, captured_at, 1, 1, project_id, camera_id, 1, 0.9, 0.3, 0.4, 0.1, 0.1, true, '2026-05-20', 14
            from captures where id = $1
            """, id);
        for (var request = 0; request < 2; request++)
        {
            var crop = await client.GetAsync($"/media/{id}/1/crop.jpg");
            Assert.Equal(HttpStatusCode.OK, crop.StatusCode);
            Assert.NotEqual(whole.Headers.ETag, crop.Headers.ETag);
            // A third of 640: never enlarged.
            Assert.InRange(WidthOf(await crop.Content.ReadAsByteArrayAsync()), 205, 220);
        }
    }

    static int WidthOf(byte[] jpeg) => JpegCodec.TryReadHeader(jpeg, out var header, out _) ? header.Width : 0;
}
