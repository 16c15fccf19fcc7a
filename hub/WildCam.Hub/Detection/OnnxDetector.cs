using WildCam.Hub.Detection.Onnx;
using WildCam.Imaging;
using WildCam.Storage;
using WildCam.Storage.Detection;

namespace WildCam.Hub.Detection;

/// <summary>A model of weights, run by ONNX Runtime.</summary>
sealed class OnnxDetector : IDisposable
{
    /// <summary>Most findings filed of one picture, the best ones.</summary>
    public const int FindingsMax = 100;

    /// <summary>Largest input side, in pixels.</summary>
    const int InputSideMax = 4096;

    /// <summary>Side that stands in where neither the file nor the manifest names one.</summary>
    const int InputSideDefault = 640;

    static readonly string[] s_rtdetrOutputs = ["labels", "boxes", "scores"];

    readonly OnnxSession _session;
    readonly ModelManifest _manifest;
    readonly int _inputWidth;
    readonly int _inputHeight;
    readonly float _threshold;
    IReadOnlyList<Category?> _categories = [];

    OnnxDetector(OnnxSession session, ModelManifest manifest, int modelId)
    {
        _session = session;
        _manifest = manifest;
        _threshold = manifest.ThresholdOrDefault;
        ModelId = modelId;
        var shape = ImageInput(session)?.Shape ?? [];
        _inputHeight = Side(shape, 2, manifest.InputHeight);
        _inputWidth = Side(shape, 3, manifest.InputWidth);
    }

    public int ModelId { get; }

    public int WidthMin => _inputWidth;

    public int InputWidth => _inputWidth;

    public int InputHeight => _inputHeight;

    /// <summary>Loads a model, holds its shapes against its family and lets it look at a test picture.</summary>
    /// <exception cref="OnnxException">It is not what its manifest says; the message says how.</exception>
    public static OnnxDetector Load(
        OnnxLibrary library, ReadOnlySpan<byte> weights, ModelManifest manifest, int modelId, int threads)
    {
        var detector = new OnnxDetector(new OnnxSession(library, weights, threads), manifest, modelId);
        try
        {
            detector.CheckShapes();
            detector.TestItself();
            return detector;
        }
        catch
        {
            detector.Dispose();
            throw;
        }
    }

    /// <summary>The findings, best first; a blank where there is none.</summary>
    /// <exception cref="OnnxException">The model gave what cannot be.</exception>
    public IReadOnlyList<DetectionRow> Detect(PixelImage image, CancellationToken cancellationToken)
    {
        var placement = _manifest.Family == ModelFamily.Rtdetr
            ? Placement.Stretch(_inputWidth, _inputHeight)
            : Placement.Letterbox(
                image.Width, image.Height, _inputWidth, _inputHeight, centred: _manifest.Family != ModelFamily.Yolox);
        // YOLOX takes BGR from 0 to 255, all others RGB from 0 to 1.
        var isYolox = _manifest.Family == ModelFamily.Yolox;
        var planes = placement.Fill(image, isYolox ? 1 : 1f / 255, isBgr: isYolox);
        var boxes = YoloDecoding.Decode(
            _manifest.Family, Run(planes, cancellationToken), _inputWidth, _inputHeight, _threshold);
        // Suppressed by category, not by class: a model that sees a cow and a horse in one place sees one animal.
        var known = boxes.Where(b => CategoryOf(b.Class) is not null)
            .Select(b => placement.ToPicture(b) with { Class = (int)CategoryOf(b.Class)! })
            .Where(b => b.Area > 0);
        var kept = NonMaximumSuppression.Keep(known, _manifest.OverlapMaxOrDefault, FindingsMax);
        return kept.Count == 0
            ? [new DetectionRow(Category.Blank, null, null, null, null, null)]
            : [.. kept.Select(b => new DetectionRow(
                (Category)b.Class, Math.Min(b.Score, 1), b.Left, b.Top, b.Right - b.Left, b.Bottom - b.Top))];
    }

    public void Dispose() => _session.Dispose();

    Category? CategoryOf(int index) => index >= 0 && index < _categories.Count ? _categories[index] : null;

