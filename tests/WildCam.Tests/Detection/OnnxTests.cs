using WildCam.Hub.Detection;
using WildCam.Hub.Detection.Onnx;
using WildCam.Imaging;
using WildCam.Storage;
using WildCam.Tests.Imaging;

namespace WildCam.Tests.Detection;

/// <summary>The binding and the detector, run by the real ONNX Runtime.</summary>
public sealed class OnnxTests
{
    static readonly Lazy<OnnxLibrary?> s_library = new(Load);

    static OnnxLibrary Library
    {
        get
        {
            SharedData.Needs(
                s_library.Value is not null,
                "ONNX Runtime is not installed (./wildcam doctor, or WildCam__Detection__OnnxRuntimeLibrary).");
            return s_library.Value!;
        }
    }

    static ModelManifest Manifest(ModelFamily family) => ModelManifest.ForFamily(family, "tiny", "1");

    [Fact]
    public void A_model_gives_back_the_numbers_that_its_graph_says()
    {
        // Y = X + 2
        var model = new TinyOnnx("X", [1, 3], "Y", [1, 3]).AddConstant("two", [1], [2]).Node("Add", "X", "two", "Y");
        using var session = new OnnxSession(Library, model.Write(), 1);
        Assert.Equal(new OnnxPort("X", OnnxType.Float, [1, 3]).ToString(), session.Inputs[0].ToString());
        var output = session.Run([new("X", [1, 3], [1, 2.5f, -7])], CancellationToken.None);
        Assert.Equal([3, 4.5f, -5], output[0].Values);
        Assert.Equal([1, 3], output[0].Shape);
    }

    [Fact]
    public void What_the_runtime_refuses_is_an_exception_that_says_why()
    {
        var library = Library;
        Assert.Contains(
            "ONNX Runtime:",
            Assert.Throws<OnnxException>(() => new OnnxSession(library, "no model at all"u8, 1)).Message,
            StringComparison.Ordinal);
        using var session = new OnnxSession(
            library, new TinyOnnx("X", [1, 3], "Y", [1, 3]).Node("Identity", "X", "Y").Write(), 1);
        Assert.Throws<OnnxException>(() => session.Run([new("X", [1, 4], new float[4])], CancellationToken.None));
        Assert.Throws<OnnxException>(() => session.Run([new("Z", [1, 3], new float[3])], CancellationToken.None));
        using var ended = new CancellationTokenSource();
        ended.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(
            () => session.Run([new("X", [1, 3], new float[3])], ended.Token));
    }

