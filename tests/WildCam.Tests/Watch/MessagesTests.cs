using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using WildCam.Hub.Desk;
using WildCam.Hub.Hosting;
using WildCam.Hub.Watch;
using WildCam.Storage.Watch;

namespace WildCam.Tests.Watch;

public sealed class MessagesTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.1.2.3")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.0.10")]
    [InlineData("169.254.169.254")]
    [InlineData("100.64.1.1")]
    [InlineData("0.0.0.0")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::1")]
    [InlineData("::")]
    [InlineData("fe80::1")]
    [InlineData("fd12:3456::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::127.0.0.1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("ff02::1")]
    public void An_address_that_is_not_public_is_refused(string address)
    {
        Assert.False(new AddressGuard([]).Allows(IPAddress.Parse(address)));
    }

    [Theory]
    [InlineData("93.184.216.34")]
    [InlineData("172.32.0.1")]
    [InlineData("2606:2800:220:1:248:1893:25c8:1946")]
    public void A_public_address_is_allowed(string address)
    {
        Assert.True(new AddressGuard([]).Allows(IPAddress.Parse(address)));
    }

    [Fact]
    public void The_operator_may_allow_a_network()
    {
        var guard = new AddressGuard([IPNetwork.Parse("10.0.0.0/8")]);
        Assert.True(guard.Allows(IPAddress.Parse("10.1.2.3")));
        Assert.True(guard.Allows(IPAddress.Parse("::ffff:10.1.2.3")));
        Assert.False(guard.Allows(IPAddress.Parse("192.168.1.1")));
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    public async Task A_name_that_leads_inside_is_not_connected_to(string host)
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var refused = await Assert.ThrowsAsync<AddressRefusedException>(() => new AddressGuard([]).ConnectAsync(
            new DnsEndPoint(host, port), TestContext.Current.CancellationToken).AsTask());
        Assert.Contains("AllowedNetworks", refused.Message, StringComparison.Ordinal);
        Assert.False(listener.Pending());
    }

    [Fact]
    public void A_webhook_is_signed_as_the_specification_s_own_example()
    {
        // Standard Webhooks, reference implementations' test vector.
        var key = ChannelSettings.KeyOf("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")!;
        var signature = StandardWebhook.Sign(
            key, "msg_p5jXN8AQM9LWM0D4loKWxJek", DateTimeOffset.FromUnixTimeSeconds(1614265330),
            """{"test": 2432232314}""");
        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", signature);
    }

    [Fact]
    public void A_secret_has_24_to_64_bytes()
    {
        Assert.Equal(32, ChannelSettings.KeyOf(ChannelSettings.NewSecret())!.Length);
        Assert.Null(ChannelSettings.KeyOf("whsec_" + Convert.ToBase64String(new byte[23])));
        Assert.Null(ChannelSettings.KeyOf("whsec_" + Convert.ToBase64String(new byte[65])));
        Assert.Null(ChannelSettings.KeyOf("whsec_not base64"));
    }

    [Fact]
    public void Attempts_come_ever_later_and_end()
    {
        var pauses = Enumerable.Range(1, 9).Select(n => StandardWebhook.PauseAfter(n, 0.5)!.Value).ToList();
        Assert.Equal(pauses.Order(), pauses);
        Assert.Equal(TimeSpan.FromSeconds(5), pauses[0]);
        Assert.InRange(StandardWebhook.PauseAfter(1, 1)!.Value.TotalSeconds, 5.4, 5.6);
        Assert.Null(StandardWebhook.PauseAfter(10, 0.5));
    }

    [Fact]
    public async Task An_sms_fills_its_template_and_a_text_cannot_break_out_of_it()
    {
        var text = "C-1 \"low\" & {to} {text} 5\u00a0%";
        using var get = MessageSender.Sms(
            new ChannelSettings("https://sms.example.org/send?to={to}&text={text}", Number: "+336"), text);
        Assert.Equal(HttpMethod.Get, get.Method);
        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(get.RequestUri!.Query);
        Assert.Equal((new StringValues("+336"), new StringValues(text)), (query["to"], query["text"]));

        using var json = MessageSender.Sms(
            new ChannelSettings(
                "https://sms.example.org/send", Number: "+336", Body: """{"to":"{to}","message":"{text}"}"""), text);
        var body = await json.Content!.ReadAsStringAsync(TestContext.Current.CancellationToken);
        using var read = System.Text.Json.JsonDocument.Parse(body);
        Assert.Equal(text, read.RootElement.GetProperty("message").GetString());

        using var form = MessageSender.Sms(
            new ChannelSettings("https://sms.example.org/send", Number: "+336", Body: "to={to}&text={text}"), text);
        Assert.Equal("application/x-www-form-urlencoded", form.Content!.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("Webhook", "https://example.org/hook", "", true)]
    [InlineData("Webhook", "ftp://example.org/hook", "", false)]
    [InlineData("Webhook", "https://ana:secret@example.org/hook", "", false)]
    [InlineData("Webhook", "javascript:alert(1)", "", false)]
    [InlineData("Slack", "https://hooks.slack.com/services/T/B/x", "", true)]
    [InlineData("Email", "ana@example.org, ben@example.org", "", true)]
    [InlineData("Email", "ana@example.org, ben", "", false)]
    [InlineData("Email", "ana@example.org\r\nBcc: all@example.org", "", false)]
    [InlineData("Sms", "https://sms.example.org/?t={to}&m={text}", "+33612345678", true)]
    [InlineData("Sms", "https://sms.example.org/?t={to}", "+33612345678", false)]
    [InlineData("Sms", "https://sms.example.org/?m={text}", "call me", false)]
    [InlineData("Pigeon", "https://example.org", "", false)]
    public void A_channel_s_form_is_read_or_refused_with_a_sentence(
        string kind, string target, string number, bool isGood)
    {
        var (_, _, settings, problem) = AlertForms.ReadChannel(Form(
            ("kind", kind), ("name", "Ana"), ("target", target), ("number", number)));
        Assert.Equal(isGood, settings is not null);
        Assert.Equal(isGood, problem is null);
    }

    [Fact]
    public void What_is_shown_of_a_channel_holds_no_secret()
    {
        var slack = new ChannelSettings("https://hooks.slack.com/services/T0/B0/verysecret");
        Assert.Equal("hooks.slack.com", slack.Shown(ChannelKind.Slack));
        var sms = new ChannelSettings("https://sms.example.org/?key=verysecret&t={text}", Number: "+336");
        Assert.Equal("+336 through sms.example.org", sms.Shown(ChannelKind.Sms));
    }

    [Fact]
    public void A_policy_s_form_holds_its_limits()
    {
        var good = AlertRule.Defaults.SelectMany(r => new[]
        {
            ($"on-{(int)r.Kind}", "1"), ($"limit-{(int)r.Kind}", $"{r.Limit}"), ($"grace-{(int)r.Kind}", "5"),
        }).ToArray();
        var (policy, problem) = AlertForms.ReadPolicy(
            Form([.. good, ("quiet-from", "22:00"), ("quiet-until", "07:30")]));
        Assert.Null(problem);
        Assert.Equal(new QuietHours(1320, 450), policy!.Quiet);
        Assert.All(policy.Rules, r => Assert.True(r is { IsOn: true, GraceMinutes: 5 }));

        var (none, half) = AlertForms.ReadPolicy(Form([.. good, ("quiet-from", "22:00"), ("quiet-until", "")]));
        Assert.Null(none);
        Assert.StartsWith("Quiet hours", half, StringComparison.Ordinal);
        var (_, wild) = AlertForms.ReadPolicy(Form([.. good.Where(g => g.Item1 != "limit-2"), ("limit-2", "999")]));
        Assert.Equal("“Low battery”: the limit is a whole number from 1 to 90.", wild);
    }

    [Fact]
    public void A_ground_is_what_its_bytes_are()
    {
        var png = new byte[] { 0x89, (byte)'P', (byte)'N', (byte)'G', 1, 2 };
        var edges = new[] { ("south", "45.1"), ("west", "6"), ("north", "45.2"), ("east", "6.1") };
        Assert.Equal(
            new MapBounds(45.1, 6, 45.2, 6.1), MapRoutes.Ground(png, Form(edges), out var problem)!.Bounds);
        Assert.Null(problem);
        Assert.Null(MapRoutes.Ground(png, Form(("south", "45.1")), out problem));
        Assert.NotNull(problem);
        var geo = Encoding.UTF8.GetBytes("""{"type":"FeatureCollection","features":[]}""");
        Assert.Equal(MapGroundsTable.GeoJson, MapRoutes.Ground(geo, Form(), out problem)!.ContentType);
        var deep = new string('[', 99);
        foreach (var bad in new[] { "<svg onload=alert(1)>", """{"type":"Topology"}""", "[]", "{", deep })
        {
            Assert.Null(MapRoutes.Ground(Encoding.UTF8.GetBytes(bad), Form(), out problem));
            Assert.Equal("The file is neither GeoJSON nor a PNG or JPEG picture.", problem);
        }
    }

    static FormCollection Form(params (string Name, string Value)[] fields) =>
        new(fields.ToDictionary(f => f.Name, f => new StringValues(f.Value)));
}
