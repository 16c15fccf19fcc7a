using WildCam.Storage.Imports;

namespace WildCam.Hub.Imports;

/// <summary>Finds out which picture a file's name means: by our id, by SHA-256, or by its name on the card.</summary>
sealed class PredictionMatching(PredictionsTable table, int projectId, string? camera)
{
    /// <summary>How many folders of a path are looked at from its end.</summary>
    const int FoldersMax = 8;

    const int ShaChars = 64;

    /// <summary>The picture of each file, or why there is none; in order.</summary>
    public async Task<IReadOnlyList<(NamedCapture? Capture, string? Problem)>> MatchAsync(
        IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        var stems = files.Select(StemOf).ToList();
        var ids = stems.Select(s => Guid.TryParse(s, out var id) ? id : Guid.Empty).ToList();
        var byId = (await table.FindByIdForMatchingAsync(
            projectId, [.. ids.Where(i => i != Guid.Empty)], cancellationToken)).ToDictionary(c => c.Id);
        var hashes = stems.Where(IsSha).Select(Convert.FromHexString).ToArray();
        var byHash = hashes.Length == 0
            ? Enumerable.Empty<NamedCapture>().ToLookup(c => "")
            : (await table.FindByHashForMatchingAsync(projectId, hashes, cancellationToken))
                .ToLookup(c => Convert.ToHexStringLower(c.Sha256));
        var tails = files.Select(TailsOf).ToList();
        var byName = (await table.FindByNameForMatchingAsync(
            projectId, [.. tails.SelectMany(t => t).Distinct(StringComparer.Ordinal)], cancellationToken))
            .ToLookup(c => c.FileName!, StringComparer.Ordinal);
        return [.. files.Select((file, i) =>
            byId.TryGetValue(ids[i], out var known) ? (known, null)
            : IsSha(stems[i]) && byHash[stems[i].ToLowerInvariant()].Any()
                ? Pick(file, byHash[stems[i].ToLowerInvariant()])
            : Pick(file, tails[i].Select(t => byName[t]).FirstOrDefault(c => c.Any()) ?? []))];
    }

    /// <summary>Of several, that of the camera that was named, or that the path names.</summary>
    (NamedCapture? Capture, string? Problem) Pick(string file, IEnumerable<NamedCapture> found)
    {
        var candidates = found.Where(c => camera is null || c.Camera == camera).ToList();
        if (candidates.Count > 1)
        {
            var folders = file.Replace('\\', '/').Split('/');
            var named = candidates
                .Where(c => folders.Contains(c.Camera, StringComparer.OrdinalIgnoreCase)).ToList();
            candidates = named.Count > 0 ? named : candidates;
        }

        return candidates switch
        {
            [var one] => (one, null),
            [] => (null, "no picture of this project has this name"),
            _ => (null, $"{candidates.Count} pictures have this name; say which camera took them"),
        };
    }

    static bool IsSha(string stem) => stem.Length == ShaChars && stem.All(char.IsAsciiHexDigit);

    static string StemOf(string file) => Path.GetFileNameWithoutExtension(file.Replace('\\', '/'));

    /// <summary>a/b/c.jpg, b/c.jpg, c.jpg: a card's names are below a folder that the tool may not know.</summary>
    static List<string> TailsOf(string file)
    {
        var parts = file.Replace('\\', '/').Replace("\0", "", StringComparison.Ordinal)
            .Split('/', StringSplitOptions.RemoveEmptyEntries);
        var first = Math.Max(0, parts.Length - FoldersMax);
        return [.. Enumerable.Range(first, parts.Length - first).Select(i => string.Join('/', parts[i..]))];
    }
}
