namespace WildCam.Simulator.Scenes;

/// <summary>Letters as strokes on a grid 4 wide and 6 high, for the strip that cameras print on their
/// pictures.</summary>
static class StrokeFont
{
    /// <summary>From one letter to the next, in grid units.</summary>
    public const float Advance = 5.6f;

    public const float Height = 6f;

    /// <summary>Points "xy" of a stroke, strokes apart by a blank.</summary>
    static string Strokes(char letter) => letter switch
    {
        '0' => "10 30 41 45 36 16 05 01 10",
        '1' => "11 20 26|16 36",
        '2' => "01 10 30 41 42 06 46",
        '3' => "00 40 22 32 43 45 36 16 05",
        '4' => "36 30 04 44",
        '5' => "40 00 02 32 43 45 36 16 05",
        '6' => "30 10 01 05 16 36 45 43 32 03",
        '7' => "00 40 16",
        '8' => "10 30 41 42 33 13 02 01 10|13 04 05 16 36 45 44 33",
        '9' => "43 14 03 01 10 30 41 45 36 16",
        'A' => "06 02 20 42 46|04 44",
        'B' => "03 33 45 36 06 00 30 41 42 33",
        'C' => "41 30 10 01 05 16 36 45",
        'D' => "00 30 41 45 36 06 00",
        'E' => "40 00 06 46|03 33",
        'F' => "40 00 06|03 33",
        'G' => "41 30 10 01 05 16 36 45 43 23",
        'H' => "00 06|40 46|03 43",
        'I' => "10 30|20 26|16 36",
        'J' => "40 45 36 16 05",
        'K' => "00 06|40 03 46",
        'L' => "00 06 46",
        'M' => "06 00 23 40 46",
        'N' => "06 00 46 40",
        'O' => "10 30 41 45 36 16 05 01 10",
        'P' => "06 00 30 41 42 33 03",
        'Q' => "10 30 41 45 36 16 05 01 10|24 46",
        'R' => "06 00 30 41 42 33 03|23 46",
        'S' => "41 30 10 01 02 13 33 44 45 36 16 05",
        'T' => "00 40|20 26",
        'U' => "00 05 16 36 45 40",
        'V' => "00 26 40",
        'W' => "00 16 23 36 40",
        'X' => "00 46|40 06",
        'Y' => "00 23 40|23 26",
        'Z' => "00 40 06 46",
        '-' => "13 33",
        '/' => "06 40",
        ':' => "22 22|25 25",
        '.' => "26 26",
        '\u00B0' => "10 20 21 11 10",
        _ => "",
    };

    public static float Measure(string text, float unit) => text.Length * Advance * unit;

    /// <summary>Draws white strokes into a picture of three bytes a pixel.</summary>
    public static void Draw(byte[] pixels, int width, int height, string text, float x, float y, float unit)
    {
        foreach (var letter in text)
        {
            foreach (var stroke in Strokes(char.ToUpperInvariant(letter)).Split('|',
                StringSplitOptions.RemoveEmptyEntries))
            {
                var points = stroke.Split(' ');
                for (var n = 0; n < points.Length - 1; n++)
                {
                    Line(pixels, width, height, x + ((points[n][0] - '0') * unit), y + ((points[n][1] - '0') * unit),
                        x + ((points[n + 1][0] - '0') * unit), y + ((points[n + 1][1] - '0') * unit), unit * 0.46f);
                }
            }

            x += Advance * unit;
        }
    }

    static void Line(byte[] pixels, int width, int height, float ax, float ay, float bx, float by, float half)
    {
        var size = Math.Max(0.01f, ((bx - ax) * (bx - ax)) + ((by - ay) * (by - ay)));
        for (var row = Math.Max(0, (int)(Math.Min(ay, by) - half - 1)); row <= Math.Min(height - 1,
            Math.Max(ay, by) + half + 1); row++)
        {
            for (var c = Math.Max(0, (int)(Math.Min(ax, bx) - half - 1)); c <= Math.Min(width - 1,
                Math.Max(ax, bx) + half + 1); c++)
            {
                var t = Math.Clamp((((c - ax) * (bx - ax)) + ((row - ay) * (by - ay))) / size, 0f, 1f);
                var dx = c - ax - (t * (bx - ax));
                var dy = row - ay - (t * (by - ay));
                var cover = Math.Clamp(half + 0.5f - MathF.Sqrt((dx * dx) + (dy * dy)), 0f, 1f);
                var at = ((row * width) + c) * 3;
                for (var plane = 0; plane < 3 && cover > 0; plane++)
                {
                    pixels[at + plane] = (byte)Math.Max(pixels[at + plane], cover * 238f);
                }
            }
        }
    }
}
