using System.Buffers;
using System.Text;
using WildCam.Mqtt;

namespace WildCam.Tests.Mqtt;

/// <summary>Topic names, filters and their strings. MQTT 3.1.1 and 5.0, 4.7 and 1.5.</summary>
public sealed class TopicTests
{
    [Theory(DisplayName = "4.7: filters cover names, level by level")]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1", true)]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true)]
    [InlineData("sport/#", "sport", true)]
    [InlineData("sport/#", "sports", false)]
    [InlineData("#", "a", true)]
    [InlineData("#", "/", true)]
    [InlineData("sport/tennis/+", "sport/tennis/player1", true)]
    [InlineData("sport/tennis/+", "sport/tennis/player1/ranking", false)]
    [InlineData("sport/+", "sport", false)]
    [InlineData("sport/+", "sport/", true)]
    [InlineData("+/+", "/finance", true)]
    [InlineData("/+", "/finance", true)]
    [InlineData("+", "/finance", false)]
    [InlineData("+/tennis/#", "sport/tennis", true)]
    [InlineData("a/b", "a/b", true)]
    [InlineData("a/b", "a/b/c", false)]
    [InlineData("a/b/c", "a/b", false)]
    [InlineData("a", "A", false)]
    [InlineData("a/", "a", false)]
    [InlineData("a//b", "a/b", false)]
    [InlineData("a/+/b", "a//b", true)]
    [InlineData("#", "$SYS/x", false)] // [MQTT-4.7.2-1]
    [InlineData("+/x", "$SYS/x", false)]
    [InlineData("$SYS/#", "$SYS/x", true)]
    [InlineData("$SYS/+", "$SYS/x", true)]
    [InlineData("a/#", "a/$SYS", true)]
    public void Filters_cover_names(string filter, string topic, bool covers) =>
        Assert.Equal(covers, MqttTopic.Matches(filter, topic));

    [Theory(DisplayName = "4.7.1: wildcards fill a level, and # is the last")]
    [InlineData("#", true)]
    [InlineData("+", true)]
    [InlineData("a/#", true)]
    [InlineData("+/a/+/#", true)]
    [InlineData("/", true)]
    [InlineData("a b", true)]
    [InlineData("", false)]
    [InlineData("a#", false)]
    [InlineData("a/#/b", false)]
    [InlineData("#/", false)]
    [InlineData("a+", false)]
    [InlineData("+a", false)]
    [InlineData("a/+b/c", false)]
    [InlineData("##", false)]
    [InlineData("a\0", false)]
    public void Filters_are_checked(string filter, bool isFilter) => Assert.Equal(isFilter, MqttTopic.IsFilter(filter));

    [Fact(DisplayName = "Same bytes, same string: also in pieces, also beyond ASCII")]
    public void Topics_are_cached()
    {
        var cache = new TopicCache(100);
        foreach (var topic in new[] { "wildcam/v1/c-42/up/chunk", "r\u00E5dyr/\U0001F98C".Normalize(), "\uFEFFa" })
        {
            var bytes = Encoding.UTF8.GetBytes(topic);
            var first = cache.Get(new ReadOnlySequence<byte>(bytes));
            Assert.Equal(topic, first);
            for (var cut = 0; cut <= bytes.Length; cut++)
            {
                Assert.Same(first, cache.Get(Fragments.Of(bytes, cut)));
            }
        }
    }

    [Theory(DisplayName = "[MQTT-1.5.3-1] Ill-formed UTF-8 is refused, U+0000 too")]
    [InlineData("EDA080")]
    [InlineData("EDBFBF")]
    [InlineData("C080")]
    [InlineData("E08080")]
    [InlineData("80")]
    [InlineData("C3")]
    [InlineData("F4908080")]
    [InlineData("FE")]
    [InlineData("00")]
    [InlineData("6100")]
    public void Ill_formed_text_is_refused(string hex)
    {
        var bytes = Convert.FromHexString(hex);
        var cache = new TopicCache(100);
        var e = Assert.Throws<MqttProtocolException>(() => cache.Get(new ReadOnlySequence<byte>(bytes)));
        Assert.Equal(MqttReason.MalformedPacket, e.Reason);
        byte[] field = [0, (byte)bytes.Length, .. bytes];
        Assert.Throws<MqttProtocolException>(() => new MqttReader(new ReadOnlySequence<byte>(field)).ReadString());
    }

    [Fact(DisplayName = "[MQTT-1.5.3-3] A byte order mark is kept as U+FEFF")]
    public void A_byte_order_mark_is_kept()
    {
        byte[] field = [0, 4, 0xEF, 0xBB, 0xBF, 0x61];
        Assert.Equal("\uFEFFa", new MqttReader(new ReadOnlySequence<byte>(field)).ReadString());
    }

    [Fact(DisplayName = "A topic over TopicBytesMax is refused, one of that length is not")]
    public void Long_topics_are_refused()
    {
        var cache = new TopicCache(300);
        Assert.Equal(300, cache.Get(new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(new string('a', 300)))).Length);
        var e = Assert.Throws<MqttProtocolException>(
            () => cache.Get(new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(new string('a', 301)))));
        Assert.Contains("TopicBytesMax (300 bytes)", e.Message, StringComparison.Ordinal);
    }
}
