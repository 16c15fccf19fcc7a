using System.Net;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using MimeKit;
using WildCam.Hub.Hosting;
using WildCam.Storage.Watch;

namespace WildCam.Hub.Watch;

/// <summary>How an attempt to send went.</summary>
/// <param name="State">Waiting: it is worth another attempt.</param>
/// <param name="Reason">Why not; never an address or a secret.</param>
/// <param name="RetryAfter">The receiver's own wish.</param>
/// <param name="IsEnded">The browser is told no more: its channel goes.</param>
public sealed record SendResult(
    MessageState State, string? Reason = null, TimeSpan? RetryAfter = null, bool IsEnded = false)
{
    public static SendResult Delivered { get; } = new(MessageState.Delivered);

    public static SendResult Retry(string reason, TimeSpan? after = null) => new(MessageState.Waiting, reason, after);

    public static SendResult Dead(string reason) => new(MessageState.Dead, reason);

    public static SendResult Ended(string reason) => new(MessageState.Dead, reason, IsEnded: true);
}

/// <summary>Sends one message over its channel: mail, Slack, SMS gateway, webhook or Web Push.</summary>
sealed class MessageSender : IDisposable
{
    static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(15);
    static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);
    static readonly TimeSpan RetryAfterMax = TimeSpan.FromHours(24);

    /// <summary>How long a push service keeps a message for a browser that is away.</summary>
    static readonly TimeSpan PushTtl = TimeSpan.FromHours(24);

    readonly ChannelSeal _seal;
    readonly PushKeys _keys;
    readonly string _contact;
    readonly AlertOptions _options;
    readonly TimeProvider _time;
    readonly HttpClient _http;

    public MessageSender(
        ChannelSeal seal, PushKeys keys, IOptions<AlertOptions> options, IOptions<HubOptions> hub, TimeProvider time)
    {
        _seal = seal;
        _keys = keys;
        _options = options.Value;
        _contact = _options.PushContact.Length > 0 ? _options.PushContact
            : hub.Value.PublicUrl.StartsWith("https:", StringComparison.OrdinalIgnoreCase) ? hub.Value.PublicUrl
            : "";
        _time = time;
        _ = TrustedProxies.TryRead(_options.AllowedNetworks, out var allowed);
        var guard = new AddressGuard(allowed);
        _http = new HttpClient(new SocketsHttpHandler
        {
            // Neither a proxy nor a redirect may lead past the guard.
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            ConnectCallback = (context, cancellationToken) =>
                guard.ConnectAsync(context.DnsEndPoint, cancellationToken),
        })
        {
            Timeout = SendTimeout,
        };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("WildCam", "1"));
    }

    public async Task<SendResult> SendAsync(ClaimedMessage message, CancellationToken cancellationToken)
    {
        if (_seal.Open(message.Sealed) is not { } settings)
        {
            return SendResult.Dead("The key file under which this channel was sealed is gone. Add the channel again.");
        }

        try
        {
            return message.Kind switch
            {
                ChannelKind.Email => await MailAsync(message, settings, cancellationToken),
                ChannelKind.Push => await PushAsync(message, settings, cancellationToken),
                _ => await PostAsync(message, settings, cancellationToken),
            };
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            return fault.InnerException is AddressRefusedException refused
                ? SendResult.Dead(refused.Message)
                : SendResult.Retry(ReasonOf(fault));
        }
    }

    public void Dispose() => _http.Dispose();

    async Task<SendResult> PostAsync(
        ClaimedMessage message, ChannelSettings settings, CancellationToken cancellationToken)
    {
        using var request = message.Kind switch
        {
            ChannelKind.Slack => Json(
                settings.Target, JsonSerializer.Serialize(new { text = $"*{message.Subject}*\n{message.Body}" })),
            ChannelKind.Sms => Sms(settings, $"{message.Subject} {message.Body}"),
            _ => Webhook(message, settings),
        };
        if (settings.Authorization.Length > 0)
        {
            request.Headers.TryAddWithoutValidation("Authorization", settings.Authorization);
        }

        using var response = await _http.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        var status = (int)response.StatusCode;
        return response.IsSuccessStatusCode ? SendResult.Delivered
            : response.StatusCode == HttpStatusCode.Gone ? SendResult.Dead("The receiver says that it is gone (410).")
            : SendResult.Retry(
                status is >= 300 and < 400
                    ? $"The receiver answered {status}: redirects are not followed."
                    : $"The receiver answered {status}.",
                RetryAfter(response.Headers.RetryAfter));
    }

    async Task<SendResult> PushAsync(
        ClaimedMessage message, ChannelSettings settings, CancellationToken cancellationToken)
    {
        if (PushSubscription.Of(settings) is not { } browser)
        {
            return SendResult.Dead("What this browser gave is no subscription.");
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, browser.Endpoint)
        {
            Content = new ByteArrayContent(PushMessage.Encrypt(PushText.Of(message), browser)),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypeNames.Application.Octet);
        request.Content.Headers.ContentEncoding.Add("aes128gcm");
        request.Headers.Add("TTL", $"{PushTtl.TotalSeconds:0}");
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            await _keys.AuthorizeAsync(browser.Endpoint, _contact, _time.GetUtcNow(), cancellationToken));
        using var response = await _http.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        var status = (int)response.StatusCode;
        return response.IsSuccessStatusCode ? SendResult.Delivered
            // RFC 8030, 7.3: a subscription that is over is answered so for ever.
            : response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone
                ? SendResult.Ended($"The browser's push service knows it no more ({status}).")
            : status is 400 or 401 or 403 or 413 ? SendResult.Dead($"The push service refused it ({status}).")
            : SendResult.Retry($"The push service answered {status}.", RetryAfter(response.Headers.RetryAfter));
    }

    HttpRequestMessage Webhook(ClaimedMessage message, ChannelSettings settings)
    {
        var request = Json(settings.Target, message.Payload);
        var id = message.Id.ToString();
        var now = _time.GetUtcNow();
        request.Headers.Add(StandardWebhook.IdHeader, id);
        request.Headers.Add(StandardWebhook.TimeHeader, $"{now.ToUnixTimeSeconds()}");
        request.Headers.Add(
            StandardWebhook.SignatureHeader,
            StandardWebhook.Sign(ChannelSettings.KeyOf(settings.Secret) ?? [], id, now, message.Payload));
        return request;
    }

    /// <summary>
    /// The gateway's address, and its body where it wants one, with the number and the text filled in.
    /// </summary>
    internal static HttpRequestMessage Sms(ChannelSettings settings, string text)
    {
        const int textCharsMax = 300;
        var cut = text.Length > textCharsMax ? text[..textCharsMax] : text;
        var request = new HttpRequestMessage(
            settings.Body.Length > 0 ? HttpMethod.Post : HttpMethod.Get,
            Fill(settings.Target, settings.Number, cut, Uri.EscapeDataString));
        if (settings.Body.Length > 0)
        {
            var isJson = settings.Body.TrimStart().StartsWith('{');
            request.Content = new StringContent(
                Fill(
                    settings.Body, settings.Number, cut,
                    isJson ? t => JsonEncodedText.Encode(t).ToString() : Uri.EscapeDataString),
                Encoding.UTF8,
                isJson ? MediaTypeNames.Application.Json : MediaTypeNames.Application.FormUrlEncoded);
        }

        return request;
    }

    // In one pass, so that a text which holds a placeholder stays a text.
    static string Fill(string template, string number, string text, Func<string, string> encode) => string.Join(
        encode(text),
        template.Split("{text}").Select(part => part.Replace("{to}", encode(number), StringComparison.Ordinal)));

    static HttpRequestMessage Json(string target, string body) => new(HttpMethod.Post, target)
    {
        Content = new StringContent(body, Encoding.UTF8, MediaTypeNames.Application.Json),
    };

    async Task<SendResult> MailAsync(
        ClaimedMessage message, ChannelSettings settings, CancellationToken cancellationToken)
    {
        if (_options.SmtpHost.Length == 0)
        {
            return SendResult.Dead("This hub sends no e-mail: the operator has not set WildCam__Alerts__SmtpHost.");
        }

        using var mail = new MimeMessage();
        mail.From.Add(MailboxAddress.Parse(_options.SmtpFrom));
        mail.To.AddRange(InternetAddressList.Parse(settings.Target));
        mail.Subject = message.Subject;
        mail.MessageId = $"{message.Id}@wildcam";
        mail.Body = new TextPart("plain") { Text = message.Body };
        using var smtp = new MailKit.Net.Smtp.SmtpClient { Timeout = (int)SendTimeout.TotalMilliseconds };
        await smtp.ConnectAsync(
            _options.SmtpHost, _options.SmtpPort,
            _options.SmtpSecurity switch
            {
                "tls" => MailKit.Security.SecureSocketOptions.SslOnConnect,
                "none" => MailKit.Security.SecureSocketOptions.None,
                _ => MailKit.Security.SecureSocketOptions.StartTls,
            },
            cancellationToken);
        if (_options.SmtpUser.Length > 0)
        {
            await smtp.AuthenticateAsync(_options.SmtpUser, _options.SmtpPassword, cancellationToken);
        }

        await smtp.SendAsync(mail, cancellationToken);
        await smtp.DisconnectAsync(quit: true, cancellationToken);
        return SendResult.Delivered;
    }

    TimeSpan? RetryAfter(RetryConditionHeaderValue? wish)
    {
        var after = wish?.Delta ?? (wish?.Date - _time.GetUtcNow());
        return after is { } wanted && wanted > TimeSpan.Zero
            ? wanted < RetryAfterMax ? wanted : RetryAfterMax
            : null;
    }

    // Messages of exceptions may hold addresses with secrets in them.
    static string ReasonOf(Exception fault) => fault switch
    {
        HttpRequestException http => $"The receiver could not be reached ({http.HttpRequestError}).",
        OperationCanceledException => $"The receiver did not answer within {SendTimeout.TotalSeconds:0} s.",
        MailKit.Security.AuthenticationException => "The mail server refused the hub's user name or password.",
        MailKit.Net.Smtp.SmtpCommandException smtp => $"The mail server refused the message ({(int)smtp.StatusCode}).",
        _ => $"Sending failed ({fault.GetType().Name}).",
    };
}
