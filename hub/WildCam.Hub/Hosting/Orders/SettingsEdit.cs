using WildCam.Storage.Orders;

namespace WildCam.Hub.Hosting.Orders;

/// <summary>Some settings to be changed; what is null stays as it is. A preset goes first.</summary>
public record SettingsEdit(
    string? Preset = null, string? CaptureMode = null, int? BurstCount = null, int? BurstGapMilliseconds = null,
    int? JpegQuality = null, string? Resolution = null, string? QuietFrom = null, string? QuietUntil = null,
    string? UploadMode = null, IReadOnlyList<int>? UploadHours = null, long? HeartbeatSeconds = null,
    long? TimelapseSeconds = null)
{
    /// <summary>The settings with this change, for a camera at a site with this offset.</summary>
    public CameraSettings Apply(CameraSettings now, int siteOffsetMinutes)
    {
        var set = Preset is { } word && Presets.Find(word) is { } preset ? preset.Apply(now) : now;
        return set with
        {
            CaptureMode = CaptureMode ?? set.CaptureMode,
            BurstCount = BurstCount ?? set.BurstCount,
            BurstGapMilliseconds = BurstGapMilliseconds ?? set.BurstGapMilliseconds,
            JpegQuality = JpegQuality ?? set.JpegQuality,
            Resolution = Resolution ?? set.Resolution,
            QuietFrom = QuietFrom ?? set.QuietFrom,
            QuietUntil = QuietUntil ?? set.QuietUntil,
            UploadMode = UploadMode ?? set.UploadMode,
            UploadHours = UploadHours ?? set.UploadHours,
            HeartbeatSeconds = HeartbeatSeconds ?? set.HeartbeatSeconds,
            TimelapseSeconds = TimelapseSeconds ?? set.TimelapseSeconds,
            SiteOffsetMinutes = siteOffsetMinutes,
        };
    }
}

/// <summary>What became of an edit.</summary>
/// <param name="Now">The camera's settings after it, or those that stand against it; null: there is no camera.</param>
/// <param name="Wrong">Fields that no camera would take; nothing was changed then.</param>
sealed record SettingsEdited(SettingsRefusal Refusal, SettingsRow? Now, IReadOnlyList<SettingField> Wrong);

/// <summary>Changes settings by the camera's own rules. Pages, API and command line alike come through here.</summary>
sealed class SettingsEditor(SettingsTable settings, TimeProvider time)
{
    /// <summary>Edits one camera; with the version that was seen, only where it is still the one.</summary>
    public async Task<SettingsEdited> EditAsync(
        int cameraId, SettingsEdit edit, long? seenVersion, Storage.Accounts.Actor actor,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<SettingField> wrong = [];
        var (refusal, now) = await settings.ChangeAsync(
            cameraId, seenVersion, row => Change(row, edit, out wrong), actor, cancellationToken);
        return new SettingsEdited(refusal, now, wrong);
    }

    /// <summary>
    /// Edits every camera of a tag, each from its own settings. One that would not take the result keeps its own; those
    /// that were changed or were so already are given, by code, and the fields that were wrong anywhere.
    /// </summary>
    public async Task<(IReadOnlyList<string> Cameras, IReadOnlyList<SettingField> Wrong)> EditTaggedAsync(
        int projectId, string tag, SettingsEdit edit, Storage.Accounts.Actor actor,
        CancellationToken cancellationToken)
    {
        var anywhere = new HashSet<SettingField>();
        var cameras = await settings.ChangeTaggedAsync(
            projectId, tag,
            row =>
            {
                var changed = Change(row, edit, out var wrong);
                anywhere.UnionWith(wrong);
                return changed;
            },
            actor, cancellationToken);
        return (cameras, [.. anywhere]);
    }

    /// <summary>
    /// Takes a change back that the camera has not taken yet: it is wanted to go on as it does. Under a new version,
    /// since the withdrawn one may be on its way.
    /// </summary>
    public async Task<SettingsEdited> WithdrawAsync(
        int cameraId, Storage.Accounts.Actor actor, CancellationToken cancellationToken)
    {
        var (refusal, now) = await settings.ChangeAsync(
            cameraId, null, row => row.IsWaiting ? SettingsWire.InForce(row) : null, actor, cancellationToken);
        return new SettingsEdited(refusal, now, []);
    }

    CameraSettings? Change(SettingsRow row, SettingsEdit edit, out IReadOnlyList<SettingField> wrong)
    {
        var wanted = SettingsWire.Wanted(row);
        var changed = edit.Apply(wanted, SettingsWire.OffsetMinutes(row.TimeZone, time.GetUtcNow()));
        wrong = SettingFields.Wrong(changed);
        var isSame = row.Desired is not null && SettingFields.Compare(wanted, changed).Count == 0;
        return wrong.Count > 0 || isSame ? null : changed;
    }
}
