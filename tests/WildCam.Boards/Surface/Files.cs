using WildCam.SimulatedHardware;

// nanoFramework.System.IO.FileSystem, as far as the firmware uses it; it works on the simulated drives.
namespace System.IO
{
    sealed class FileStream(string path, FileMode mode, FileAccess access) : Stream
    {
        readonly Life _life = Life.Current;
        readonly OpenFile _file = Life.Current.World.DriveOf(path).Open(path, mode, access);

        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => access != FileAccess.Read;

        public override long Length
        {
            get
            {
                _life.Check();
                return _file.Length;
            }
        }

        public override long Position { get; set; }

        public override void Flush() => _life.Check();

        public override int Read(byte[] buffer, int offset, int count)
        {
            _life.Check();
            var read = _file.Read(Position, buffer.AsSpan(offset, count));
            Position += read;
            return read;
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            _life.Check();
            _file.Write(_life, Position, buffer.AsSpan(offset, count));
            Position += count;
        }

        public override long Seek(long offset, SeekOrigin origin)
        {
            _life.Check();
            return Position = origin switch
            {
                SeekOrigin.Begin => offset,
                SeekOrigin.Current => Position + offset,
                _ => _file.Length + offset,
            };
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _life.Check();
                _file.Close(_life);
            }

            base.Dispose(disposing);
        }
    }

    static class File
    {
        public static bool Exists(string path) => Life.Current.World.DriveOf(path).Exists(path);

        public static void Delete(string path) => Life.Current.World.DriveOf(path).Delete(Life.Current, path);
    }

    static class Directory
    {
        public static bool Exists(string path) => Life.Current.World.DriveOf(path).HasFolder(path);

        public static void CreateDirectory(string path) =>
            Life.Current.World.DriveOf(path).MakeFolder(Life.Current, path);

        public static void Delete(string path) => Life.Current.World.DriveOf(path).DeleteFolder(Life.Current, path);

        public static string[] GetFiles(string path) => Life.Current.World.DriveOf(path).FilesIn(path);

        public static string[] GetDirectories(string path) => Life.Current.World.DriveOf(path).FoldersIn(path);
    }

    sealed class DriveInfo(string drive)
    {
        public long TotalSize => Life.Current.World.DriveOf(drive).TotalBytes;
    }
}

namespace nanoFramework.System.IO.FileSystem
{
    sealed class SDCardSpiParameters
    {
        public uint spiBus;
        public uint chipSelectPin;
    }

    sealed class CardDetectParameters
    {
    }

    sealed class SDCard
    {
        public SDCard(SDCardSpiParameters spiParameters, CardDetectParameters? cdParameters)
        {
            _ = spiParameters.spiBus;
            _ = cdParameters;
        }

        public bool IsMounted => Life.Current.World.Card.IsMounted;

        public void Mount() => Life.Current.World.Card.Mount();

        public void Unmount() => Life.Current.World.Card.IsMounted = false;
    }
}
