using System.Globalization;
using WildCam.Storage.Clocks;

namespace WildCam.Hub.Desk;

/// <summary>The words of wrong clocks.</summary>
static class ClockWords
{
    static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    public const string Nothing =
        "No picture of this camera in this span has a time that only its own clock knows: nothing to move.";
    public const string Future = "Some pictures would come to lie in the future. Choose a smaller offset.";
    public const string BadOffset =
        "Write the offset as days, hours, minutes and seconds: +0.06:02:00 moves pictures on by 6 h 02 min.";

    /// <summary>+0.06:02:00; what the field takes and shows.</summary>
    public static string Offset(TimeSpan offset) =>
        (offset < TimeSpan.Zero ? "-" : "+") + offset.Duration().ToString(@"d\.hh\:mm\:ss", Culture);

    public static TimeSpan? ParseOffset(string text)
    {
        var plain = text.Trim().TrimStart('+');
        return TimeSpan.TryParse(plain.Replace('\u2212', '-'), Culture, out var offset) ? offset : null;
    }

    public static string Lag(ClockProposal proposal) => proposal.FromImports
        ? "The cards' clock was absurd; what it should have been is known to you alone."
        : proposal.Offset > TimeSpan.Zero
            ? $"The clock is behind by {Texts.Lasting(proposal.Offset)} or less: no picture arrived sooner."
            : $"The clock is ahead by {Texts.Lasting(proposal.Offset.Duration())} or more: a picture arrived before.";

    public static string State(ClockCorrection correction) => correction.State switch
    {
        ClockState.Doing => $"{Texts.Number(correction.Done)} of {Texts.Pictures(correction.Total)} moved",
        ClockState.Done => $"{Texts.Pictures(correction.Done)} moved",
        ClockState.Undoing => $"Is taken back, {Texts.Pictures(correction.Done)} left",
        _ => "Taken back",
    };
}
