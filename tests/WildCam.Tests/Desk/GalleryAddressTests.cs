using WildCam.Hub.Desk;
using WildCam.Storage;
using WildCam.Storage.Captures;
using WildCam.Storage.Desk;

namespace WildCam.Tests.Desk;

public sealed class GalleryAddressTests
{
    [Theory]
    [InlineData("")]
    [InlineData("?species=vulpes-vulpes&site=creek-north&from=2026-05-01&to=2026-05-31&hour=18-06&conf=70-")]
    [InlineData("?category=person&camera=c-017&group=picture&view=animal&size=l")]
    public void Address_is_written_as_it_was_read(string query)
    {
        Assert.Equal(query, GalleryAddress.Parse(query).Query);
    }

    [Fact]
    public void Order_is_fixed_and_defaults_are_left_out()
    {
        var address =
            GalleryAddress.Parse("?view=whole&size=m&group=event&site=old-mill&species=lynx-rufus&conf=0-&to=");
        Assert.Equal("?species=lynx-rufus&site=old-mill", address.Query);
        Assert.Empty(address.Ignored);
    }

    [Theory]
    [InlineData("?colour=red", "colour")]
    [InlineData("?from=2026-13-01", "from")]
    [InlineData("?hour=25-03", "hour")]
    [InlineData("?hour=6-6", "hour")]
    [InlineData("?conf=170-", "conf")]
    [InlineData("?species=%3Cscript%3E", "species")]
    [InlineData("?category=4", "category")]
    [InlineData("?older=9_x", "older")]
    [InlineData("?at=me", "at")]
    public void What_means_nothing_is_left_aside_and_named(string query, string name)
    {
        var address = GalleryAddress.Parse(query);
        Assert.Equal([name], address.Ignored);
        Assert.Equal("", address.QueryWithPlace);
    }

    [Fact]
    public void The_form_without_script_gives_hours_in_two_fields()
    {
        Assert.Equal("?hour=18-06", GalleryAddress.Parse("?hour-from=18&hour-to=6").Query);
    }

    [Fact]
    public void A_key_survives_to_the_microsecond()
    {
        var key = new GalleryKey(
            new DateTimeOffset(2026, 5, 31, 12, 14, 9, TimeSpan.Zero).AddTicks(1234560), Guid.CreateVersion7());
        var address = GalleryAddress.Parse("?older=" + GalleryAddress.WriteKey(key));
        Assert.Equal(key, address.Older);
    }

    [Fact]
    public void Random_queries_never_throw_and_read_back_alike()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("WILDCAM_SEED"), out var given)
            ? given
            : Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"WILDCAM_SEED={seed}");
        var random = new Random(seed);
        string[] names = ["species", "category", "camera", "from", "hour", "conf", "size", "at", "older", "x"];
        string[] values = ["", "a-b", "animal", "2026-05-01", "18-06", "70-", "l", "%00", "1_2", "-", "99999999999"];
        for (var i = 0; i < 2000; i++)
        {
            var query = "?" + string.Join('&', Enumerable.Range(0, random.Next(6))
                .Select(_ => $"{random.GetItems(names, 1)[0]}={random.GetItems(values, 1)[0]}"));
            var address = GalleryAddress.Parse(query);
            Assert.Equal(address.Query, GalleryAddress.Parse(address.Query).Query);
        }
    }

    [Fact]
    public void Names_that_the_project_does_not_have_are_told()
    {
        var names = new ProjectDirectory(
            new Dictionary<int, CameraEntry> { [1] = new(1, "c-017", "By the ford", IsRevoked: false) },
            new Dictionary<int, SiteEntry>(),
            new Dictionary<int, SpeciesEntry> { [7] = new(7, "vulpes-vulpes", "Vulpes vulpes", "Red fox") });
        var (filter, missing) =
            GalleryAddress.Parse("?species=vulpes-vulpes&camera=c-017&conf=70-").Resolve(3, "UTC", names);
        Assert.Null(missing);
        Assert.Equal(new GalleryFilter(3, "UTC", TaxonId: 7, CameraId: 1, ConfidenceMin: 0.7), filter);
        Assert.Equal("site", GalleryAddress.Parse("?site=nowhere").Resolve(3, "UTC", names).Missing);
    }

    [Theory]
    [InlineData("/p/creek/?a=b", "/p/creek/?a=b")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("https://evil.example", "/")]
    [InlineData(null, "/")]
    public void Sign_in_returns_to_our_pages_only(string? to, string expected)
    {
        Assert.Equal(expected, AccountRoutes.Back(to));
    }

    [Fact]
    public void A_pasted_species_list_is_read_by_line()
    {
        var species = SpeciesLines.Read("Vulpes vulpes, Red fox\r\n\nLynx rufus\nnonsense\nvulpes vulpes; Fox");
        Assert.Equal(
            [new("vulpes-vulpes", "Vulpes vulpes", "Red fox"), new("lynx-rufus", "Lynx rufus", null)], species);
    }
}
