using MetadataExtractor;
using MetadataExtractor.Formats.Exif;
using WildCam.Imaging;
using WildCam.Simulator.Scenes;

namespace WildCam.Tests.Simulator;

public sealed class SceneTests
{
    const int Width = 480;
    const int Height = 360;

    static readonly DateTimeOffset Noon = new(2026, 6, 14, 12, 0, 0, TimeSpan.Zero);
    static readonly DateTimeOffset Midnight = new(2026, 6, 14, 0, 30, 0, TimeSpan.Zero);

    // One for all tests: landscapes are the costly part, and the studio is for many threads.
    static readonly SceneStudio Studio = new(Width, Height);

    public static TheoryData<string> Species => [.. SimulatedSpecies.All.Select(s => s.Slug)];

    static SceneView View(Biome biome, ulong seed = 3) => new(seed, biome, "CAM-1", TimeZoneInfo.Utc);

    [Fact]
    public void Exif_takes_the_place_of_what_was_there()
    {
        byte[] jpeg = [0xFF, 0xD8, 0xFF, 0xDB, 0, 4, 1, 2];
        var (first, then) = (new DateTime(2026, 6, 14, 5, 0, 0), new DateTime(2026, 11, 20, 23, 0, 0));
        var once = ExifHeader.Add(jpeg, first, "POOL");
        Assert.Equal(ExifHeader.Add(jpeg, then, "VALLEY-1 7"), ExifHeader.Add(once, then, "VALLEY-1 7"));
    }

    [Fact]
    public void Same_seed_gives_the_same_picture()
    {
        var first = Studio.Take(View(Biome.Meadow), 5, 1, Noon, Noon);
        var second = new SceneStudio(Width, Height).Take(View(Biome.Meadow), 5, 1, Noon, Noon);
        Assert.Equal(first.Jpeg, second.Jpeg);
        Assert.Equal(first.Truth.Boxes, second.Truth.Boxes);
        Assert.NotEqual(first.Jpeg, Studio.Take(View(Biome.Meadow), 6, 1, Noon, Noon).Jpeg);
    }

    [Theory]
    [MemberData(nameof(Species))]
    public void Boxes_hold_the_drawn_animals(string slug)
    {
        var species = SimulatedSpecies.All.Single(s => s.Slug == slug);
        var biome = species.Biomes[0];
        var hour = Enumerable.Range(0, 24).MaxBy(h => species.Activity[h]);
        var local = Noon.Date.AddHours(hour);
        var scenes = Enumerable.Range(0, 100_000).Select(n => SceneTrigger.Draw((ulong)n, biome, local))
            .Where(s => s.Species == species).Take(6);
        var checkedCount = 0;
        foreach (var scene in scenes)
        {
            var light = SceneLight.At(local, 3, biome);
            var with = Studio.Pixels(View(biome), scene, light, 9, 0, out var truth);
            var without = Studio.Pixels(View(biome), scene with { Actors = [] }, light, 9, 0, out var empty);
            Assert.Equal(SceneSubject.Blank, empty.Subject);
            if (truth.Count == 0 || truth.Count < scene.Actors.Count)
            {
                continue;
            }

            checkedCount++;
            Assert.Equal(SceneSubject.Animal, truth.Subject);
            Assert.Same(species, truth.Species);
            var (inside, outside) = CountChanges(with, without, truth.Boxes);
            // The shade under an animal lies outside its box, and what grows before it hides the rest.
            Assert.True(inside > 40, $"{slug}: {inside} pixels changed in its box");
            Assert.True(outside < inside * 0.5, $"{slug}: {outside} pixels changed outside its box, {inside} in it");
        }

        Assert.True(checkedCount > 0, $"No trigger shows {slug} whole.");
    }

    static (int Inside, int Outside) CountChanges(byte[] with, byte[] without, IReadOnlyList<TruthBox> boxes)
    {
        const float margin = 0.01f;
        var (inside, outside) = (0, 0);
        for (var at = 0; at < with.Length; at += 3)
        {
            if (Math.Abs(with[at + 1] - without[at + 1]) + Math.Abs(with[at] - without[at]) < 24)
            {
                continue;
            }

            var x = at / 3 % Width / (float)Width;
            var y = at / 3 / Width / (float)Height;
            var isIn = boxes.Any(b => x >= b.X - margin && y >= b.Y - margin
                && x <= b.X + b.Width + margin && y <= b.Y + b.Height + margin);
            (inside, outside) = isIn ? (inside + 1, outside) : (inside, outside + 1);
        }

        return (inside, outside);
    }

    [Fact]
    public void Infrared_pictures_are_grey_and_day_pictures_are_not()
    {
        var scene = new SceneTrigger(SceneSubject.Blank, null, [], 0, 1);
        var night = Studio.Pixels(View(Biome.Meadow), scene, Light(Midnight), 1, 0, out _);
        var day = Studio.Pixels(View(Biome.Meadow), scene, Light(Noon), 1, 0, out _);
        Assert.True(Light(Midnight).Infrared);
        Assert.Equal(0, Colours(night));
        Assert.True(Colours(day) > Width * Height / 4, "Day has little colour.");

        static SceneLight Light(DateTimeOffset time) => SceneLight.At(time.DateTime, 3, Biome.Meadow);
        static int Colours(byte[] pixels) =>
            pixels.Chunk(3).Count(p => Math.Abs(p[0] - p[1]) > 5 || Math.Abs(p[1] - p[2]) > 5);
    }

