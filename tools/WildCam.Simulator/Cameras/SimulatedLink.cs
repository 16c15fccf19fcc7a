using System.Buffers;
using System.Collections.Concurrent;
using WildCam.Camera;
using WildCam.Camera.Ports;
using WildCam.Mqtt;
using WildCam.Simulator.Scenes;
using WildCam.Wire;

namespace WildCam.Simulator.Cameras;

/// <summary>The camera loses power here: what called is thrown away.</summary>
sealed class PowerCutException : Exception
{
    public PowerCutException()
    {
    }

    public PowerCutException(string message) : base(message)
    {
    }

    public PowerCutException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

/// <summary>Something that happened on the link, for the camera's own turn.</summary>
readonly record struct LinkEvent(int AcknowledgedId, string? Word, byte[]? Message);

/// <summary>
/// MQTT to the hub, with accidents on the way. Callbacks of the client only queue; the camera takes them in its turn.
/// </summary>
sealed class SimulatedLink(
    HubEndpoint hub, Identity identity, FaultOptions faults, ulong seed, Action wake) : ILink
{
    /// <summary>Messages of the hub that wait for the camera; beyond it the connection is dropped.</summary>
    const int InboxMax = 1024;

    const int ReorderMillisecondsMax = 300;

    readonly ConcurrentQueue<(int Connection, LinkEvent Event)> _inbox = new();
    SeededRandom _random = SeededRandom.For(seed, 61);
    Connection? _connection;
    int _connections;
    int _lastId;

    /// <summary>No hub can be reached, as while history is made.</summary>
    public bool IsOffline { get; set; }

    /// <summary>Called for each message before it goes, in the camera's turn; may throw PowerCutException.</summary>
    public Action<string, byte[]>? Publishing { get; set; }

    public long BytesSent { get; private set; }

    public int Cuts { get; private set; }

    /// <summary>Why the last connection failed; null after one that came up.</summary>
    public string? Problem { get; private set; }

    public byte State => _connection?.State ?? LinkStates.Down;

    public sbyte SignalDbm => (sbyte)(-58 - (int)(seed % 24));

    public void Connect(string will)
    {
        Disconnect(isClean: false);
        if (IsOffline)
        {
            return;
        }

        var connection = new Connection(++_connections, identity.Name);
        _connection = connection;
        _ = ConnectAsync(connection, will);
    }

    public int Publish(string word, string route, byte[] message, byte qos)
    {
        if (_connection is not { State: LinkStates.Up, Client: { } client } connection)
        {
            return 0;
        }

        Publishing?.Invoke(word, message);
        var id = ++_lastId;
        var topic = Topics.Up(connection.Name, route, word);
        BytesSent += message.Length;
        if (_random.Chance(faults.Drop))
        {
            return id;
        }

        if (word == Topics.Chunk && _random.Chance(faults.BitFlip))
        {
            message = [.. message];
            message[_random.Below(message.Length)] ^= (byte)(1 << _random.Below(8));
        }

        var delay = _random.Chance(faults.Reorder) ? 1 + _random.Below(ReorderMillisecondsMax) : 0;
        var times = _random.Chance(faults.Duplicate) ? 2 : 1;
        for (var n = 0; n < times; n++)
        {
            // The brain uses a buffer again after its acknowledgement, and a late duplicate must not see that.
            var payload = times > 1 || delay > 0 ? [.. message] : message;
            _ = PublishAsync(connection, client, topic, payload, (MqttQos)qos, id, delay);
        }

        if (_random.Chance(faults.LinkCut))
        {
            Cuts++;
            client.Abort();
        }

        return id;
    }

    public void Disconnect(bool isClean)
    {
        if (_connection is { } connection)
        {
            _connection = null;
            connection.State = LinkStates.Down;
            _ = CloseAsync(connection, isClean);
        }
    }

    /// <summary>What happened since; of the connection in force only.</summary>
    public bool TryTake(out LinkEvent happened)
    {
        while (_inbox.TryDequeue(out var item))
        {
            if (item.Connection == _connection?.Number)
            {
                happened = item.Event;
                return true;
            }
        }

        happened = default;
        return false;
    }

    async Task ConnectAsync(Connection connection, string will)
    {
        try
        {
            var options = new MqttClientOptions
            {
                Host = hub.Host,
                Port = hub.Port,
                UseTls = hub.UseTls,
                Authority = hub.Authority,
                TlsName = hub.TlsName,
                ClientId = connection.Name,
                UserName = connection.Name,
                Password = System.Text.Encoding.UTF8.GetBytes(identity.Password),
                Will = new MqttWill(
                    Topics.Up(connection.Name, Topics.Will), System.Text.Encoding.ASCII.GetBytes(will),
                        MqttQos.AtLeastOnce,
                    Retain: false),
                Received = publication => Receive(connection, publication),
            };
            var client = hub.Open is { } open
                ? await MqttClient.ConnectAsync(open(), options, CancellationToken.None)
                : await MqttClient.ConnectAsync(options, CancellationToken.None);
            connection.Client = client;
            if (connection != _connection)
            {
                await client.DisposeAsync();
                return;
            }

            await client.SubscribeAsync(Topics.AllDown(connection.Name), MqttQos.AtLeastOnce, CancellationToken.None);
            Problem = null;
            connection.State = LinkStates.Up;
            wake();
            var closed = await client.Closed;
            Problem = closed.Text;
            await client.DisposeAsync();
        }
        catch (Exception e)
        {
            Problem = e.Message;
        }

        connection.State = LinkStates.Down;
        wake();
    }

    void Receive(Connection connection, MqttPublication publication)
    {
        var prefix = Topics.Down(connection.Name, "");
        if (!publication.Topic.StartsWith(prefix, StringComparison.Ordinal))
        {
            return;
        }

        if (_inbox.Count >= InboxMax)
        {
            connection.Client?.Abort();
            return;
        }

        var word = publication.Topic[prefix.Length..];
        _inbox.Enqueue((connection.Number, new LinkEvent(0, word, publication.Payload.ToArray())));
        wake();
    }

    async Task PublishAsync(
        Connection connection, MqttClient client, string topic, byte[] message, MqttQos qos, int id, int delay)
    {
        try
        {
            if (delay > 0)
            {
                await Task.Delay(delay);
            }

            await client.PublishAsync(topic, message, qos, CancellationToken.None);
            if (qos == MqttQos.AtLeastOnce)
            {
                _inbox.Enqueue((connection.Number, new LinkEvent(id, null, null)));
                wake();
            }
        }
        catch (MqttException e)
        {
            // No acknowledgement: the brain's own timeout, or the end of the connection, tells it.
            Problem = e.Message;
        }
    }

    static async Task CloseAsync(Connection connection, bool isClean)
    {
        if (connection.Client is { } client)
        {
            if (isClean)
            {
                await client.DisconnectAsync();
            }

            await client.DisposeAsync();
        }
    }

    sealed class Connection(int number, string name)
    {
        /// <summary>Who signed in on it: a board that enrols becomes another on the next one.</summary>
        public string Name => name;

        public int Number => number;

        public MqttClient? Client { get; set; }

        public byte State { get; set; } = LinkStates.Connecting;
    }
}
