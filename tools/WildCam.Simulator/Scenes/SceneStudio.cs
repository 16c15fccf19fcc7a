using WildCam.Imaging;

namespace WildCam.Simulator.Scenes;

/// <summary>What a camera looks at.</summary>
/// <param name="Seed">Decides the landscape, the weather and the visitors.</param>
/// <param name="CameraName">As the strip shows it.</param>
/// <param name="Zone">Time zone of the site: the strip, the sun and the animals go by it.</param>
public sealed record SceneView(ulong Seed, Biome Biome, string CameraName, TimeZoneInfo Zone);

/// <summary>A picture, and what it really shows.</summary>
public sealed record ScenePicture(byte[] Jpeg, GroundTruth Truth, bool IsInfrared, float Celsius);

/// <summary>
/// Makes pictures. Any number of threads may ask; landscapes are kept for the next picture of the same view, and
/// views beyond <see cref="LandscapesMax"/> share them, since each costs 8 bytes a pixel.
/// </summary>
public sealed class SceneStudio(int width = 1600, int height = 1200)
{
    /// <summary>Landscapes in memory; 15 MB each at 1600 x 1200.</summary>
    public const int LandscapesMax = 8;

    readonly Lock _gate = new();
    readonly Dictionary<(Biome Biome, ulong Seed), Lazy<(SceneLayers Layers, Perspective View)>> _landscapes = [];
    readonly Stack<(PictureRenderer Renderer, PixelImage Pixels, byte[] Bytes)> _free = new();

    public int Width => width;

    public int Height => height;

    /// <summary>
    /// The picture number <paramref name="frame"/> (from 0) of a trigger. The same arguments give the same picture. The
    /// strip and EXIF show <paramref name="time"/>; light, weather and visitor are those of the trigger.
    /// </summary>
    public ScenePicture Take(
        SceneView view, ulong trigger, int frame, DateTimeOffset triggeredAt, DateTimeOffset time, int quality = 84)
    {
        var local = TimeZoneInfo.ConvertTime(triggeredAt, view.Zone).DateTime;
        var light = SceneLight.At(local, view.Seed, view.Biome);
        var scene = SceneTrigger.Draw(SeededRandom.For(view.Seed, trigger).NextUInt64(), view.Biome, local);
        var shown = TimeZoneInfo.ConvertTime(time, view.Zone).DateTime;
        return Develop(view, scene, light, trigger, frame, shown, Celsius(local, view), quality);
    }

    ScenePicture Develop(
        SceneView view, SceneTrigger scene, SceneLight light, ulong trigger, int frame, DateTime local, float celsius,
        int quality)
    {
        var pixels = Draw(view, scene, light, trigger, frame, out var truth, out var set);
        InfoStrip.Draw(pixels, width, height, view.CameraName, local, celsius);
        pixels.CopyTo(set.Pixels.Pixels);
        using var jpeg = JpegCodec.Encode(set.Pixels, quality);
        Return(set);
        return new ScenePicture(ExifHeader.Add(jpeg.Memory.Span, local, view.CameraName), truth, light.Infrared,
            celsius);
    }

    /// <summary>Only the pixels, without strip and JPEG; for tests.</summary>
    internal byte[] Pixels(
        SceneView view, SceneTrigger scene, SceneLight light, ulong trigger, int frame, out GroundTruth truth)
    {
        var pixels = Draw(view, scene, light, trigger, frame, out truth, out var set).ToArray();
        Return(set);
        return pixels;
    }

    byte[] Draw(
        SceneView view, SceneTrigger scene, SceneLight light, ulong trigger, int frame, out GroundTruth truth,
        out (PictureRenderer Renderer, PixelImage Pixels, byte[] Bytes) set)
    {
        var (layers, perspective) = Landscape(view);
        lock (_gate)
        {
            if (!_free.TryPop(out set))
            {
                set = (new PictureRenderer(width, height), new PixelImage(width, height, 3),
                    new byte[width * height * 3]);
            }
        }

        truth = set.Renderer.Draw(
            layers, perspective, scene, light, frame, SeededRandom.For(view.Seed, trigger, 5).NextUInt64(), set.Bytes);
        return set.Bytes;
    }

    void Return((PictureRenderer Renderer, PixelImage Pixels, byte[] Bytes) set)
    {
        lock (_gate)
        {
            _free.Push(set);
        }
    }

    (SceneLayers Layers, Perspective View) Landscape(SceneView view)
    {
        Lazy<(SceneLayers Layers, Perspective View)> landscape;
        lock (_gate)
        {
            var key = (view.Biome, view.Seed);
            if (!_landscapes.TryGetValue(key, out var kept))
            {
                if (_landscapes.Count >= LandscapesMax)
                {
                    var shared = _landscapes.Keys.Where(k => k.Biome == view.Biome).ToList();
                    key = shared.Count > 0
                        ? shared[(int)(view.Seed % (ulong)shared.Count)]
                        : _landscapes.Keys.ElementAt((int)(view.Seed % (ulong)_landscapes.Count));
                    kept = _landscapes[key];
                }
                else
                {
                    kept = new(() => Scenes.Landscape.Build(view.Biome, view.Seed, width, height));
                    _landscapes.Add(key, kept);
                }
            }

            landscape = kept;
        }

        return landscape.Value;
    }

    /// <summary>Degrees Celsius of a local time: season, hour, weather.</summary>
    internal static float Celsius(DateTime local, SceneView view)
    {
        var weather = SeededRandom.For(view.Seed, 17, (ulong)(local.Ticks / TimeSpan.TicksPerDay));
        var season = -MathF.Cos(MathF.Tau * (local.DayOfYear - 20) / 365f);
        var hour = -MathF.Cos(MathF.Tau * ((float)local.TimeOfDay.TotalHours - 4f) / 24f);
        var (mean, swing) = view.Biome switch
        {
            Biome.Desert => (19f, 10f),
            Biome.Snow => (-7f, 4f),
            Biome.Meadow => (9f, 8f),
            _ => (11f, 5f),
        };
        return mean + (view.Biome == Biome.Snow ? 0f : 9f * season) + (swing * hour) + (2.5f * weather.Bell());
    }
}
