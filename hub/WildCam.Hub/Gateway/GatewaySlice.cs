using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using WildCam.Hub.Hosting;
using WildCam.Mqtt;

namespace WildCam.Hub.Gateway;

/// <summary>Cameras come in here: MQTT listeners, credentials, presence, telemetry.</summary>
static class GatewaySlice
{
    public static void AddGateway(this WebApplicationBuilder builder)
    {
        var options = builder.Configuration.GetSection(GatewayOptions.Section).Get<GatewayOptions>() ?? new();
        var hub = builder.Configuration.GetSection(HubOptions.Section).Get<HubOptions>() ?? new();
        builder.Services.AddOptions<GatewayOptions>().BindConfiguration(GatewayOptions.Section)
            .ValidateDataAnnotations().ValidateOnStart();
        builder.Services
            .AddSingleton<GatewayMetrics>()
            .AddSingleton<CameraMessages>()
            .AddSingleton<IMqttApplication, GatewayApplication>()
            .AddMqttServer(_ => new MqttServerOptions { ConnectionsMax = options.ConnectionsMax })
            .AddSingleton<ICameraWord, HelloWord>()
            .AddSingleton<ICameraWord, SleepWord>()
            .AddSingleton<Heartbeats>()
            .AddSingleton<ICameraWord>(services => services.GetRequiredService<Heartbeats>())
            .AddHostedService(services => services.GetRequiredService<Heartbeats>())
            .AddSingleton<EnrolmentDoor>()
            .AddHostedService(services => services.GetRequiredService<EnrolmentDoor>())
            .AddSingleton<CameraDirectory>()
            .AddHostedService(services => services.GetRequiredService<CameraDirectory>());
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            var address = IPAddress.Parse(hub.BindAddress);
            if (options.MqttPort != 0)
            {
                kestrel.Listen(address, options.MqttPort, l => l.UseConnectionHandler<MqttConnectionHandler>());
            }

            if (options.MqttTlsPort != 0)
            {
                var certificate = LoadCertificate(options, hub);
                kestrel.Listen(address, options.MqttTlsPort, l =>
                {
                    l.UseHttps(certificate);
                    l.UseConnectionHandler<MqttConnectionHandler>();
                });
            }
        });
    }

    static X509Certificate2 LoadCertificate(GatewayOptions options, HubOptions hub) =>
        options.CertificateFile.Length > 0
            ? X509Certificate2.CreateFromPemFile(
                options.CertificateFile, options.KeyFile.Length > 0 ? options.KeyFile : null)
            : HubCertificates.LoadOrCreate(
                Path.Combine(hub.DataFolder, "certificates"),
                HubCertificates.LocalNames().Concat(options.CertificateNames.Split(
                    ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)));
}
