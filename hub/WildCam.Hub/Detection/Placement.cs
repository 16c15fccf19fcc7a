using WildCam.Imaging;

namespace WildCam.Hub.Detection;

/// <summary>
/// How a picture lies in a model's input: scaled, then moved. Turns boxes of the input into 0 to 1 of the picture.
/// </summary>
readonly record struct Placement(
    int InputWidth, int InputHeight, int ShownWidth, int ShownHeight, int OffsetX, int OffsetY)
{
    const byte Padding = 114;

    /// <summary>As large as fits with the picture's proportions; at the top left or in the middle.</summary>
    public static Placement Letterbox(
        int pictureWidth, int pictureHeight, int inputWidth, int inputHeight, bool centred)
    {
        var scale = Math.Min((double)inputWidth / pictureWidth, (double)inputHeight / pictureHeight);
        var width = Math.Clamp((int)Math.Round(pictureWidth * scale), 1, inputWidth);
        var height = Math.Clamp((int)Math.Round(pictureHeight * scale), 1, inputHeight);
        return new Placement(
            inputWidth, inputHeight, width, height,
            centred ? (inputWidth - width) / 2 : 0, centred ? (inputHeight - height) / 2 : 0);
    }

    /// <summary>Stretched to the whole input.</summary>
    public static Placement Stretch(int inputWidth, int inputHeight) =>
        new(inputWidth, inputHeight, inputWidth, inputHeight, 0, 0);

    /// <summary>The picture's pixels as planes of floats, padded with grey.</summary>
    public float[] Fill(PixelImage image, float scale, bool isBgr)
    {
        var plane = InputWidth * InputHeight;
        var planes = new float[plane * 3];
        Array.Fill(planes, Padding * scale);
        using var resized = Resampler.Resize(image, ShownWidth, ShownHeight);
        for (var y = 0; y < ShownHeight; y++)
        {
            var row = resized.Row(y);
            var at = ((y + OffsetY) * InputWidth) + OffsetX;
            for (var channel = 0; channel < 3; channel++)
            {
                var to = planes.AsSpan((plane * (isBgr ? 2 - channel : channel)) + at, ShownWidth);
                for (var x = 0; x < to.Length; x++)
                {
                    to[x] = row[(x * 3) + channel] * scale;
                }
            }
        }

        return planes;
    }

    /// <summary>A box in pixels of the input as 0 to 1 of the picture, cut at its edges.</summary>
    public ScoredBox ToPicture(in ScoredBox box) => box with
    {
        Left = Math.Clamp((box.Left - OffsetX) / ShownWidth, 0, 1),
        Top = Math.Clamp((box.Top - OffsetY) / ShownHeight, 0, 1),
        Right = Math.Clamp((box.Right - OffsetX) / ShownWidth, 0, 1),
        Bottom = Math.Clamp((box.Bottom - OffsetY) / ShownHeight, 0, 1),
    };
}