    [Fact]
    public void Background_stays_where_it_is_through_a_burst()
    {
        var light = SceneLight.At(Noon.DateTime, 3, Biome.ConiferForest);
        var still = new SceneTrigger(SceneSubject.Blank, null, [], 0, 3);
        var first = Studio.Pixels(View(Biome.ConiferForest), still, light, 1, 0, out _);
        var second = Studio.Pixels(View(Biome.ConiferForest), still, light, 1, 1, out _);
        var windy = Studio.Pixels(View(Biome.ConiferForest), still with { Wind = 1 }, light, 1, 1, out _);
        var grain = Difference(first, second);
        Assert.InRange(grain, 0.5, light.Grain * 2.5);
        Assert.True(Difference(first, windy) > grain * 1.05, "Wind moves nothing.");

        static double Difference(byte[] a, byte[] b) => a.Zip(b, (x, y) => (double)Math.Abs(x - y)).Average();
    }

    [Fact]
    public void Strip_shows_camera_and_the_time_of_the_site()
    {
        var picture = Studio.Take(View(Biome.Desert), 2, 0, Noon, Noon);
        var later = Studio.Take(View(Biome.Desert), 2, 0, Noon, Noon.AddSeconds(1));
        using var pixels = JpegCodec.Decode(picture.Jpeg).Image!;
        using var pixelsLater = JpegCodec.Decode(later.Jpeg).Image!;
        var strip = pixels.Row(InfoStrip.Top(Height) + 1).ToArray();
        Assert.True(strip.Average(p => p) < 30, "The strip is not dark.");
        var text = Strip(pixels);
        Assert.InRange(text.Count(p => p > 150) / (double)text.Length, 0.03, 0.4);
        Assert.NotEqual(text, Strip(pixelsLater));

        static byte[] Strip(PixelImage image) => image.Pixels[(InfoStrip.Top(Height) * image.Stride)..].ToArray();
    }

    [Fact]
    public void Exif_tells_make_model_and_the_time_of_the_site()
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("America/Denver");
        var picture = Studio.Take(View(Biome.Desert) with { Zone = zone }, 2, 0, Noon, Noon);
        using var stream = new MemoryStream(picture.Jpeg);
        var directories = ImageMetadataReader.ReadMetadata(stream);
        var main = directories.OfType<ExifIfd0Directory>().Single();
        var exif = directories.OfType<ExifSubIfdDirectory>().Single();
        Assert.Equal("WildCam", main.GetString(ExifDirectoryBase.TagMake));
        Assert.Equal("Simulator", main.GetString(ExifDirectoryBase.TagModel));
        Assert.Equal(1, main.GetInt32(ExifDirectoryBase.TagOrientation));
        Assert.Equal("2026:06:14 06:00:00", exif.GetString(ExifDirectoryBase.TagDateTimeOriginal));
        Assert.DoesNotContain(directories, d => d.HasError);
        Assert.Equal(JpegIntegrity.Whole, JpegCodec.Decode(picture.Jpeg).Integrity);
    }

    [Fact]
    public void Blanks_are_about_a_third_and_turkeys_sleep_at_night()
    {
        var noon = Enumerable.Range(0, 2000)
            .Select(n => SceneTrigger.Draw((ulong)n, Biome.DeciduousForest, Noon.DateTime)).ToList();
        var night = Enumerable.Range(0, 2000)
            .Select(n => SceneTrigger.Draw((ulong)n, Biome.DeciduousForest, Midnight.DateTime)).ToList();
        Assert.InRange(noon.Count(s => s.Subject == SceneSubject.Blank) / 2000.0, 0.28, 0.42);
        Assert.InRange(noon.Count(s => s.Subject == SceneSubject.Person) / 2000.0, 0.03, 0.12);
        Assert.Contains(noon, s => s.Species?.Slug == "meleagris-gallopavo");
        Assert.DoesNotContain(night, s => s.Species?.Slug == "meleagris-gallopavo");
        Assert.True(
            night.Count(s => s.Species?.Slug == "vulpes-vulpes") > noon.Count(s => s.Species?.Slug == "vulpes-vulpes"));
    }

    [Fact]
    public void Sun_and_moon_follow_the_calendar()
    {
        Assert.InRange(SceneLight.SunHeight(new DateTime(2026, 6, 21, 12, 36, 0)), 70f, 73f);
        Assert.InRange(SceneLight.SunHeight(new DateTime(2026, 12, 21, 12, 36, 0)), 23f, 26f);
        Assert.True(SceneLight.SunHeight(new DateTime(2026, 6, 21, 0, 36, 0)) < -20f);
        // A solar eclipse and a lunar one: new moon and full moon.
        Assert.InRange((InfoStrip.MoonAge(new DateTime(2024, 4, 8, 18, 0, 0)) + 0.5f) % 1f, 0.47f, 0.53f);
        Assert.InRange(InfoStrip.MoonAge(new DateTime(2025, 3, 14, 7, 0, 0)), 0.47f, 0.53f);
    }
}
