using WildCam.Hub.Hosting.Orders;
using WildCam.Hub.Jobs;
using WildCam.Storage.Accounts;
using WildCam.Storage.Orders;

namespace WildCam.Hub.Orders;

/// <summary>
/// Cameras know their site's clock as a distance to UTC. It changes with summer time, and when a camera is moved.
/// </summary>
sealed class FollowSiteTime(SettingsTable settings, TimeProvider time) : IRecurringWork
{
    const int PageMax = 1000;

    public string Name => "site-time";

    public string Title => "Tell cameras when their site's clock changes";

    public TimeSpan Every => TimeSpan.FromMinutes(15);

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var changed = 0;
        for (var after = 0; ;)
        {
            var page = await settings.ListForSiteTimeAsync(after, PageMax, cancellationToken);
            foreach (var (cameraId, known, timeZone) in page)
            {
                after = cameraId;
                if (known != SettingsWire.OffsetMinutes(timeZone, now))
                {
                    var (refusal, _) = await settings.ChangeAsync(
                        cameraId, null, row => Follow(row, now), Actor.Hub, cancellationToken);
                    changed += refusal == SettingsRefusal.None ? 1 : 0;
                }
            }

            if (page.Count < PageMax)
            {
                return changed switch
                {
                    0 => "All know it.",
                    1 => "1 camera is told.",
                    _ => $"{changed} cameras are told.",
                };
            }
        }
    }

    static CameraSettings? Follow(SettingsRow row, DateTimeOffset now) => row.Desired is { } desired
        ? desired with { SiteOffsetMinutes = SettingsWire.OffsetMinutes(row.TimeZone, now) }
        : null;
}
