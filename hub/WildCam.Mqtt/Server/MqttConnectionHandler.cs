using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;

namespace WildCam.Mqtt;

/// <summary>
/// Kestrel's way in: <c>kestrel.Listen(address, port, o => o.UseConnectionHandler&lt;MqttConnectionHandler&gt;())</c>,
/// with <c>o.UseHttps(...)</c> before it for MQTT over TLS.
/// </summary>
public sealed class MqttConnectionHandler(MqttServer server) : ConnectionHandler
{
    public override Task OnConnectedAsync(ConnectionContext connection) => server.RunAsync(connection);
}

/// <summary>Registers the listener.</summary>
public static class MqttServerRegistration
{
    /// <summary>
    /// Adds the one <see cref="MqttServer"/>; an <see cref="IMqttApplication"/>, a <see cref="TimeProvider"/> and
    /// logging must be registered too.
    /// </summary>
    public static IServiceCollection AddMqttServer(
        this IServiceCollection services, Func<IServiceProvider, MqttServerOptions> options) =>
        services
            .AddSingleton(options)
            .AddSingleton<MqttServer>();
}
