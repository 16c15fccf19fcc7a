using System.Globalization;

namespace WildCam.IntegrationTests.Mqtt;

/// <summary>npm's mqtt package against the listener on Kestrel.</summary>
public sealed class MqttJsTests
{
    [Theory]
    [InlineData("4", "0", false)]
    [InlineData("4", "1", false)]
    [InlineData("4", "1", true)]
    [InlineData("5", "0", false)]
    [InlineData("5", "1", false)]
    [InlineData("5", "1", true)]
    public async Task Mqtt_js_talks_to_itself_through_the_listener(string version, string qos, bool overTls)
    {
        await using var broker = await KestrelBroker.StartAsync();
        using var peer = Start(broker, version, qos, overTls);
        var (code, output) = await peer.EndAsync();
        Assert.Equal($"granted {qos}\njs/a 5 {qos}\njs/b 20000 {qos}\njs/c 0 {qos}\n", output);
        Assert.Equal(0, code);
    }

    [Theory]
    [InlineData("4", "error 4 ")]
    [InlineData("5", "error 134 ")]
    public async Task Mqtt_js_is_told_that_its_password_is_wrong(string version, string said)
    {
        await using var broker = await KestrelBroker.StartAsync();
        using var peer = Start(broker, version, "1", overTls: false, password: "wrong");
        var (code, output) = await peer.EndAsync();
        Assert.StartsWith(said, output, StringComparison.Ordinal);
        Assert.Equal(2, code);
    }

    static ForeignProgram Start(
        KestrelBroker broker, string version, string qos, bool overTls, string password = KestrelBroker.Password)
    {
        var node = Components.Require("node");
        Components.RequirePackage("mqtt/package.json");
        var script = Path.Combine(Components.Root, "tests", "WildCam.IntegrationTests", "Mqtt", "peer.mjs");
        var url = overTls
            ? string.Create(CultureInfo.InvariantCulture, $"mqtts://localhost:{broker.TlsPort}")
            : string.Create(CultureInfo.InvariantCulture, $"mqtt://127.0.0.1:{broker.Port}");
        string[] arguments = [script, Components.NodeModules, url, version, qos];
        string[] authority = overTls ? [broker.AuthorityFile] : [];
        return new ForeignProgram("env", [$"PEER_PASSWORD={password}", node, .. arguments, .. authority]);
    }
}
