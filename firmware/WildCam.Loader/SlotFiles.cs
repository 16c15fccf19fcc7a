using System;
using System.IO;

namespace WildCam.Loader
{
    /// <summary>Slots and record as files, under <c>I:\</c> on a board. The names are part of the contract.</summary>
    public sealed class SlotFiles : ILoaderStore
    {
        readonly string _root;

        /// <summary>The files under this root, which ends with the separator of paths.</summary>
        public SlotFiles(string root)
        {
            _root = root;
        }

        /// <inheritdoc/>
        public byte[] ReadRecord(int copy)
        {
            return Read(Record(copy), 0, -1);
        }

        /// <inheritdoc/>
        public bool WriteRecord(int copy, byte[] record)
        {
            try
            {
                using (FileStream file = new FileStream(Record(copy), FileMode.Create, FileAccess.Write))
                {
                    file.Write(record, 0, record.Length);
                }

                return true;
            }
            catch (Exception)
            {
                // A full or broken flash: the caller knows what that means.
                return false;
            }
        }

        /// <inheritdoc/>
        public byte[] ReadSlot(byte slot, int position, int count)
        {
            return count <= 0 ? null : Read(_root + (slot == Wire.Slots.A ? "a.bin" : "b.bin"), position, count);
        }

        string Record(int copy)
        {
            return _root + (copy == 0 ? "slots.0" : "slots.1");
        }

        /// <summary>Bytes of a file, all from the position on where the count is below 0.</summary>
        static byte[] Read(string path, int position, int count)
        {
            try
            {
                if (!File.Exists(path))
                {
                    return null;
                }

                using (FileStream file = new FileStream(path, FileMode.Open, FileAccess.Read))
                {
                    int left = (int)file.Length - position;
                    int wanted = count < 0 ? left : count;
                    if (wanted > left)
                    {
                        return null;
                    }

                    byte[] bytes = new byte[wanted];
                    file.Seek(position, SeekOrigin.Begin);
                    int filled = 0;
                    int read = 1;
                    while (read > 0 && filled < wanted)
                    {
                        read = file.Read(bytes, filled, wanted - filled);
                        filled += read;
                    }

                    return filled == wanted ? bytes : null;
                }
            }
            catch (Exception)
            {
                // No such file, a broken flash, or no memory for it: each means that this cannot be loaded.
                return null;
            }
        }
    }
}
