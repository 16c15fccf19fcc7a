using System;
using System.IO;
using nanoFramework.System.IO.FileSystem;
using WildCam.Camera.Ports;

namespace WildCam.Esp32
{
    /// <summary>
    /// The spool on an SD card, drive D:. A card that fails or is taken out answers false and -1, and is mounted again
    /// when it is back. What was written is durable once its file is closed: FatFs then has written data, table and
    /// folder entry.
    /// </summary>
    public sealed class CardStore : ISpoolStore
    {
        /// <summary>A card that could not be mounted is tried again after this, in ms.</summary>
        public const int RemountMilliseconds = 5000;

        readonly SDCard _card;
        FileStream _writing;
        FileStream _reading;
        byte _readingArea;
        uint _readingNumber;
        long _mountAt;

        /// <summary>The card of a board; nothing is mounted yet.</summary>
        public CardStore(BoardPins pins)
        {
            SDCardSpiParameters parameters = new SDCardSpiParameters();
            parameters.spiBus = (uint)pins.SpiBus;
            parameters.chipSelectPin = (uint)pins.CardSelect;
            _card = new SDCard(parameters, null);
        }

        /// <summary>
        /// Bytes that the spool may use: 15 of 16 of the card. nanoFramework tells a card's size and not its free
        /// space, so the card is for pictures alone and the spool keeps its own account.
        /// </summary>
        public long CapacityBytes
        {
            get
            {
                try
                {
                    return Mount() ? new DriveInfo(CardPaths.Root).TotalSize / 16 * 15 : 0;
                }
                catch (Exception)
                {
                    return 0;
                }
            }
        }

        /// <inheritdoc/>
        public bool Create(byte area, uint number)
        {
            CloseReading();
            if (!Mount())
            {
                return false;
            }

            try
            {
                string path = CardPaths.PathOf(area, number);
                if (File.Exists(path))
                {
                    return false;
                }

                CardPaths.MakeFolder(area, number);
                _writing = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
                return true;
            }
            catch (Exception)
            {
                return Fail();
            }
        }

        /// <inheritdoc/>
        public bool Append(byte[] source, int offset, int count)
        {
            if (_writing == null)
            {
                return false;
            }

            try
            {
                _writing.Write(source, offset, count);
                return true;
            }
            catch (Exception)
            {
                return Fail();
            }
        }

        /// <inheritdoc/>
        public bool Close()
        {
            if (_writing == null)
            {
                return false;
            }

            FileStream writing = _writing;
            _writing = null;
            try
            {
                writing.Close();
                return true;
            }
            catch (Exception)
            {
                return Fail();
            }
        }

        /// <inheritdoc/>
        public bool AppendTo(byte area, uint number, byte[] source, int offset, int count)
        {
            CloseReading();
            if (!Mount())
            {
                return false;
            }

            FileStream file = null;
            try
            {
                CardPaths.MakeFolder(area, number);
                file = new FileStream(CardPaths.PathOf(area, number), FileMode.OpenOrCreate, FileAccess.ReadWrite);
                file.Seek(0, SeekOrigin.End);
                file.Write(source, offset, count);
                FileStream closing = file;
                file = null;
                closing.Close();
                return true;
            }
            catch (Exception)
            {
                Drop(file);
                return Fail();
            }
        }

        /// <inheritdoc/>
        public long Length(byte area, uint number)
        {
            if (!Mount())
            {
                return -1;
            }

            try
            {
                return File.Exists(CardPaths.PathOf(area, number)) && OpenReading(area, number) ? _reading.Length : -1;
            }
            catch (Exception)
            {
                Fail();
                return -1;
            }
        }

