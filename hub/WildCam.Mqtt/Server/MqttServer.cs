using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging;

namespace WildCam.Mqtt;

/// <summary>
/// All connections of the listener: their number, their identities, and the sweeper of their deadlines.
/// </summary>
public sealed partial class MqttServer : IDisposable
{
    /// <summary>How often deadlines are looked at; no deadline is shorter than two of them.</summary>
    static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);

    readonly ConcurrentDictionary<long, MqttServerConnection> _connections = new();
    readonly ConcurrentDictionary<ConnectionContext, long> _lingering = new();
    readonly Dictionary<(string? UserName, string ClientId), MqttServerConnection> _identities = [];
    readonly Lock _identitiesGate = new();
    readonly CancellationTokenSource _stopping = new();
    readonly ITimer _sweeper;
    readonly ILogger _logger;
    long _lastId;

    public MqttServer(
        MqttServerOptions options, IMqttApplication application, TimeProvider time, ILogger<MqttServer> logger)
    {
        options.Validate();
        Options = options;
        Application = application;
        Time = time;
        _logger = logger;
        _sweeper = time.CreateTimer(_ => Sweep(), null, SweepInterval, SweepInterval);
    }

    /// <summary>The limits in force.</summary>
    public MqttServerOptions Options { get; }

    /// <summary>Connections that are open, admitted or not.</summary>
    public int ConnectionCount => _connections.Count;

    internal IMqttApplication Application { get; }

    internal TimeProvider Time { get; }

    /// <summary>Serves one connection until it ends; never throws.</summary>
    public async Task RunAsync(ConnectionContext context)
    {
        if (_connections.Count >= Options.ConnectionsMax)
        {
            LogFull(Options.ConnectionsMax, context.RemoteEndPoint?.ToString());
            context.Abort();
            return;
        }

        var id = Interlocked.Increment(ref _lastId);
        var connection = new MqttServerConnection(this, id, context);
        _connections[id] = connection;
        try
        {
            var lifetime = context.Features.Get<IConnectionLifetimeNotificationFeature>();
            using var stopping = lifetime?.ConnectionClosedRequested.UnsafeRegister(
                static c => ((MqttServerConnection)c!).Close(
                    MqttReason.ServerShuttingDown, "The server is shutting down."),
                connection);
            await connection.RunAsync();
        }
        finally
        {
            _connections.TryRemove(id, out _);

            // The transport sends its last bytes after we return, and would wait forever for a peer that does not read.
            if (!context.ConnectionClosed.IsCancellationRequested)
            {
                _lingering[context] = Time.GetTimestamp();
            }
        }
    }

    public void Dispose()
    {
        _sweeper.Dispose();

        // Not disposed: a connection that ends after this still asks for its token, and it holds no handle.
        _stopping.Cancel();
    }

    /// <summary>
    /// Enters an admitted connection under its identity; an older one of the same identity is closed.
    /// </summary>
    /// <remarks>
    /// MQTT 3.1.1 [MQTT-3.1.4-2], MQTT 5.0 [MQTT-3.1.4-3], with the user name beside the client identifier, so that one
    /// camera cannot close another's connection by borrowing its identifier.
    /// </remarks>
    internal void Join(MqttServerConnection connection)
    {
        var identity = Identity(connection);
        MqttServerConnection? older;
        lock (_identitiesGate)
        {
            _identities.TryGetValue(identity, out older);
            _identities[identity] = connection;
        }

        older?.Close(MqttReason.SessionTakenOver, "The same client connected again.");
        if (connection.Closed.IsCancellationRequested)
        {
            Leave(connection);
        }
    }

    internal void Leave(MqttServerConnection connection)
    {
        if (!connection.WasOpened)
        {
            return;
        }

        lock (_identitiesGate)
        {
            var identity = Identity(connection);
            if (_identities.TryGetValue(identity, out var current) && current == connection)
            {
                _identities.Remove(identity);
            }
        }
    }

    internal async Task ReportClosedAsync(MqttServerConnection connection, MqttWill? will)
    {
        try
        {
            await Application.ClosedAsync(connection, will, _stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The server is gone; whoever left it is not news any more.
        }
        catch (Exception e)
        {
            LogBroken(e, connection.Id);
        }
    }

    static (string? UserName, string ClientId) Identity(MqttServerConnection connection) =>
        (connection.Request.UserName, connection.Request.ClientId);

    void Sweep()
    {
        foreach (var (_, connection) in _connections)
        {
            connection.Sweep();
        }

        foreach (var (context, since) in _lingering)
        {
            if (context.ConnectionClosed.IsCancellationRequested)
            {
                _lingering.TryRemove(context, out _);
            }
            else if (Time.GetElapsedTime(since) > Options.CloseTimeout)
            {
                _lingering.TryRemove(context, out _);
                context.Abort();
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning,
        "A connection from {Remote} was closed at once: {ConnectionsMax} connections are open (ConnectionsMax)")]
    partial void LogFull(int connectionsMax, string? remote);

    [LoggerMessage(2, LogLevel.Debug, "Connection {Id} of {User} closed ({Reason}): {Text}")]
    internal partial void LogClosed(long id, string? user, string text, MqttReason reason);

    [LoggerMessage(3, LogLevel.Error, "Connection {Id} was closed: handling a packet failed")]
    internal partial void LogBroken(Exception e, long id);
}
