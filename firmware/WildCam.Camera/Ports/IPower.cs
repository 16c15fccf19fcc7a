namespace WildCam.Camera.Ports
{
    /// <summary>The board: battery, temperature, causes, sleep.</summary>
    public interface IPower
    {
        /// <summary>Battery in mV; 0 is not known.</summary>
        ushort BatteryMillivolts { get; }

        /// <summary>Battery in per cent; WildCam.Wire.Protocol.NoPercent is not known.</summary>
        byte BatteryPercent { get; }

        /// <summary>Tenths of a degree Celsius; WildCam.Wire.Protocol.NoTemperature without a sensor.</summary>
        short Temperature { get; }

        /// <summary>Why the board runs, a value of WildCam.Wire.WakeCauses.</summary>
        byte WakeCause { get; }

        /// <summary>Why the board last restarted for good, a value of WildCam.Wire.WakeCauses.</summary>
        byte ResetCause { get; }

        /// <summary>Free managed memory, in bytes; 0 is not known.</summary>
        uint FreeMemoryBytes { get; }

        /// <summary>
        /// Sleeps until so many seconds passed or the motion sensor fires. On a board this does not return: the
        /// program starts anew. Where it returns, the brain sleeps by itself until then or until a trigger.
        /// </summary>
        void Sleep(uint seconds);

        /// <summary>Restarts. On a board this does not return; where it returns, the owner makes a new brain.</summary>
        void Reboot();
    }
}
