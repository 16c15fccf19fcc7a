using System.Text;
using WildCam.Mqtt;

namespace WildCam.Faults.Hostile;

/// <summary>Secrets, right and wrong ones, on every way in: none is in a log, a figure, a row or an answer.</summary>
static class SecretsInLogs
{
    public static Scenario Scenario { get; } = new(
        "secrets-in-logs", "passwords, tokens, cookies and links, good and bad: in no log, figure or answer",
        RunAsync);

    static async Task RunAsync(Point point)
    {
        var canary = $"canary{point.Chance.NextInt64():x}";
        await using var world = await FleetWorld.StartAsync(
            point.Server, cameras: 1, ("Logging__LogLevel__Default", "Trace"),
            ("WildCam__Blobs__AzureConnection", $"AccountKey={canary}azure"));
        var said = new StringBuilder();
        var secrets = new List<string> { canary, world.Cameras[0].Password };
        var taken = new List<TakenPicture>();
        await using (var camera = await Grounds.ConnectAsync(world, world.Cameras[0]))
        {
            taken.Add(await Grounds.DeliverAsync(
                camera, new ScriptedPicture(1, 1, CraftedJpeg.Picture(point.Chance))));
        }

        await RefuseAsync(world, canary);
        using var admin = await Grounds.AdminAsync(world);
        using var browser = await Grounds.AdminAsync(world, asBrowser: true);
        secrets.Add(admin.DefaultRequestHeaders.Authorization!.Parameter!);
        secrets.Add(browser.DefaultRequestHeaders.GetValues("Cookie").Single().Split('=', 2)[1]);
        foreach (var address in new[]
            {
                "/metrics", "/api/health", "/api/v1/system/health", "/api/v1/tokens", "/api/v1/jobs",
                "/api/v1/projects/valley/cameras", "/api/v1/nowhere",
            })
        {
            said.AppendLine(await (await admin.GetAsync(address)).Content.ReadAsStringAsync());
        }

        said.AppendLine(await (await browser.GetAsync("/p/valley/cameras/valley-1")).Content.ReadAsStringAsync());
        foreach (var header in new[] { $"Authorization: Bearer wct_{canary}", $"Cookie: wildcam_session={canary}" })
        {
            var way = new RawHttp(world.Hub.WebPort, header + "\r\nSec-Fetch-Site: same-origin\r\n");
            said.AppendLine((await way.AskAsync("GET", "/api/v1/projects")).Text);
            said.AppendLine((await way.AskAsync("GET", "/p/valley/")).Text);
            said.AppendLine((await way.AskAsync("GET", $"/sign-in?link={canary}")).Text);
            said.AppendLine((await way.AskAsync(
                "POST", "/sign-in", $"email=a@example.org&password={canary}",
                "application/x-www-form-urlencoded")).Text);
            said.AppendLine((await way.AskAsync(
                "POST", "/api/v1/tokens", $"{{\"name\": {canary}", "application/json")).Text);
        }

        await world.SettleAsync(Grounds.Timeout);
        said.AppendLine(await world.Database.ReadAsync<string>("""
            select coalesce(string_agg(a::text, ' '), '') from audit_entries a
            """));
        said.AppendLine(world.Hub.Output);
        var text = said.ToString();
        Must.Hold(text.Contains(" dbug: ", StringComparison.Ordinal), "The hub did not write its finest entries.");
        Must.Hold(text.Contains("camera.sign-in-failed", StringComparison.Ordinal), "The refused camera left no row.");
        foreach (var secret in secrets)
        {
            var at = text.IndexOf(secret, StringComparison.Ordinal);
            Must.Hold(at < 0, $"A secret is told: ...{text[Math.Max(0, at - 200)..Math.Max(0, at)]}");
        }

        await Grounds.InvariantsOf(world).CheckAsync(taken);
    }

    static async Task RefuseAsync(FleetWorld world, string canary)
    {
        try
        {
            await using var client = await MqttClient.ConnectAsync(
                new MqttClientOptions
                {
                    Host = "127.0.0.1",
                    Port = world.Hub.MqttPort,
                    ClientId = "x",
                    UserName = world.Cameras[0].Code,
                    Password = Encoding.ASCII.GetBytes(canary),
                },
                CancellationToken.None);
        }
        catch (MqttException)
        {
            return;
        }

        throw new WorldException("A wrong password let a camera in.");
    }
}
