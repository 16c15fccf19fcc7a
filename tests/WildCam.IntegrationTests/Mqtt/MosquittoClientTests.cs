using System.Globalization;

namespace WildCam.IntegrationTests.Mqtt;

/// <summary>Mosquitto's command-line clients against the listener on Kestrel.</summary>
public sealed class MosquittoClientTests
{
    static string Pub => Components.Require("mosquitto_pub");

    static string Sub => Components.Require("mosquitto_sub");

    static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);

    [Theory]
    [InlineData("mqttv311", "0")]
    [InlineData("mqttv311", "1")]
    [InlineData("mqttv5", "0")]
    [InlineData("mqttv5", "1")]
    public async Task Mosquitto_publishes_and_subscribes(string version, string qos)
    {
        await using var broker = await KestrelBroker.StartAsync();
        using var subscriber = new ForeignProgram(
            Sub, "-h", "127.0.0.1", "-p", Text(broker.Port), "-V", version, "-q", qos, "-t", "a/+/c/#", "-C", "3", "-v",
            "-u", "cam", "-P", KestrelBroker.Password);
        await KestrelBroker.Until(() => broker.HasSubscriber("a/b/c/d"), "mosquitto_sub subscribed");
        foreach (var topic in new[] { "a/b/c", "a/b/c/d/e", "a//c/x", "other" })
        {
            using var publisher = new ForeignProgram(
                Pub, "-h", "127.0.0.1", "-p", Text(broker.Port), "-V", version, "-q", qos, "-t", topic,
                "-m", "m-" + topic);
            Assert.Equal((0, ""), await publisher.EndAsync());
        }

        var (code, output) = await subscriber.EndAsync();
        Assert.Equal(0, code);
        Assert.Equal(["a/b/c m-a/b/c", "a/b/c/d/e m-a/b/c/d/e", "a//c/x m-a//c/x"], Lines(output));
    }

    [Theory]
    [InlineData("mqttv311")]
    [InlineData("mqttv5")]
    public async Task A_large_message_of_mosquitto_arrives_whole(string version)
    {
        await using var broker = await KestrelBroker.StartAsync();
        var file = Path.GetTempFileName();
        var text = string.Concat(Enumerable.Range(0, 4000).Select(i => i.ToString("D8", CultureInfo.InvariantCulture)));
        await File.WriteAllTextAsync(file, text);
        using var publisher = new ForeignProgram(
            Pub, "-h", "127.0.0.1", "-p", Text(broker.Port), "-V", version, "-q", "1", "-t", "big", "-f", file);
        Assert.Equal((0, ""), await publisher.EndAsync());
        File.Delete(file);
        Assert.Equal("big " + text, Assert.Single(broker.Arrivals));
    }

    [Theory]
    [InlineData("mqttv311")]
    [InlineData("mqttv5")]
    public async Task Mosquitto_is_told_that_its_password_is_wrong(string version)
    {
        await using var broker = await KestrelBroker.StartAsync();
        using var publisher = new ForeignProgram(
            Pub, "-h", "127.0.0.1", "-p", Text(broker.Port), "-V", version, "-t", "a", "-m", "b",
            "-u", "cam", "-P", "no");
        var (code, output) = await publisher.EndAsync();
        Assert.NotEqual(0, code);
        Assert.Matches("(?i)(bad user ?name or password|not authori[sz]ed)", output);
        Assert.Empty(broker.Arrivals);
    }

    [Theory]
    [InlineData("mqttv311")]
    [InlineData("mqttv5")]
    public async Task The_will_of_a_killed_mosquitto_is_handed_on(string version)
    {
        await using var broker = await KestrelBroker.StartAsync();
        using var watcher = new ForeignProgram(
            Sub, "-h", "127.0.0.1", "-p", Text(broker.Port), "-V", version, "-t", "will/#", "-C", "1", "-v", "-q", "1");
        using var doomed = new ForeignProgram(
            Sub, "-h", "127.0.0.1", "-p", Text(broker.Port), "-V", version, "-t", "x", "-q", "1",
            "--will-topic", "will/cam", "--will-payload", "gone", "--will-qos", "1");
        await KestrelBroker.Until(
            () => broker.HasSubscriber("will/cam") && broker.HasSubscriber("x"), "both subscribed");
        doomed.Kill();
        Assert.Equal((0, "will/cam gone\n"), await watcher.EndAsync());
        Assert.Equal("will/cam", Assert.Single(broker.Wills).Topic);
    }

    [Theory]
    [InlineData("mqttv311")]
    [InlineData("mqttv5")]
    public async Task Mosquitto_publishes_and_subscribes_over_tls(string version)
    {
        await using var broker = await KestrelBroker.StartAsync();
        using var subscriber = new ForeignProgram(
            Sub, "-h", "localhost", "-p", Text(broker.TlsPort), "--cafile", broker.AuthorityFile, "-V", version,
            "-t", "tls/#", "-C", "1", "-q", "1");
        await KestrelBroker.Until(() => broker.HasSubscriber("tls/a"), "mosquitto_sub subscribed");
        using var publisher = new ForeignProgram(
            Pub, "-h", "localhost", "-p", Text(broker.TlsPort), "--cafile", broker.AuthorityFile, "-V", version,
            "-t", "tls/a", "-m", "hello", "-q", "1");
        Assert.Equal((0, ""), await publisher.EndAsync());
        Assert.Equal((0, "hello\n"), await subscriber.EndAsync());
    }

    [Fact]
    public async Task Mosquitto_5_heeds_what_CONNACK_said_is_not_available()
    {
        await using var broker = await KestrelBroker.StartAsync();
        string[] publish = ["-h", "127.0.0.1", "-p", Text(broker.Port), "-V", "mqttv5", "-t", "a"];
        foreach (var wish in new string[][] { ["-m", "kept", "-q", "1", "-r"], ["-m", "once", "-q", "2"] })
        {
            // It clears the retain flag, and gives up on quality of service 2, before anything is sent.
            using var heeding = new ForeignProgram(Pub, [.. publish, .. wish]);
            await heeding.EndAsync();
        }

        using var plain = new ForeignProgram(Pub, [.. publish, "-m", "plain", "-q", "1"]);
        Assert.Equal((0, ""), await plain.EndAsync());
        Assert.Equal(["a kept", "a plain"], broker.Arrivals);
    }

    static string[] Lines(string output) => output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
