namespace WildCam.Simulator.Scenes;

/// <summary>How a camera on a tree sees the ground: metres to pixels.</summary>
/// <param name="Width">Of the picture, in pixels.</param>
/// <param name="Height">Of the picture, in pixels.</param>
/// <param name="Horizon">Row of the horizon in the middle of the picture.</param>
/// <param name="Tilt">Rows that the horizon falls per column.</param>
/// <param name="CameraHeight">Above the ground, in metres.</param>
readonly record struct Perspective(int Width, int Height, float Horizon, float Tilt, float CameraHeight)
{
    /// <summary>Farthest distance that the depth layer tells apart, in metres.</summary>
    public const float FarMetres = 200;

    /// <summary>Depth of the sky.</summary>
    public const byte Sky = 255;

    static readonly float LogFar = MathF.Log(FarMetres);

    /// <summary>Pixels of one metre at one metre; a field of view of about 45 degrees.</summary>
    public float Focal => Width * 1.2f;

    /// <summary>Pixels of one metre at a distance.</summary>
    public float Scale(float metres) => Focal / metres;

    public float HorizonAt(float column) => Horizon + (Tilt * (column - (Width / 2f)));

    /// <summary>Row where the ground is at a distance.</summary>
    public float GroundRow(float column, float metres) => HorizonAt(column) + (CameraHeight * Focal / metres);

    /// <summary>Distance of the ground that a pixel below the horizon shows, in metres.</summary>
    public float GroundMetres(float column, float row)
    {
        var below = row - HorizonAt(column);
        return below <= 0.5f ? FarMetres : Math.Min(FarMetres, CameraHeight * Focal / below);
    }

    /// <summary>Distance as the depth layer holds it: logarithmic, 2 % a step.</summary>
    public static byte Depth(float metres) =>
        (byte)Math.Clamp(254f * MathF.Log(Math.Max(1f, metres)) / LogFar, 0f, 254f);

    public static float Metres(byte depth) => MathF.Exp(depth / 254f * LogFar);
}
