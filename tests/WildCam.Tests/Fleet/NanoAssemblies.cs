using System.Buffers.Binary;
using WildCam.Hub.Fleet;

namespace WildCam.Tests.Fleet;

/// <summary>Assemblies as nanoFramework's converter writes them, as far as a packer looks at them.</summary>
static class NanoAssemblies
{
    public static byte[] Make(int major, int minor, int bytes, int seed = 1)
    {
        var file = new byte[bytes];
        new Random(seed).NextBytes(file);
        "NFMRK1\0\0"u8.CopyTo(file);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(28), (ushort)major);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(30), (ushort)minor);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(100), (uint)bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(
            file.AsSpan(12), NanoAssembly.Crc(file.AsSpan(NanoAssembly.HeaderBytes)));
        return file;
    }

    /// <summary>One whose only method is, or is not, where a program starts.</summary>
    public static byte[] WithMethod(bool isEntry, int major = 0, int bytes = 1001)
    {
        const int methodsAt = 124;
        var file = Make(major, 0, bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(64), methodsAt);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(68), methodsAt + 16);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(methodsAt + 4), isEntry ? 0x08000000u : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(
            file.AsSpan(12), NanoAssembly.Crc(file.AsSpan(NanoAssembly.HeaderBytes)));
        return file;
    }

    public static List<BundlePart> Three(int major = 1, int minor = 2, int bytes = 9000) =>
    [
        new("WildCam.Wire", Make(major, minor, bytes, 1)), new("WildCam.Camera", Make(major, minor, bytes, 2)),
        new("WildCam.Esp32", Make(major, minor, bytes, 3)),
    ];
}
