namespace WildCam.Imaging;

/// <summary>How light a picture is (mean luma, 0 to 255), and whether it is grey, as under infrared light.</summary>
public readonly record struct PictureTone(int MeanLuma, bool IsGrey)
{
    // Lamps, the info strip and JPEG itself colour a few pixels of a grey picture.
    const int GreySpreadMax = 16;
    const double ColourfulShareMax = 0.03;

    public static PictureTone Of(PixelImage image)
    {
        long light = 0;
        var pixels = image.Pixels;
        if (image.Channels == 1)
        {
            foreach (var luma in pixels)
            {
                light += luma;
            }

            return new PictureTone((int)(light / pixels.Length), IsGrey: true);
        }

        var colourful = 0;
        for (var i = 0; i < pixels.Length; i += 3)
        {
            var (r, g, b) = (pixels[i], pixels[i + 1], pixels[i + 2]);
            light += (299 * r) + (587 * g) + (114 * b);
            var spread = Math.Max(r, Math.Max(g, b)) - Math.Min(r, Math.Min(g, b));
            colourful += spread > GreySpreadMax ? 1 : 0;
        }

        var count = pixels.Length / 3;
        return new PictureTone((int)(light / count / 1000), colourful <= count * ColourfulShareMax);
    }
}
