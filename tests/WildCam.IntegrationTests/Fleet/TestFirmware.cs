using System.Buffers.Binary;
using System.Security.Cryptography;
using WildCam.Hub.Fleet;
using WildCam.Wire;

namespace WildCam.IntegrationTests.Fleet;

/// <summary>Signed bundles whose assemblies are noise that a packer takes.</summary>
static class TestFirmware
{
    public static byte[] Make(ECDsa key, Version version, byte board = Boards.Simulator, int bytes = 6000, int seed = 1)
    {
        List<BundlePart> parts =
        [
            .. new[] { "WildCam.Wire", "WildCam.Camera", BundlePacking.EntryAssembly }
                .Select((name, n) => new BundlePart(name, Assembly(version, bytes, seed + n))),
        ];
        var bundle = BundlePacking.Pack(board, version, new Version(1, 0), parts, key, out var problem);
        Assert.Null(problem);
        return bundle!;
    }

    static byte[] Assembly(Version version, int bytes, int seed)
    {
        var file = new byte[bytes];
        new Random(seed).NextBytes(file);
        "NFMRK1\0\0"u8.CopyTo(file);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(28), (ushort)version.Major);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(30), (ushort)version.Minor);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(100), (uint)bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(
            file.AsSpan(12), NanoAssembly.Crc(file.AsSpan(NanoAssembly.HeaderBytes)));
        return file;
    }
}
