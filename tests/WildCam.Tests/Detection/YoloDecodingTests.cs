using WildCam.Hub.Detection;
using WildCam.Hub.Detection.Onnx;

namespace WildCam.Tests.Detection;

public sealed class YoloDecodingTests
{
    [Fact]
    public void Yolox_cells_are_counted_over_three_grids()
    {
        Assert.Equal(3549, YoloDecoding.YoloxAnchors(416, 416));
        Assert.Equal(8400, YoloDecoding.YoloxAnchors(640, 640));
        // In a 64x64 input: 64 cells of 8, 16 of 16, 4 of 32; the second cell of the last grid is number 81.
        const int fields = 7;
        var values = new float[84 * fields];
        new[] { 0.5f, 0.25f, MathF.Log(2), 0, 0.8f, 0.1f, 0.9f }.CopyTo(values, 81 * fields);
        var box = Assert.Single(Decode(ModelFamily.Yolox, [1, 84, fields], values));
        // Centre (1 + 0.5, 0 + 0.25) cells of 32 pixels, size 2 by 1 cells.
        Assert.Equal((16f, -8f, 80f, 24f), (box.Left, box.Top, box.Right, box.Bottom));
        Assert.Equal(0.72f, box.Score, 5);
        Assert.Equal(1, box.Class);
    }

    [Fact]
    public void Yolov5_multiplies_objectness_and_class()
    {
        var boxes = Decode(
            ModelFamily.Yolov5, [1, 2, 8], [10, 20, 4, 6, 0.5f, 0.2f, 0.8f, 0.1f, 0, 0, 0, 0, 0.1f, 1, 1, 1]);
        Assert.Equal(new ScoredBox(8, 17, 12, 23, 0.4f, 1), Assert.Single(boxes));
    }

    [Fact]
    public void Yolov9_is_read_across_its_rows()
    {
        // Three boxes; rows x, y, width, height and two classes.
        var boxes = Decode(ModelFamily.Yolov9, [1, 6, 3],
            [1, 2, 30, 1, 2, 40, 1, 2, 10, 1, 2, 20, 0, 0.1f, 0.3f, 0, 0, 0.6f]);
        Assert.Equal(new ScoredBox(25, 30, 35, 50, 0.6f, 1), Assert.Single(boxes));
    }

    [Fact]
    public void Yolov10_gives_corners_and_class()
    {
        var boxes = Decode(ModelFamily.Yolov10, [1, 2, 6], [1, 2, 3, 4, 0.9f, 2, 0, 0, 1, 1, 0.1f, 0]);
        Assert.Equal(new ScoredBox(1, 2, 3, 4, 0.9f, 2), Assert.Single(boxes));
    }

    [Fact]
    public void Rtdetr_outputs_are_found_by_name()
    {
        List<OnnxOutput> outputs =
        [
            new("scores", [1, 2], [0.1f, 0.7f]),
            new("labels", [1, 2], [0, 1]),
            new("boxes", [1, 2, 4], [0, 0, 1, 1, 5, 6, 7, 8]),
        ];
        var boxes = YoloDecoding.Decode(ModelFamily.Rtdetr, outputs, 64, 64, 0.2f);
        Assert.Equal(new ScoredBox(5, 6, 7, 8, 0.7f, 1), Assert.Single(boxes));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(7)]
    public void A_score_that_is_none_refuses_the_answer(float score) =>
        Assert.Throws<OnnxException>(() => Decode(ModelFamily.Yolov10, [1, 1, 6], [0, 0, 1, 1, score, 0]));

    [Fact]
    public void A_size_beyond_all_bounds_refuses_the_answer()
    {
        var values = new float[84 * 7];
        new[] { 0, 0, 200f, 200f, 1, 1, 1 }.CopyTo(values, 0);
        Assert.Throws<OnnxException>(() => Decode(ModelFamily.Yolox, [1, 84, 7], values));
    }

