using WildCam.SimulatedHardware;

// nanoFramework.System.Device.Wifi and Networking.Sntp, as far as the firmware uses them.
namespace nanoFramework.Networking;

static class WifiNetworkHelper
{
    public static bool Reconnect(bool requiresDateTime, int wifiAdapterId, CancellationToken token)
    {
        _ = requiresDateTime;
        _ = wifiAdapterId;
        return Life.Current.World.Wifi.Join(token);
    }
}

static class Sntp
{
    public static string Server1 { get; set; } = "";

    public static void UpdateNow() => Life.Current.World.AskTimeServer(Server1);
}
