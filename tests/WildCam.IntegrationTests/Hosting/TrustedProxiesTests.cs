using System.Net;
using WildCam.Hub.Hosting;

namespace WildCam.IntegrationTests.Hosting;

/// <summary>Whose word counts for a visitor's address, asked of a real hub: sign-ins are limited by address.</summary>
public sealed class TrustedProxiesTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    const int Visits = 40;

    [Theory]
    [InlineData("127.0.0.1", "10.0.0.{0}", false)]
    [InlineData("127.0.0.0/8, 10.0.0.0/8", "192.0.2.{0}, 10.0.0.1", false)]
    [InlineData("127.0.0.1", "10.0.0.{0}, 192.0.2.1", true)]
    [InlineData("192.0.2.1", "10.0.0.{0}", true)]
    [InlineData("", "10.0.0.{0}", true)]
    public async Task Visitors_share_a_limit_unless_a_trusted_proxy_tells_them_apart(
        string trusted, string forwarded, bool isShared)
    {
        var folder = Directory.CreateTempSubdirectory("wildcam-proxies-");
        await using (var hub = await WorldHub.StartAsync(
            database.ConnectionString, folder.FullName, ("WildCam__TrustedProxies", trusted)))
        {
            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{hub.WebPort}") };
            var answers = await Task.WhenAll(Enumerable.Range(1, Visits).Select(n => KnockAsync(client, forwarded, n)));
            Assert.Equal(isShared, answers.Contains(HttpStatusCode.TooManyRequests));
        }

        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("127.0.0.1, ::1,10.0.0.0/8", true)]
    [InlineData("nginx", false)]
    [InlineData("10.0.0.0/99", false)]
    public void A_proxy_is_an_address_or_a_network(string listed, bool isRead) =>
        Assert.Equal(isRead, TrustedProxies.TryRead(listed, out _));

    // From nowhere: refused at once, but counted against the limit before.
    static async Task<HttpStatusCode> KnockAsync(HttpClient client, string forwarded, int number)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/sign-in");
        request.Headers.Add(
            "X-Forwarded-For", forwarded.Replace("{0}", $"{number}", StringComparison.Ordinal));
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }
}
