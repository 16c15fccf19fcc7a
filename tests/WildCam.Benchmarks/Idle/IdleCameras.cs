using System.Text;
using WildCam.Mqtt;
using WildCam.Simulator.Cameras;
using WildCam.Wire;

namespace WildCam.Benchmarks.Idle;

/// <summary>Cameras that connected, listen and said hello; from then on they ping.</summary>
sealed class IdleCameras : IAsyncDisposable
{
    const int ConnectsAtOnce = 32;
    const ushort KeepAliveSeconds = 60;

    readonly List<MqttClient> _clients = [];

    /// <summary>Connects some more.</summary>
    public async Task ConnectAsync(
        int port, IEnumerable<CameraAccount> cameras, CancellationToken cancellationToken)
    {
        foreach (var some in cameras.Chunk(ConnectsAtOnce))
        {
            _clients.AddRange(await Task.WhenAll(some.Select(c => ConnectAsync(port, c, cancellationToken))));
        }
    }

    public int Count => _clients.Count;

    /// <summary>Sends at least once; returns when it is acknowledged.</summary>
    public Task PublishAsync(int camera, string topic, byte[] payload, CancellationToken cancellationToken) =>
        _clients[camera].PublishAsync(topic, payload, MqttQos.AtLeastOnce, cancellationToken);

    /// <exception cref="WorldException">One of them is not connected any more.</exception>
    public void CheckAll()
    {
        var lost = _clients.Find(c => !c.IsConnected);
        Must.Hold(lost is null, $"A camera's connection ended: {lost?.Closed.Result}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            await client.DisposeAsync();
        }
    }

    static async Task<MqttClient> ConnectAsync(int port, CameraAccount camera, CancellationToken cancellationToken)
    {
        var client = await MqttClient.ConnectAsync(
            new MqttClientOptions
            {
                Host = "127.0.0.1",
                Port = port,
                ClientId = camera.Code,
                UserName = camera.Code,
                Password = Encoding.ASCII.GetBytes(camera.Password),
                KeepAliveSeconds = KeepAliveSeconds,
                Will = new MqttWill(
                    Topics.Up(camera.Code, Topics.Will), "1:1:1"u8.ToArray(), MqttQos.AtLeastOnce, Retain: false),
            },
            cancellationToken);
        await client.SubscribeAsync(Topics.AllDown(camera.Code), MqttQos.AtLeastOnce, cancellationToken);
        var hello = new byte[Hello.Bytes];
        new Hello { Boot = 1, Session = 1, ClockEpoch = 1, ClockSeconds = 1000, SpoolId = 1 }.Write(hello, 0);
        await client.PublishAsync(
            Topics.Up(camera.Code, Topics.Hello), hello, MqttQos.AtLeastOnce, cancellationToken);
        return client;
    }
}
