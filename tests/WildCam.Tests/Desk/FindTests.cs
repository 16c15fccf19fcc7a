using WildCam.Hub.Desk;
using WildCam.Storage.Desk;

namespace WildCam.Tests.Desk;

public sealed class FindTests
{
    static readonly SpeciesEntry Fox = new(1, "vulpes-vulpes", "Vulpes vulpes", "Red fox")
    {
        Family = "Canidae", Order = "Carnivora", Class = "Mammalia",
    };

    static readonly SpeciesEntry Dogs = new(2, "canidae", "Canidae", "Some dog")
    {
        Family = "Canidae", Order = "Carnivora", Class = "Mammalia",
    };

    static readonly SpeciesEntry Mammal = new(3, "mammalia", "Mammalia", null) { Class = "Mammalia" };

    static readonly SpeciesEntry Unknown = new(4, "nonesuch-minor", "Nonesuch minor", null);

    [Fact]
    public void A_tree_sums_what_is_below_and_keeps_what_is_named_coarsely_where_it_stands()
    {
        var tree = SpeciesTree.Of([(Fox, Count(1, 5)), (Dogs, Count(2, 7)), (Mammal, Count(3, 11)), (Unknown, null)]);
        Assert.Equal("Mammalia 23: [Carnivora 12: [Canidae 12: [Some dog 7, Vulpes 5: [Red fox 5]]], Mammalia 11]",
            Write(Assert.Single(tree)));
        Assert.Equal(["Nonesuch"], SpeciesTree.Unplaced([Fox, Dogs, Mammal, Unknown]));
    }

    [Theory]
    [InlineData("vulpes", true)]
    [InlineData("CANIDAE", true)]
    [InlineData("mammalia", true)]
    [InlineData("felidae", false)]
    [InlineData("vulpes vulpes", false)]
    public void A_species_stands_within_its_groups(string taxon, bool isWithin) =>
        Assert.Equal(isWithin, Fox.IsWithin(taxon));

    [Fact]
    public void A_group_resolves_to_its_species_and_a_species_says_more()
    {
        var names = new ProjectDirectory(
            new Dictionary<int, CameraEntry>(), new Dictionary<int, SiteEntry>(),
            new Dictionary<int, SpeciesEntry> { [1] = Fox, [2] = Dogs, [4] = Unknown });
        var (group, _) = GalleryAddress.Parse("?taxon=Canidae").Resolve(3, "UTC", names);
        Assert.Equal([1, 2], group!.TaxonIds);
        Assert.True(group.NamesFinding);
        var (one, _) = GalleryAddress.Parse("?taxon=canidae&species=vulpes-vulpes").Resolve(3, "UTC", names);
        Assert.Equal((1, 0), (one!.TaxonId, one.TaxonIds.Count));
        Assert.Equal("group of species", GalleryAddress.Parse("?taxon=aves").Resolve(3, "UTC", names).Missing);
    }

    [Theory]
    [InlineData("?taxon=canidae&site=old-mill&deployment=12&hour=18-06")]
    [InlineData("?species=vulpes-vulpes&taxon=canidae&tag=3&individual=4&favourite=1")]
    public void A_filter_of_groups_and_deployments_is_written_as_it_was_read(string query) =>
        Assert.Equal(query, GalleryAddress.Parse(query).Query);

    [Fact]
    public void A_day_is_a_place_and_no_filter()
    {
        var address = GalleryAddress.Parse("?day=2026-05-31&category=animal");
        Assert.Equal("?category=animal", address.Query);
        Assert.Equal("?category=animal&day=2026-05-31", address.QueryWithPlace);
        Assert.Null(address.WithoutPlace().Day);
        Assert.Equal(["day"], GalleryAddress.Parse("?day=31").Ignored);
    }

    [Fact]
    public void Exif_lists_what_people_look_for_first_and_a_place_in_five_decimals()
    {
        var tags = FindWords.Exif("""
            {"Aperture": "f/2", "Make": "Maker", "gps": {"latitude": 45.1234567, "longitude": -6.5}, "odd": [1]}
            """);
        Assert.Equal(
            [("Make", "Maker"), ("Aperture", "f/2"), ("Place in the file", "45.12346, -6.50000")], tags);
    }

    [Fact]
    public void What_a_camera_did_not_tell_is_not_said()
    {
        Assert.Equal("3 waiting on the camera", FindWords.CheckIn(null, null, null, null, 3));
        Assert.Equal(
            "battery 3.9 V (81\u00a0%), 11 °C, \u221271 dBm, fair, 0 waiting on the camera",
            FindWords.CheckIn(3900, 81, 112, -71, 0));
    }

    [Theory]
    [InlineData(-20, "less than a minute before")]
    [InlineData(12 * 60, "12 min after")]
    [InlineData(-150 * 60, "2 h before")]
    public void Distances_are_told_in_words(int seconds, string words)
    {
        var taken = new DateTimeOffset(2026, 5, 31, 5, 0, 0, TimeSpan.Zero);
        Assert.Equal(words, FindWords.Distance(taken.AddSeconds(seconds), taken));
    }

    static SpeciesCount Count(int id, int all) => new(id, 0, 1, all);

    static string Write(TreeNode node) => node.Below.Count == 0
        ? $"{node.Name} {node.All}"
        : $"{node.Name} {node.All}: [{string.Join(", ", node.Below.Select(Write))}]";
}
