namespace WildCam.Simulator.Scenes;

/// <summary>The black strip under a picture: camera, temperature, moon, date and time of the site.</summary>
static class InfoStrip
{
    /// <summary>Height of the strip, as a share of the picture's.</summary>
    public const float Share = 0.05f;

    const double NewMoonJulian = 2451550.1;
    const double MoonDays = 29.530588853;

    /// <summary>First row of the strip.</summary>
    public static int Top(int height) => height - (int)(height * Share);

    public static void Draw(byte[] pixels, int width, int height, string camera, DateTime local, float celsius)
    {
        var top = Top(height);
        Array.Fill(pixels, (byte)9, top * width * 3, (height - top) * width * 3);
        var unit = (height - top) * 0.5f / StrokeFont.Height;
        var y = top + ((height - top - (unit * StrokeFont.Height)) / 2f);
        var margin = unit * 3f;
        var fahrenheit = (celsius * 9f / 5f) + 32f;
        var warmth = $"{MathF.Round(celsius):0}\u00B0C  {MathF.Round(fahrenheit):0}\u00B0F";
        var clock = $"{local:yyyy-MM-dd}  {local:HH:mm:ss}";
        StrokeFont.Draw(pixels, width, height, camera, margin, y, unit);
        StrokeFont.Draw(pixels, width, height, warmth, width * 0.37f, y, unit);
        Moon(pixels, width, width * 0.37f - (unit * 7f), top + ((height - top) / 2f), unit * 3.3f, MoonAge(local));
        StrokeFont.Draw(pixels, width, height, clock, width - margin - StrokeFont.Measure(clock, unit), y, unit);
    }

    /// <summary>Days of the moon as a share of its month: 0 new, 0.5 full.</summary>
    public static float MoonAge(DateTime time)
    {
        var julian = time.Subtract(DateTime.UnixEpoch).TotalDays + 2440587.5;
        var months = (julian - NewMoonJulian) / MoonDays;
        return (float)(months - Math.Floor(months));
    }

    static void Moon(byte[] pixels, int width, float x, float y, float radius, float age)
    {
        for (var row = (int)(y - radius - 1); row <= y + radius + 1; row++)
        {
            for (var column = (int)(x - radius - 1); column <= x + radius + 1; column++)
            {
                var dx = (column - x) / radius;
                var dy = (row - y) / radius;
                var cover = Math.Clamp((1f - MathF.Sqrt((dx * dx) + (dy * dy))) * radius + 0.5f, 0f, 1f);
                var limb = MathF.Sqrt(Math.Max(0f, 1f - (dy * dy)));
                var edge = MathF.Cos(age * MathF.Tau) * limb;
                var isLit = age < 0.5f ? dx > edge : dx < -edge;
                var at = ((row * width) + column) * 3;
                var level = (byte)Math.Max(pixels[at], cover * (isLit ? 232f : 70f));
                pixels[at] = pixels[at + 1] = pixels[at + 2] = level;
            }
        }
    }
}
