namespace WildCam.Storage;

/// <summary>What a thing on a picture is. "Animal" is never a species; a species is a taxon.</summary>
public enum Category : short
{
    Animal = 1,
    Person = 2,
    Vehicle = 3,
    Blank = 4,

    /// <summary>Found by background difference: something changed, nobody says what.</summary>
    Movement = 5,
}

/// <summary>Who says what is on a picture.</summary>
public enum IdentificationSource : short
{
    Model = 1,
    Person = 2,
    Simulator = 3,
}

/// <summary>What may still be missing of a capture; bits of captures.stages_missing.</summary>
[Flags]
public enum CaptureStages
{
    None = 0,
    Thumbnail = 1,
    Exif = 2,
    Detection = 4,
    Event = 8,
    All = Thumbnail | Exif | Detection | Event,
}

/// <summary>How far the time of a capture can be trusted.</summary>
public enum ClockQuality : short
{
    /// <summary>The camera's clock epoch is anchored to hub time.</summary>
    Anchored = 1,

    /// <summary>Between two captures whose time is known.</summary>
    Bounded = 2,

    /// <summary>The device's own claim, or the EXIF of an import.</summary>
    Device = 3,

    /// <summary>The device's claim was absurd: the time of arrival stands in. Shown as suspect.</summary>
    Received = 4,

    /// <summary>The device's claim, moved by a person who knew how wrong its clock was.</summary>
    Corrected = 5,
}

/// <summary>What a person may do in a project.</summary>
public enum Role : short
{
    Viewer = 1,
    Researcher = 2,
    Manager = 3,
}

/// <summary>Kinds of background jobs; jobs.kind.</summary>
public static class JobKinds
{
    public const string Thumbnail = "thumbnail";
    public const string Exif = "exif";
    public const string Detection = "detection";
    public const string Event = "event";

    /// <summary>Writes a project's report; the subject is the report's id.</summary>
    public const string Report = "report";

    /// <summary>A step over many events; the subject is the step's id.</summary>
    public const string Bulk = "bulk";

    /// <summary>A correction of a camera's clock; the subject is its id.</summary>
    public const string Clock = "clock";

    /// <summary>Counts again which boxes of a camera count; the subject is a suppression's id.</summary>
    public const string Suppression = "suppression";

    /// <summary>One species of a project becomes another; the subject is the merger's number.</summary>
    public const string Merge = "merge";

    /// <summary>Writes a file of a project's data; the subject is the export's id.</summary>
    public const string Export = "export";

    /// <summary>Files pictures of a camera where it stood; the subject is its id and a time.</summary>
    public const string Refile = "refile";

    /// <summary>Every kind, for pages that show those without jobs too.</summary>
    public static IReadOnlyList<string> All { get; } =
        [Thumbnail, Exif, Detection, Event, Bulk, Clock, Suppression, Merge, Export, Refile];
}

/// <summary>Channels of NOTIFY; each is only a hint, and each listener also polls.</summary>
public static class Channels
{
    /// <summary>Jobs became ready; the payload is a kind.</summary>
    public const string Jobs = "wildcam_jobs";

    /// <summary>A camera changed (revoked, new credential, moved); the payload is its code.</summary>
    public const string Cameras = "wildcam_cameras";

    /// <summary>Something waits for a camera; the payload is its id, or empty where it is many.</summary>
    public const string Calls = "wildcam_calls";

    /// <summary>Page events were written; the payload is a project id.</summary>
    public const string Pages = "wildcam_pages";
}
