using System.Reflection;
using System.Runtime.InteropServices;

namespace WildCam.Imaging;

/// <summary>The JPEG library is not on this machine; the message says which package brings it.</summary>
public sealed class ImagingUnavailableException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>The functions of libturbojpeg (TurboJPEG API 2.1) that the codec calls.</summary>
static unsafe partial class TurboJpeg
{
    // turbojpeg.h
    public const int PixelsRgb = 0;
    public const int PixelsGrey = 6;
    public const int PixelsCmyk = 11;
    public const int Sampling420 = 2;
    public const int SamplingGrey = 3;
    public const int LimitScans = 32768;
    public const int ErrorWarning = 0;

    const string Library = "turbojpeg";

    static readonly string[] Names =
        ["libturbojpeg.so.0", "libturbojpeg.so", "libturbojpeg.0.dylib", "libturbojpeg.dylib", "turbojpeg"];

    static TurboJpeg() => NativeLibrary.SetDllImportResolver(typeof(TurboJpeg).Assembly, Resolve);

    /// <summary>Whether the library can be loaded.</summary>
    public static bool IsAvailable()
    {
        foreach (var name in Names)
        {
            if (NativeLibrary.TryLoad(name, out _))
            {
                return true;
            }
        }

        return false;
    }

    static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Library)
        {
            return 0;
        }

        foreach (var candidate in Names)
        {
            if (NativeLibrary.TryLoad(candidate, out var handle))
            {
                return handle;
            }
        }

        throw new ImagingUnavailableException(
            "Pictures cannot be read: libturbojpeg.so.0 is not installed. "
            + "Install it: apt-get install libturbojpeg0");
    }

    [LibraryImport(Library, EntryPoint = "tjInitDecompress")]
    public static partial nint InitDecompress();

    [LibraryImport(Library, EntryPoint = "tjInitCompress")]
    public static partial nint InitCompress();

    [LibraryImport(Library, EntryPoint = "tjDestroy")]
    public static partial int Destroy(nint handle);

    [LibraryImport(Library, EntryPoint = "tjFree")]
    public static partial void Free(byte* buffer);

    [LibraryImport(Library, EntryPoint = "tjGetErrorCode")]
    public static partial int GetErrorCode(nint handle);

    [LibraryImport(Library, EntryPoint = "tjGetErrorStr2")]
    public static partial byte* GetErrorText(nint handle);

    [LibraryImport(Library, EntryPoint = "tjDecompressHeader3")]
    public static partial int DecompressHeader(
        nint handle, byte* jpeg, CULong jpegSize, out int width, out int height, out int sampling, out int color);

    [LibraryImport(Library, EntryPoint = "tjDecompress2")]
    public static partial int Decompress(
        nint handle, byte* jpeg, CULong jpegSize, byte* pixels, int width, int pitch, int height, int format,
        int flags);

    [LibraryImport(Library, EntryPoint = "tjDecompressToYUVPlanes")]
    public static partial int DecompressToPlanes(
        nint handle, byte* jpeg, CULong jpegSize, byte** planes, int width, int* strides, int height, int flags);

    [LibraryImport(Library, EntryPoint = "tjCompressFromYUVPlanes")]
    public static partial int CompressFromPlanes(
        nint handle, byte** planes, int width, int* strides, int height, int sampling, byte** jpeg, CULong* jpegSize,
        int quality, int flags);

    [LibraryImport(Library, EntryPoint = "tjCompress2")]
    public static partial int Compress(
        nint handle, byte* pixels, int width, int pitch, int height, int format, byte** jpeg, CULong* jpegSize,
        int sampling, int quality, int flags);
}
