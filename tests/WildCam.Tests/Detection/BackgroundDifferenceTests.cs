using WildCam.Hub.Detection;

namespace WildCam.Tests.Detection;

/// <summary>
/// On made frames: they prove the way through the code, not how it fares among real leaves and shadows.
/// </summary>
public sealed class BackgroundDifferenceTests
{
    const int Width = BackgroundDifference.Width;
    const int Height = BackgroundDifference.Height;

    readonly int _seed =
        int.TryParse(Environment.GetEnvironmentVariable("WILDCAM_SEED"), out var seed) ? seed : 20261120;

    [Theory]
    [InlineData(110, 80, 40)]
    [InlineData(36, 24, 70)]
    public void A_thing_that_was_not_there_is_boxed(int width, int height, int contrast)
    {
        const int scenes = 6;
        var found = 0;
        for (var scene = 0; scene < scenes; scene++)
        {
            var random = new Random(_seed + scene);
            var history = History(scene, random);
            var frame = Frame(scene, random);
            var (left, top) = (random.Next(10, Width - width - 10), random.Next(10, Height - height - 10));
            Plant(frame, left, top, width, height, contrast);
            var boxes = BackgroundDifference.Compare(frame, history).Boxes;
            var planted = new ScoredBox(
                (float)left / Width, (float)top / Height, (float)(left + width) / Width,
                (float)(top + height) / Height, 1, 0);
            found += boxes.Count > 0 && boxes.Any(b => b.OverlapWith(planted) > 0.4f) ? 1 : 0;
        }

        Assert.True(found >= scenes - 1, $"{found} of {scenes} found, WILDCAM_SEED={_seed}");
    }

    [Fact]
    public void Frames_without_anything_new_have_no_boxes_though_the_light_changes()
    {
        for (var scene = 0; scene < 6; scene++)
        {
            var random = new Random(_seed + scene);
            var difference = BackgroundDifference.Compare(Frame(scene, random), History(scene, random));
            Assert.True(difference.Boxes.Count == 0, $"scene {scene}, WILDCAM_SEED={_seed}");
            Assert.False(difference.IsSceneChanged);
        }
    }

    [Fact]
    public void Another_scene_is_told_as_such_and_boxes_nothing()
    {
        var random = new Random(_seed);
        var difference = BackgroundDifference.Compare(Frame(99, random), History(1, random));
        Assert.True(difference.IsSceneChanged);
        Assert.Empty(difference.Boxes);
    }

    [Fact]
    public void An_animal_in_a_few_frames_of_the_history_is_not_learnt()
    {
        var random = new Random(_seed);
        var history = History(5, random);
        history.Take(4).ToList().ForEach(f => Plant(f, 100, 100, 60, 40, 60));
        Assert.Empty(BackgroundDifference.Compare(Frame(5, random), history).Boxes);
        var again = Frame(5, random);
        Plant(again, 100, 100, 60, 40, 60);
        Assert.Single(BackgroundDifference.Compare(again, history).Boxes);
    }

    [Fact]
    public void Too_short_a_history_is_refused()
    {
        var random = new Random(_seed);
        Assert.Throws<ArgumentException>(
            () => BackgroundDifference.Compare(Frame(1, random), [.. History(1, random).Take(8)]));
    }

    static List<byte[]> History(int scene, Random random)
    {
        var still = Scene(scene);
        return [.. Enumerable.Range(0, 12).Select(_ => Take(still, random))];
    }

    static byte[] Frame(int scene, Random random) => Take(Scene(scene), random);

    static double[] Scene(int scene)
    {
        var shape = new Random(scene);
        var waves = Enumerable.Range(0, 8)
            .Select(_ => (X: shape.NextDouble() * 0.2, Y: shape.NextDouble() * 0.2, At: shape.NextDouble() * 7))
            .ToArray();
        return [.. Enumerable.Range(0, Width * Height).Select(i =>
            110 + waves.Sum(w => 9 * Math.Sin((i % Width * w.X) + (i / Width * w.Y) + w.At)))];
    }

    // The scene under an exposure that jumps by 12 %, with a gradient of light, and grain.
    static byte[] Take(double[] scene, Random random)
    {
        var exposure = 1 + ((random.NextDouble() - 0.5) * 0.24);
        var slope = (random.NextDouble() - 0.5) * 0.1;
        var frame = new byte[scene.Length];
        for (var i = 0; i < frame.Length; i++)
        {
            var value = scene[i] * exposure * (1 + (slope * (i % Width) / Width));
            frame[i] = (byte)Math.Clamp(value + ((random.NextDouble() - 0.5) * 8), 0, 255);
        }

        return frame;
    }

    static void Plant(byte[] frame, int left, int top, int width, int height, int contrast)
    {
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var (dx, dy) = ((x * 2.0 / width) - 1, (y * 2.0 / height) - 1);
                if ((dx * dx) + (dy * dy) < 1)
                {
                    ref var pixel = ref frame[((top + y) * Width) + left + x];
                    pixel = (byte)Math.Clamp(pixel - contrast, 0, 255);
                }
            }
        }
    }
}
