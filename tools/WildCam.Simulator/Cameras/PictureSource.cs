using WildCam.Simulator.Scenes;

namespace WildCam.Simulator.Cameras;

/// <summary>A picture that a sensor gives.</summary>
/// <param name="Truth">What it shows; null where nobody knows.</param>
/// <param name="Source">File that it is; null where it was generated.</param>
public sealed record SensorPicture(byte[] Jpeg, GroundTruth? Truth, bool IsInfrared, string? Source);

/// <summary>Where a camera's pictures come from.</summary>
interface IPictureSource
{
    /// <summary>Pictures of the next trigger; 0 when there are no more.</summary>
    int NextBurst(ulong trigger, DateTimeOffset time);

    /// <summary>The next picture of it; null where there is none.</summary>
    SensorPicture? Next(ulong trigger, int frame, DateTimeOffset triggeredAt, DateTimeOffset time, int width,
        int quality);
}

/// <summary>Generated scenes.</summary>
sealed class SceneSource(SceneStudios studios, SceneView view, int? pool) : IPictureSource
{
    public int NextBurst(ulong trigger, DateTimeOffset time)
    {
        var local = TimeZoneInfo.ConvertTime(time, view.Zone).DateTime;
        return SceneTrigger.Draw(SeededRandom.For(view.Seed, trigger).NextUInt64(), view.Biome, local).Frames;
    }

    public SensorPicture? Next(
        ulong trigger, int frame, DateTimeOffset triggeredAt, DateTimeOffset time, int width, int quality)
    {
        var picture = pool is { } count
            ? studios.Pooled(view, trigger, time, width, quality, count)
            : studios.Of(width).Take(view, trigger, frame, triggeredAt, time, quality);
        return new SensorPicture(picture.Jpeg, picture.Truth, picture.IsInfrared, null);
    }
}

/// <summary>Files, each once, in the order of their names; a burst is a list of them.</summary>
sealed class FolderSource(IReadOnlyList<IReadOnlyList<string>> bursts) : IPictureSource
{
    readonly Queue<IReadOnlyList<string>> _bursts = new(bursts);
    readonly Queue<string> _files = new();

    /// <summary>Files in all.</summary>
    public int Count { get; } = bursts.Sum(b => b.Count);

    public int NextBurst(ulong trigger, DateTimeOffset time)
    {
        if (_files.Count == 0 && _bursts.TryDequeue(out var burst))
        {
            foreach (var file in burst)
            {
                _files.Enqueue(file);
            }
        }

        return _files.Count;
    }

    public SensorPicture? Next(
        ulong trigger, int frame, DateTimeOffset triggeredAt, DateTimeOffset time, int width, int quality) =>
        _files.TryDequeue(out var file) ? new SensorPicture(File.ReadAllBytes(file), null, false, file) : null;

    /// <summary>
    /// Deals a folder out: its folders as bursts (of at most <paramref name="burstMax"/>), its own files one by one.
    /// </summary>
    public static IReadOnlyList<FolderSource> Deal(string folder, int cameras, int burstMax)
    {
        var hands = Enumerable.Range(0, cameras).Select(_ => new List<IReadOnlyList<string>>()).ToList();
        var next = 0;
        foreach (var file in Jpegs(folder))
        {
            hands[next++ % cameras].Add([file]);
        }

        next = 0;
        foreach (var inner in Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal))
        {
            var hand = hands[next % cameras];
            var bursts = Jpegs(inner).Chunk(burstMax).ToList();
            hand.AddRange(bursts);
            next += bursts.Count > 0 ? 1 : 0;
        }

        return [.. hands.Select(h => new FolderSource(h))];
    }

    static IEnumerable<string> Jpegs(string folder) => Directory.EnumerateFiles(folder)
        .Where(f => Path.GetExtension(f).ToUpperInvariant() is ".JPG" or ".JPEG")
        .Order(StringComparer.Ordinal);
}

/// <summary>A studio for each width that cameras are configured to.</summary>
sealed class SceneStudios
{
    readonly Dictionary<int, SceneStudio> _studios = [];
    readonly Dictionary<(int Width, int Index), Lazy<ScenePicture>> _pool = [];
    readonly Lock _gate = new();

    public SceneStudio Of(int width)
    {
        lock (_gate)
        {
            return _studios.TryGetValue(width, out var studio)
                ? studio
                : _studios[width] = new SceneStudio(width, width * 3 / 4);
        }
    }

    /// <summary>One of the pool's pictures, made its own by its EXIF.</summary>
    public ScenePicture Pooled(SceneView view, ulong trigger, DateTimeOffset time, int width, int quality, int count)
    {
        var index = (int)(SeededRandom.For(view.Seed, trigger, 51).NextUInt64() % (ulong)count);
        Lazy<ScenePicture>? kept;
        lock (_gate)
        {
            if (!_pool.TryGetValue((width, index), out kept))
            {
                var studio = Of(width);
                var at = new DateTimeOffset(2026, 6, 14, index % 24, 0, 0, TimeSpan.Zero);
                var shared = new SceneView((ulong)(index % 4), (Biome)(index % 4), "POOL", TimeZoneInfo.Utc);
                kept = new(() => studio.Take(shared, (ulong)index, 0, at, at, quality));
                _pool.Add((width, index), kept);
            }
        }

        var local = TimeZoneInfo.ConvertTime(time, view.Zone).DateTime;
        return kept.Value with { Jpeg = ExifHeader.Add(kept.Value.Jpeg, local, $"{view.CameraName} {trigger}") };
    }
}
