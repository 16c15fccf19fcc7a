using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging;
using WildCam.Mqtt;

namespace WildCam.Tests.Mqtt;

/// <summary>A message that came, copied.</summary>
sealed record Arrival(
    string User, string Topic, byte[] Payload, MqttQos Qos, ushort PacketId, bool IsDuplicate, bool IsRetained)
{
    public string Text => Encoding.UTF8.GetString(Payload);
}

/// <summary>
/// The server under test, without a network, with an application that remembers what it was told and decides by topic:
/// "refused/..", "closed/.." and "later/.." do what they say.
/// </summary>
sealed class TestBroker : IMqttApplication, IDisposable
{
    public const string Password = "secret";

    static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    readonly ConcurrentQueue<Task> _running = new();

    public TestBroker(MqttServerOptions? options = null, TimeProvider? time = null)
    {
        Server = new MqttServer(options ?? new MqttServerOptions(), this, time ?? TimeProvider.System, Log);
    }

    public MqttServer Server { get; }

    public ErrorLog Log { get; } = new();

    public ConcurrentQueue<Arrival> Arrivals { get; } = new();

    public ConcurrentQueue<(string ClientId, MqttWill? Will)> Endings { get; } = new();

    public ConcurrentQueue<MqttServerConnection> Admitted { get; } = new();

    public MqttAdmission Admission { get; set; } = MqttAdmission.Accepted;

    /// <summary>Holds the verdict of every message until set.</summary>
    public TaskCompletionSource? Brake { get; set; }

    public ValueTask<MqttAdmission> AdmitAsync(MqttServerConnection connection, CancellationToken cancellationToken)
    {
        var password = connection.Request.Password is { } bytes ? Encoding.UTF8.GetString(bytes) : null;
        if (connection.Request.UserName is not null && password != Password)
        {
            return ValueTask.FromResult(MqttAdmission.BadCredentials);
        }

        if (Admission == MqttAdmission.Accepted)
        {
            Admitted.Enqueue(connection);
        }

        return ValueTask.FromResult(Admission);
    }

    public bool MaySubscribe(MqttServerConnection connection, string filter) =>
        !filter.StartsWith("refused", StringComparison.Ordinal);

    public async ValueTask<MqttVerdict> ReceiveAsync(
        MqttServerConnection connection, MqttPublication publication, CancellationToken cancellationToken)
    {
        Arrivals.Enqueue(new Arrival(
            connection.Request.UserName ?? "", publication.Topic, publication.Payload.ToArray(), publication.Qos,
            publication.PacketId, publication.IsDuplicate, publication.IsRetained));
        if (Brake is { } brake)
        {
            await brake.Task.WaitAsync(cancellationToken);
        }

        return publication.Topic.Split('/')[0] switch
        {
            "refused" => MqttVerdict.Refuse,
            "closed" => MqttVerdict.Close,
            "later" => MqttVerdict.AcknowledgeLater,
            "broken" => throw new InvalidOperationException("The application fails on purpose."),
            _ => MqttVerdict.Acknowledge,
        };
    }

    public ValueTask ClosedAsync(MqttServerConnection connection, MqttWill? will, CancellationToken cancellationToken)
    {
        Endings.Enqueue((connection.Request.ClientId, will));
        return default;
    }

    /// <summary>A connection that speaks raw bytes.</summary>
    public RawPeer Open(int pauseBytes = 64 * 1024)
    {
        var connection = new MemoryConnection(pauseBytes);
        var running = Server.RunAsync(connection);
        _running.Enqueue(running);
        return new RawPeer(connection, running);
    }

    /// <summary>A connection of our client.</summary>
    public Task<MqttClient> ConnectAsync(MqttClientOptions options) =>
        MqttClient.ConnectAsync(Open().Connection.AsStream(), options, CancellationToken.None);

    /// <summary>Waits until the condition holds; fails at a deadline.</summary>
    public static async Task Until(Func<bool> condition, string what)
    {
        using var timeout = new CancellationTokenSource(Deadline);
        while (!condition())
        {
            Assert.False(timeout.IsCancellationRequested, $"Not within {Deadline}: {what}");
            await Task.Delay(5, CancellationToken.None);
        }
    }

    public void Dispose()
    {
        Server.Dispose();
        Assert.Empty(Log.Errors);
    }
}

/// <summary>A log that keeps errors.</summary>
sealed class ErrorLog : ILogger<MqttServer>
{
    public ConcurrentQueue<string> Errors { get; } = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (logLevel >= LogLevel.Error)
        {
            Errors.Enqueue($"{formatter(state, exception)} {exception}");
        }
    }
}
