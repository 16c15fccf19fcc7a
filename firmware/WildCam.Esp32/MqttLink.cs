using System.Diagnostics;
using System.Threading;
using WildCam.Camera;
using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Esp32
{
    /// <summary>
    /// Wi-Fi and MQTT. What happens on other threads is taken over by <see cref="Drain"/> alone, so that the brain sees
    /// one thing after the other on the thread of the loop.
    /// </summary>
    public sealed class MqttLink : ILink
    {
        /// <summary>Connections that failed in a row before the Wi-Fi is joined anew.</summary>
        public const int FailuresBeforeRejoin = 2;

        readonly SetUpFile _given;
        readonly Identity _identity;
        readonly AutoResetEvent _wake;
        LinkAttempt _attempt;
        byte _state = LinkStates.Down;
        bool _isClockSet;
        int _failures;
        string _word = "";
        string _route = "";
        string _topic = "";

        /// <summary>The way to the hub of this set-up; the event is set when there is something to drain.</summary>
        public MqttLink(SetUpFile given, Identity identity, AutoResetEvent wake)
        {
            _given = given;
            _identity = identity;
            _wake = wake;
        }

        /// <inheritdoc/>
        public byte State
        {
            get { return _state; }
        }

        /// <summary>Why the last connection ended or did not come up, a value of LinkProblems.</summary>
        public byte Problem { get; set; }

        /// <summary>
        /// nanoFramework tells the signal of networks that it looks for, and not of the one it is in.
        /// </summary>
        public sbyte SignalDbm
        {
            get { return 0; }
        }

        /// <inheritdoc/>
        public void Connect(string will)
        {
            Disconnect(false);
            _state = LinkStates.Connecting;
            _word = "";
            _attempt = new LinkAttempt(
                _given, _identity, will, !_isClockSet, _failures >= FailuresBeforeRejoin, _wake);
            new Thread(_attempt.Run).Start();
        }

        /// <inheritdoc/>
        public int Publish(string word, string route, byte[] message, byte qos)
        {
            if (_state != LinkStates.Up)
            {
                return 0;
            }

            // Chunk after chunk has the same topic: its text is made once.
            if (word != _word || route != _route)
            {
                _word = word;
                _route = route;
                _topic = Topics.Up(_identity.Name, route, word);
            }

            return _attempt.Publish(_topic, message, qos);
        }

        /// <inheritdoc/>
        public void Disconnect(bool isClean)
        {
            _state = LinkStates.Down;
            if (_attempt != null)
            {
                LinkAttempt attempt = _attempt;
                _attempt = null;
                attempt.Close(isClean);
            }
        }

        /// <summary>Hands to the brain what happened since; to be called by its loop before each step.</summary>
        public void Drain(CameraBrain brain)
        {
            _isClockSet = brain.Clock.IsSet;
            LinkAttempt attempt = _attempt;
            if (attempt == null)
            {
                return;
            }

            if (attempt.ServerMilliseconds != 0)
            {
                // Before the link counts as up: the hello must name the epoch that begins now.
                brain.Clock.SetTo(attempt.ServerMilliseconds, ClockSources.Sntp);
                attempt.ServerMilliseconds = 0;
            }

            string word;
            byte[] message;
            int id;
            while (attempt.Inbox.TryTake(out word, out message, out id))
            {
                if (word == null)
                {
                    brain.Acknowledged(id);
                }
                else
                {
                    brain.Received(word, message, 0, message.Length);
                }
            }

            if (_attempt == attempt && attempt.State != _state)
            {
                Follow(attempt);
            }
        }

        void Follow(LinkAttempt attempt)
        {
            bool wasUp = _state == LinkStates.Up;
            _state = attempt.State;
            if (_state == LinkStates.Up)
            {
                _failures = 0;
                Problem = LinkProblems.None;
            }
            else if (_state == LinkStates.Down)
            {
                Problem = attempt.Problem;
                _failures += wasUp ? 0 : 1;
                Debug.WriteLine("link down, problem " + ((int)Problem).ToString());
                Disconnect(false);
            }
        }
    }
}
