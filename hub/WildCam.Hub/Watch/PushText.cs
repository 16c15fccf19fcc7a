using System.Text.Json;
using WildCam.Storage.Watch;

namespace WildCam.Hub.Watch;

/// <summary>What a browser's service worker reads (push-worker.js): title, text, where a click leads.</summary>
static class PushText
{
    const int TextCharsMax = 400;

    public static byte[] Of(ClaimedMessage message)
    {
        using var payload = JsonDocument.Parse(message.Payload);
        var data = payload.RootElement.TryGetProperty("data", out var found)
            && found.ValueKind == JsonValueKind.Object
                ? found
                : default;
        return JsonSerializer.SerializeToUtf8Bytes(new
        {
            title = Cut(message.Subject),
            body = Cut(Text(data, "text") ?? message.Body),
            url = Text(data, "url") ?? "/",
            tag = message.Id,
        });
    }

    static string? Text(JsonElement data, string name) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    static string Cut(string text) => text.Length <= TextCharsMax ? text : text[..TextCharsMax];
}
