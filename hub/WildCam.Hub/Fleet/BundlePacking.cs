using System.Security.Cryptography;
using System.Text;
using WildCam.Hub.Hosting;
using WildCam.Wire;

namespace WildCam.Hub.Fleet;

/// <summary>An assembly for a bundle.</summary>
sealed record BundlePart(string Name, byte[] Bytes);

/// <summary>Makes bundles, and finds what is wrong with one, as sentences for people.</summary>
static class BundlePacking
{
    /// <summary>The assembly that holds the entry; the last one of a bundle.</summary>
    public const string EntryAssembly = "WildCam.Esp32";

    /// <summary>
    /// A signed bundle of these assemblies in this order; null with the problem where they make none.
    /// </summary>
    public static byte[]? Pack(
        byte board, Version version, Version loader, IReadOnlyList<BundlePart> parts, ECDsa key, out string? problem)
    {
        problem = FindProblem(version, parts);
        if (problem is not null)
        {
            return null;
        }

        var head = new BundleFile
        {
            Board = board,
            Major = (ushort)version.Major,
            Minor = (ushort)version.Minor,
            Patch = (ushort)Math.Max(version.Build, 0),
            LoaderMajor = (ushort)loader.Major,
            LoaderMinor = (ushort)loader.Minor,
            Names = [.. parts.Select(p => p.Name)],
            Sizes = [.. parts.Select(p => (uint)p.Bytes.Length)],
        };
        var start = new byte[head.HeadBytes];
        head.Write(start, 0);
        byte[] bundle = [.. start, .. parts.SelectMany(p => p.Bytes)];
        problem = FindSizeProblem(board, bundle.Length);
        if (problem is not null)
        {
            return null;
        }

        BundleSignature.Sign(bundle, key);
        return bundle;
    }

    /// <summary>What is wrong with a bundle; null where nothing is, with its head.</summary>
    public static string? FindProblem(byte[] bundle, ECDsa publisher, out BundleFile? head)
    {
        if (!BundleFile.TryRead(bundle, 0, bundle.Length, out head))
        {
            head = null;
            return "It is no bundle, or its head is damaged.";
        }

        if (head.TotalBytes != bundle.Length)
        {
            return $"It has {bundle.Length} bytes, and its head says {head.TotalBytes}: it was cut or added to.";
        }

        if (!BundleSignature.IsBy(bundle, publisher))
        {
            return "Its signature is not of this publisher's key: it was changed, or somebody else made it.";
        }

        if (head.Contract != BundleFile.ContractNow)
        {
            return $"It is for contract {head.Contract} between loader and application; this hub knows "
                + $"{BundleFile.ContractNow}.";
        }

        return FindSizeProblem(head.Board, bundle.Length) ?? FindProblem(
            new Version(head.Major, head.Minor, head.Patch), Parts(bundle, head));
    }

    static string? FindProblem(Version version, IReadOnlyList<BundlePart> parts)
    {
        if (version.Major is < 1 or > ushort.MaxValue || version.Minor > ushort.MaxValue
            || version.Build > ushort.MaxValue)
        {
            return $"Version {version} cannot be used: from 1.0.0 to 65535.65535.65535. Versions with 0 in front are "
                + "built-in applications.";
        }

        if (parts.Count is < 1 or > BundleFile.AssembliesMax)
        {
            return $"A bundle holds 1 to {BundleFile.AssembliesMax} assemblies, not {parts.Count}.";
        }

        if (parts[^1].Name != EntryAssembly)
        {
            return $"The last assembly must be {EntryAssembly}, which the loader starts; it is {parts[^1].Name}.";
        }

        if (parts.Select(p => p.Name).Distinct(StringComparer.Ordinal).Count() != parts.Count)
        {
            return "An assembly is named twice.";
        }

        return parts.Select(p => FindProblem(version, p)).FirstOrDefault(p => p is not null);
    }

    static string? FindProblem(Version version, BundlePart part)
    {
        if (part.Name.Length is 0 or > BundleFile.NameCharsMax || !Ascii.IsValid(part.Name))
        {
            return $"'{part.Name}' cannot be an assembly's name: 1 to {BundleFile.NameCharsMax} characters of ASCII.";
        }

        if (NanoAssembly.FindProblem(part.Bytes, out var own) is { } problem)
        {
            return $"{part.Name}: {problem}";
        }

        // The runtime finds an assembly by name, major and minor alone, and takes the first: were they those of the
        // built-in application, its old code would be run in place of the new.
        return own.Major == version.Major && own.Minor == version.Minor
            ? null
            : $"{part.Name} has version {own}, and the bundle {version}: the first two numbers must be the same.";
    }

    /// <summary>Why a board takes no firmware over the air at all; null where it does.</summary>
    public static string? FindBoardProblem(byte board) => Boards.BundleBytesMax(board) > 0 ? null
        : BoardNames.TryParse(BoardNames.Of(board), out _)
            ? $"Board {BoardNames.Of(board)} has no memory for a loaded bundle: it is updated over USB only."
            : $"It is for board {board}, which this hub does not know.";

    static string? FindSizeProblem(byte board, int bytes)
    {
        var most = Boards.BundleBytesMax(board);
        return bytes <= most
            ? null
            : FindBoardProblem(board)
                ?? $"It has {bytes} bytes, over BundleBytesMax of {BoardNames.Of(board)} ({most}): the board could not "
                + "load it.";
    }

    static List<BundlePart> Parts(byte[] bundle, BundleFile head)
    {
        var parts = new List<BundlePart>();
        var at = head.HeadBytes;
        for (var i = 0; i < head.Names.Length; i++)
        {
            parts.Add(new BundlePart(head.Names[i], bundle[at..(at + (int)head.Sizes[i])]));
            at += (int)head.Sizes[i];
        }

        return parts;
    }
}
