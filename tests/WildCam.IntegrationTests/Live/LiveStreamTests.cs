using System.Net;
using WildCam.IntegrationTests.Orders;

namespace WildCam.IntegrationTests.Live;

/// <summary>The stream of changes that an open page listens to.</summary>
public sealed class LiveStreamTests(OrdersWorld world) : IClassFixture<OrdersWorld>
{
    static readonly TimeSpan BreathWait = TimeSpan.FromSeconds(40); // Every 20 s.

    [Fact]
    public async Task A_quiet_stream_gives_a_place_to_catch_up_from_and_breathes()
    {
        using var client = world.As("manager");
        using var answer = await client.GetAsync(
            $"/p/{OrdersWorld.Project}/live", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        using var late = new CancellationTokenSource(BreathWait);
        var heard = new List<string>();
        while (!heard.Contains(": still here"))
        {
            heard.Add(await lines.ReadLineAsync(late.Token) ?? throw new EndOfStreamException());
        }

        Assert.Contains("event: place", heard);
    }
}
