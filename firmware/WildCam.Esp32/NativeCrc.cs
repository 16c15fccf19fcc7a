using System;
using System.IO.Hashing;
using WildCam.Camera.Ports;

namespace WildCam.Esp32
{
    /// <summary>CRC-32 by the runtime's native code: a managed one takes longer than reading the card.</summary>
    public sealed class NativeCrc : ICrc32
    {
        readonly Crc32 _crc = new Crc32();

        /// <inheritdoc/>
        public uint Compute(byte[] source, int offset, int count)
        {
            _crc.Reset();
            _crc.Append(new SpanByte(source, offset, count));
            return _crc.GetCurrentHashAsUInt32();
        }
    }
}
