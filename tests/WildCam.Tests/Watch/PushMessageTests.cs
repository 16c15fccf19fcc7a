using System.Buffers.Text;
using System.Security.Cryptography;
using WildCam.Hub.Hosting;
using WildCam.Hub.Watch;
using WildCam.Worlds;

namespace WildCam.Tests.Watch;

/// <summary>The encryption of pushes, held against the standard's own example.</summary>
public sealed class PushMessageTests
{
    // RFC 8291, appendix A.
    const string BrowserPublic =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";

    const string Auth = "BTBZMqHH6r4Tts7J_aSIgg";

    [Fact]
    public void The_example_of_rfc_8291_comes_out_byte_for_byte()
    {
        using var ours = KeyOf(
            "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8",
            "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw");
        var body = PushMessage.Encrypt(
            "When I grow up, I want to be a watermelon"u8, Browser(), ours,
            Base64Url.DecodeFromChars("DGv6ra1nlYgDCS1FRnbzlw"));
        Assert.Equal(
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLoc"
            + "InmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLV"
            + "WGNWQexSgSxsj_Qulcy4a-fN",
            Base64Url.EncodeToString(body));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(PushMessage.TextBytesMax)]
    public void The_browser_reads_what_was_encrypted_for_it(int bytes)
    {
        using var browser = PushBrowser.Of(BrowserPublic, "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94", Auth);
        var text = RandomNumberGenerator.GetBytes(bytes);
        var body = PushMessage.Encrypt(text, Browser());
        Assert.True(body.Length <= 4096);
        Assert.Equal(text, browser.Read(body));
        Assert.NotEqual(body, PushMessage.Encrypt(text, Browser()));
    }

    [Fact]
    public void A_text_that_no_push_service_takes_is_refused() => Assert.Throws<ArgumentException>(
        () => PushMessage.Encrypt(new byte[PushMessage.TextBytesMax + 1], Browser()));

    [Theory]
    [InlineData("https://push.example.org/x", BrowserPublic, Auth, true)]
    [InlineData("https://user:pass@push.example.org/x", BrowserPublic, Auth, false)]
    [InlineData("push.example.org", BrowserPublic, Auth, false)]
    [InlineData("https://push.example.org/x", Auth, Auth, false)]
    [InlineData("https://push.example.org/x", BrowserPublic, "BTBZMqHH6r4", false)]
    [InlineData("https://push.example.org/x", BrowserPublic, "not base64 at all!", false)]
    [InlineData("https://push.example.org/x",
        "BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE", Auth, false)]
    [InlineData(null, null, null, false)]
    public void A_subscription_has_an_address_a_point_and_a_secret(
        string? endpoint, string? key, string? auth, bool isGood) =>
        Assert.Equal(isGood, PushSubscription.Read(endpoint, key, auth) is not null);

    static PushSubscription Browser() => PushSubscription.Read("https://push.example.org/x", BrowserPublic, Auth)!;

    static ECDiffieHellman KeyOf(string publicKey, string privateKey)
    {
        var parameters = PushSubscription.ParametersOf(Base64Url.DecodeFromChars(publicKey));
        parameters.D = Base64Url.DecodeFromChars(privateKey);
        return ECDiffieHellman.Create(parameters);
    }
}
