using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Camera
{
    /// <summary>Reads, checks and copies the files of a spool, block by block through one buffer.</summary>
    public sealed class SpoolFiles
    {
        /// <summary>The file ends with a right footer.</summary>
        public const byte Whole = 0;

        /// <summary>The file was cut off while it was written.</summary>
        public const byte Torn = 1;

        /// <summary>The file cannot be read, or its end was written and is spoilt.</summary>
        public const byte Unreadable = 2;

        /// <summary>There is no such file.</summary>
        public const byte Absent = 3;

        readonly ICrc32 _crc;
        readonly byte[] _block;
        readonly byte[] _end = new byte[SpoolFooter.Bytes];

        /// <summary>Files of this store, read through this buffer of <see cref="Protocol.BlockBytes"/>.</summary>
        public SpoolFiles(ISpoolStore store, ICrc32 crc, byte[] block)
        {
            Store = store;
            _crc = crc;
            _block = block;
        }

        /// <summary>The store.</summary>
        public ISpoolStore Store { get; }

        /// <summary>Reads a file's footer; what it is, as <see cref="Whole"/>.</summary>
        public byte ReadFooter(byte area, uint number, SpoolFooter footer)
        {
            long length = Store.Length(area, number);
            if (length < 0)
            {
                return Absent;
            }

            if (length < SpoolFooter.Bytes)
            {
                return Torn;
            }

            int read = Store.Read(area, number, length - SpoolFooter.Bytes, _end, 0, SpoolFooter.Bytes);
            if (read != SpoolFooter.Bytes)
            {
                return Unreadable;
            }

            if (!footer.TryReadInto(_end, 0, read))
            {
                return Torn;
            }

            bool isRight = footer.FileBytes == length
                && _crc.Compute(_end, 0, SpoolFooter.CrcBytes) == SpoolFooter.ClaimedCrc32(_end, 0);
            return isRight ? Whole : Unreadable;
        }

        /// <summary>Whether any file is there: no card is like an empty one.</summary>
        public bool HasAny()
        {
            uint folder;
            return Store.FindFolder(StoreAreas.Spool, 0, true, out folder)
                || Store.FindFolder(StoreAreas.Held, 0, true, out folder)
                || Store.FindFolder(StoreAreas.Dead, 0, true, out folder)
                || Store.FindFolder(StoreAreas.Ledger, 0, true, out folder);
        }

        /// <summary>The highest number in an area; 0 where it is empty.</summary>
        public uint Highest(byte area, uint[] numbers)
        {
            uint highest = 0;
            uint folder;
            if (Store.FindFolder(area, uint.MaxValue / StoreAreas.FilesPerFolder, false, out folder))
            {
                int count = Store.List(area, folder, numbers);
                highest = folder * StoreAreas.FilesPerFolder;
                for (int i = 0; i < count; i++)
                {
                    highest = numbers[i] > highest ? numbers[i] : highest;
                }
            }

            return highest;
        }

        /// <summary>The highest number in an area, or the lowest.</summary>
        public bool TryPick(byte area, bool isNewest, uint[] numbers, out uint number)
        {
            if (!isNewest)
            {
                return TryPickOldest(area, numbers, out number);
            }

            number = Highest(area, numbers);
            return number != 0;
        }

        /// <summary>The lowest number in an area.</summary>
        public bool TryPickOldest(byte area, uint[] numbers, out uint number)
        {
            number = 0;
            uint folder;
            uint from = 0;
            while (number == 0 && Store.FindFolder(area, from, true, out folder))
            {
                int count = Store.List(area, folder, numbers);
                for (int i = 0; i < count; i++)
                {
                    number = number == 0 || numbers[i] < number ? numbers[i] : number;
                }

                from = folder + 1;
            }

            return number != 0;
        }

        /// <summary>
        /// Copies a picture and its block list as they are, then the given footer. False leaves no copy.
        /// </summary>
        public bool Copy(byte area, uint number, byte areaTo, uint numberTo, SpoolFooter footer)
        {
            if (!Store.Create(areaTo, numberTo))
            {
                return false;
            }

            long end = footer.FileBytes - SpoolFooter.Bytes;
            bool isRight = true;
            for (long at = 0; isRight && at < end;)
            {
                int count = end - at < _block.Length ? (int)(end - at) : _block.Length;
                isRight = Store.Read(area, number, at, _block, 0, count) == count
                    && Store.Append(_block, 0, count);
                at += count;
            }

            int crcAt = footer.Write(_end, 0);
            SpoolFooter.Seal(_end, 0, _crc.Compute(_end, 0, crcAt));
            if (isRight && Store.Append(_end, 0, _end.Length) && Store.Close())
            {
                return true;
            }

            Store.Close();
            Store.Delete(areaTo, numberTo);
            return false;
        }

        /// <summary>Whether every block still has the CRC that it was written with.</summary>
        public bool BlocksAreIntact(byte area, uint number, SpoolFooter footer)
        {
            // Rare, so the list is not kept between calls: at most 2 KB for PictureBytesMax.
            byte[] list = new byte[4 * footer.BlockCount];
            bool isIntact = Store.Read(area, number, footer.SizeBytes, list, 0, list.Length) == list.Length
                && _crc.Compute(list, 0, list.Length) == footer.BlockListCrc32;
            for (int i = 0; isIntact && i < footer.BlockCount; i++)
            {
                long at = (long)i * Protocol.BlockBytes;
                int count = footer.SizeBytes - at < _block.Length ? (int)(footer.SizeBytes - at) : _block.Length;
                isIntact = Store.Read(area, number, at, _block, 0, count) == count
                    && _crc.Compute(_block, 0, count) == LittleEndian.ReadUInt32(list, 4 * i);
            }

            return isIntact;
        }
    }
}
