using WildCam.Hub.Hosting.Register;

namespace WildCam.Tests.Desk;

public sealed class SlugTests
{
    [Theory]
    [InlineData("Crête du Nord", "crete-du-nord")]
    [InlineData("  Ridge 2 / old mill ", "ridge-2-old-mill")]
    [InlineData("İstanbul", "istanbul")]
    [InlineData("\ufffe", "")]
    [InlineData("\ufffeRidge\uffff", "ridge")]
    [InlineData("Ridge \ud83e\udd8a 2", "ridge-2")]
    public void A_name_makes_an_address(string name, string slug) => Assert.Equal(slug, CameraInput.Slug(name));

    [Fact]
    public void Every_code_unit_alone_or_in_a_name_makes_an_address_or_none()
    {
        for (var unit = 0; unit <= char.MaxValue; unit++)
        {
            Assert.Matches("^[a-z0-9-]*$", CameraInput.Slug($"{(char)unit}"));
            Assert.StartsWith("ridge", CameraInput.Slug($"ridge {(char)unit}"), StringComparison.Ordinal);
        }
    }
}
