namespace WildCam.Camera.Ports
{
    /// <summary>
    /// The image sensor. It gives a JPEG piece by piece, as a FIFO does: no side ever holds the whole picture.
    /// No member throws; a broken sensor answers -1.
    /// </summary>
    public interface ISensor
    {
        /// <summary>
        /// Fires the shutter and makes the picture ready for reading. Returns the most bytes that it can have (what
        /// <see cref="Read"/> gives may be less, never more), or -1 where there is no picture.
        /// </summary>
        /// <param name="resolution">A value of WildCam.Wire.Resolutions.</param>
        /// <param name="quality">JPEG quality, 1 to 100.</param>
        /// <param name="isTestPattern">Whether the sensor shows its colour bars in place of the scene.</param>
        int Start(byte resolution, byte quality, bool isTestPattern);

        /// <summary>Bits of WildCam.Wire.BeginFlags that hold for the started picture.</summary>
        byte Flags { get; }

        /// <summary>Reads the next bytes; 0 at the end of the picture, -1 where the sensor failed.</summary>
        int Read(byte[] target, int offset, int count);

        /// <summary>Ends the picture, read to its end or not; harmless without one.</summary>
        void Stop();
    }
}
