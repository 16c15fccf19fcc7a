using System.Buffers;
using Microsoft.Extensions.Logging.Abstractions;
using WildCam.Hub.Hosting;
using WildCam.Hub.Jobs;
using WildCam.Imaging;
using WildCam.Storage;
using WildCam.Storage.Blobs;
using WildCam.Storage.Events;
using WildCam.Storage.Jobs;

namespace WildCam.IntegrationTests.Captures;

/// <summary>A world of captures whose blobs are there.</summary>
sealed class PictureWorld(TestDatabase database, CaptureWorld world) : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("wildcam-pictures-");

    public CaptureWorld World => world;

    public TestDatabase Database => database;

    public FolderBlobStore Blobs => field ??= new FolderBlobStore(_folder.FullName, TimeProvider.System);

    /// <summary>What tells pages; its notices stay unsent.</summary>
    public static PageNews News(TestDatabase database) => new(
        new PageEventsTable(database.Source),
        new NoticeSender(database.Source, NullLogger<NoticeSender>.Instance));

    public static async Task<PictureWorld> MakeAsync(TestDatabase database) =>
        new(database, await CaptureWorld.MakeAsync(database));

    public async Task<Guid> AddAsync(
        int cameraId, DateTimeOffset at, ReadOnlyMemory<byte> jpeg, CaptureStages missing = CaptureStages.All)
    {
        var id = await world.AddCaptureAsync(cameraId, at, missing);
        await Blobs.PutAsync($"{id}.jpg", new ReadOnlySequence<byte>(jpeg), CancellationToken.None);
        return id;
    }

    /// <summary>Gives a handler the job of one capture.</summary>
    public static async Task<JobOutcome> RunAsync(IJobHandler handler, Guid id) =>
        (await handler.HandleAsync(
            [new Job(1, handler.Kind, id.ToString(), null, 1, 1)], CancellationToken.None))[0];

    public Task<T> ReadAsync<T>(Guid id, string column) =>
        database.ReadAsync<T>($"select {column} from captures where id = $1", id);

    /// <summary>A wooded slope as it were, in another light each time; with something dark on it, if wanted.</summary>
    public static byte[] Scene(int take, bool withAnimal)
    {
        const int width = 640, height = 480;
        var random = new Random(take);
        var exposure = 0.92 + (random.NextDouble() * 0.16);
        using var image = new PixelImage(width, height, 3);
        for (var y = 0; y < height; y++)
        {
            var row = image.Row(y);
            for (var x = 0; x < width; x++)
            {
                var value = 110 + (30 * Math.Sin(x / 19.0)) + (25 * Math.Sin((y + x) / 31.0));
                var isAnimal = withAnimal && Math.Pow((x - 300) / 90.0, 2) + Math.Pow((y - 260) / 60.0, 2) < 1;
                value = ((isAnimal ? value - 60 : value) * exposure) + random.Next(-4, 5);
                row[x * 3] = Clamp(value * 0.9);
                row[(x * 3) + 1] = Clamp(value * 1.1);
                row[(x * 3) + 2] = Clamp(value * 0.7);
            }
        }

        using var jpeg = JpegCodec.Encode(image, 90);
        return jpeg.Memory.ToArray();
    }

    public void Dispose() => _folder.Delete(recursive: true);

    static byte Clamp(double value) => (byte)Math.Clamp(value, 0, 255);
}
