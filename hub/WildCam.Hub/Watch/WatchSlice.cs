using Microsoft.Extensions.DependencyInjection.Extensions;
using WildCam.Hub.Hosting;
using WildCam.Hub.Jobs;
using WildCam.Storage.Watch;

namespace WildCam.Hub.Watch;

/// <summary>
/// Watches the fleet and what it sees: what cameras measured, who is told when something is wrong or an animal came,
/// when cameras did not work.
/// </summary>
static class WatchSlice
{
    public static void AddWatch(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.TryAddSingleton<FleetListTable>();
        services.TryAddSingleton<AlertRulesTable>();
        services.AddSingleton<TelemetryHoursTable>();
        services.AddSingleton<TelemetryMonthsTable>();
        services.AddOptions<TelemetryOptions>().BindConfiguration(TelemetryOptions.Section).ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<IRecurringWork, FoldTelemetry>();
        services.AddSingleton<IRecurringWork, DropTelemetry>();
        services.AddSingleton<IRecurringWork, EstimateCameras>();
        services.AddOptions<AlertOptions>().BindConfiguration(AlertOptions.Section).ValidateDataAnnotations()
            .Validate(
                o => TrustedProxies.TryRead(o.AllowedNetworks, out _),
                "WildCam:Alerts:AllowedNetworks lists what is neither an address nor a network, such as 10.0.0.0/8.")
            .Validate(
                o => o.SmtpHost.Length == 0 || MimeKit.MailboxAddress.TryParse(o.SmtpFrom, out _),
                "WildCam:Alerts:SmtpFrom is no e-mail address; mails need one to come from.")
            .ValidateOnStart();
        services.TryAddSingleton<AlertsTable>();
        services.TryAddSingleton<AlertMessagesTable>();
        services.TryAddSingleton<ChannelSeal>();
        services.TryAddSingleton<PushKeysTable>();
        services.TryAddSingleton<PushKeys>();
        services.AddSingleton<MessageSender>();
        services.AddSingleton<IRecurringWork, EvaluateAlerts>();
        services.AddHostedService<MessageLoop>();
        services.AddHostedService<SpeciesAlertsLoop>();
        services.TryAddSingleton<OperationalGapsTable>();
        services.AddSingleton<IRecurringWork, ProposeGaps>();
    }
}
