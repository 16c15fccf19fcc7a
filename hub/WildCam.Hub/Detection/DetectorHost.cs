using System.Buffers;
using System.Text;
using System.Text.Json;
using WildCam.Hub.Detection.Onnx;
using WildCam.Imaging;

namespace WildCam.Hub.Detection;

/// <summary>What a detector's process is told first; the weights follow.</summary>
sealed record DetectorSetup(IReadOnlyList<string> Libraries, string Manifest, int ModelId, int Threads);

/// <summary>
/// The other side of <see cref="DetectorProcess"/>: the hub's program, started only to run one model. Native code that
/// hangs, crashes or eats memory does it here, where it can be ended. Pictures come by standard input, as files, which
/// are a tenth of their pixels, and answers go by standard output; the end of the input is the end of the process.
/// </summary>
static class DetectorHost
{
    /// <summary>The program's argument that makes it a detector.</summary>
    public const string Argument = "look";

    public static int Run()
    {
        PreferToDie();
        using var input = new BinaryReader(Console.OpenStandardInput(), Encoding.UTF8);
        using var output = new BinaryWriter(Console.OpenStandardOutput(), Encoding.UTF8);
        try
        {
            using var detector = Load(input, output);
            while (detector is not null)
            {
                var id = input.ReadInt64();
                var length = input.ReadInt32();
                var jpeg = ArrayPool<byte>.Shared.Rent(length);
                input.BaseStream.ReadExactly(jpeg, 0, length);
                _ = Task.Run(() => Answer(detector, id, jpeg, length, output));
            }

            return 1;
        }
        catch (EndOfStreamException)
        {
            return 0;
        }
    }

    static OnnxDetector? Load(BinaryReader input, BinaryWriter output)
    {
        var setup = JsonSerializer.Deserialize<DetectorSetup>(input.ReadString())!;
        var weights = input.ReadBytes(input.ReadInt32());
        try
        {
            if (!ModelManifest.TryRead(setup.Manifest, out var manifest, out var problem))
            {
                throw new OnnxException(problem!);
            }

            var detector = OnnxDetector.Load(
                OnnxLibrary.Load(setup.Libraries), weights, manifest, setup.ModelId, setup.Threads);
            output.Write("");
            output.Flush();
            return detector;
        }
        catch (OnnxException fault)
        {
            output.Write(fault.Message);
            output.Flush();
            return null;
        }
    }

    static void Answer(OnnxDetector detector, long id, byte[] jpeg, int length, BinaryWriter output)
    {
        var answer = JsonSerializer.Serialize(Look(detector, jpeg.AsSpan(0, length)));
        ArrayPool<byte>.Shared.Return(jpeg);
        lock (output)
        {
            output.Write(id);
            output.Write(answer);
            output.Flush();
        }
    }

    static DetectorAnswer Look(OnnxDetector detector, ReadOnlySpan<byte> jpeg)
    {
        using var image = JpegCodec.Decode(jpeg, detector.WidthMin).Image;
        try
        {
            return image is null
                ? new DetectorAnswer([], null)
                : new DetectorAnswer([.. detector.Detect(image, CancellationToken.None)], null);
        }
        catch (OnnxException fault)
        {
            return new DetectorAnswer([], fault.Message);
        }
    }

    // Where memory runs out, Linux should take this process and not the hub or the database.
    static void PreferToDie()
    {
        try
        {
            File.WriteAllText("/proc/self/oom_score_adj", "1000");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Not on Linux, or not allowed: the bound on the process's memory remains.
        }
    }
}
