using WildCam.SimulatedHardware;

// nanoFramework.CoreLibrary, System.IO.Hashing, Runtime.Native and System.Net, as far as the firmware uses them.
namespace System
{
    /// <summary>The part of an array that goes over a bus.</summary>
    public readonly struct SpanByte
    {
        readonly byte[] _array;
        readonly int _start;

        public SpanByte(byte[] array, int start, int length)
        {
            if (start < 0 || length < 0 || start + length > array.Length)
            {
                throw new ArgumentOutOfRangeException(nameof(length));
            }

            _array = array;
            _start = start;
            Length = length;
        }

        public int Length { get; }

        internal Span<byte> Bytes => _array.AsSpan(_start, Length);

        public static implicit operator SpanByte(byte[] array) => new(array, 0, array.Length);
    }

    readonly struct DateTime(long ticks)
    {
        const long UnixEpochTicks = 621_355_968_000_000_000;

        public static DateTime UtcNow => new(
            UnixEpochTicks + (Life.Current.World.RtcMilliseconds * TimeSpan.TicksPerMillisecond));

        public long Ticks { get; } = ticks;

        public long UnixMilliseconds => (Ticks - UnixEpochTicks) / TimeSpan.TicksPerMillisecond;
    }
}

namespace System.IO.Hashing
{
    sealed class Crc32
    {
        byte[] _bytes = [];

        public void Reset() => _bytes = [];

        public void Append(SpanByte source) => _bytes = [.. _bytes, .. source.Bytes];

        public uint GetCurrentHashAsUInt32() => WildCam.Wire.Crc32.Compute(_bytes, 0, _bytes.Length);
    }
}

namespace System.Net.NetworkInformation
{
    sealed class NetworkInterface
    {
        public byte[] PhysicalAddress => Life.Current.World.HardwareAddress;

        public string IPv4Address => Life.Current.World.Wifi.Address;

        public static NetworkInterface[] GetAllNetworkInterfaces() => [new NetworkInterface()];
    }
}

namespace System.Security.Cryptography.X509Certificates
{
    sealed class X509Certificate(string pem)
    {
        public string Pem { get; } = pem;
    }
}

namespace nanoFramework.Runtime.Native
{
    static class Rtc
    {
        public static bool SetSystemTime(DateTime time)
        {
            Life.Current.World.SetRtc(time.UnixMilliseconds);
            return true;
        }
    }

    enum RebootOption
    {
        NormalReboot = 0,
    }

    static class Power
    {
        public static void RebootDevice(RebootOption option)
        {
            _ = option;
            Life.Current.End(new LifeEnd(LifeEndKind.Reboot));
        }
    }

    static class GC
    {
        public const uint FreeBytes = 48_000;

        public static uint Run(bool compactHeap)
        {
            Life.Current.Check();
            return compactHeap ? FreeBytes + 1 : FreeBytes;
        }
    }
}
