using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WildCam.Hub.Hosting;
using WildCam.Hub.Watch;
using WildCam.IntegrationTests.Captures;
using WildCam.Storage.Watch;

namespace WildCam.IntegrationTests.Watch;

/// <summary>Messages over real sockets: a web server and a mail server of the test's own.</summary>
public sealed class MessageLoopTests : IAsyncLifetime
{
    readonly TestDatabase _database = new();
    readonly TestClock _clock = new();
    readonly ChannelSeal _seal = new(new EphemeralDataProtectionProvider());
    readonly Receiver _receiver = new();
    readonly LineLog _log = new();
    CaptureWorld _world = null!;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        _world = await CaptureWorld.MakeAsync(_database, "UTC");
    }

    public async ValueTask DisposeAsync()
    {
        _receiver.Dispose();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_webhook_is_signed_retried_given_up_and_sent_again_under_its_own_id()
    {
        var secret = ChannelSettings.NewSecret();
        await AddAsync(ChannelKind.Webhook, new ChannelSettings($"{_receiver.Address}/hook", Secret: secret));
        _receiver.Answers.Enqueue("500 Oops");
        _receiver.Answers.Enqueue("503 Later\r\nRetry-After: 900");
        Assert.Equal(1, await SendAsync());
        Assert.Equal("1 1 The receiver answered 500.", await StateAsync());
        Assert.Equal(0, await SendAsync());
        _clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(1, await SendAsync());
        _clock.Advance(TimeSpan.FromMinutes(14));
        Assert.Equal(0, await SendAsync());
        _clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(1, await SendAsync());
        Assert.Equal("2 3", await StateAsync());

        Assert.True(await new AlertMessagesTable(_database.Source).ReplayAsync(
            _world.ProjectId, await _database.ReadAsync<Guid>("select id from alert_messages"), _clock.GetUtcNow(),
            default));
        Assert.Equal(1, await SendAsync());
        Assert.Equal(4, _receiver.Requests.Count);
        Assert.Single(_receiver.Requests.Select(r => r.Header("webhook-id")).Distinct(StringComparer.Ordinal));
        foreach (var request in _receiver.Requests)
        {
            var at = DateTimeOffset.FromUnixTimeSeconds(long.Parse(request.Header("webhook-timestamp")));
            Assert.Equal(
                StandardWebhook.Sign(
                    ChannelSettings.KeyOf(secret)!, request.Header("webhook-id"), at, request.Body),
                request.Header("webhook-signature"));
        }
    }

    [Fact]
    public async Task A_receiver_that_never_answers_well_is_given_up_with_the_reason()
    {
        await AddAsync(ChannelKind.Webhook, Hook());
        for (var i = 0; i < 10; i++)
        {
            _receiver.Answers.Enqueue("404 Not Found");
            Assert.Equal(1, await SendAsync());
            _clock.Advance(TimeSpan.FromHours(27));
        }

        Assert.Equal("3 10 The receiver answered 404.", await StateAsync());
        Assert.Equal(0, await SendAsync());
    }

    [Fact]
    public async Task A_redirect_is_not_followed_and_gone_is_gone()
    {
        await AddAsync(ChannelKind.Slack, new ChannelSettings(_receiver.Address + "/services/T/B/verysecret"));
        _receiver.Answers.Enqueue($"302 Found\r\nLocation: {_receiver.Address}/elsewhere");
        _receiver.Answers.Enqueue("410 Gone");
        await SendAsync();
        Assert.Equal("1 1 The receiver answered 302: redirects are not followed.", await StateAsync());
        Assert.Single(_receiver.Requests);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await SendAsync();
        Assert.Equal("3 2 The receiver says that it is gone (410).", await StateAsync());
        Assert.Contains("""{"text":"*Low battery*""", _receiver.Requests.First().Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public async Task An_address_inside_the_network_is_never_asked_unless_the_operator_allows_it(string host)
    {
        var target = _receiver.Address.Replace("127.0.0.1", host, StringComparison.Ordinal);
        await AddAsync(ChannelKind.Webhook, new ChannelSettings(target, Secret: ChannelSettings.NewSecret()));
        await SendAsync(allowed: "");
        Assert.StartsWith($"3 1 {host} leads to an address that is not public.", await StateAsync(),
            StringComparison.Ordinal);
        Assert.Empty(_receiver.Requests);
    }

    [Fact]
    public async Task A_mail_is_handed_to_the_mail_server()
    {
        await AddAsync(ChannelKind.Email, new ChannelSettings("ana@example.org, ben@example.org"));
        using var server = new MailServer();
        await SendAsync(smtpPort: server.Port);
        Assert.Equal("2 1", await StateAsync());
        var mail = await server.Mail;
        Assert.Contains("RCPT TO:<ana@example.org>", mail, StringComparison.Ordinal);
        Assert.Contains("RCPT TO:<ben@example.org>", mail, StringComparison.Ordinal);
        Assert.Contains("Subject: Low battery", mail, StringComparison.Ordinal);
        Assert.Contains("The battery is down.", mail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_mail_server_the_message_says_what_to_set()
    {
        await AddAsync(ChannelKind.Email, new ChannelSettings("ana@example.org"));
        await SendAsync();
        Assert.Contains("WildCam__Alerts__SmtpHost", await StateAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_hubs_send_a_message_once_and_one_that_died_gives_it_back()
    {
        await AddAsync(ChannelKind.Webhook, Hook());
        var sent = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => SendAsync()));
        Assert.Equal(1, sent.Sum());
        Assert.Single(_receiver.Requests);

        await AddAsync(ChannelKind.Webhook, Hook());
        var messages = new AlertMessagesTable(_database.Source);
        Assert.Single(await messages.ClaimAsync(_clock.GetUtcNow(), TimeSpan.FromMinutes(2), 16, default));
        Assert.Equal(0, await SendAsync());
        _clock.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(1, await SendAsync());
    }

    [Fact]
    public async Task Neither_the_log_nor_the_reason_holds_where_a_channel_leads()
    {
        var port = new Uri(_receiver.Address).Port;
        _receiver.Dispose();
        foreach (var host in new[] { $"127.0.0.1:{port}", "no-such-host.invalid" })
        {
            var target = $"http://{host}/verysecret";
            await AddAsync(ChannelKind.Slack, new ChannelSettings(target, Authorization: "Bearer verysecret"));
            await SendAsync();
            Assert.StartsWith("1 1 The receiver could not be reached", await StateAsync(), StringComparison.Ordinal);
            Assert.DoesNotContain("verysecret", await StateAsync(), StringComparison.Ordinal);
        }

        Assert.Equal(2, _log.Lines.Count);
        Assert.DoesNotContain("verysecret", string.Join('\n', _log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_sealed_is_nowhere_in_the_database()
    {
        await AddAsync(ChannelKind.Slack, new ChannelSettings("https://hooks.slack.com/services/T/B/verysecret"));
        Assert.False(await _database.ReadAsync<bool>("""
            select bool_or(c::text like '%verysecret%' or position('verysecret'::bytea in sealed) > 0)
            from alert_channels c
            """));
    }

    ChannelSettings Hook() => new(_receiver.Address, Secret: ChannelSettings.NewSecret());

    async Task AddAsync(ChannelKind kind, ChannelSettings settings)
    {
        var channel = await new AlertChannelsTable(_database.Source).InsertAsync(
            _world.ProjectId, kind, "Test", "shown", _seal.Seal(settings), default);
        await new AlertMessagesTable(_database.Source).AddTestAsync(
            _world.ProjectId, channel!.Value, "Low battery", "The battery is down.", """{"type":"alert.test"}""",
            default);
        await _database.RunAsync(
            "update alert_messages set next_at = $1 where attempts = 0", _clock.GetUtcNow().UtcDateTime);
    }

    async Task<int> SendAsync(string allowed = "127.0.0.0/8", int smtpPort = 0)
    {
        using var sender = new MessageSender(
            _seal,
            new PushKeys(new PushKeysTable(_database.Source), new EphemeralDataProtectionProvider()),
            Options.Create(new AlertOptions
            {
                AllowedNetworks = allowed,
                SmtpHost = smtpPort > 0 ? "127.0.0.1" : "",
                SmtpPort = Math.Max(1, smtpPort),
                SmtpFrom = "wildcam@example.org",
                SmtpSecurity = "none",
            }),
            Options.Create(new HubOptions()),
            _clock);
        using var loop = new MessageLoop(
            new AlertMessagesTable(_database.Source), sender, _clock, _log);
        return await loop.SendDueAsync(default);
    }

    Task<string> StateAsync() => _database.ReadAsync<string>(
        "select concat_ws(' ', state, attempts, reason) from alert_messages order by created_at desc limit 1");

    /// <summary>A web server that answers in turn what a test gave it, then 204.</summary>
    sealed class Receiver : IDisposable
    {
        readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public Receiver()
        {
            _listener.Start();
            _ = Task.Run(ServeAsync);
        }

        public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

        public System.Collections.Concurrent.ConcurrentQueue<string> Answers { get; } = new();

        public System.Collections.Concurrent.ConcurrentQueue<(string Head, string Body)> Requests { get; } = new();

        public void Dispose() => _listener.Dispose();

        async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptTcpClientAsync();
                    using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
                    var head = new StringBuilder();
                    while (await reader.ReadLineAsync() is { Length: > 0 } line)
                    {
                        head.AppendLine(line);
                    }

                    var length = Received.Length(head.ToString());
                    var body = new char[length];
                    await reader.ReadBlockAsync(body);
                    Requests.Enqueue((head.ToString(), new string(body)));
                    var answer = Answers.TryDequeue(out var next) ? next : "204 No Content";
                    await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                        $"HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
                }
            }
            catch (Exception over) when (over is SocketException or ObjectDisposedException or IOException)
            {
                // The test is over.
            }
        }
    }

    /// <summary>A mail server that takes one mail and keeps the whole conversation.</summary>
    sealed class MailServer : IDisposable
    {
        readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public MailServer()
        {
            _listener.Start();
            Mail = Task.Run(ServeAsync);
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public Task<string> Mail { get; }

        public void Dispose() => _listener.Dispose();

        async Task<string> ServeAsync()
        {
            using var client = await _listener.AcceptTcpClientAsync();
            using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
            await using var writer = new StreamWriter(client.GetStream(), Encoding.ASCII)
            {
                AutoFlush = true,
                NewLine = "\r\n",
            };
            var heard = new StringBuilder();
            await writer.WriteLineAsync("220 test");
            var inData = false;
            while (await reader.ReadLineAsync() is { } line)
            {
                heard.AppendLine(line);
                if (inData && line != ".")
                {
                    continue;
                }

                var isData = !inData && line == "DATA";
                await writer.WriteLineAsync(isData ? "354 go" : line == "QUIT" ? "221 bye" : "250 ok");
                inData = isData;
                if (line == "QUIT")
                {
                    break;
                }
            }

            return heard.ToString();
        }
    }
}

/// <summary>A log that keeps its lines with their exceptions.</summary>
sealed class LineLog : ILogger<MessageLoop>
{
    public System.Collections.Concurrent.ConcurrentQueue<string> Lines { get; } = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter) => Lines.Enqueue($"{formatter(state, exception)} {exception}");
}

static class Received
{
    public static int Length(string head) => int.TryParse(Header(head, "content-length"), out var length) ? length : 0;

    public static string Header(this (string Head, string Body) request, string name) => Header(request.Head, name);

    static string Header(string head, string name) => head.Split('\n')
        .FirstOrDefault(l => l.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim()
        ?? "";
}
