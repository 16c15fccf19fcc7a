using WildCam.Storage;

namespace WildCam.Hub.Imports;

/// <summary>Which tool wrote a file of predictions.</summary>
public enum PredictionFormat
{
    MegaDetector,
    Microsoft,
    SpeciesNet,
}

/// <summary>One thing on a picture: its box as the file has it, in shares or in pixels from the left and top.</summary>
public sealed record PredictedThing(
    Category Category, string? Species, double Confidence, double X, double Y, double Width, double Height);

/// <summary>What a file says of one picture.</summary>
/// <param name="Index">Its place in the file, from 1, for complaints.</param>
/// <param name="Problem">Why it cannot be taken; null: it can.</param>
/// <param name="InPixels">Boxes are in pixels, so that the picture's size must be known.</param>
public sealed record Prediction(
    int Index, string File, IReadOnlyList<PredictedThing> Things, string? Problem, bool InPixels);

/// <summary>A file of predictions.</summary>
public sealed record PredictionFile(
    PredictionFormat Format, string? Model, IReadOnlyList<Prediction> Predictions);