    IReadOnlyList<OnnxOutput> Run(float[] planes, CancellationToken cancellationToken)
    {
        List<OnnxInput> inputs = [new(ImageInput(_session)!.Name, [1, 3, _inputHeight, _inputWidth], planes)];
        if (_manifest.Family == ModelFamily.Rtdetr)
        {
            inputs.Add(new(
                _session.Inputs.First(i => i.Type == OnnxType.Long).Name, [1, 2], null, [_inputWidth, _inputHeight]));
        }

        return _session.Run(inputs, cancellationToken);
    }

    void CheckShapes()
    {
        var isRtdetr = _manifest.Family == ModelFamily.Rtdetr;
        var image = ImageInput(_session);
        Require(
            image is not null && image.Shape[1] is 3 or < 1 && image.Shape[0] <= 1
                && _session.Inputs.Count == (isRtdetr ? 2 : 1)
                && (!isRtdetr || _session.Inputs.Any(i => i.Type == OnnxType.Long)),
            isRtdetr ? "float[1,3,H,W] and int64[1,2]" : "one input float[1,3,H,W]", _session.Inputs);
        Require(
            _inputWidth is > 0 and <= InputSideMax && _inputHeight is > 0 and <= InputSideMax
                && (_manifest.Family != ModelFamily.Yolox || (_inputWidth % 32 == 0 && _inputHeight % 32 == 0)),
            $"sides up to {InputSideMax}, in steps of 32", _session.Inputs);
        var output = _session.Outputs[0].Shape;
        var (isExpected, expected) = _manifest.Family switch
        {
            ModelFamily.Yolox => (
                output.Length == 3 && output[2] > 5 && (output[1] < 1 || output[1] == YoloxAnchors),
                $"an output [1,{YoloxAnchors},5+classes]"),
            ModelFamily.Yolov5 => (output.Length == 3 && output[2] > 5, "an output [1,boxes,5+classes]"),
            ModelFamily.Yolov9 => (
                output.Length == 3 && output[1] > 4 && (output[2] < 1 || output[2] > output[1]),
                "an output [1,4+classes,boxes]"),
            ModelFamily.Yolov10 => (output.Length == 3 && output[2] == 6, "an output [1,boxes,6]"),
            _ => (
                s_rtdetrOutputs.All(n => _session.Outputs.Any(o => o.Name == n)),
                "outputs labels, boxes and scores"),
        };
        Require(isExpected, expected, _session.Outputs);
        var classes = YoloDecoding.ClassesOf(_manifest.Family, output);
        classes = classes > 0 ? classes : _manifest.Labels?.Count ?? 3;
        _categories = _manifest.CategoriesOf(classes);
        if (_manifest.Labels is { } labels && labels.Count != classes)
        {
            throw new OnnxException($"The model tells {classes} classes apart, but the manifest names {labels.Count}.");
        }

        if (_categories.All(c => c is null))
        {
            throw new OnnxException(
                $"None of the model's {classes} classes is an animal, a person or a vehicle. Name them in the "
                + "manifest's labels and categories.");
        }
    }

    int YoloxAnchors => YoloDecoding.YoloxAnchors(_inputWidth, _inputHeight);

    // A generated picture: the model must run and give numbers that can be. What it sees there does not matter.
    void TestItself()
    {
        using var picture = new PixelImage(_inputWidth, Math.Max(1, _inputHeight * 3 / 4), 3);
        for (var y = 0; y < picture.Height; y++)
        {
            var row = picture.Row(y);
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = (byte)(((i / 3) ^ y) + (i % 3 * 40));
            }
        }

        _ = Detect(picture, CancellationToken.None);
    }

    void Require(bool isMet, string expected, IReadOnlyList<OnnxPort> found)
    {
        if (!isMet)
        {
            throw new OnnxException(
                $"The model is not of family {_manifest.Family.ToString().ToLowerInvariant()}: it should have "
                + $"{expected}, and has {string.Join(", ", found)}.");
        }
    }

    static OnnxPort? ImageInput(OnnxSession session) =>
        session.Inputs.FirstOrDefault(i => i.Type == OnnxType.Float && i.Shape.Length == 4);

    static int Side(long[] shape, int place, int? manifest) =>
        shape.Length > place && shape[place] is > 0 and <= int.MaxValue
            ? (int)shape[place]
            : manifest ?? InputSideDefault;
}
