using System.Collections.Concurrent;
using System.Text;
using WildCam.Mqtt;
using WildCam.Wire;

namespace WildCam.Faults.Hostile;

/// <summary>A camera listens for what is not meant for it: denied, and it hears nothing of another's talk.</summary>
static class ForeignFilters
{
    public static Scenario Scenario { get; } = new(
        "foreign-filters", "a camera subscribes to #, $SYS/# and another's commands: denied, and nothing is heard",
        RunAsync);

    static async Task RunAsync(Point point)
    {
        await using var world = await FleetWorld.StartAsync(point.Server, cameras: 2);
        var (spy, other) = (world.Cameras[0], world.Cameras[1].Code);
        var heard = new ConcurrentBag<string>();
        var clients = new List<MqttClient>();
        try
        {
            foreach (var version in new[] { MqttVersion.V311, MqttVersion.V5 })
            {
                foreach (var filter in Filters(spy.Code, other, point.Chance))
                {
                    var client = await ConnectAsync(version);
                    clients.Add(client);
                    await DeniedAsync(client, filter);
                }
            }

            // Nobody who asked hears what the other camera is told; refused ones that stay connected are still there.
            await using var talker = await Grounds.ConnectAsync(world, world.Cameras[1]);
            var taken = await Grounds.DeliverAsync(
                talker, new ScriptedPicture(1, 1, CraftedJpeg.Picture(point.Chance)));
            await Wait.UntilAsync(
                async () => await world.Database.ReadAsync<long>(
                    "select count(*) from audit_entries where action = 'camera.foreign-filter' and subject = $1",
                    spy.Code) > 0,
                Grounds.Timeout, () => "No row of audit says who listened.");
            await world.SettleAsync(Grounds.Timeout);
            Must.Hold(heard.IsEmpty, $"The spy heard {string.Join(", ", heard)}.");
            await Grounds.InvariantsOf(world).CheckAsync([taken]);
            await Grounds.CheckHubAsync(world);
        }
        finally
        {
            foreach (var client in clients)
            {
                await client.DisposeAsync();
            }
        }

        Task<MqttClient> ConnectAsync(MqttVersion version) => MqttClient.ConnectAsync(
            new MqttClientOptions
            {
                Host = "127.0.0.1",
                Port = world.Hub.MqttPort,
                Version = version,
                ClientId = $"spy-{point.Chance.Next()}",
                UserName = spy.Code,
                Password = Encoding.ASCII.GetBytes(spy.Password),
                Received = message => heard.Add(message.Topic),
            },
            CancellationToken.None);
    }

    static async Task DeniedAsync(MqttClient client, string filter)
    {
        try
        {
            await client.SubscribeAsync(filter, MqttQos.AtLeastOnce, CancellationToken.None).WaitAsync(Grounds.Timeout);
        }
        catch (MqttException)
        {
            return;
        }

        throw new WorldException($"The hub lets a camera listen to '{filter}'.");
    }

    static IEnumerable<string> Filters(string own, string other, Random chance)
    {
        string[] filters =
        [
            "#", "+", "+/#", "$SYS/#", "$SYS/broker/clients", "$share/all/wildcam/#", "wildcam/#", "wildcam/v1/#",
            "wildcam/v1/+/down/#", "wildcam/+/+/down/+", "+/+/+/down/command", $"wildcam/v1/{other}/down/#",
            $"wildcam/v1/{other}/down/{Topics.Receipt}", $"wildcam/v1/{other}/up/#", $"wildcam/v1/{own}/up/#",
            $"wildcam/v1/{own}/+/#", $"wildcam/v1/{own}", $"wildcam/v1/{own}{other}/down/#",
            $"wildcam/v1/{own}/../{other}/down/#", $"WILDCAM/V1/{other}/down/#", $"/wildcam/v1/{other}/down/#",
            $"wildcam/v1/{other}/down", "wildcam//v1/+/down/#",
        ];
        return filters.OrderBy(_ => chance.Next()).Take(12);
    }
}
