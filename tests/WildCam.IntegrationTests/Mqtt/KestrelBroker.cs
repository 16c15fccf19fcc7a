using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WildCam.Mqtt;

namespace WildCam.IntegrationTests.Mqtt;

/// <summary>
/// The listener on Kestrel, plain and TLS, with an application that hands every message on to whoever subscribed: so
/// that a foreign publisher and a foreign subscriber meet in it.
/// </summary>
sealed class KestrelBroker : IMqttApplication, IAsyncDisposable
{
    public const string Password = "secret";

    readonly ConcurrentDictionary<long, MqttServerConnection> _connections = new();
    WebApplication? _web;

    public int Port { get; private set; }

    public int TlsPort { get; private set; }

    /// <summary>The authority of the TLS certificate, as a PEM file.</summary>
    public string AuthorityFile { get; } = Path.Combine(Path.GetTempPath(), $"wildcam-{Guid.NewGuid():N}.pem");

    public X509Certificate2 Authority { get; private set; } = null!;

    public MqttServer Server => _web!.Services.GetRequiredService<MqttServer>();

    public ConcurrentQueue<string> Arrivals { get; } = new();

    public ConcurrentQueue<MqttWill> Wills { get; } = new();

    public static async Task<KestrelBroker> StartAsync(MqttServerOptions? options = null)
    {
        var broker = new KestrelBroker();
        var certificate = broker.MakeCertificates();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IMqttApplication>(broker);
        builder.Services.AddMqttServer(_ => options ?? new MqttServerOptions());
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, o => o.UseConnectionHandler<MqttConnectionHandler>());
            kestrel.Listen(IPAddress.Loopback, 0, o =>
            {
                o.UseHttps(certificate);
                o.UseConnectionHandler<MqttConnectionHandler>();
            });
        });
        broker._web = builder.Build();
        await broker._web.StartAsync();
        var addresses = broker._web.Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!.Addresses;
        var ports = addresses.Select(a => new Uri(a).Port).ToList();
        (broker.Port, broker.TlsPort) = (ports[0], ports[1]);
        return broker;
    }

    public ValueTask<MqttAdmission> AdmitAsync(MqttServerConnection connection, CancellationToken cancellationToken)
    {
        if (connection.Request.UserName is not null
            && !(connection.Request.Password ?? []).AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(Password)))
        {
            return ValueTask.FromResult(MqttAdmission.BadCredentials);
        }

        _connections[connection.Id] = connection;
        return ValueTask.FromResult(MqttAdmission.Accepted);
    }

    public bool MaySubscribe(MqttServerConnection connection, string filter) => true;

    public ValueTask<MqttVerdict> ReceiveAsync(
        MqttServerConnection connection, MqttPublication publication, CancellationToken cancellationToken)
    {
        var payload = publication.Payload.ToArray();
        Arrivals.Enqueue($"{publication.Topic} {Encoding.UTF8.GetString(payload)}");
        HandOn(publication.Topic, payload, publication.Qos);
        return ValueTask.FromResult(MqttVerdict.Acknowledge);
    }

    public ValueTask ClosedAsync(MqttServerConnection connection, MqttWill? will, CancellationToken cancellationToken)
    {
        _connections.TryRemove(connection.Id, out _);
        if (will is not null)
        {
            Wills.Enqueue(will);
            HandOn(will.Topic, will.Payload, will.Qos);
        }

        return default;
    }

    /// <summary>Whether somebody subscribed to the topic.</summary>
    public bool HasSubscriber(string topic) => _connections.Values.Any(c => c.IsSubscribed(topic));

    public static async Task Until(Func<bool> condition, string what)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            Assert.False(timeout.IsCancellationRequested, "Not within 30 s: " + what);
            await Task.Delay(10, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _web!.StopAsync();
        await _web.DisposeAsync();
        File.Delete(AuthorityFile);
    }

    void HandOn(string topic, byte[] payload, MqttQos qos)
    {
        foreach (var subscriber in _connections.Values)
        {
            subscriber.TrySend(topic, payload, qos);
        }
    }

    X509Certificate2 MakeCertificates()
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authority = new CertificateRequest("CN=WildCam test authority", authorityKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var (from, to) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        using var signer = authority.CreateSelfSigned(from, to);
        Authority = X509CertificateLoader.LoadCertificate(signer.Export(X509ContentType.Cert));
        File.WriteAllText(AuthorityFile, signer.ExportCertificatePem());

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(signer, from, to, RandomNumberGenerator.GetBytes(8));
        using var withKey = certificate.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pfx), null);
    }
}
