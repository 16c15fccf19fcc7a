using System.Diagnostics.CodeAnalysis;
using WildCam.Wire;

namespace WildCam.Hub.Ingest;

/// <summary>A file of a WildCam camera's card: the JPEG, its blocks' CRCs, a footer with id and facts.</summary>
public static class SpooledFile
{
    /// <summary>Bytes behind a picture of so many bytes.</summary>
    public static int TailBytes(int sizeBytes) =>
        (4 * Protocol.ChunkCount((uint)sizeBytes, Protocol.BlockBytes)) + SpoolFooter.Bytes;

    /// <summary>Reads the footer; false where the file is not a whole one of a camera's card.</summary>
    public static bool TryRead(byte[] file, [NotNullWhen(true)] out SpoolFooter? footer)
    {
        footer = null;
        var at = file.Length - SpoolFooter.Bytes;
        return at > 0
            && SpoolFooter.TryRead(file, at, SpoolFooter.Bytes, out footer)
            && footer.FileBytes == file.Length;
    }
}
