namespace WildCam.Camera.Ports
{
    /// <summary>The board's CRC-32 (ISO-HDLC, as in zlib). WildCam.Wire.Crc32 is the managed one for a PC.</summary>
    public interface ICrc32
    {
        /// <summary>The CRC of these bytes.</summary>
        uint Compute(byte[] source, int offset, int count);
    }
}
