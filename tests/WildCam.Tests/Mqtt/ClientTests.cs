using System.Text;
using WildCam.Mqtt;

namespace WildCam.Tests.Mqtt;

/// <summary>Our client against our server.</summary>
public sealed class ClientTests
{
    static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData(MqttVersion.V311)]
    [InlineData(MqttVersion.V5)]
    public async Task Messages_go_both_ways(MqttVersion version)
    {
        using var broker = new TestBroker();
        var received = new TaskCompletionSource<string>();
        await using var client = await broker.ConnectAsync(new MqttClientOptions
        {
            Version = version,
            ClientId = "both",
            UserName = "u",
            Password = Encoding.UTF8.GetBytes(TestBroker.Password),
            Received = m => received.SetResult($"{m.Topic} {Encoding.UTF8.GetString(m.Payload)} {m.Qos}"),
        });
        Assert.Equal(MqttQos.AtLeastOnce, await client.SubscribeAsync("down/#", MqttQos.AtLeastOnce, None));
        await client.PublishAsync("up/a", "one"u8.ToArray(), MqttQos.AtLeastOnce, None);
        await client.PublishAsync("up/b", "two"u8.ToArray(), MqttQos.AtMostOnce, None);
        await TestBroker.Until(() => broker.Arrivals.Count == 2, "both messages arrived");
        Assert.Equal(["one", "two"], broker.Arrivals.Select(a => a.Text));
        Assert.True(broker.Admitted.Single().TrySend("down/x", "hello"u8, MqttQos.AtLeastOnce));
        Assert.Equal("down/x hello AtLeastOnce", await received.Task.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.False(broker.Admitted.Single().TrySend("other", "hello"u8, MqttQos.AtLeastOnce));
        await client.DisconnectAsync();
        await TestBroker.Until(() => broker.Endings.Count == 1, "the end was reported");
        Assert.Null(broker.Endings.Single().Will);
    }

    [Fact]
    public async Task Ten_thousand_messages_in_a_window_arrive_once_and_in_order()
    {
        using var broker = new TestBroker();
        await using var client = await broker.ConnectAsync(new MqttClientOptions { ClientId = "many" });
        var publishing = Enumerable.Range(0, 10_000)
            .Select(i => client.PublishAsync("up/n", BitConverter.GetBytes(i), MqttQos.AtLeastOnce, None));
        await Task.WhenAll(publishing).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(Enumerable.Range(0, 10_000), broker.Arrivals.Select(a => BitConverter.ToInt32(a.Payload)));
        Assert.Equal(0, client.InFlight);
    }

    [Fact]
    public async Task A_refusal_is_a_typed_exception()
    {
        using var broker = new TestBroker();
        var e = await Assert.ThrowsAsync<MqttException>(() => broker.ConnectAsync(new MqttClientOptions
        {
            UserName = "u",
            Password = "wrong"u8.ToArray(),
        }));
        Assert.Equal(MqttReason.BadUserNameOrPassword, e.Reason);

        await using var client = await broker.ConnectAsync(new MqttClientOptions { Version = MqttVersion.V5 });
        e = await Assert.ThrowsAsync<MqttException>(
            () => client.PublishAsync("refused/a", default, MqttQos.AtLeastOnce, None));
        Assert.Equal(MqttReason.NotAuthorized, e.Reason);
        e = await Assert.ThrowsAsync<MqttException>(
            () => client.SubscribeAsync("refused/#", MqttQos.AtLeastOnce, None));
        Assert.Equal(MqttReason.NotAuthorized, e.Reason);
        Assert.True(client.IsConnected);
    }

    [Fact]
    public async Task An_abort_hands_the_will_on_and_fails_who_waits()
    {
        using var broker = new TestBroker { Brake = new TaskCompletionSource() };
        await using var client = await broker.ConnectAsync(new MqttClientOptions
        {
            ClientId = "w",
            Will = new MqttWill("up/will", "gone"u8.ToArray(), MqttQos.AtLeastOnce, false),
        });
        var publishing = client.PublishAsync("up/a", default, MqttQos.AtLeastOnce, None);
        await TestBroker.Until(() => !broker.Arrivals.IsEmpty, "the message arrived");
        client.Abort();
        await Assert.ThrowsAsync<MqttException>(() => publishing);
        Assert.Null((await client.Closed).Reason);
        await Assert.ThrowsAsync<MqttException>(() => client.PublishAsync("a", default, MqttQos.AtMostOnce, None));
        broker.Brake.SetResult();
        await TestBroker.Until(() => broker.Endings.Count == 1, "the end was reported");
        Assert.Equal("up/will", broker.Endings.Single().Will!.Topic);
    }

    [Fact]
    public async Task A_connection_that_outlives_its_server_is_reported_without_an_error()
    {
        using var broker = new TestBroker();
        await using var client = await broker.ConnectAsync(new MqttClientOptions { ClientId = "last" });
        broker.Server.Dispose();
        client.Abort();
        await TestBroker.Until(() => broker.Endings.Count == 1, "the end was reported");
        Assert.Empty(broker.Log.Errors);
    }
}
