using WildCam.Hub.Hosting;
using WildCam.Hub.Hosting.Orders;
using WildCam.Mqtt;
using WildCam.Storage;
using WildCam.Storage.Events;
using WildCam.Storage.Orders;
using WildCam.Wire;

namespace WildCam.Hub.Orders;

/// <summary>
/// "config": what a camera does, and what it would not. One that lost its settings is sent them again at once.
/// </summary>
sealed partial class ConfigWord(
    SettingsTable settings, SettingsOutbox outbox, PageNews news, OrderMetrics metrics, ILogger<ConfigWord> log)
    : ICameraWord
{
    public string Word => Topics.Config;

    public MqttVerdict Receive(CameraLink link, in MqttPublication publication)
    {
        var count = publication.CopyToScratch();
        if (count < 0 || !ConfigReport.TryRead(CameraMessage.Scratch, 0, count, out var report))
        {
            metrics.Report("unreadable");
            return MqttVerdict.Acknowledge;
        }

        return link.TryBegin(() => NoteAsync(link, report)) ? MqttVerdict.Acknowledge : MqttVerdict.Close;
    }

    async Task NoteAsync(CameraLink link, ConfigReport report)
    {
        var camera = link.Camera;
        var refused = SettingFields.All
            .Select(f => (f.Name, Code: report.CodeOf(f.Field)))
            .Append((Name: SettingFields.Version, Code: report.CodeOf(ConfigFields.ConfigVersion)))
            .Where(f => f.Code != RefusalCodes.None)
            .ToDictionary(f => f.Name, f => (int)f.Code, StringComparer.Ordinal);
        try
        {
            var isNews = await settings.ReportAsync(
                camera.Id, report.InForce.ConfigVersion, SettingsWire.FromWire(report.InForce), refused,
                CancellationToken.None);
            metrics.Report(!isNews ? "known" : refused.Count > 0 ? "refused" : "taken");
            if (isNews)
            {
                await news.TellAsync(
                    [new PageEvent(camera.ProjectId, PageEventKinds.Camera, camera.Code, null)],
                    CancellationToken.None);
                await outbox.SendAsync(link, isHello: false, CancellationToken.None);
            }
        }
        catch (Exception fault) when (DatabaseFault.Is(fault))
        {
            // It reports again at its next hello.
            NotNoted(log, camera.Code, fault.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "What camera {Camera} reports of its settings was not noted: {Reason}")]
    static partial void NotNoted(ILogger logger, string camera, string reason);
}
