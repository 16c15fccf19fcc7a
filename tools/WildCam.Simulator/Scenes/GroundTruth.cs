namespace WildCam.Simulator.Scenes;

/// <summary>What a picture really shows.</summary>
public enum SceneSubject
{
    Blank,
    Animal,
    Person,
    Vehicle,
}

/// <summary>A thing in a picture: 0 to 1 of the picture, from the top left.</summary>
public readonly record struct TruthBox(float X, float Y, float Width, float Height);

/// <summary>What was drawn, as far as it can be seen. A trigger's subject may have left: then the picture is
/// blank.</summary>
public sealed record GroundTruth(SceneSubject Subject, SimulatedSpecies? Species, IReadOnlyList<TruthBox> Boxes)
{
    public static GroundTruth Blank { get; } = new(SceneSubject.Blank, null, []);

    public int Count => Boxes.Count;
}
