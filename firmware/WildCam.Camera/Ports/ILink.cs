namespace WildCam.Camera.Ports
{
    /// <summary>
    /// The way to the hub: Wi-Fi and MQTT together. Nothing here blocks for long or throws. What arrives is handed to
    /// <see cref="CameraBrain.Received"/> and <see cref="CameraBrain.Acknowledged"/> by the loop that calls
    /// <see cref="CameraBrain.Step"/>, on its own thread: an adapter whose library calls back elsewhere queues first.
    /// </summary>
    public interface ILink
    {
        /// <summary>A value of <see cref="LinkStates"/>.</summary>
        byte State { get; }

        /// <summary>
        /// Begins to connect: clean session, last will <paramref name="will"/> on topic word
        /// <c>WildCam.Wire.Topics.Will</c> at QoS 1, then a subscription to all of the camera's down topics.
        /// <see cref="LinkStates.Up"/> comes when the subscription is acknowledged, <see cref="LinkStates.Down"/>
        /// when it failed.
        /// </summary>
        void Connect(string will);

        /// <summary>
        /// Hands a message over without waiting: <c>up/&lt;word&gt;</c>, or <c>up/&lt;route&gt;/&lt;word&gt;</c>
        /// where the route is not empty. Returns an id above 0, which <see cref="CameraBrain.Acknowledged"/> names
        /// once the peer acknowledged it (QoS 1 only), or 0 where the link took nothing now.
        /// The link may keep <paramref name="message"/> until the acknowledgement or until it is down; the camera
        /// changes it no sooner.
        /// </summary>
        int Publish(string word, string route, byte[] message, byte qos);

        /// <summary>Drops the connection; <see cref="LinkStates.Down"/> from now on. Without a will if clean.</summary>
        void Disconnect(bool isClean);

        /// <summary>Wi-Fi signal in dBm; 0 is not known.</summary>
        sbyte SignalDbm { get; }
    }
}
