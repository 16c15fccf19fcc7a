using System.Globalization;
using WildCam.Storage.Cameras;

namespace WildCam.Hub.Desk;

/// <summary>Visits and waiting boards, in words.</summary>
static class FieldWords
{
    public static string What(Visit visit) => (visit.IsBatteryChanged, visit.IsCardChanged) switch
    {
        (true, true) => "Battery and card changed",
        (true, false) => "Battery changed",
        (false, true) => "Card changed",
        _ => visit.Latitude is not null ? "Placed" : "Visited",
    };

    /// <summary>Five decimals are a metre.</summary>
    public static string? Place(Visit visit) => visit is { Latitude: { } latitude, Longitude: { } longitude }
        ? string.Create(CultureInfo.InvariantCulture, $"{latitude:0.00000}, {longitude:0.00000}")
            + (visit.AccuracyMetres is { } metres
                ? string.Create(CultureInfo.InvariantCulture, $" (within {Math.Ceiling(metres):0}\u00a0m)")
                : "")
        : null;

    public static string StateOf(EnrolmentState state) => state switch
    {
        EnrolmentState.Unused => "No board came with it yet",
        EnrolmentState.Waiting => "A board waits",
        EnrolmentState.Accepted => "Accepted, until its first sign-in",
        EnrolmentState.Spent => "Used",
        EnrolmentState.Rejected => "Rejected",
        EnrolmentState.Revoked => "Taken back",
        _ => "Its time is over",
    };

    public static string Refused(EnrolmentRefusal refusal) => refusal switch
    {
        EnrolmentRefusal.NoSuchCamera => "The project has no camera of this code.",
        EnrolmentRefusal.CameraRevoked => "This camera is revoked. Add another one for the board.",
        EnrolmentRefusal.NotOpen => "The code was used, rejected or taken back meanwhile, or its time is over.",
        EnrolmentRefusal.TooMany => $"The project has {CameraEnrolment.OpenMax} open codes. Take some back.",
        _ => "This code does not exist.",
    };
}
