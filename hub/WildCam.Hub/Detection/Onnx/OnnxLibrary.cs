using System.Runtime.InteropServices;

namespace WildCam.Hub.Detection.Onnx;

/// <summary>ONNX Runtime cannot be used, or refused what it was given; the message says why.</summary>
sealed class OnnxException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>
/// ONNX Runtime's C API. Its table of functions only ever grows at the end, and asking for API 17 is answered by every
/// later library (onnxruntime_c_api.h); the numbers below are places in that table.
/// </summary>
sealed unsafe class OnnxLibrary
{
    const int ApiVersion = 17;
    const int LogErrors = 3;
    const int OptimizeAll = 99;
    const int ArenaAllocator = 1;

    readonly nint* _api;

    OnnxLibrary(nint* api)
    {
        _api = api;
        nint environment, allocator, memory;
        fixed (byte* name = "wildcam"u8)
        {
            Check(((delegate* unmanaged<int, byte*, nint*, nint>)api[3])(LogErrors, name, &environment));
        }

        Check(((delegate* unmanaged<nint*, nint>)api[78])(&allocator));
        Check(((delegate* unmanaged<int, int, nint*, nint>)api[69])(ArenaAllocator, 0, &memory));
        (Environment, Allocator, CpuMemory) = (environment, allocator, memory);
    }

    public nint Environment { get; }

    public nint Allocator { get; }

    public nint CpuMemory { get; }

    /// <summary>A function of the table.</summary>
    public nint this[int place] => _api[place];

    /// <summary>Loads the library from the first of these paths or names that is there.</summary>
    /// <exception cref="OnnxException">None is; the message says how to install it.</exception>
    public static OnnxLibrary Load(IEnumerable<string> candidates)
    {
        var tried = new List<string>();
        foreach (var candidate in candidates)
        {
            if (!NativeLibrary.TryLoad(candidate, out var library))
            {
                tried.Add(candidate);
                continue;
            }

            var apiBase = ((delegate* unmanaged<nint*>)NativeLibrary.GetExport(library, "OrtGetApiBase"))();
            var api = ((delegate* unmanaged<uint, nint*>)apiBase[0])(ApiVersion);
            return api is not null
                ? new OnnxLibrary(api)
                : throw new OnnxException($"{candidate} is older than ONNX Runtime 1.{ApiVersion}.");
        }

        throw new OnnxException(
            $"ONNX Runtime is not installed (tried {string.Join(", ", tried)}). `./wildcam doctor` brings it, or name "
            + "libonnxruntime.so.1 in WildCam:Detection:OnnxRuntimeLibrary.");
    }

    /// <summary>Reads and optimises a model. Freed by <see cref="ReleaseSession"/>.</summary>
    public nint CreateSession(ReadOnlySpan<byte> model, int threads)
    {
        nint options;
        Check(((delegate* unmanaged<nint*, nint>)_api[10])(&options));
        try
        {
            Check(((delegate* unmanaged<nint, int, nint>)_api[23])(options, OptimizeAll));
            Check(((delegate* unmanaged<nint, int, nint>)_api[24])(options, threads));
            Check(((delegate* unmanaged<nint, int, nint>)_api[25])(options, 1));
            // Threads that spin while they wait make two threads slower than one.
            fixed (byte* key = "session.intra_op.allow_spinning"u8, value = "0"u8)
            {
                Check(((delegate* unmanaged<nint, byte*, byte*, nint>)_api[130])(options, key, value));
            }

            nint session;
            fixed (byte* bytes = model)
            {
                Check(((delegate* unmanaged<nint, byte*, nuint, nint, nint*, nint>)_api[8])(
                    Environment, bytes, (nuint)model.Length, options, &session));
            }

            return session;
        }
        finally
        {
            Release(100, options);
        }
    }

    public void ReleaseSession(nint session) => Release(95, session);

    /// <summary>Frees an object by the table's function for its kind.</summary>
    public void Release(int place, nint value)
    {
        if (value != 0)
        {
            ((delegate* unmanaged<nint, void>)_api[place])(value);
        }
    }

    /// <summary>Throws what a call's status says; 0 is success.</summary>
    public void Check(nint status)
    {
        if (status == 0)
        {
            return;
        }

        var message = Marshal.PtrToStringUTF8(((delegate* unmanaged<nint, nint>)_api[2])(status));
        Release(93, status);
        throw new OnnxException($"ONNX Runtime: {message}");
    }
}
