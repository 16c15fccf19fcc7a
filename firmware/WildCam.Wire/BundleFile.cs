using System;

namespace WildCam.Wire
{
    /// <summary>
    /// The head of a bundle: what an application is, then its assemblies in the order in which they are loaded, then
    /// the publisher's signature. The assemblies' bytes follow, one behind the other.
    /// </summary>
    /// <remarks>
    /// Layout (offset, name, type): 0 version u8, 1 "WCB", 4 HeadBytes u16, 6 Board u8, 7 Major u16, 9 Minor u16, 11
    /// Patch u16, 13 LoaderMajor u16, 15 LoaderMinor u16, 17 Contract u8, 18 number of assemblies u8, 19 for each
    /// assembly its size u32, the length of its name u8 and its name in ASCII; then Signature, 64 bytes.
    /// The signature is ECDSA P-256 with SHA-256, r and s (IEEE P1363), over the whole file without the signature.
    /// A hub and the packing tool check it. A camera cannot: it has no public-key arithmetic, and trusts the offer that
    /// its hub authenticated under its update key.
    /// </remarks>
    public sealed class BundleFile
    {
        /// <summary>Bytes of a signature.</summary>
        public const int SignatureBytes = 64;

        /// <summary>Most assemblies in a bundle.</summary>
        public const int AssembliesMax = 8;

        /// <summary>Most characters in an assembly's name.</summary>
        public const int NameCharsMax = 40;

        /// <summary>Longest head, in bytes.</summary>
        public const int HeadBytesMax = FixedBytes + AssembliesMax * (5 + NameCharsMax) + SignatureBytes;

        /// <summary>Bytes that are needed to know <see cref="HeadBytes"/>.</summary>
        public const int FixedBytes = 19;

        /// <summary>
        /// The contract of today: the record of <see cref="SlotRecord"/>, this layout, and the entry
        /// <c>WildCam.Esp32.Application.Run(int slot, bool isPending)</c> in the last assembly.
        /// </summary>
        public const byte ContractNow = 1;

        /// <summary>Board that it is built for, a value of <see cref="Boards"/>.</summary>
        public byte Board;

        /// <summary>Version, first part; 0 is kept for built-in applications.</summary>
        public ushort Major;

        /// <summary>Version, second part.</summary>
        public ushort Minor;

        /// <summary>Version, third part.</summary>
        public ushort Patch;

        /// <summary>Oldest loader that can run it, first part of its version.</summary>
        public ushort LoaderMajor;

        /// <summary>Oldest loader that can run it, second part of its version.</summary>
        public ushort LoaderMinor;

        /// <summary>Number of the contract between loader and application that it is built for.</summary>
        public byte Contract = ContractNow;

        /// <summary>Names of the assemblies, in the order in which they are loaded.</summary>
        public string[] Names = new string[0];

        /// <summary>Sizes of the assemblies, in bytes.</summary>
        public uint[] Sizes = new uint[0];

        /// <summary>The publisher's signature.</summary>
        public byte[] Signature = new byte[SignatureBytes];

        /// <summary>Bytes of the head; the first assembly begins here.</summary>
        public int HeadBytes
        {
            get
            {
                int bytes = FixedBytes + SignatureBytes;
                for (int i = 0; i < Names.Length; i++)
                {
                    bytes += 5 + Names[i].Length;
                }

                return bytes;
            }
        }

        /// <summary>Bytes of the whole bundle; 0 where the sizes are absurd.</summary>
        public uint TotalBytes
        {
            get
            {
                ulong bytes = (ulong)HeadBytes;
                for (int i = 0; i < Sizes.Length; i++)
                {
                    bytes += Sizes[i];
                }

                return bytes > int.MaxValue ? 0 : (uint)bytes;
            }
        }

        /// <summary>Writes the head; returns the offset after it.</summary>
        public int Write(byte[] target, int offset)
        {
            target[offset] = Protocol.Version;
            target[offset + 1] = (byte)'W';
            target[offset + 2] = (byte)'C';
            target[offset + 3] = (byte)'B';
            LittleEndian.WriteUInt16(target, offset + 4, (ushort)HeadBytes);
            target[offset + 6] = Board;
            LittleEndian.WriteUInt16(target, offset + 7, Major);
            LittleEndian.WriteUInt16(target, offset + 9, Minor);
            LittleEndian.WriteUInt16(target, offset + 11, Patch);
            LittleEndian.WriteUInt16(target, offset + 13, LoaderMajor);
            LittleEndian.WriteUInt16(target, offset + 15, LoaderMinor);
            target[offset + 17] = Contract;
            target[offset + 18] = (byte)Names.Length;
            int at = offset + FixedBytes;
            for (int i = 0; i < Names.Length; i++)
            {
                at = LittleEndian.WriteUInt32(target, at, Sizes[i]);
                target[at++] = (byte)Names[i].Length;
                for (int c = 0; c < Names[i].Length; c++)
                {
                    target[at++] = (byte)Names[i][c];
                }
            }

            Array.Copy(Signature, 0, target, at, SignatureBytes);
            return at + SignatureBytes;
        }

        /// <summary>
        /// Reads the head from the start of a bundle, of which <paramref name="count"/> bytes are there; false where
        /// they are not a whole head.
        /// </summary>
        public static bool TryRead(byte[] source, int offset, int count, out BundleFile head)
        {
            head = null;
            if (count < FixedBytes || source[offset] != Protocol.Version || source[offset + 1] != (byte)'W'
                || source[offset + 2] != (byte)'C' || source[offset + 3] != (byte)'B')
            {
                return false;
            }

            int headBytes = LittleEndian.ReadUInt16(source, offset + 4);
            int assemblies = source[offset + 18];
            if (headBytes > count || headBytes > HeadBytesMax || assemblies == 0 || assemblies > AssembliesMax)
            {
                return false;
            }

            BundleFile read = new BundleFile();
            read.Board = source[offset + 6];
            read.Major = LittleEndian.ReadUInt16(source, offset + 7);
            read.Minor = LittleEndian.ReadUInt16(source, offset + 9);
            read.Patch = LittleEndian.ReadUInt16(source, offset + 11);
            read.LoaderMajor = LittleEndian.ReadUInt16(source, offset + 13);
            read.LoaderMinor = LittleEndian.ReadUInt16(source, offset + 15);
            read.Contract = source[offset + 17];
            read.Names = new string[assemblies];
            read.Sizes = new uint[assemblies];
            int end = offset + headBytes - SignatureBytes;
            int at = offset + FixedBytes;
            for (int i = 0; i < assemblies; i++)
            {
                if (end - at < 5 || source[at + 4] == 0 || source[at + 4] > NameCharsMax
                    || end - at < 5 + source[at + 4])
                {
                    return false;
                }

                read.Sizes[i] = LittleEndian.ReadUInt32(source, at);
                char[] name = new char[source[at + 4]];
                at += 5;
                for (int c = 0; c < name.Length; c++)
                {
                    name[c] = (char)source[at++];
                }

                read.Names[i] = new string(name);
            }

            if (at != end || read.TotalBytes == 0)
            {
                return false;
            }

            Array.Copy(source, end, read.Signature, 0, SignatureBytes);
            head = read;
            return true;
        }
    }
}
