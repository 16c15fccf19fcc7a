using WildCam.Hub.Hosting;
using WildCam.Simulator.Cameras;
using WildCam.Storage.Accounts;

namespace WildCam.Faults.Hostile;

/// <summary>What the scenarios of hostile input share: their cameras, their visitors and how they wait.</summary>
static class Grounds
{
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    /// <summary>The scripted self of one of the world's cameras, connected.</summary>
    public static async Task<ScriptedCamera> ConnectAsync(FleetWorld world, CameraAccount account)
    {
        var camera = ScriptedCamera.Of(account);
        await camera.ConnectAsync(world.Hub.MqttPort);
        await camera.HelloAsync();
        return camera;
    }

    /// <summary>Delivers a picture and notes what its camera knows of it then.</summary>
    public static async Task<TakenPicture> DeliverAsync(ScriptedCamera camera, ScriptedPicture picture)
    {
        var receipt = await camera.DeliverAsync(picture);
        return new TakenPicture(
            camera.Code, Convert.ToHexStringLower(picture.DeviceCaptureId),
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(picture.Bytes)), receipt.Outcome);
    }

    /// <summary>An admin's program, and an admin's browser where asked.</summary>
    public static async Task<HttpClient> AdminAsync(FleetWorld world, bool asBrowser = false)
    {
        var account = await world.Database.ReadAsync<int>(
            "insert into accounts (email, name, is_admin) values ($1, 'Admin', true) returning id",
            $"{Guid.NewGuid():N}@example.org");
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = new Uri($"http://127.0.0.1:{world.Hub.WebPort}"),
        };
        if (asBrowser)
        {
            var (secret, _) = await new SessionsTable(world.Database.Source)
                .OpenAsync(account, CancellationToken.None);
            client.DefaultRequestHeaders.Add("Cookie", $"{SessionCookie.Name}={secret}");
            client.DefaultRequestHeaders.Add("Accept", "text/html");
            client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        }
        else
        {
            var token = await new ApiTokensTable(world.Database.Source).CreateAsync(
                account, "test", TimeSpan.FromDays(1), CancellationToken.None);
            client.DefaultRequestHeaders.Authorization = new("Bearer", token!.Value.Text);
        }

        return client;
    }

    /// <summary>Waits until nothing is left to do but what a person may try again: dead jobs stay.</summary>
    public static Task SettleWithDeadAsync(FleetWorld world)
    {
        var left = "";
        return Wait.UntilAsync(
            async () =>
            {
                left = await world.Database.ReadAsync<string>("""
                    select concat_ws(', ',
                      (select count(*) || ' captures with stages missing' from captures
                        where stages_missing <> 0 having count(*) > 0),
                      (select string_agg(distinct kind || ' in state ' || state || ' after ' || attempts || ' attempts '
                        || coalesce(reason, ''), ', ') from jobs where state <> 3),
                      (select count(*) || ' days to sum up' from summary_dirty having count(*) > 0),
                      (select count(*) || ' days to pack' from sighting_dirty having count(*) > 0))
                    """);
                return left.Length == 0;
            },
            Timeout, () => $"Still to do: {left}\n{world.Hub.Output}");
    }

    public static Invariants InvariantsOf(FleetWorld world) =>
        new(world.Database, Path.Combine(world.DataFolder, "blobs"));

    /// <summary>The hub answers, and wrote no line at error level.</summary>
    public static async Task CheckHubAsync(FleetWorld world)
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{world.Hub.WebPort}") };
        using var health = await client.GetAsync("/health");
        Must.Hold(health.IsSuccessStatusCode, $"The hub is not well: {await health.Content.ReadAsStringAsync()}");
        var broken = world.Hub.Output.Split('\n').FirstOrDefault(
            l => l.Contains(" fail: ", StringComparison.Ordinal) || l.Contains(" crit: ", StringComparison.Ordinal)
                || l.Contains("Unhandled exception", StringComparison.Ordinal));
        Must.Hold(broken is null, $"The hub wrote an error: {broken}\n{world.Hub.Output}");
    }
}
