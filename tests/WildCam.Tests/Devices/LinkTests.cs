using WildCam.Camera;
using WildCam.Camera.Ports;
using WildCam.Esp32;
using WildCam.SimulatedHardware;

namespace WildCam.Tests.Devices;

/// <summary>A connection that fails is a state with a reason; nothing of it escapes.</summary>
public sealed class LinkTests
{
    readonly BoardWorld _world = new(seed: 6);

    [Fact]
    public async Task Without_wifi_the_link_is_down_and_says_so()
    {
        _world.Wifi.IsThere = false;
        Assert.Equal((LinkStates.Down, LinkProblems.Wifi), Outcome(await TryAsync(SetUpFile.TlsOff)));
        Assert.Equal(1, _world.Wifi.Joins);
    }

    [Fact]
    public async Task A_name_that_is_not_found_is_a_reason_of_its_own()
    {
        _world.Wifi.HasNames = false;
        Assert.Equal((LinkStates.Down, LinkProblems.Name), Outcome(await TryAsync(SetUpFile.TlsOff)));
    }

    [Fact]
    public async Task A_hub_that_is_not_there_is_a_reason_of_its_own() =>
        Assert.Equal((LinkStates.Down, LinkProblems.Hub), Outcome(await TryAsync(SetUpFile.TlsOff)));

    [Fact]
    public async Task An_operators_certificates_wait_for_a_clock_and_a_time_server_gives_it()
    {
        var without = await TryAsync(SetUpFile.TlsOperator);
        Assert.Equal((LinkStates.Down, LinkProblems.ClockForTls), Outcome(without));
        Assert.Equal(0, without.ServerMilliseconds);

        _world.TimeServer = "time.example.org";
        var with = await TryAsync(SetUpFile.TlsOperator);
        Assert.Equal((LinkStates.Down, LinkProblems.Hub), Outcome(with));
        var off = DateTimeOffset.UtcNow - DateTimeOffset.FromUnixTimeMilliseconds(with.ServerMilliseconds);
        Assert.InRange(off, TimeSpan.FromSeconds(-5), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void The_inbox_keeps_the_order_and_refuses_what_it_has_no_place_for()
    {
        var inbox = new LinkInbox();
        for (var n = 1; n <= LinkInbox.PlacesMax; n++)
        {
            Assert.True(inbox.Add(n % 2 == 0 ? "time" : null!, [(byte)n], n));
        }

        Assert.False(inbox.Add("time", [0], 0));
        for (var n = 1; n <= LinkInbox.PlacesMax; n++)
        {
            Assert.True(inbox.TryTake(out var word, out var message, out var id));
            Assert.Equal((n % 2 == 0, (byte)n, n), (word is not null, message[0], id));
        }

        Assert.False(inbox.TryTake(out _, out _, out _));
        Assert.True(inbox.Add("time", [0], 0));
    }

    static (byte State, byte Problem) Outcome(LinkAttempt attempt) => (attempt.State, attempt.Problem);

    /// <summary>Nobody listens at port 1.</summary>
    Task<LinkAttempt> TryAsync(int tls) => _world.DoAsync(() =>
    {
        var given = new SetUpFile
        {
            Host = "127.0.0.1",
            Port = 1,
            Camera = "creek-north",
            Password = "p",
            Tls = tls,
            TimeServer = "time.example.org",
        };
        using var wake = new AutoResetEvent(false);
        var attempt = new LinkAttempt(
            given, new Identity(new FlashSettings(new NativeCrc()), given.Camera, given.Password, ""), "1:1:1",
            needsTime: tls == SetUpFile.TlsOperator, mustRejoin: false, wake);
        attempt.Run();
        return attempt;
    });
}
