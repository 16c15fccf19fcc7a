using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Camera
{
    /// <summary>
    /// Writes a picture's file in constant memory: its blocks as they come, then the list of their CRCs, then the
    /// footer. Until the footer is there and the file closed, it does not count.
    /// </summary>
    public sealed class PictureFile
    {
        readonly ISpoolStore _store;
        readonly ICrc32 _crc;
        readonly byte[] _blockCrcs;
        readonly byte[] _footer = new byte[SpoolFooter.Bytes];
        readonly int _pictureBytesMax;
        DigestChain _chain;
        int _blocks;
        uint _sizeBytes;

        /// <summary>A writer for pictures of at most so many bytes.</summary>
        public PictureFile(ISpoolStore store, ICrc32 crc, int pictureBytesMax)
        {
            _store = store;
            _crc = crc;
            _pictureBytesMax = pictureBytesMax;
            _blockCrcs = new byte[4 * Protocol.ChunkCount((uint)pictureBytesMax, Protocol.BlockBytes)];
        }

        /// <summary>Opens a file.</summary>
        public bool Open(byte area, uint number)
        {
            _chain = new DigestChain();
            _blocks = 0;
            _sizeBytes = 0;
            return _store.Create(area, number);
        }

        /// <summary>Appends a block: all but the last are of <see cref="Protocol.BlockBytes"/>.</summary>
        public bool Append(byte[] block, int count)
        {
            if (_sizeBytes + (uint)count > (uint)_pictureBytesMax)
            {
                return false;
            }

            byte[] exact = block;
            if (count != block.Length)
            {
                // The native HMAC takes whole arrays only; this happens once a picture, at its end.
                exact = new byte[count];
                System.Array.Copy(block, 0, exact, 0, count);
            }

            _chain.Append(exact);
            LittleEndian.WriteUInt32(_blockCrcs, 4 * _blocks, _crc.Compute(exact, 0, count));
            _blocks++;
            _sizeBytes += (uint)count;
            return _store.Append(exact, 0, count);
        }

        /// <summary>
        /// Appends a sensor's picture, block by block through this buffer. Returns a value of RefusalCodes.
        /// </summary>
        public ushort AppendAll(ISensor sensor, byte[] block)
        {
            bool isEmpty = true;
            while (true)
            {
                int filled = 0;
                int read = 1;
                while (read > 0 && filled < block.Length)
                {
                    read = sensor.Read(block, filled, block.Length - filled);
                    filled += read > 0 ? read : 0;
                }

                if (read < 0 || (filled == 0 && isEmpty))
                {
                    return RefusalCodes.Sensor;
                }

                if (filled > 0 && !Append(block, filled))
                {
                    return RefusalCodes.Store;
                }

                if (read == 0)
                {
                    return RefusalCodes.None;
                }

                isEmpty = false;
            }
        }

        /// <summary>Writes list and footer and closes; sets size, digest and list CRC in the footer.</summary>
        public bool Finish(SpoolFooter footer)
        {
            footer.SizeBytes = _sizeBytes;
            footer.Digest = _chain.Finish();
            footer.BlockListCrc32 = _crc.Compute(_blockCrcs, 0, 4 * _blocks);
            int crcAt = footer.Write(_footer, 0);
            SpoolFooter.Seal(_footer, 0, _crc.Compute(_footer, 0, crcAt));
            return _store.Append(_blockCrcs, 0, 4 * _blocks)
                && _store.Append(_footer, 0, _footer.Length)
                && _store.Close();
        }

        /// <summary>Gives up: what was written of the file is deleted, now or at the next recovery.</summary>
        public void Abandon(byte area, uint number)
        {
            _store.Close();
            _store.Delete(area, number);
        }
    }
}
