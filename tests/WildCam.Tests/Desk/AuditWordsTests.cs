using WildCam.Hub.Desk;

namespace WildCam.Tests.Desk;

public sealed class AuditWordsTests
{
    [Theory]
    [InlineData("camera.mark-stolen", "Camera: mark stolen")]
    [InlineData("sign-in.failed", "Sign in: failed")]
    [InlineData("sign-in", "Sign in")]
    public void Actions_are_words(string action, string words) => Assert.Equal(words, AuditWords.Action(action));

    [Fact]
    public void Only_what_differs_is_shown()
    {
        var changes = AuditWords.Changes(
            """{"name":"Ford","board":1,"site":null}""",
            """{"name":"Mill","board":1,"site":"creek","passwordUntil":"x"}""");
        Assert.Equal(
            [new("name", "Ford", "Mill"), new("site", null, "creek"), new("password until", null, "x")], changes);
        Assert.Empty(AuditWords.Changes(null, null));
        Assert.Equal([new AuditChange("value", null, "7")], AuditWords.Changes(null, "7"));
    }
}
