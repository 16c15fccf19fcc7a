using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace WildCam.Hub.Hosting;

/// <summary>How much one visitor may ask; section WildCam:RateLimits.</summary>
public sealed class RateLimitOptions
{
    public const string Section = "WildCam:RateLimits";

    /// <summary>Sign-ins of one address of the net a second, and in one go.</summary>
    [Range(1, 1000)]
    public int SignInPerSecond { get; set; } = 5;

    /// <summary>Requests to the API of one account, or address, a second.</summary>
    [Range(1, 1_000_000)]
    public int ApiPerSecond { get; set; } = 100;

    /// <summary>Requests to the API in one go.</summary>
    [Range(1, 1_000_000)]
    public int ApiBurst { get; set; } = 200;
}

/// <summary>Names of the rate limits, for <c>RequireRateLimiting</c>.</summary>
public static class RateLimits
{
    public const string SignIn = "sign-in";
    public const string Api = "api";

    public static void AddRateLimits(this IServiceCollection services)
    {
        services.AddOptions<RateLimitOptions>().BindConfiguration(RateLimitOptions.Section)
            .ValidateDataAnnotations().ValidateOnStart();
        services.AddRateLimiter(limiter =>
        {
            limiter.AddPolicy(SignIn, context =>
            {
                var limits = Limits(context);
                return Bucket(AddressOf(context), limits.SignInPerSecond, limits.SignInPerSecond);
            });
            limiter.AddPolicy(Api, context =>
            {
                var limits = Limits(context);
                var who = context.User.AccountId() is { } id
                    ? id.ToString(CultureInfo.InvariantCulture)
                    : AddressOf(context);
                return Bucket(who, limits.ApiPerSecond, limits.ApiBurst);
            });
            limiter.OnRejected = async (rejected, _) =>
            {
                var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after)
                    ? after
                    : TimeSpan.FromSeconds(1);
                await Problems.TooMany(wait, rejected.HttpContext).ExecuteAsync(rejected.HttpContext);
            };
        });
    }

    /// <summary>The visitor's address of the net; of IPv6 the first 64 bits, which one household shares.</summary>
    public static string AddressOf(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, 8))
            : address.ToString();
    }

    static RateLimitOptions Limits(HttpContext context) =>
        context.RequestServices.GetRequiredService<IOptions<RateLimitOptions>>().Value;

    static RateLimitPartition<string> Bucket(string who, int perSecond, int burst) =>
        RateLimitPartition.GetTokenBucketLimiter(who, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = Math.Max(perSecond, burst),
            TokensPerPeriod = perSecond,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            QueueLimit = 0,
        });
}
