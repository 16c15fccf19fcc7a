using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace WildCam.Hub.Watch;

/// <summary>
/// Signs what webhooks carry, as the Standard Webhooks specification says: HMAC-SHA256 over id, time and body, so that
/// a receiver can tell ours from others', and an old one from a new one.
/// </summary>
static class StandardWebhook
{
    public const string IdHeader = "webhook-id";
    public const string TimeHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";

    public static string Sign(byte[] key, string id, DateTimeOffset at, string body)
    {
        var time = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signed = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{id}.{time}.{body}"));
        return "v1," + Convert.ToBase64String(signed);
    }

    /// <summary>
    /// When the next attempt is due after so many failed ones; null: no more. The specification's own schedule, with a
    /// tenth of jitter.
    /// </summary>
    public static TimeSpan? PauseAfter(int attempts, double chance)
    {
        TimeSpan[] pauses =
        [
            TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2),
            TimeSpan.FromHours(5), TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20),
            TimeSpan.FromHours(24),
        ];
        return attempts > pauses.Length ? null : pauses[attempts - 1] * (0.9 + (0.2 * chance));
    }
}
