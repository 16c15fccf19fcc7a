namespace WildCam.Hub.Jobs;

/// <summary>What a hub does of the queue; section WildCam:Jobs.</summary>
public sealed class JobsOptions
{
    public const string Section = "WildCam:Jobs";

    /// <summary>
    /// Whether this hub works on jobs. One that does not takes pictures in and shows pages, and leaves thumbnails and
    /// detection to the other hubs of its database.
    /// </summary>
    public bool Work { get; set; } = true;
}
