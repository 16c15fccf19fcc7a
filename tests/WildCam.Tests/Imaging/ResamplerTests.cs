using WildCam.Imaging;

namespace WildCam.Tests.Imaging;

public sealed class ResamplerTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void It_equals_a_plain_lanczos_of_doubles(int channels)
    {
        using var colour = Pictures.Noise(173, 91, 11);
        using var source = channels == 3 ? colour.Crop(0, 0, 173, 91) : colour.ToLuma();
        foreach (var (width, height) in new[] { (64, 40), (173, 91), (17, 90), (200, 120), (1, 1) })
        {
            using var fast = Resampler.Resize(source, width, height);
            var worst = 0;
            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < width; x++)
                {
                    for (var c = 0; c < channels; c++)
                    {
                        var plain = Lanczos(source, c, x, y, width, height);
                        worst = Math.Max(worst, Math.Abs(plain - fast.Row(y)[(x * channels) + c]));
                    }
                }
            }

            Assert.True(worst <= 1, $"{width}x{height} is off by {worst}");
        }
    }

    [Fact]
    public void A_plain_colour_stays_what_it_is()
    {
        using var image = new PixelImage(50, 40, 3);
        image.Pixels.Fill(200);
        using var resized = Resampler.Resize(image, 33, 7);
        Assert.All(resized.Pixels.ToArray(), p => Assert.Equal(200, p));
    }

    [Fact]
    public void Fixed_point_and_floats_agree_and_repeat_the_edge_beyond_it()
    {
        using var noise = Pictures.Noise(173, 91, 5);
        using var source = noise.ToLuma();
        foreach (var (width, height) in new[] { (64, 40), (171, 91), (17, 90), (201, 121), (1, 1) })
        {
            using var quick = new PixelImage(width + 1, height + 1, 1);
            using var plain = new PixelImage(width + 1, height + 1, 1);
            Resampler.ResizePlane(source, 171, 90, quick, width, height);
            Resampler.ResizePlane(source, 171, 90, plain, width, height, plainly: true);
            for (var i = 0; i < plain.Pixels.Length; i++)
            {
                Assert.InRange(quick.Pixels[i] - plain.Pixels[i], -1, 1);
            }

            Assert.Equal(plain.Row(height)[..width].ToArray(), plain.Row(height - 1)[..width].ToArray());
            Assert.Equal(quick.Row(0)[width], quick.Row(0)[width - 1]);
        }
    }

    static int Lanczos(PixelImage source, int channel, int x, int y, int width, int height)
    {
        var across = Weights(source.Width, width, x);
        var down = Weights(source.Height, height, y);
        double sum = 0;
        foreach (var (row, rowWeight) in down)
        {
            foreach (var (column, columnWeight) in across)
            {
                sum += rowWeight * columnWeight * source.Row(row)[(column * source.Channels) + channel];
            }
        }

        return (int)Math.Clamp(Math.Floor(sum + 0.5), 0, 255);
    }

    static List<(int Place, double Weight)> Weights(int from, int to, int place)
    {
        var ratio = (double)from / to;
        var widening = Math.Max(1, ratio);
        var center = ((place + 0.5) * ratio) - 0.5;
        var all = Enumerable.Range(0, from)
            .Select(i => (i, Weight: Kernel((i - center) / widening)))
            .Where(w => w.Weight != 0).ToList();
        var sum = all.Sum(w => w.Weight);
        return [.. all.Select(w => (w.i, w.Weight / sum))];
    }

    static double Kernel(double x) =>
        Math.Abs(x) < 1e-9 ? 1
        : Math.Abs(x) >= 3 ? 0
        : Math.Sin(Math.PI * x) / (Math.PI * x) * (Math.Sin(Math.PI * x / 3) / (Math.PI * x / 3));
}
