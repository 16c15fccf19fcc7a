namespace WildCam.Wire
{
    /// <summary>
    /// MQTT topics: <c>wildcam/v1/&lt;camera&gt;/up/&lt;word&gt;</c> from the camera and
    /// <c>wildcam/v1/&lt;camera&gt;/down/&lt;word&gt;</c> to it. Chunks and ends that follow a want with a route go to
    /// <c>up/&lt;route&gt;/&lt;word&gt;</c>.
    /// </summary>
    public static class Topics
    {
        /// <summary>What every topic of this protocol starts with.</summary>
        public const string Prefix = "wildcam/v1/";

        /// <summary>Camera to hub, after connecting: who am I, which clock, what waits.</summary>
        public const string Hello = "hello";

        /// <summary>Camera to hub: telemetry.</summary>
        public const string Heartbeat = "heartbeat";

        /// <summary>Camera to hub: a picture is offered.</summary>
        public const string Begin = "begin";

        /// <summary>Camera to hub: a piece of a picture.</summary>
        public const string Chunk = "chunk";

        /// <summary>Camera to hub: all wanted pieces are sent.</summary>
        public const string End = "end";

        /// <summary>Camera to hub: next contact by.</summary>
        public const string Sleep = "sleep";

        /// <summary>Camera to hub: reported configuration. Hub to camera: desired configuration.</summary>
        public const string Config = "config";

        /// <summary>Camera to hub: state of an update. Hub to camera: an update is offered.</summary>
        public const string Bundle = "bundle";

        /// <summary>Camera to hub: bytes of an offered bundle are wanted.</summary>
        public const string BundleWant = "bundle-want";

        /// <summary>Hub to camera: a piece of a bundle.</summary>
        public const string BundleChunk = "bundle-chunk";

        /// <summary>Camera to hub: a part of a preview frame, quality of service 0.</summary>
        public const string Preview = "preview";

        /// <summary>Camera to hub: what became of a command.</summary>
        public const string Result = "result";

        /// <summary>Camera to hub, by the last will: <see cref="LastWill"/>.</summary>
        public const string Will = "will";

        /// <summary>Hub to camera: the time.</summary>
        public const string Time = "time";

        /// <summary>Hub to camera: the chunks that are missing.</summary>
        public const string Want = "want";

        /// <summary>Hub to camera: what became of a picture.</summary>
        public const string Receipt = "receipt";

        /// <summary>Hub to camera: offer the picture again after so many seconds.</summary>
        public const string Later = "later";

        /// <summary>Hub to camera: do something now.</summary>
        public const string Command = "command";

        /// <summary>Enrolling board to hub: may it have its credential?</summary>
        public const string Enrol = "enrol";

        /// <summary>Hub to enrolling board: its credential.</summary>
        public const string Credential = "credential";

        /// <summary>
        /// What the name of a board that enrols starts with, before the fingerprint of its code: no camera's code has a
        /// dot.
        /// </summary>
        public const string EnrolmentPrefix = "enrol.";

        /// <summary>The topic for a word from this camera.</summary>
        public static string Up(string camera, string word)
        {
            return Prefix + camera + "/up/" + word;
        }

        /// <summary>The topic for a word from this camera along the route that a want gave.</summary>
        public static string Up(string camera, string route, string word)
        {
            return route.Length == 0 ? Up(camera, word) : Prefix + camera + "/up/" + route + "/" + word;
        }

        /// <summary>The topic for a word to this camera.</summary>
        public static string Down(string camera, string word)
        {
            return Prefix + camera + "/down/" + word;
        }

        /// <summary>The filter under which a camera subscribes to all that is meant for it.</summary>
        public static string AllDown(string camera)
        {
            return Prefix + camera + "/down/#";
        }
    }
}
