using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using WildCam.Hub.Hosting;
using WildCam.Hub.Watch;
using WildCam.IntegrationTests.Captures;
using WildCam.Storage.Watch;

namespace WildCam.IntegrationTests.Watch;

/// <summary>Web Push against a push service of the test's own, read by a browser of the test's own.</summary>
public sealed class WebPushTests : IAsyncLifetime
{
    readonly TestDatabase _database = new();
    readonly TestClock _clock = new();
    readonly EphemeralDataProtectionProvider _protection = new();
    readonly PushBrowser _browser = new();
    readonly ConcurrentQueue<int> _answers = new();
    readonly ConcurrentQueue<(string Path, Dictionary<string, string> Headers, byte[] Body)> _requests = new();
    WebApplication _service = null!;
    CaptureWorld _world = null!;
    int _account;

    string Address => _service.Urls.First();

    OwnChannelsTable Channels => new(_database.Source);

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        _world = await CaptureWorld.MakeAsync(_database, "UTC");
        _account = await _world.AddAccountAsync();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _service = builder.Build();
        _service.MapPost("/{**path}", async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            _requests.Enqueue((
                context.Request.Path.Value!,
                context.Request.Headers.ToDictionary(
                    h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
                body.ToArray()));
            context.Response.StatusCode = _answers.TryDequeue(out var answer) ? answer : StatusCodes.Status201Created;
        });
        await _service.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        _browser.Dispose();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_browser_reads_what_the_push_service_carries_and_cannot_read()
    {
        await TestAsync(await AddAsync("/push/one"));
        Assert.Equal(1, await SendAsync());
        Assert.Equal("2 1", await StateAsync());
        var (path, headers, body) = Assert.Single(_requests);
        Assert.Equal("/push/one", path);
        Assert.Equal("aes128gcm", headers["Content-Encoding"]);
        Assert.Equal("86400", headers["TTL"]);
        Assert.DoesNotContain("Lynx", Encoding.UTF8.GetString(body), StringComparison.Ordinal);
        using var told = JsonDocument.Parse(_browser.Read(body));
        Assert.Equal("Lynx at Ridge", told.RootElement.GetProperty("title").GetString());
        Assert.Equal("2 Lynx.", told.RootElement.GetProperty("body").GetString());
        Assert.Equal("https://hub/p/x/pictures/1", told.RootElement.GetProperty("url").GetString());
        using var stranger = new PushBrowser();
        Assert.ThrowsAny<CryptographicException>(() => stranger.Read(body));
    }

    [Fact]
    public async Task The_hub_says_who_it_is_by_a_token_for_that_service_alone()
    {
        await TestAsync(await AddAsync("/push/one"));
        await SendAsync();
        var parts = _requests.Single().Headers["Authorization"].Split(["vapid t=", ", k="], StringSplitOptions.None);
        var (token, key) = (parts[1].Split('.'), Base64Url.DecodeFromChars(parts[2]));
        using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(token[1]));
        Assert.Equal(Address, claims.RootElement.GetProperty("aud").GetString());
        Assert.Equal("https://wild.example.org", claims.RootElement.GetProperty("sub").GetString());
        var until = DateTimeOffset.FromUnixTimeSeconds(claims.RootElement.GetProperty("exp").GetInt64());
        Assert.InRange(until - _clock.GetUtcNow(), TimeSpan.FromHours(1), TimeSpan.FromHours(24));
        using var verifier = ECDsa.Create(PushSubscription.ParametersOf(key));
        Assert.True(verifier.VerifyData(
            Encoding.ASCII.GetBytes($"{token[0]}.{token[1]}"), Base64Url.DecodeFromChars(token[2]),
            HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
        Assert.Equal(key, await Keys().GetPublicKeyAsync(default));
    }

    [Theory]
    [InlineData(404)]
    [InlineData(410)]
    public async Task A_subscription_that_is_over_ends_in_every_project(int status)
    {
        var channel = await AddAsync("/push/one");
        var other = await CaptureWorld.MakeAsync(_database, "UTC");
        await AddAsync("/push/one", other.ProjectId);
        await AddAsync("/push/two");
        await TestAsync(channel);
        _answers.Enqueue(status);
        await SendAsync();
        Assert.Equal(1L, await _database.ReadAsync<long>("select count(*) from alert_channels where kind = 5"));
        Assert.Equal(0L, await _database.ReadAsync<long>("select count(*) from alert_messages"));
    }

    [Fact]
    public async Task A_service_that_is_busy_is_asked_again_and_one_that_refuses_is_not()
    {
        await TestAsync(await AddAsync("/push/one"));
        _answers.Enqueue(429);
        _answers.Enqueue(403);
        await SendAsync();
        Assert.Equal("1 1 The push service answered 429.", await StateAsync());
        _clock.Advance(TimeSpan.FromMinutes(1));
        await SendAsync();
        Assert.Equal("3 2 The push service refused it (403).", await StateAsync());
    }

    [Fact]
    public async Task A_browsers_address_inside_the_network_is_never_asked()
    {
        await TestAsync(await AddAsync("/push/one"));
        await SendAsync(allowed: "");
        Assert.StartsWith(
            "3 1 127.0.0.1 leads to an address that is not public.", await StateAsync(), StringComparison.Ordinal);
        Assert.Empty(_requests);
    }

    [Fact]
    public async Task Hubs_share_one_key_and_a_lost_key_folder_makes_another_and_asks_browsers_anew()
    {
        var first = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Keys().GetPublicKeyAsync(default)));
        Assert.All(first, k => Assert.Equal(first[0], k));
        Assert.False(await _database.ReadAsync<bool>(
            "select position(substring(public_key from 2) in sealed) > 0 from push_keys"));
        await AddAsync("/push/one");
        var after = await new PushKeys(new PushKeysTable(_database.Source), new EphemeralDataProtectionProvider())
            .GetPublicKeyAsync(default);
        Assert.NotEqual(first[0], after);
        Assert.Empty(await Channels.ListAsync(_world.ProjectId, _account, default));
    }

    PushKeys Keys() => new(new PushKeysTable(_database.Source), _protection);

    async Task<int> AddAsync(string path, int? projectId = null)
    {
        var project = projectId ?? _world.ProjectId;
        var settings = _browser.At(Address + path).ToSettings();
        Assert.True(await Channels.AddBrowserAsync(
            project, _account, "Browser", settings.Target, settings.Shown(ChannelKind.Push),
            new ChannelSeal(_protection).Seal(settings), default));
        return (await Channels.ListAsync(project, _account, default))[^1].Id;
    }

    async Task TestAsync(int channel)
    {
        Assert.True(await Channels.AddTestAsync(
            _world.ProjectId, _account, channel, "Lynx at Ridge", "Body",
            """{"data":{"text":"2 Lynx.","url":"https://hub/p/x/pictures/1"}}""", default));
        await _database.RunAsync("update alert_messages set next_at = $1", _clock.GetUtcNow().UtcDateTime);
    }

    async Task<int> SendAsync(string allowed = "127.0.0.0/8")
    {
        using var sender = new MessageSender(
            new ChannelSeal(_protection), Keys(), Options.Create(new AlertOptions { AllowedNetworks = allowed }),
            Options.Create(new HubOptions { PublicUrl = "https://wild.example.org" }), _clock);
        using var loop = new MessageLoop(
            new AlertMessagesTable(_database.Source), sender, _clock, NullLogger<MessageLoop>.Instance);
        return await loop.SendDueAsync(default);
    }

    Task<string> StateAsync() => _database.ReadAsync<string>(
        "select concat_ws(' ', state, attempts, reason) from alert_messages");
}