    [Fact]
    public void A_library_that_is_not_there_is_named()
    {
        var fault = Assert.Throws<OnnxException>(() => OnnxLibrary.Load(["/nowhere/libonnxruntime.so.1"]));
        Assert.Contains("/nowhere/libonnxruntime.so.1", fault.Message, StringComparison.Ordinal);
        Assert.Contains("WildCam:Detection:OnnxRuntimeLibrary", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_detector_of_hand_made_numbers_finds_its_box_in_the_picture()
    {
        // The model answers the same whatever it sees: one animal in the middle of its 64x64 input.
        var model = Constant([32, 32, 16, 8, 0.9f, 1, 0, 0, 0, 0, 1, 1, 0.1f, 0.1f, 0.2f, 0.3f], 8);
        using var detector = OnnxDetector.Load(Library, model, Manifest(ModelFamily.Yolov5), 7, 1);
        // Twice as wide as high: it fills the input's width, and is 32 high in its middle.
        using var picture = Pictures.Gradient(200, 100);
        var row = Assert.Single(detector.Detect(picture, CancellationToken.None));
        Assert.Equal(Category.Animal, row.Category);
        Assert.Equal(0.9f, row.Confidence!.Value, 4);
        Assert.Equal(24 / 64f, row.X!.Value, 4);
        Assert.Equal(12 / 32f, row.Y!.Value, 4);
        Assert.Equal(16 / 64f, row.Width!.Value, 4);
        Assert.Equal(8 / 32f, row.Height!.Value, 4);
    }

    [Fact]
    public void Nothing_above_the_threshold_is_a_blank_of_that_model()
    {
        var model = Constant([0, 0, 9, 9, 0.01f, 0], 6);
        using var detector = OnnxDetector.Load(Library, model, Manifest(ModelFamily.Yolov10), 7, 1);
        using var picture = Pictures.Gradient(80, 60);
        var row = Assert.Single(detector.Detect(picture, CancellationToken.None));
        Assert.Equal((Category.Blank, (float?)null), (row.Category, row.Width));
    }

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "Infinity")]
    [InlineData(7, "a score of 7")]
    public void Garbage_of_a_model_keeps_it_from_being_loaded(float score, string reason)
    {
        var model = Constant([0, 0, 9, 9, score, 0], 6);
        var fault = Assert.Throws<OnnxException>(
            () => OnnxDetector.Load(Library, model, Manifest(ModelFamily.Yolov10), 7, 1));
        Assert.Contains(reason, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_of_another_family_is_refused_with_its_shapes()
    {
        var model = Constant([0, 0, 9, 9, 0.5f, 0], 6);
        var fault = Assert.Throws<OnnxException>(
            () => OnnxDetector.Load(Library, model, Manifest(ModelFamily.Yolox), 7, 1));
        Assert.Contains("not of family yolox", fault.Message, StringComparison.Ordinal);
        Assert.Contains("float[1,1,6]", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("african_elephants.jpg", Category.Animal)]
    [InlineData("african_elephants_bw.jpg", Category.Animal)]
    [InlineData("african_elephants_cmyk.jpg", Category.Animal)]
    [InlineData("african_elephants_truncated_file.jpg", Category.Animal)]
    [InlineData("african_elephants_with_exif_orientation.jpg", Category.Animal)]
    [InlineData("american_black_bear.jpg", Category.Animal)]
    [InlineData("domestic_cattle.jpg", Category.Animal)]
    [InlineData("domestic_dog.jpg", Category.Animal)]
    [InlineData("human.jpg", Category.Person)]
    [InlineData("vehicle.jpg", Category.Vehicle)]
    [InlineData("blank.jpg", Category.Blank)]
    [InlineData("blank2.jpg", Category.Blank)]
    [InlineData("blank3.jpg", Category.Blank)]
    // A known miss: COCO has no wild cats, and this one is small and well hidden.
    [InlineData("ocelot.jpg", Category.Blank)]
    public void Yolox_sees_on_real_pictures_what_their_names_say(string name, Category expected)
    {
        var library = Library;
        var weights = File.ReadAllBytes(SharedData.Find("models/yolox_nano_coco.onnx"));
        var jpeg = File.ReadAllBytes(SharedData.Find("images/" + name));
        using var detector = OnnxDetector.Load(library, weights, Manifest(ModelFamily.Yolox), 7, 1);
        using var picture = JpegCodec.Decode(jpeg, detector.WidthMin).Image!;
        var rows = detector.Detect(picture, CancellationToken.None);
        TestContext.Current.SendDiagnosticMessage(
            $"{name}: {string.Join(", ", rows.Select(r => $"{r.Category} {r.Confidence:F2}"))}");
        Assert.Equal(expected, rows[0].Category);
        Assert.All(rows, r => Assert.Equal(expected, r.Category));
    }

    static byte[] Constant(float[] numbers, int fields)
    {
        long[] shape = [1, numbers.Length / fields, fields];
        // The picture is needed for an answer but does not change it: its mean, times nothing, is added.
        return new TinyOnnx("images", [1, 3, 64, 64], "output", shape)
            .AddConstant("answer", shape, numbers)
            .AddConstant("nothing", [1], [0])
            .Node("GlobalAveragePool", "images", "mean")
            .Node("ReduceMean", "mean", "flat")
            .Node("Mul", "flat", "nothing", "none")
            .Node("Reshape", "none", "one", "cubed").AddLongs("one", [1, 1, 1])
            .Node("Add", "answer", "cubed", "output")
            .Write();
    }

    static OnnxLibrary? Load()
    {
        var options = new DetectionOptions
        {
            OnnxRuntimeLibrary = Environment.GetEnvironmentVariable("WildCam__Detection__OnnxRuntimeLibrary") ?? "",
        };
        try
        {
            return OnnxLibrary.Load(ModelCatalogue.LibraryPaths(options));
        }
        catch (OnnxException)
        {
            return null;
        }
    }
}
