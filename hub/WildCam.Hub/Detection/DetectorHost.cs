using System.Text;
using System.Text.Json;
using WildCam.Hub.Detection.Onnx;
using WildCam.Imaging;

namespace WildCam.Hub.Detection;

/// <summary>What a detector's process is told first; the weights follow.</summary>
sealed record DetectorSetup(IReadOnlyList<string> Libraries, string Manifest, int ModelId, int Threads);

/// <summary>
/// The other side of <see cref="DetectorProcess"/>: the hub's program, started only to run one model. Native code that
/// hangs, crashes or eats memory does it here, where it can be ended. Pictures come by standard input and answers go
/// by standard output; the end of the input is the end of the process.
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
                var image = ReadImage(input);
                _ = Task.Run(() => Answer(detector, id, image, output));
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
            output.Write(detector.WidthMin);
            output.Write("");
            output.Flush();
            return detector;
        }
        catch (OnnxException fault)
        {
            output.Write(0);
            output.Write(fault.Message);
            output.Flush();
            return null;
        }
    }

    static PixelImage ReadImage(BinaryReader input)
    {
        var image = new PixelImage(input.ReadInt32(), input.ReadInt32(), input.ReadInt32());
        input.BaseStream.ReadExactly(image.Pixels);
        return image;
    }

    static void Answer(OnnxDetector detector, long id, PixelImage image, BinaryWriter output)
    {
        string answer;
        using (image)
        {
            try
            {
                answer = JsonSerializer.Serialize(
                    new DetectorAnswer([.. detector.Detect(image, CancellationToken.None)], null));
            }
            catch (OnnxException fault)
            {
                answer = JsonSerializer.Serialize(new DetectorAnswer([], fault.Message));
            }
        }

        lock (output)
        {
            output.Write(id);
            output.Write(answer);
            output.Flush();
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
