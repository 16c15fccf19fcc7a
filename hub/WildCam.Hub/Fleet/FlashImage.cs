namespace WildCam.Hub.Fleet;

/// <summary>
/// What goes into a board's deployment area over USB: assemblies one behind the other, each begun at a multiple of four
/// bytes (nf-interpreter, CLRStartup.cpp). Loader, built-in application and libraries.
/// </summary>
static class FlashImage
{
    /// <summary>The deployment area of boards with 4 MB of flash (partitions_nanoclr_4mb.csv).</summary>
    public const int BytesMax = 0x1C0000;

    const int Alignment = 4;
    const string CoreLibrary = "mscorlib";
    const string Loader = "WildCam.Loader";

    /// <summary>Assemblies of the application, which a bundle may bring anew.</summary>
    static readonly string[] s_application = ["WildCam.Wire", "WildCam.Camera", BundlePacking.EntryAssembly];

    /// <summary>The image; null with the problem where these make none that a board would start.</summary>
    public static byte[]? Make(IReadOnlyList<BundlePart> parts, out string? problem)
    {
        problem = FindProblem(parts);
        if (problem is not null)
        {
            return null;
        }

        using var image = new MemoryStream();
        foreach (var part in parts.OrderBy(p => p.Name != CoreLibrary).ThenBy(p => p.Name, StringComparer.Ordinal))
        {
            image.Write(part.Bytes);
            image.Write(new byte[(Alignment - part.Bytes.Length % Alignment) % Alignment]);
        }

        problem = image.Length > BytesMax
            ? $"It has {image.Length} bytes, and a board has {BytesMax} for it."
            : null;
        return problem is null ? image.ToArray() : null;
    }

    static string? FindProblem(IReadOnlyList<BundlePart> parts)
    {
        foreach (var name in new[] { CoreLibrary, Loader }.Concat(s_application))
        {
            if (!parts.Any(p => p.Name == name))
            {
                return $"There is no {name}.pe among the files. Give the folders that the builds of WildCam.Loader and "
                    + "WildCam.Esp32 wrote.";
            }
        }

        return parts.Select(FindProblem).FirstOrDefault(p => p is not null);
    }

    static string? FindProblem(BundlePart part)
    {
        if (NanoAssembly.FindProblem(part.Bytes, out var version) is { } problem)
        {
            return $"{part.Name}: {problem}";
        }

        var isLoader = part.Name == Loader;
        if (NanoAssembly.HasEntry(part.Bytes) != isLoader)
        {
            return isLoader
                ? $"{part.Name} has no entry, so that nothing would start."
                : $"{part.Name} has an entry of its own, and could be started in place of the loader: build it as a "
                    + "library.";
        }

        // The runtime takes the first assembly that fits by name, major and minor: a bundle has to be another one.
        return s_application.Contains(part.Name, StringComparer.Ordinal) && version.Major != 0
            ? $"{part.Name} has version {version}, as a bundle's: build it without BundleVersion."
            : null;
    }
}
