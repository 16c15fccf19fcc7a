using WildCam.Imaging;
using WildCam.Storage.Detection;

namespace WildCam.Hub.Detection;

/// <summary>What a detector says of a picture; Problem is why it says nothing.</summary>
readonly record struct Detected(IReadOnlyList<DetectionRow> Rows, string? Problem);

/// <summary>Looks for animals, people and vehicles.</summary>
interface IDetector
{
    /// <summary>Under which model its findings are filed.</summary>
    int ModelId { get; }

    /// <summary>Width in pixels that a picture should at least be decoded to.</summary>
    int WidthMin { get; }

    /// <summary>Looks at a picture (RGB, as shown). May be called on many threads at once.</summary>
    Task<Detected> DetectAsync(CaptureToDetect capture, PixelImage image, CancellationToken cancellationToken);
}
