using System;
using WildCam.Camera.Ports;

namespace WildCam.Esp32
{
    /// <summary>
    /// Chance for jitter. The seed mixes the hardware address with the ticks and the battery, so that boards that get
    /// their power back together do not connect together.
    /// </summary>
    public sealed class BoardRandom : IRandom
    {
        readonly Random _random;

        /// <summary>Chance of this board at this moment.</summary>
        public BoardRandom(byte[] hardwareAddress, long ticks, int noise)
        {
            int seed = (int)ticks ^ (noise << 16);
            for (int i = 0; i < hardwareAddress.Length; i++)
            {
                seed = seed * 31 + hardwareAddress[i];
            }

            _random = new Random(seed);
        }

        /// <inheritdoc/>
        public int Next(int below)
        {
            return _random.Next(below);
        }
    }
}
