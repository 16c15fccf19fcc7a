using System.Buffers;
using System.Collections;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using nanoFramework.M2Mqtt.Messages;
using WildCam.SimulatedHardware;
using WildCam.Mqtt;
using Wire = WildCam.Mqtt.MqttClient;

// nanoFramework.M2Mqtt, as far as the firmware uses it, over the hub's own client. What the real one does apart from
// the protocol is kept: exceptions at the constructor for a name that is not found, whole arrays, a bounded queue, an
// event for each acknowledgement on a thread that is not the caller's.
namespace nanoFramework.M2Mqtt
{
    enum MqttSslProtocols
    {
        None = 0,
        TLSv1_2 = 3,
    }

    sealed class MqttSettings
    {
        public int InflightQueueSize { get; set; } = int.MaxValue;
    }

    sealed class MqttClient
    {
        readonly Life _life = Life.Current;
        readonly string _host;
        readonly int _port;
        readonly X509Certificate2? _authority;
        readonly bool _isSecure;
        Wire? _client;
        int _inFlight;
        int _lastId;

        public MqttClient(
            string brokerHostName, int brokerPort, bool secure, X509Certificate? caCert, X509Certificate? clientCert,
            MqttSslProtocols sslProtocol)
        {
            _life.Check();
            if (!_life.World.Wifi.IsNameKnown(brokerHostName))
            {
                throw new SocketException((int)SocketError.HostNotFound);
            }

            _ = clientCert;
            _ = sslProtocol;
            _host = brokerHostName;
            _port = brokerPort;
            _isSecure = secure;
            _authority = caCert is null ? null : X509Certificate2.CreateFromPem(caCert.Pem);
        }

        public delegate void MqttMsgPublishEventHandler(object sender, MqttMsgPublishEventArgs e);

        public delegate void MqttMsgPublishedEventHandler(object sender, MqttMsgPublishedEventArgs e);

        public delegate void MqttMsgSubscribedEventHandler(object sender, MqttMsgSubscribedEventArgs e);

        public delegate void ConnectionClosedEventHandler(object sender, EventArgs e);

        public event MqttMsgPublishEventHandler? MqttMsgPublishReceived;

        public event MqttMsgPublishedEventHandler? MqttMsgPublished;

        public event MqttMsgSubscribedEventHandler? MqttMsgSubscribed;

        public event ConnectionClosedEventHandler? ConnectionClosed;

        public MqttSettings Settings { get; } = new();

        public MqttReasonCode Connect(
            string clientId, string username, string password, bool willRetain, MqttQoSLevel willQosLevel,
            bool willFlag, string willTopic, string willMessage, bool cleanSession, ushort keepAlivePeriod)
        {
            _life.Check();
            _life.World.Wifi.Check();
            try
            {
                _client = Wire.ConnectAsync(
                    new MqttClientOptions
                    {
                        Host = _host,
                        Port = _port,
                        UseTls = _isSecure,
                        Authority = _authority,
                        ClientId = clientId,
                        UserName = username,
                        Password = Encoding.UTF8.GetBytes(password),
                        CleanStart = cleanSession,
                        KeepAliveSeconds = keepAlivePeriod,
                        Will = willFlag
                            ? new MqttWill(
                                willTopic, Encoding.UTF8.GetBytes(willMessage), (MqttQos)willQosLevel,
                                willRetain)
                            : null,
                        Received = p => MqttMsgPublishReceived?.Invoke(
                            this, new MqttMsgPublishEventArgs(p.Topic, p.Payload.ToArray())),
                    },
                    CancellationToken.None).GetAwaiter().GetResult();
            }
            catch (MqttException e) when (e.Reason is >= MqttReason.UnspecifiedError)
            {
                return MqttReasonCode.NotAuthorized;
            }

            _life.Add(_client);
            _ = FollowAsync(_client);
            return MqttReasonCode.Success;
        }

        public ushort Subscribe(string[] topics, MqttQoSLevel[] qosLevels)
        {
            _life.Check();
            _ = SubscribeAsync(topics[0], (MqttQos)qosLevels[0]);
            return 1;
        }

        public ushort Publish(
            string topic, byte[] message, string? contentType, ArrayList? userProperties, MqttQoSLevel qosLevel,
            bool retain)
        {
            _life.Check();
            _ = contentType;
            _ = userProperties;
            _ = retain;
            if (Volatile.Read(ref _inFlight) >= Settings.InflightQueueSize)
            {
                throw new InvalidOperationException("The inflight queue is full.");
            }

            var id = (ushort)(1 + (_lastId++ % ushort.MaxValue));
            _life.World.Published?.Invoke(topic, message);
            _ = PublishAsync(topic, message, (MqttQos)qosLevel, id);
            return id;
        }

        public void Disconnect()
        {
            _life.Check();
            _client?.DisconnectAsync().GetAwaiter().GetResult();
        }

        public void Close()
        {
            _life.Check();
            _client?.Abort();
        }

        async Task SubscribeAsync(string filter, MqttQos qos)
        {
            try
            {
                await _client!.SubscribeAsync(filter, qos, CancellationToken.None);
                MqttMsgSubscribed?.Invoke(this, new MqttMsgSubscribedEventArgs(1));
            }
            catch (MqttException)
            {
                // Its end is told by ConnectionClosed.
            }
        }

        async Task PublishAsync(string topic, byte[] message, MqttQos qos, ushort id)
        {
            Interlocked.Increment(ref _inFlight);
            try
            {
                await _client!.PublishAsync(topic, message, qos, CancellationToken.None);
                if (qos == MqttQos.AtLeastOnce)
                {
                    MqttMsgPublished?.Invoke(this, new MqttMsgPublishedEventArgs(id, true));
                }
            }
            catch (MqttException)
            {
                MqttMsgPublished?.Invoke(this, new MqttMsgPublishedEventArgs(id, false));
            }
            finally
            {
                Interlocked.Decrement(ref _inFlight);
            }
        }

        async Task FollowAsync(Wire client)
        {
            await client.Closed;
            await client.DisposeAsync();
            ConnectionClosed?.Invoke(this, EventArgs.Empty);
        }
    }
}

namespace nanoFramework.M2Mqtt.Messages
{
    enum MqttQoSLevel
    {
        AtMostOnce = 0,
        AtLeastOnce = 1,
    }

    enum MqttReasonCode
    {
        Success = 0,
        NotAuthorized = 135,
    }

    sealed class MqttMsgPublishEventArgs(string topic, byte[] message) : EventArgs
    {
        public string Topic { get; } = topic;

        public byte[] Message { get; } = message;
    }

    sealed class MqttMsgPublishedEventArgs(ushort messageId, bool isPublished) : EventArgs
    {
        public ushort MessageId { get; } = messageId;

        public bool IsPublished { get; } = isPublished;
    }

    sealed class MqttMsgSubscribedEventArgs(ushort messageId) : EventArgs
    {
        public ushort MessageId { get; } = messageId;
    }
}