    [Fact]
    public void A_million_boxes_are_refused_by_name_of_the_limit()
    {
        var values = new float[6_000_000];
        for (var i = 4; i < values.Length; i += 6)
        {
            values[i] = 0.9f;
        }

        var fault = Assert.Throws<OnnxException>(() => Decode(ModelFamily.Yolov10, [1, 1_000_000, 6], values));
        Assert.Contains("CandidatesMax", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_short_output_is_refused() =>
        Assert.Throws<OnnxException>(() => Decode(ModelFamily.Yolox, [1, 83, 7], new float[83 * 7]));

    [Fact]
    public void Suppression_keeps_the_best_of_a_class_and_leaves_others()
    {
        ScoredBox[] boxes =
        [
            new(0, 0, 10, 10, 0.5f, 1),
            new(1, 0, 11, 10, 0.9f, 1), // overlaps the first by 9 / 11
            new(1, 0, 11, 10, 0.4f, 2), // another class
            new(7, 0, 17, 10, 0.3f, 1), // overlaps the second by 4 / 16
        ];
        var kept = NonMaximumSuppression.Keep(boxes, 0.45f, 10);
        Assert.Equal([0.9f, 0.4f, 0.3f], kept.Select(k => k.Score));
        Assert.Single(NonMaximumSuppression.Keep(boxes, 0.45f, 1));
    }

    [Theory]
    [InlineData(1600, 1200, false, 416, 312, 0, 0)]
    [InlineData(1600, 1200, true, 416, 312, 0, 52)]
    [InlineData(1200, 1600, true, 312, 416, 52, 0)]
    [InlineData(100, 50, true, 416, 208, 0, 104)]
    [InlineData(10_000, 1, true, 416, 1, 0, 207)]
    public void A_letterbox_keeps_the_proportions(
        int width, int height, bool centred, int shownWidth, int shownHeight, int offsetX, int offsetY)
    {
        var placement = Placement.Letterbox(width, height, 416, 416, centred);
        Assert.Equal(new Placement(416, 416, shownWidth, shownHeight, offsetX, offsetY), placement);
        // The picture's own corners, in the input, are the whole picture again.
        var whole = placement.ToPicture(
            new ScoredBox(offsetX, offsetY, offsetX + shownWidth, offsetY + shownHeight, 1, 0));
        Assert.Equal((0f, 0f, 1f, 1f), (whole.Left, whole.Top, whole.Right, whole.Bottom));
    }

    [Fact]
    public void Planes_hold_the_channels_apart_and_the_padding_is_114()
    {
        using var picture = new WildCam.Imaging.PixelImage(4, 2, 3);
        for (var i = 0; i < picture.Pixels.Length; i += 3)
        {
            (picture.Pixels[i], picture.Pixels[i + 1], picture.Pixels[i + 2]) = (10, 20, 30);
        }

        var placement = Placement.Letterbox(4, 2, 4, 4, centred: false);
        var bgr = placement.Fill(picture, 1, isBgr: true);
        Assert.Equal([30f, 20f, 10f], [bgr[0], bgr[16], bgr[32]]);
        Assert.Equal([114f, 114f, 114f], [bgr[15], bgr[31], bgr[47]]);
        var rgb = placement.Fill(picture, 1f / 255, isBgr: false);
        Assert.Equal(10 / 255f, rgb[0], 5);
    }

    [Fact]
    public void A_manifest_says_what_is_wrong_with_it()
    {
        Assert.True(ModelManifest.TryRead(
            """{ "name": "m", "version": "1", "family": "yolov5", "threshold": 0.15 }""", out var manifest, out _));
        Assert.Equal((ModelFamily.Yolov5, 0.15f), (manifest.Family, manifest.ThresholdOrDefault));
        Assert.True(ModelManifest.TryRead(manifest.Write(), out var again, out _));
        Assert.Equal(manifest, again);
        foreach (var (text, part) in new[]
        {
            ("", "cannot be read"),
            ("{}", "cannot be read"),
            ("""{ "name": "m", "version": "1", "family": "tree" }""", "cannot be read"),
            ("""{ "name": "", "version": "1", "family": "yolox" }""", "name"),
            ("""{ "name": "m", "version": "1", "family": "yolox", "threshold": 7 }""", "threshold"),
            ("""{ "name": "m", "version": "1", "family": "yolox", "categories": { "a": "ghost" } }""", "ghost"),
        })
        {
            Assert.False(ModelManifest.TryRead(text, out _, out var problem));
            Assert.Contains(part, problem, StringComparison.Ordinal);
        }
    }

    static List<ScoredBox> Decode(ModelFamily family, long[] shape, float[] values) =>
        YoloDecoding.Decode(family, [new OnnxOutput("output", shape, values)], 64, 64, 0.2f);
}
