using WildCam.Hub.Detection.Onnx;

namespace WildCam.Hub.Detection;

/// <summary>
/// The numbers that detectors give, as boxes in pixels of their input. Only scores from the threshold count; a number
/// that is not one, or a score that is none, refuses the whole answer, since it says that the model is not what its
/// manifest says.
/// </summary>
static class YoloDecoding
{
    /// <summary>Most boxes over the threshold; a picture with more shows a broken model, not a herd.</summary>
    public const int CandidatesMax = 10_000;

    /// <summary>Rounding may bring a score just over 1.</summary>
    const float ScoreMax = 1.001f;

    static readonly int[] s_strides = [8, 16, 32];

    /// <summary>The boxes of an output, before suppression.</summary>
    /// <exception cref="OnnxException">The output is not what a model of this family gives.</exception>
    public static List<ScoredBox> Decode(
        ModelFamily family, IReadOnlyList<OnnxOutput> outputs, int inputWidth, int inputHeight, float threshold)
    {
        foreach (var output in outputs)
        {
            foreach (var value in output.Values)
            {
                if (!float.IsFinite(value))
                {
                    throw new OnnxException($"Output {output.Name} holds {value}.");
                }
            }
        }

        return family switch
        {
            ModelFamily.Yolox => DecodeYolox(outputs[0], inputWidth, inputHeight, threshold),
            ModelFamily.Yolov5 => DecodeYolov5(outputs[0], threshold),
            ModelFamily.Yolov9 => DecodeYolov9(outputs[0], threshold),
            ModelFamily.Yolov10 => DecodeYolov10(outputs[0], threshold),
            _ => DecodeRtdetr(outputs, threshold),
        };
    }

    /// <summary>How many classes a family's output tells of; 0 where its shape does not tell.</summary>
    public static int ClassesOf(ModelFamily family, long[] shape) => family switch
    {
        ModelFamily.Yolox or ModelFamily.Yolov5 => (int)Math.Max(shape[^1] - 5, 0),
        ModelFamily.Yolov9 => (int)Math.Max(shape[^2] - 4, 0),
        _ => 0,
    };

    /// <summary>How many anchors YOLOX has for an input.</summary>
    public static int YoloxAnchors(int inputWidth, int inputHeight) =>
        s_strides.Sum(s => (inputWidth / s) * (inputHeight / s));

    // [1, A, 5 + C]: offsets in cells, log sizes in cells, objectness, classes; grids of stride 8, 16 and 32 in turn.
    static List<ScoredBox> DecodeYolox(OnnxOutput output, int inputWidth, int inputHeight, float threshold)
    {
        var boxes = new List<ScoredBox>();
        var fields = (int)output.Shape[^1];
        RequireLength(output, YoloxAnchors(inputWidth, inputHeight) * fields);
        var at = 0;
        foreach (var stride in s_strides)
        {
            for (var y = 0; y < inputHeight / stride; y++)
            {
                for (var x = 0; x < inputWidth / stride; x++, at += fields)
                {
                    var row = output.Values.AsSpan(at, fields);
                    if (TryScore(row[5..], row[4], threshold, out var score, out var index))
                    {
                        Add(boxes, Centred(
                            (row[0] + x) * stride, (row[1] + y) * stride, MathF.Exp(row[2]) * stride,
                            MathF.Exp(row[3]) * stride, score, index));
                    }
                }
            }
        }

        return boxes;
    }

    // [1, A, 5 + C]: centre, size, objectness, classes, in pixels of the input.
    static List<ScoredBox> DecodeYolov5(OnnxOutput output, float threshold)
    {
        var boxes = new List<ScoredBox>();
        var fields = (int)output.Shape[^1];
        for (var at = 0; at < output.Values.Length; at += fields)
        {
            var row = output.Values.AsSpan(at, fields);
            if (TryScore(row[5..], row[4], threshold, out var score, out var index))
            {
                Add(boxes, Centred(row[0], row[1], row[2], row[3], score, index));
            }
        }

        return boxes;
    }

