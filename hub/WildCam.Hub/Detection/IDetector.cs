using WildCam.Storage.Detection;

namespace WildCam.Hub.Detection;

/// <summary>What a detector says of a picture; Problem is why it says nothing.</summary>
readonly record struct Detected(IReadOnlyList<DetectionRow> Rows, string? Problem);

/// <summary>Looks for animals, people and vehicles.</summary>
interface IDetector
{
    /// <summary>Under which model its findings are filed.</summary>
    int ModelId { get; }

    /// <summary>
    /// Looks at a picture's JPEG file; one that cannot be decoded has neither findings nor a problem. May be called on
    /// many threads at once.
    /// </summary>
    Task<Detected> DetectAsync(
        CaptureToDetect capture, ReadOnlyMemory<byte> jpeg, CancellationToken cancellationToken);
}
