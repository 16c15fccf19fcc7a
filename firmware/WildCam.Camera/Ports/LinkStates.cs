namespace WildCam.Camera.Ports
{
    /// <summary>How an <see cref="ILink"/> stands.</summary>
    public static class LinkStates
    {
        /// <summary>No connection, and none under way.</summary>
        public const byte Down = 0;

        /// <summary>Wi-Fi, TLS, MQTT or the subscription is under way.</summary>
        public const byte Connecting = 1;

        /// <summary>Connected and subscribed.</summary>
        public const byte Up = 2;
    }
}
