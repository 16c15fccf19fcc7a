using System.Text;
using WildCam.Mqtt;
using WildCam.Wire;

namespace WildCam.Faults.Hostile;

/// <summary>
/// One camera speaks for another, or claims to be it: nothing comes of it but a row of audit, and the other goes on.
/// </summary>
static class ForeignTopics
{
    static readonly string[] BadCodes =
        ["#", "+", "valley-2/up", "valley-2/#", "valley-+", "../valley-2", "VALLEY-2", "valley-2 ", "valley-2\u00a0",
            "\u0432alley-2", "$SYS", new string('a', 100)];

    public static Scenario Scenario { get; } = new(
        "foreign-topics", "a camera publishes as another one, by topic, name, id and will: refused and written down",
        RunAsync);

    static async Task RunAsync(Point point)
    {
        await using var world = await FleetWorld.StartAsync(point.Server, cameras: 2);
        var liar = world.Cameras[0];
        await using var victim = await Grounds.ConnectAsync(world, world.Cameras[1]);
        var boot = await BootAsync(world, victim.Code);

        await SpeakAsAnotherAsync(world, point, liar.Code, liar.Password, victim);
        await ConnectAsAnotherAsync(world, point, liar.Password, victim);
        Must.Hold(victim.Client.IsConnected, "The camera that was lied about lost its connection.");
        Must.Equal(boot, await BootAsync(world, victim.Code), "the boot of the camera that was lied about");
        Must.Equal(0L, await world.Database.ReadAsync<long>("select count(*) from captures"), "captures of a lie");
        foreach (var (action, subject) in new[]
            {
                ("camera.foreign-topic", liar.Code), ("camera.foreign-will", liar.Code),
                ("camera.sign-in-failed", victim.Code),
            })
        {
            await Wait.UntilAsync(
                async () => await world.Database.ReadAsync<long>(
                    "select count(*) from audit_entries where action = $1 and subject = $2", action, subject) > 0,
                Grounds.Timeout, () => $"No row of audit says {action} of {subject}.");
        }

        var picture = new ScriptedPicture(1, 1, CraftedJpeg.Picture(point.Chance));
        var taken = await Grounds.DeliverAsync(victim, picture);
        await world.SettleAsync(Grounds.Timeout);
        await Grounds.InvariantsOf(world).CheckAsync([taken]);
        await Grounds.CheckHubAsync(world);
    }

    /// <summary>Messages that would mean something on the victim's topics; each ends the liar's connection.</summary>
    static async Task SpeakAsAnotherAsync(
        FleetWorld world, Point point, string liar, string password, ScriptedCamera victim)
    {
        var hello = new byte[Hello.Bytes];
        new Hello { Boot = 77, Session = 77 }.Write(hello, 0);
        string[] topics =
        [
            Topics.Up(victim.Code, Topics.Hello), Topics.Up(victim.Code, Topics.Begin),
            Topics.Up(victim.Code, Topics.Chunk), Topics.Up(victim.Code, Topics.Will),
            $"wildcam/v1/{victim.Code}/down/{Topics.Receipt}", $"wildcam/v1/{liar}/down/{Topics.Receipt}",
            $"wildcam/v1/{liar}/../{victim.Code}/up/{Topics.Hello}", $"/{Topics.Up(victim.Code, Topics.Hello)}",
            $"wildcam/v1/{liar}{victim.Code}/up/{Topics.Hello}", $"$SYS/{victim.Code}", "wildcam",
            Topics.Up(victim.Code, Topics.Hello).ToUpperInvariant(),
        ];
        foreach (var topic in topics.OrderBy(_ => point.Chance.Next()))
        {
            await using var client = await MqttClient.ConnectAsync(
                Options(world, liar, liar, password), CancellationToken.None);
            await RefusedAsync(
                () => client.PublishAsync(topic, hello, MqttQos.AtLeastOnce, CancellationToken.None),
                $"publishing to {topic}");
        }
    }

    static async Task ConnectAsAnotherAsync(FleetWorld world, Point point, string password, ScriptedCamera victim)
    {
        var liar = world.Cameras[0].Code;

        // A client id is anybody's choice: it opens nothing and drives nobody out.
        await using (var twin = await MqttClient.ConnectAsync(
            Options(world, $"{victim.Code}", liar, password), CancellationToken.None))
        {
            Must.Hold(twin.IsConnected, "A camera may call its client as it likes.");
        }

        await RefusedAsync(
            () => MqttClient.ConnectAsync(Options(world, liar, victim.Code, password), CancellationToken.None),
            "connecting under another name with the own password");
        var will = new MqttWill(
            Topics.Up(victim.Code, Topics.Will), Encoding.ASCII.GetBytes("77 77"), MqttQos.AtLeastOnce, false);
        await RefusedAsync(
            () => MqttClient.ConnectAsync(
                Options(world, liar, liar, password) with { Will = will }, CancellationToken.None),
            "a will in another's name");
        foreach (var code in BadCodes.OrderBy(_ => point.Chance.Next()))
        {
            await RefusedAsync(
                () => MqttClient.ConnectAsync(Options(world, code, code, password), CancellationToken.None),
                $"connecting as '{code}'");
        }
    }

    static async Task RefusedAsync(Func<Task> attempt, string what)
    {
        try
        {
            await attempt().WaitAsync(Grounds.Timeout);
        }
        catch (MqttException)
        {
            return;
        }

        throw new WorldException($"The hub allowed {what}.");
    }

    static MqttClientOptions Options(FleetWorld world, string clientId, string userName, string password) => new()
    {
        Host = "127.0.0.1",
        Port = world.Hub.MqttPort,
        ClientId = clientId,
        UserName = userName,
        Password = Encoding.ASCII.GetBytes(password),
    };

    static Task<long> BootAsync(FleetWorld world, string code) => world.Database.ReadAsync<long>(
        "select s.boot from camera_states s join cameras c on c.id = s.camera_id where c.code = $1", code);
}
