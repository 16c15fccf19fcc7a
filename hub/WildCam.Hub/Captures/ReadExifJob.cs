using WildCam.Hub.Jobs;
using WildCam.Storage;
using WildCam.Storage.Blobs;
using WildCam.Storage.Captures;

namespace WildCam.Hub.Captures;

/// <summary>Reads the EXIF of originals. A file without any is done too.</summary>
sealed class ReadExifJob(ExifTable exif, IBlobStore blobs) : IJobHandler
{
    public string Kind => JobKinds.Exif;

    public int BatchMax => 16;

    public int ParallelMax => 1;

    public async Task<IReadOnlyList<JobOutcome>> HandleAsync(
        IReadOnlyList<Job> batch, CancellationToken cancellationToken)
    {
        var ids = batch.Select(j => Guid.TryParse(j.Subject, out var id) ? id : Guid.Empty).ToArray();
        var missing = await exif.FindMissingExifAsync(ids, cancellationToken);
        var outcomes = new JobOutcome[batch.Count];
        var read = new List<ReadExif>(batch.Count);
        for (var i = 0; i < batch.Count; i++)
        {
            if (!missing.TryGetValue(ids[i], out var capture))
            {
                outcomes[i] = JobOutcome.Skip("The capture was erased.");
                continue;
            }

            try
            {
                await using var original = await blobs.OpenReadAsync(capture.BlobPath, cancellationToken);
                if (original is null)
                {
                    outcomes[i] = JobOutcome.Retry($"The blob {capture.BlobPath} is missing.");
                    continue;
                }

                read.Add(new ReadExif(
                    capture.Id, capture.CapturedAt, ExifReading.Read(await HeadAsync(original, cancellationToken))));
                outcomes[i] = JobOutcome.Done;
            }
            catch (BlobStoreException fault)
            {
                outcomes[i] = JobOutcome.Retry(fault.Message);
            }
        }

        await exif.CompleteExifAsync(read, cancellationToken);
        return outcomes;
    }

    static async Task<MemoryStream> HeadAsync(Stream original, CancellationToken cancellationToken)
    {
        var head = new byte[Math.Min(original.Length, ExifReading.HeadBytesMax)];
        await original.ReadExactlyAsync(head, cancellationToken);
        return new MemoryStream(head, writable: false);
    }
}
