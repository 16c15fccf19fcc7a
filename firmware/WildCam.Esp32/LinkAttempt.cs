using System;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using nanoFramework.M2Mqtt;
using nanoFramework.M2Mqtt.Messages;
using nanoFramework.Networking;
using WildCam.Camera;
using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Esp32
{
    /// <summary>
    /// One connection, from Wi-Fi to its end, on a thread of its own: joining and TLS take seconds, and the shutter
    /// does not wait. Its own inbox ends with it, so that nothing of it reaches the next one.
    /// </summary>
    public sealed class LinkAttempt
    {
        /// <summary>Joining the Wi-Fi may take so long, in ms.</summary>
        public const int WifiMilliseconds = 20000;

        /// <summary>A time server may take so long, in ms.</summary>
        public const int TimeServerMilliseconds = 10000;

        /// <summary>Messages that M2Mqtt holds at once: the window, a heartbeat, a result, a report.</summary>
        public const int InflightMax = 8;

        /// <summary>Keep-alive, in seconds.</summary>
        public const ushort KeepAliveSeconds = 60;

        // 2025-01-01: a system clock before it was never set.
        const long SetMilliseconds = 1735689600000;
        const int PollMilliseconds = 100;

        readonly object _gate = new object();
        readonly SetUpFile _given;
        readonly AutoResetEvent _wake;
        readonly string _name;
        readonly string _password;
        readonly string _will;
        readonly string _downPrefix;
        readonly bool _needsTime;
        readonly bool _mustRejoin;
        MqttClient _client;
        byte _state = LinkStates.Connecting;

        /// <summary>A connection that is about to be tried.</summary>
        public LinkAttempt(SetUpFile given, Identity identity, string will, bool needsTime, bool mustRejoin,
            AutoResetEvent wake)
        {
            _given = given;
            _name = identity.Name;
            _password = identity.Password;
            _will = will;
            _needsTime = needsTime;
            _mustRejoin = mustRejoin;
            _wake = wake;
            _downPrefix = Topics.Down(_name, "");
            Inbox = new LinkInbox();
        }

        /// <summary>What came.</summary>
        public LinkInbox Inbox { get; set; }

        /// <summary>A value of LinkStates.</summary>
        public byte State
        {
            get { return _state; }
        }

        /// <summary>Why it is down, a value of LinkProblems.</summary>
        public byte Problem { get; set; }

        /// <summary>What a time server said, in ms since 1970; 0 is nothing.</summary>
        public long ServerMilliseconds { get; set; }

        /// <summary>Connects; ends when the connection is up or failed. Nothing escapes.</summary>
        public void Run()
        {
            byte problem = LinkProblems.Hub;
            try
            {
                problem = Open();
            }
            catch (SocketException)
            {
                // M2Mqtt looks the name up when it is made; what fails later failed at the hub.
                problem = _client == null ? LinkProblems.Name : LinkProblems.Hub;
            }
            catch (Exception)
            {
                // TLS or MQTT failed: the hub is not there, or not the one that we trust.
            }

            if (problem != LinkProblems.None)
            {
                Fail(problem);
            }
        }

        /// <summary>Hands a message over; returns its id, 0 where none was taken.</summary>
        public int Publish(string topic, byte[] message, byte qos)
        {
            try
            {
                bool isAcknowledged = qos == 1;
                int id = _client.Publish(
                    topic, message, null, null,
                    isAcknowledged ? MqttQoSLevel.AtLeastOnce : MqttQoSLevel.AtMostOnce, false);
                return isAcknowledged && id > 0 ? id : ushort.MaxValue + 1;
            }
            catch (Exception)
            {
                // The queue is full or the connection is gone; its end is told by itself.
                return 0;
            }
        }

        /// <summary>Ends the connection.</summary>
        public void Close(bool isClean)
        {
            MqttClient client;
            lock (_gate)
            {
                client = _client;
                _client = null;
                _state = LinkStates.Down;
            }

            Close(client, isClean);
        }

        byte Open()
        {
            if (!JoinWifi())
            {
                return LinkProblems.Wifi;
            }

            if (_needsTime && _given.TimeServer.Length > 0 && !AskTimeServer() && _given.Tls == SetUpFile.TlsOperator)
            {
                return LinkProblems.ClockForTls;
            }

            bool isSecure = _given.Tls != SetUpFile.TlsOff;
            X509Certificate authority = isSecure && _given.Authority.Length > 0
                ? new X509Certificate(_given.Authority)
                : null;
            MqttClient client = new MqttClient(
                _given.Host, _given.Port, isSecure, authority, null,
                isSecure ? MqttSslProtocols.TLSv1_2 : MqttSslProtocols.None);
            client.Settings.InflightQueueSize = InflightMax;
            client.MqttMsgPublishReceived += Received;
            client.MqttMsgPublished += Published;
            client.MqttMsgSubscribed += Subscribed;
            client.ConnectionClosed += Ended;
            lock (_gate)
            {
                if (_state != LinkStates.Connecting)
                {
                    return LinkProblems.Lost;
                }

                _client = client;
            }

            MqttReasonCode answer = client.Connect(
                _name, _name, _password, false, MqttQoSLevel.AtLeastOnce, true,
                Topics.Up(_name, Topics.Will), _will, true, KeepAliveSeconds);
            if (answer != MqttReasonCode.Success)
            {
                return LinkProblems.Refused;
            }

            client.Subscribe(
                new string[] { Topics.AllDown(_name) }, new MqttQoSLevel[] { MqttQoSLevel.AtLeastOnce });
            return LinkProblems.None;
        }

        bool JoinWifi()
        {
            if (!_mustRejoin && HasAddress())
            {
                return true;
            }

            using (CancellationTokenSource timeout = new CancellationTokenSource(WifiMilliseconds))
            {
                return WifiNetworkHelper.Reconnect(false, 0, timeout.Token);
            }
        }

        static bool HasAddress()
        {
            NetworkInterface[] cards = NetworkInterface.GetAllNetworkInterfaces();
            string address = cards.Length > 0 ? cards[0].IPv4Address : null;
            return address != null && address.Length > 0 && address != "0.0.0.0";
        }

        bool AskTimeServer()
        {
            Sntp.Server1 = _given.TimeServer;
            Sntp.UpdateNow();
            long deadline = Environment.TickCount64 + TimeServerMilliseconds;
            while (RtcClock.SystemMilliseconds < SetMilliseconds)
            {
                if (Environment.TickCount64 >= deadline)
                {
                    return false;
                }

                Thread.Sleep(PollMilliseconds);
            }

            ServerMilliseconds = RtcClock.SystemMilliseconds;
            return true;
        }

        void Received(object sender, MqttMsgPublishEventArgs e)
        {
            if (e.Topic.Length > _downPrefix.Length && e.Topic.IndexOf(_downPrefix) == 0)
            {
                Add(e.Topic.Substring(_downPrefix.Length), e.Message, 0);
            }
        }

        void Published(object sender, MqttMsgPublishedEventArgs e)
        {
            if (e.IsPublished)
            {
                Add(null, null, e.MessageId);
                return;
            }

            // M2Mqtt has tried four times and forgets the message: the link is dead.
            Fail(LinkProblems.Lost);
        }

        void Subscribed(object sender, MqttMsgSubscribedEventArgs e)
        {
            lock (_gate)
            {
                if (_state == LinkStates.Connecting)
                {
                    _state = LinkStates.Up;
                }
            }

            _wake.Set();
        }

        void Ended(object sender, EventArgs e)
        {
            Fail(LinkProblems.Lost);
        }

        void Add(string word, byte[] message, int id)
        {
            if (!Inbox.Add(word, message, id))
            {
                Fail(LinkProblems.Flooded);
            }

            _wake.Set();
        }

        // The loop closes the client: closing it on its own threads would have it wait for itself.
        void Fail(byte problem)
        {
            lock (_gate)
            {
                if (_state == LinkStates.Down)
                {
                    return;
                }

                _state = LinkStates.Down;
                Problem = problem;
            }

            _wake.Set();
        }

        static void Close(MqttClient client, bool isClean)
        {
            try
            {
                if (client != null && isClean)
                {
                    client.Disconnect();
                }

                if (client != null)
                {
                    client.Close();
                }
            }
            catch (Exception)
            {
                // It is given up anyway.
            }
        }
    }
}
