namespace WildCam.Hub.Hosting;

/// <summary>Bounds of live previews that pages tell of.</summary>
static class StreamLimits
{
    /// <summary>A stream ends after this; whoever still looks asks again.</summary>
    public static readonly TimeSpan TimeMax = TimeSpan.FromMinutes(5);

    /// <summary>Cameras on one wall.</summary>
    public const int WallCamerasMax = 12;
}