    // [1, 4 + C, A]: centre, size and classes, one row a field.
    static List<ScoredBox> DecodeYolov9(OnnxOutput output, float threshold)
    {
        var boxes = new List<ScoredBox>();
        var (fields, anchors) = ((int)output.Shape[^2], (int)output.Shape[^1]);
        RequireLength(output, fields * anchors);
        var scores = new float[fields - 4];
        for (var i = 0; i < anchors; i++)
        {
            for (var c = 0; c < scores.Length; c++)
            {
                scores[c] = output.Values[((c + 4) * anchors) + i];
            }

            if (TryScore(scores, 1, threshold, out var score, out var index))
            {
                Add(boxes, Centred(
                    output.Values[i], output.Values[anchors + i], output.Values[(2 * anchors) + i],
                    output.Values[(3 * anchors) + i], score, index));
            }
        }

        return boxes;
    }

    // [1, N, 6]: corners, score, class.
    static List<ScoredBox> DecodeYolov10(OnnxOutput output, float threshold)
    {
        var boxes = new List<ScoredBox>();
        for (var at = 0; at < output.Values.Length; at += 6)
        {
            var row = output.Values.AsSpan(at, 6);
            if (TryScore(row.Slice(4, 1), 1, threshold, out var score, out _))
            {
                Add(boxes, new ScoredBox(row[0], row[1], row[2], row[3], score, (int)row[5]));
            }
        }

        return boxes;
    }

    // labels, boxes and scores, each of N queries; the boxes in pixels of the size that was given, here the input's.
    static List<ScoredBox> DecodeRtdetr(IReadOnlyList<OnnxOutput> outputs, float threshold)
    {
        var boxes = new List<ScoredBox>();
        var labels = Find(outputs, "labels");
        var corners = Find(outputs, "boxes");
        var scores = Find(outputs, "scores");
        RequireLength(corners, scores.Values.Length * 4);
        RequireLength(labels, scores.Values.Length);
        for (var i = 0; i < scores.Values.Length; i++)
        {
            if (TryScore(scores.Values.AsSpan(i, 1), 1, threshold, out var score, out _))
            {
                var row = corners.Values.AsSpan(i * 4, 4);
                Add(boxes, new ScoredBox(row[0], row[1], row[2], row[3], score, (int)labels.Values[i]));
            }
        }

        return boxes;
    }

    static OnnxOutput Find(IReadOnlyList<OnnxOutput> outputs, string name) =>
        outputs.FirstOrDefault(o => o.Name == name) ?? throw new OnnxException($"The model gives no output '{name}'.");

    static void RequireLength(OnnxOutput output, int length)
    {
        if (output.Values.Length != length)
        {
            throw new OnnxException(
                $"Output {output.Name} [{string.Join(',', output.Shape)}] holds {output.Values.Length} numbers; "
                + $"{length} were expected.");
        }
    }

    static bool TryScore(
        ReadOnlySpan<float> classes, float objectness, float threshold, out float score, out int index)
    {
        index = 0;
        for (var i = 1; i < classes.Length; i++)
        {
            index = classes[i] > classes[index] ? i : index;
        }

        score = classes[index] * objectness;
        return score <= ScoreMax
            ? score >= threshold
            : throw new OnnxException($"The model gives a score of {score}; scores are from 0 to 1.");
    }

    static ScoredBox Centred(float x, float y, float width, float height, float score, int index) =>
        new(x - (width / 2), y - (height / 2), x + (width / 2), y + (height / 2), Math.Min(score, 1), index);

    static void Add(List<ScoredBox> boxes, in ScoredBox box)
    {
        if (boxes.Count == CandidatesMax)
        {
            throw new OnnxException($"The model gives over {CandidatesMax} boxes (CandidatesMax) on one picture.");
        }

        if (!float.IsFinite(box.Area))
        {
            throw new OnnxException($"The model gives a box without an end: {box}.");
        }

        boxes.Add(box);
    }
}
