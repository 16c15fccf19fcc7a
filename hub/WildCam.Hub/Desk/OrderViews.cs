using System.Globalization;
using WildCam.Hub.Hosting.Orders;
using WildCam.Storage.Cameras;
using WildCam.Storage.Orders;

namespace WildCam.Hub.Desk;

/// <summary>What the settings page of a camera shows.</summary>
/// <param name="Typed">What was typed and stands against what others wrote, or is wrong; null: nothing.</param>
/// <param name="Wrong">Fields of it that no camera would take.</param>
public sealed record SettingsView(
    CameraOverview Camera, SettingsRow Row, IReadOnlyList<string> Tags, IReadOnlyList<(string Tag, int Cameras)> All,
    SettingsForm? Typed, IReadOnlyList<SettingField> Wrong, bool IsConflict, string? Note, DateTimeOffset Now)
{
    public TimeZoneInfo Zone => SiteTime.Zone(Row.TimeZone);

    public IReadOnlyList<SettingDifference> Waiting => SettingFields.Waiting(Row);

    /// <summary>The values in the form: what was typed, else what is wanted.</summary>
    public CameraSettings Values => Typed is { } typed
        ? typed.Edit.Apply(SettingsWire.Wanted(Row), SettingsWire.Wanted(Row).SiteOffsetMinutes)
        : SettingsWire.Wanted(Row);
}

/// <summary>What was typed into the form of settings.</summary>
public sealed record SettingsForm(SettingsEdit Edit, long Seen, string Tag)
{
    public static SettingsForm Read(IFormCollection form)
    {
        var preset = form["preset"].ToString();
        var seen = long.TryParse(form["seen"], NumberStyles.None, CultureInfo.InvariantCulture, out var v) ? v : -1;
        var edit = preset.Length > 0
            ? new SettingsEdit(Preset: Presets.Find(preset)?.Word)
            : new SettingsEdit(
                null, form["capture"].ToString(), Number(form["burst"]), Number(form["gap"]), Number(form["quality"]),
                form["size"].ToString(), form["quiet-from"].ToString(), form["quiet-until"].ToString(),
                form["upload"].ToString(), Hours(form), Number(form["check-in"]), Number(form["timer"]));
        return new SettingsForm(edit, seen, form["tag"].ToString());
    }

    // A box that is empty, or holds no number, is a value that the rules refuse.
    static int Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;

    static IReadOnlyList<int> Hours(IFormCollection form) => [.. form["hour"].Select(Number).Where(h => h >= 0)];
}

/// <summary>What the commands page of a camera shows.</summary>
public sealed record CommandsView(
    CameraOverview Camera, IReadOnlyList<CommandRow> Commands, bool HasMore, bool IsNewest, TimeZoneInfo Zone,
    string? Problem, DateTimeOffset Now);

/// <summary>What the wall of live previews shows.</summary>
public sealed record WallView(
    IReadOnlyList<CameraOverview> Chosen, IReadOnlyList<CameraOverview> All, int TooMany, TimeZoneInfo Zone,
    DateTimeOffset Now);
