using WildCam.Storage.Orders;
using WildCam.Wire;

namespace WildCam.Hub.Hosting.Orders;

/// <summary>A command as it is offered to people and programs.</summary>
/// <param name="Word">One of <see cref="CommandWords"/>.</param>
/// <param name="Kind">What the wire calls it, a value of <see cref="CommandKinds"/>.</param>
/// <param name="Lasting">
/// How long it is worth while where nobody says: a sleeping camera must have woken up by then.
/// </param>
sealed record CommandFacts(string Word, byte Kind, TimeSpan Lasting);

/// <summary>What a camera may be told to do.</summary>
static class CommandCatalogue
{
    /// <summary>Bounds of the time that a command is worth while.</summary>
    public static readonly TimeSpan LastingMin = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan LastingMax = TimeSpan.FromDays(90);

    /// <summary>Longest preview by one command, in seconds: what the camera takes.</summary>
    public const int PreviewSecondsMax = 120;

    public const int PreviewSecondsDefault = 60;

    static readonly TimeSpan Soon = TimeSpan.FromMinutes(15);
    static readonly TimeSpan Day = TimeSpan.FromDays(1);

    public static IReadOnlyList<CommandFacts> All { get; } =
    [
        new(CommandWords.CaptureNow, CommandKinds.CaptureNow, Day),
        new(CommandWords.TestPattern, CommandKinds.TestPattern, Day),
        new(CommandWords.UploadBacklog, CommandKinds.UploadBacklog, 7 * Day),
        new(CommandWords.Identify, CommandKinds.Identify, Soon),
        new(CommandWords.Preview, CommandKinds.Preview, Soon),
        new(CommandWords.DropReceipted, CommandKinds.DropReceipted, 7 * Day),
        new(CommandWords.Reboot, CommandKinds.Reboot, Day),
        new(CommandWords.FullFrame, CommandKinds.FullFrame, 30 * Day),
    ];

    public static CommandFacts? Find(string word) =>
        All.FirstOrDefault(c => string.Equals(c.Word, word, StringComparison.Ordinal));
}
