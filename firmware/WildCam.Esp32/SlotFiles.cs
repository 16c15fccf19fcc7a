using System;
using System.IO;
using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Esp32
{
    /// <summary>The two slots for bundles and their record in the board's flash, where the loader reads them.</summary>
    public sealed class SlotFiles : ISlotStore
    {
        readonly int _runningSlot;
        readonly int _capacityBytes;

        /// <summary>The slots of a board, as the loader told which of them runs.</summary>
        public SlotFiles(int runningSlot, byte board)
        {
            _runningSlot = runningSlot;
            _capacityBytes = Boards.BundleBytesMax(board);
        }

        /// <inheritdoc/>
        public int RunningSlot
        {
            get { return _runningSlot; }
        }

        /// <inheritdoc/>
        public int CapacityBytes
        {
            get { return _capacityBytes; }
        }

        /// <inheritdoc/>
        public int Length(byte slot)
        {
            FileStream file = null;
            try
            {
                string path = FlashFiles.Root + SlotPaths.Slot(slot);
                if (!File.Exists(path))
                {
                    return 0;
                }

                file = new FileStream(path, FileMode.Open, FileAccess.Read);
                return (int)file.Length;
            }
            catch (Exception)
            {
                return -1;
            }
            finally
            {
                FlashFiles.Close(file);
            }
        }

        /// <inheritdoc/>
        public bool Append(byte slot, byte[] source, int offset, int count)
        {
            FileStream file = null;
            try
            {
                if (slot == _runningSlot)
                {
                    return false;
                }

                string path = FlashFiles.Root + SlotPaths.Slot(slot);
                file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite);
                if (file.Length + count > _capacityBytes)
                {
                    return false;
                }

                file.Seek(0, SeekOrigin.End);
                file.Write(source, offset, count);
                FileStream closing = file;
                file = null;
                closing.Close();
                return true;
            }
            catch (Exception)
            {
                return false;
            }
            finally
            {
                FlashFiles.Close(file);
            }
        }

        /// <inheritdoc/>
        public int Read(byte slot, int position, byte[] target, int offset, int count)
        {
            FileStream file = null;
            try
            {
                file = new FileStream(FlashFiles.Root + SlotPaths.Slot(slot), FileMode.Open, FileAccess.Read);
                file.Seek(position, SeekOrigin.Begin);
                int done = 0;
                int read = 1;
                while (done < count && read > 0)
                {
                    read = file.Read(target, offset + done, count - done);
                    done += read > 0 ? read : 0;
                }

                return done;
            }
            catch (Exception)
            {
                return -1;
            }
            finally
            {
                FlashFiles.Close(file);
            }
        }

        /// <inheritdoc/>
        public bool Erase(byte slot)
        {
            try
            {
                string path = FlashFiles.Root + SlotPaths.Slot(slot);
                if (slot != _runningSlot && File.Exists(path))
                {
                    File.Delete(path);
                }

                return slot != _runningSlot;
            }
            catch (Exception)
            {
                return false;
            }
        }

        /// <inheritdoc/>
        public byte[] ReadRecord(int copy)
        {
            return FlashFiles.ReadAll(SlotPaths.Record(copy), SlotRecord.BytesMax);
        }

        /// <inheritdoc/>
        public bool WriteRecord(int copy, byte[] record)
        {
            return FlashFiles.Replace(SlotPaths.Record(copy), record, record.Length);
        }
    }
}
