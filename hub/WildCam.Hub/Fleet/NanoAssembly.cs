using System.Buffers.Binary;

namespace WildCam.Hub.Fleet;

/// <summary>
/// An assembly of nanoFramework, as its converter writes it (nf-interpreter, nanoCLR_Types.h, CLR_RECORD_ASSEMBLY): 0
/// "NFMRK1" and two zeros, 8 CRC of the header, 12 CRC of the rest, 28 version 4 x u16, 40 starts of 16 tables, of
/// which the last is the end of the file; 124 bytes in all.
/// </summary>
static class NanoAssembly
{
    public const int HeaderBytes = 124;
    const int BodyCrcAt = 12;
    const int VersionAt = 28;
    const int MethodsAt = 64;
    const int EndAt = 100;

    /// <summary>A method's record: name u16, code u16, flags u32, and 8 bytes more.</summary>
    const int MethodBytes = 16;
    const int MethodFlagsAt = 4;
    const uint EntryFlag = 0x08000000;

    static ReadOnlySpan<byte> Marker => "NFMRK1\0\0"u8;

    /// <summary>Why these bytes cannot be loaded, as a sentence; null where they can, with their version.</summary>
    public static string? FindProblem(ReadOnlySpan<byte> bytes, out Version version)
    {
        version = new Version();
        if (bytes.Length < HeaderBytes || !bytes[..Marker.Length].SequenceEqual(Marker))
        {
            return "It is no assembly of nanoFramework (a .pe file that its build writes).";
        }

        var end = BinaryPrimitives.ReadUInt32LittleEndian(bytes[EndAt..]);
        if (end != bytes.Length)
        {
            return $"It has {bytes.Length} bytes, and its header says {end}.";
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[BodyCrcAt..]) != Crc(bytes[HeaderBytes..]))
        {
            return "Its CRC is wrong: it was damaged after it was built.";
        }

        version = new Version(
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[VersionAt..]),
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[(VersionAt + 2)..]),
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[(VersionAt + 4)..]),
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[(VersionAt + 6)..]));
        return null;
    }

    /// <summary>Whether a method of a right assembly is where a program starts.</summary>
    public static bool HasEntry(ReadOnlySpan<byte> bytes)
    {
        var end = Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(bytes[(MethodsAt + 4)..]), (uint)bytes.Length);
        for (long at = BinaryPrimitives.ReadUInt32LittleEndian(bytes[MethodsAt..]); at + MethodBytes <= end;
            at += MethodBytes)
        {
            if ((BinaryPrimitives.ReadUInt32LittleEndian(bytes[((int)at + MethodFlagsAt)..]) & EntryFlag) != 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The runtime's CRC-32: highest bit first, polynomial 04C11DB7, from 0, not inverted.</summary>
    public static uint Crc(ReadOnlySpan<byte> bytes)
    {
        const uint polynomial = 0x04C11DB7;
        var crc = 0u;
        foreach (var b in bytes)
        {
            crc ^= (uint)b << 24;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 0x80000000) != 0 ? (crc << 1) ^ polynomial : crc << 1;
            }
        }

        return crc;
    }
}
