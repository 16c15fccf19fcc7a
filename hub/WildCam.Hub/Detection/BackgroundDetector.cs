using System.Collections.Concurrent;
using WildCam.Hub.Hosting;
using WildCam.Imaging;
using WildCam.Storage;
using WildCam.Storage.Blobs;
using WildCam.Storage.Detection;
using WildCam.Storage.Thumbnails;

namespace WildCam.Hub.Detection;

/// <summary>
/// The embedded detector, without weights: what differs from the camera's pictures nearest in time, of its burst or its
/// days, by day and by infrared apart. The history is read from thumbnails, so that a restart, another hub and pictures
/// that arrive late change nothing; frames are kept in memory only to save reading them again.
/// </summary>
sealed class BackgroundDetector(int modelId, DetectionsTable detections, IBlobStore blobs) : IDetector
{
    /// <summary>Other pictures that a picture is compared with.</summary>
    const int HistoryMax = 12;

    /// <summary>Frames kept in memory, of 77 KB each: 46 MB.</summary>
    const int FramesMax = 600;

    readonly ConcurrentDictionary<Guid, byte[]> _frames = new();
    readonly ConcurrentQueue<Guid> _oldest = new();

    public int ModelId => modelId;

    public async Task<Detected> DetectAsync(
        CaptureToDetect capture, ReadOnlyMemory<byte> jpeg, CancellationToken cancellationToken)
    {
        using var image = JpegCodec.Decode(jpeg.Span, BackgroundDifference.Width).Image;
        if (image is null)
        {
            return new Detected([], null);
        }

        var neighbours = await detections.FindNeighboursAsync(
            capture, PictureTone.Of(image).IsGrey, HistoryMax, cancellationToken);
        if (neighbours.Count < BackgroundDifference.HistoryMin)
        {
            return new Detected([], null);
        }

        var history = new List<byte[]>(neighbours.Count);
        foreach (var neighbour in neighbours)
        {
            if (await ReadFrameAsync(neighbour, cancellationToken) is { } frame)
            {
                history.Add(frame);
            }
        }

        if (history.Count < BackgroundDifference.HistoryMin)
        {
            return new Detected([], null);
        }

        var own = ToFrame(image);
        Keep(capture.Id, own);
        // A scene that changed as a whole says nothing of animals; the new scene's own pictures become the history.
        var difference = BackgroundDifference.Compare(own, history);
        return new Detected(
            [.. difference.Boxes.Select(b => new DetectionRow(
                Category.Movement, b.Score, b.Left, b.Top, b.Right - b.Left, b.Bottom - b.Top))],
            null);
    }

    async Task<byte[]?> ReadFrameAsync(NeighbourCapture neighbour, CancellationToken cancellationToken)
    {
        if (_frames.TryGetValue(neighbour.Id, out var kept))
        {
            return kept;
        }

        var path = DerivedPaths.Thumbnail(neighbour.BlobPath, neighbour.ThumbnailVersion, neighbour.Width);
        using var thumbnail = await BlobBytes.TryReadAsync(blobs, path, cancellationToken);
        if (thumbnail is null)
        {
            return null;
        }

        using var image = JpegCodec.Decode(thumbnail.Span, BackgroundDifference.Width, channels: 1).Image;
        if (image is null)
        {
            return null;
        }

        var frame = ToFrame(image);
        Keep(neighbour.Id, frame);
        return frame;
    }

    void Keep(Guid captureId, byte[] frame)
    {
        if (_frames.TryAdd(captureId, frame))
        {
            _oldest.Enqueue(captureId);
        }

        while (_frames.Count > FramesMax && _oldest.TryDequeue(out var oldest))
        {
            _frames.TryRemove(oldest, out _);
        }
    }

    static byte[] ToFrame(PixelImage image)
    {
        using var luma = image.ToLuma();
        using var frame = Resampler.Resize(luma, BackgroundDifference.Width, BackgroundDifference.Height);
        return frame.Pixels.ToArray();
    }
}