        /// <inheritdoc/>
        public int Read(byte area, uint number, long position, byte[] target, int offset, int count)
        {
            if (!Mount())
            {
                return -1;
            }

            try
            {
                if (!OpenReading(area, number))
                {
                    return -1;
                }

                _reading.Seek(position, SeekOrigin.Begin);
                int done = 0;
                while (done < count)
                {
                    int read = _reading.Read(target, offset + done, count - done);
                    if (read <= 0)
                    {
                        break;
                    }

                    done += read;
                }

                return done;
            }
            catch (Exception)
            {
                Fail();
                return -1;
            }
        }

        /// <inheritdoc/>
        public bool Delete(byte area, uint number)
        {
            CloseReading();
            if (!Mount())
            {
                return false;
            }

            try
            {
                string path = CardPaths.PathOf(area, number);
                string folder = CardPaths.FolderOf(area, number / StoreAreas.FilesPerFolder);
                if (!Directory.Exists(folder))
                {
                    return true;
                }

                if (File.Exists(path))
                {
                    File.Delete(path);
                }

                if (Directory.GetFiles(folder).Length == 0)
                {
                    Directory.Delete(folder);
                }

                return true;
            }
            catch (Exception)
            {
                return Fail();
            }
        }

        /// <inheritdoc/>
        public bool FindFolder(byte area, uint from, bool upwards, out uint folder)
        {
            folder = 0;
            if (!Mount())
            {
                return false;
            }

            bool isFound = false;
            try
            {
                string root = CardPaths.AreaOf(area);
                if (!Directory.Exists(root))
                {
                    return false;
                }

                string[] folders = Directory.GetDirectories(root);
                for (int i = 0; i < folders.Length; i++)
                {
                    uint number = CardPaths.NumberIn(folders[i]);
                    bool isBeyond = upwards ? number >= from : number <= from;
                    bool isNearer = !isFound || (upwards ? number < folder : number > folder);
                    if (isBeyond && isNearer)
                    {
                        folder = number;
                        isFound = true;
                    }
                }
            }
            catch (Exception)
            {
                isFound = Fail();
            }

            return isFound;
        }

        /// <inheritdoc/>
        public int List(byte area, uint folder, uint[] numbers)
        {
            if (!Mount())
            {
                return -1;
            }

            try
            {
                string[] files = Directory.GetFiles(CardPaths.FolderOf(area, folder));
                int count = files.Length < numbers.Length ? files.Length : numbers.Length;
                for (int i = 0; i < count; i++)
                {
                    numbers[i] = CardPaths.NumberIn(files[i]);
                }

                return count;
            }
            catch (Exception)
            {
                Fail();
                return -1;
            }
        }

        bool Mount()
        {
            if (_card.IsMounted)
            {
                return true;
            }

            long now = Environment.TickCount64;
            if (now < _mountAt)
            {
                return false;
            }

            _mountAt = now + RemountMilliseconds;
            try
            {
                _card.Mount();
            }
            catch (Exception)
            {
                // No card, or not one with a FAT: asked again later.
                return false;
            }

            return _card.IsMounted;
        }

        // Whatever failed, the card may be gone: everything is closed, and the next use mounts it again.
        bool Fail()
        {
            CloseReading();
            Drop(_writing);
            _writing = null;
            try
            {
                _card.Unmount();
            }
            catch (Exception)
            {
                // It was not mounted any more.
            }

            _mountAt = 0;
            return false;
        }

        bool OpenReading(byte area, uint number)
        {
            if (_reading != null && _readingArea == area && _readingNumber == number)
            {
                return true;
            }

            CloseReading();
            string path = CardPaths.PathOf(area, number);
            if (!File.Exists(path))
            {
                return false;
            }

            // Kept open from chunk to chunk: opening a file on FAT walks its folder.
            _reading = new FileStream(path, FileMode.Open, FileAccess.Read);
            _readingArea = area;
            _readingNumber = number;
            return true;
        }

        void CloseReading()
        {
            Drop(_reading);
            _reading = null;
        }

        static void Drop(FileStream file)
        {
            try
            {
                if (file != null)
                {
                    file.Close();
                }
            }
            catch (Exception)
            {
                // It is given up anyway.
            }
        }
    }
}
