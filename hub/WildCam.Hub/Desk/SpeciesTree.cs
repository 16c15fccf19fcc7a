using WildCam.Storage.Desk;

namespace WildCam.Hub.Desk;

/// <summary>A group of species with the sums of all that is below it, or a species itself.</summary>
public sealed record TreeNode(string Name, long Days30, long All, IReadOnlyList<TreeNode> Below)
{
    /// <summary>Of a leaf.</summary>
    public SpeciesEntry? Species { get; init; }
}

/// <summary>The project's species by class, order, family and genus, with counts from the daily sums.</summary>
public static class SpeciesTree
{
    static readonly Func<SpeciesEntry, string?>[] Ranks = [s => s.Class, s => s.Order, s => s.Family, s => s.Genus];

    /// <summary>Within a group the commonest first. Species that no class is known of are left out.</summary>
    public static IReadOnlyList<TreeNode> Of(IReadOnlyList<(SpeciesEntry Species, SpeciesCount? Count)> rows) =>
        Split([.. rows.Where(r => r.Species.Class is not null)], 0);

    /// <summary>Genera that nobody placed yet; a name of one word that is in no list is none.</summary>
    public static IReadOnlyList<string> Unplaced(IEnumerable<SpeciesEntry> species) =>
        [.. species.Where(s => s.Class is null && s.Genus is not null).Select(s => s.Genus!)
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    static IReadOnlyList<TreeNode> Split(
        IReadOnlyList<(SpeciesEntry Species, SpeciesCount? Count)> rows, int rank) =>
        [.. rows.Where(r => Group(r.Species, rank) is null).Select(r => Leaf(r.Species, r.Count))
            .Concat(rows.Where(r => Group(r.Species, rank) is not null)
                .GroupBy(r => Group(r.Species, rank)!, StringComparer.Ordinal)
                .Select(g => Sum(g.Key, Split([.. g], rank + 1))))
            .OrderByDescending(n => n.All).ThenBy(n => n.Name, StringComparer.Ordinal)];

    // A family that was named instead of a species stands within itself and goes no deeper.
    static string? Group(SpeciesEntry species, int rank) =>
        rank < Ranks.Length && Ranks.Skip(rank).Any(r => r(species) is not null) ? Ranks[rank](species) : null;

    static TreeNode Leaf(SpeciesEntry species, SpeciesCount? count) =>
        new(species.Name ?? species.ScientificName, count?.Days30 ?? 0, count?.All ?? 0, []) { Species = species };

    static TreeNode Sum(string name, IReadOnlyList<TreeNode> below) =>
        new(name, below.Sum(n => n.Days30), below.Sum(n => n.All), below);
}
