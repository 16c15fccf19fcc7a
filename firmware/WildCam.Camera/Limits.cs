namespace WildCam.Camera
{
    /// <summary>Every bound of the brain, unit last.</summary>
    public static class Limits
    {
        /// <summary>Chunks under way at once; each holds a buffer of a chunk.</summary>
        public const int WindowMax = 2;

        /// <summary>Largest picture that the block list has room for, in bytes.</summary>
        public const int PictureBytesMax = 2097152;

        /// <summary>A chunk must be acknowledged within this, or the link counts as dead; in ms.</summary>
        public const int AcknowledgementTimeoutMilliseconds = 20000;

        /// <summary>Without a want or a receipt for this long, the picture is offered again; in ms.</summary>
        public const int WantTimeoutMilliseconds = 30000;

        /// <summary>Offers of one picture without an answer before another one has its turn.</summary>
        public const int OffersPerTurn = 3;

        /// <summary>Wants that an attempt obeys before the picture is offered anew.</summary>
        public const int RoundsPerAttempt = 8;

        /// <summary>Longest pause that a later may ask for, in seconds.</summary>
        public const uint LaterSecondsMax = 3600;

        /// <summary>Pause after every waiting picture had its turn without an answer, in ms.</summary>
        public const int PassPauseMilliseconds = 60000;

        /// <summary>New ids that a picture gets before it goes to the dead folder.</summary>
        public const int RenamesMax = 16;

        /// <summary>A connection that is not up by then is dropped, in ms.</summary>
        public const int ConnectTimeoutMilliseconds = 60000;

        /// <summary>Connections that fail in a row before a camera on batteries sleeps over it.</summary>
        public const int ConnectionsPerWake = 3;

        /// <summary>A hello without the time is repeated after this, in ms.</summary>
        public const int TimeTimeoutMilliseconds = 15000;

        /// <summary>A board that enrols waits for its credential on one connection for so long, in ms.</summary>
        public const int EnrolTimeoutMilliseconds = 180000;

        /// <summary>Hellos of a session without the time before the link counts as dead.</summary>
        public const int HellosMax = 3;

        /// <summary>First pause before reconnecting, in ms; it doubles.</summary>
        public const int BackoffMillisecondsMin = 1000;

        /// <summary>Longest pause before reconnecting, in ms, jitter included.</summary>
        public const int BackoffMillisecondsMax = 300000;

        /// <summary>The clock is set when it differs from the hub's by more, in ms.</summary>
        public const int ClockToleranceMilliseconds = 2000;

        /// <summary>Capture numbers that one write of the settings reserves.</summary>
        public const uint CounterReserve = 32;

        /// <summary>Bursts that wait for the shutter; a trigger beyond is merged into them.</summary>
        public const int TriggersMax = 4;

        /// <summary>Orders that wait to be carried out.</summary>
        public const int OrdersWaitingMax = 4;

        /// <summary>Orders that are remembered, so that a repeated one is answered and not repeated.</summary>
        public const int OrdersRememberedMax = 8;

        /// <summary>Receipts in a ledger file before a new one is begun.</summary>
        public const int LedgerRecordsMax = 128;

        /// <summary>Receipted pictures whose deletion failed and is tried again.</summary>
        public const int UndeletedMax = 32;

        /// <summary>JPEG quality of a stand-in, whose size is <see cref="WildCam.Wire.Resolutions.Vga640"/>.</summary>
        public const byte StandInQuality = 50;

        /// <summary>The infrared lamp stays on between pictures of a burst that are no further apart, in ms.</summary>
        public const int LampKeepMilliseconds = 2000;

        /// <summary>The infrared lamp never burns longer without a picture, in ms.</summary>
        public const int LampMillisecondsMax = 5000;

        /// <summary>The status light speaks for so long after power came on, in seconds.</summary>
        public const uint LightSeconds = 300;

        /// <summary>The status light shows a picture for so long, in ms.</summary>
        public const int LightPictureMilliseconds = 500;

        /// <summary>Longest preview, in seconds.</summary>
        public const uint PreviewSecondsMax = 120;

        /// <summary>Pause between preview frames, in ms.</summary>
        public const int PreviewFrameMilliseconds = 500;

        /// <summary>The status light blinks for so long when asked to identify, in seconds.</summary>
        public const uint IdentifySeconds = 30;

        /// <summary>The last message before sleep or reboot may take so long to be acknowledged, in ms.</summary>
        public const int FarewellMilliseconds = 5000;

        /// <summary>Shortest sleep that is worth it, in seconds.</summary>
        public const uint SleepSecondsMin = 5;

        /// <summary>Bytes of a bundle that are asked for at once.</summary>
        public const uint BundleWindowBytes = 16384;

        /// <summary>Bytes of a bundle that do not come are asked for again after this, in ms.</summary>
        public const int BundleAnswerTimeoutMilliseconds = 30000;

        /// <summary>Asks without an answer before the hub is left alone for a while.</summary>
        public const int BundleAsksMax = 4;

        /// <summary>Pause of a download that the hub does not answer, in ms.</summary>
        public const int BundlePauseMilliseconds = 600000;

        /// <summary>Pictures keep an update waiting for so long before it gets one window, in ms.</summary>
        public const int BundleStarvedMilliseconds = 120000;

        /// <summary>Failures of the slot store in a row before an update is refused.</summary>
        public const int BundleStoreTriesMax = 3;

        /// <summary>Below this charge no update goes on, in per cent.</summary>
        public const int BundleBatteryPercentMin = 30;

        /// <summary>An update that waits for the battery goes on so far above the floor, in per cent.</summary>
        public const int BundleBatteryMarginPercent = 5;

        /// <summary>A new version must connect and have a picture receipted within this, or restarts; in ms.</summary>
        public const int TrialMilliseconds = 600000;

        /// <summary>An application that ran for so long answers for its start: the loader counts anew. In ms.</summary>
        public const int LifeMilliseconds = 30000;

        /// <summary>Pause between pictures that a version on trial takes because none waits, in ms.</summary>
        public const int TrialPictureMilliseconds = 60000;

        /// <summary>A link that took nothing is asked again after this, in ms.</summary>
        public const int RetryMilliseconds = 100;

        /// <summary>A store that failed is asked again after this, in ms.</summary>
        public const int StoreRetryMilliseconds = 10000;

        /// <summary>Longest pause between steps, in ms.</summary>
        public const int IdleMilliseconds = 60000;
    }
}
