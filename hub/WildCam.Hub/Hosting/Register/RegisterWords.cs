using WildCam.Storage.Cameras;

namespace WildCam.Hub.Hosting.Register;

/// <summary>Why a camera was not added, changed or moved: what is wrong, and what helps.</summary>
static class RegisterWords
{
    public static string Refused(CameraRefusal refusal, string code) => refusal switch
    {
        CameraRefusal.CodeTaken =>
            $"The code {Shown(code)} is taken. Codes are unique on the whole hub: choose another one.",
        CameraRefusal.BadCode =>
            $"The code {Shown(code)} does not fit: 1 to 32 letters, digits and hyphens, no hyphen first, and neither "
            + "NEW nor MANY.",
        CameraRefusal.BadName =>
            $"A name has 1 to {CameraRegistration.NameCharsMax} characters, without control characters.",
        CameraRefusal.BadNotes => $"Notes have at most {CameraRegistration.NotesCharsMax} characters.",
        CameraRefusal.BadTags =>
            $"A camera has up to {CameraTagsTable.TagsMax} tags, each of 1 to 32 letters, digits and hyphens.",
        CameraRefusal.NoSuchSite => "The project has no such site. Choose one of the list, or add it first.",
        CameraRefusal.BadSite =>
            "A site needs a name with a letter or a digit, a time zone such as America/Denver, and both coordinates "
            + "or none.",
        CameraRefusal.SiteTaken => "There is a site of this name already. Choose it from the list.",
        CameraRefusal.BadTime =>
            "The time is to come, or before the camera came to where it stands. Tell when it was.",
        CameraRefusal.Revoked => $"The camera {Shown(code)} is used no more. Put it back to use first.",
        CameraRefusal.InUse => $"The camera {Shown(code)} is in use.",
        CameraRefusal.NoSuchCamera => $"There is no camera {Shown(code)} here.",
        _ => $"The camera {Shown(code)} was refused: {refusal}.",
    };

    public static string Refused(CameraMove move, string code, Func<DateTimeOffset, string> time) => move.Refusal switch
    {
        CameraRefusal.SameSite when move.Site is not null =>
            $"It stands at {move.Site} since {time(move.At!.Value)} already.",
        CameraRefusal.SameSite => "It stands nowhere already.",
        CameraRefusal.Overlaps =>
            $"It stood at {move.Site} at {time(move.At!.Value)}: a move is after that. What was is never edited.",
        CameraRefusal.BadTime => "The time is to come. Tell a move once it was made.",
        _ => Refused(move.Refusal, code),
    };

    static string Shown(string code) => code.ToUpperInvariant();
}
