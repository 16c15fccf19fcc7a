using System.Collections.Concurrent;

namespace WildCam.Faults.Storage;

/// <summary>Two hubs on one database are told to stop and started again, one after the other, under load.</summary>
static class RollingRestart
{
    const int Cameras = 4;
    const int PicturesPerCamera = 10;
    const int Visitors = 3;
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    public static Scenario Scenario { get; } = new(
        "rolling-restart",
        "two hubs restarted in turn by SIGTERM under load: pictures finished or resumed, no visitor sees a 5xx",
        RunAsync);

    static async Task RunAsync(Point point)
    {
        await using var world = await FleetWorld.StartAsync(point.Server, 0);
        var hubs = new WorldHub[] { world.Hub, null! };
        hubs[1] = await WorldHub.StartAsync(world.Database.ConnectionString, world.DataFolder);
        try
        {
            var turn = 0;
            await using var load = await Load.OfAsync(
                point, world.Database, Cameras, () => hubs[Interlocked.Increment(ref turn) & 1].MqttPort);
            using var look = await world.VisitAsync(asBrowser: true);
            using var done = new CancellationTokenSource();
            var complaints = new ConcurrentQueue<string>();
            var visits = Task.WhenAll(Enumerable.Range(0, Visitors).Select(
                n => VisitAsync(look, hubs, n, complaints, done.Token)));
            var running = load.RunAsync(PicturesPerCamera);
            await load.UntilAsync(point.Chance.Next(Cameras * 4), running, () => hubs[0].Output);
            foreach (var n in point.Chance.Next(2) == 0 ? new[] { 0, 1 } : [1, 0])
            {
                await Task.Delay(point.Chance.Next(100), point.Cancellation);
                Must.Equal(0, await hubs[n].StopAsync(), $"the exit code of hub {n}\n{hubs[n].Output}");
                var next = await hubs[n].StartAgainAsync();
                await hubs[n].DisposeAsync();
                hubs[n] = next;
            }

            await running.WaitAsync(Timeout, point.Cancellation);
            await done.CancelAsync();
            await visits;
            Must.Hold(complaints.IsEmpty, string.Join('\n', complaints.Take(5)));
            await world.SettleAsync(Timeout);
            await Settling.CheckAsync(world, load);
        }
        finally
        {
            await hubs[0].DisposeAsync();
            await hubs[1].DisposeAsync();
        }
    }

    /// <summary>
    /// As a balancer in front does: in turn, and at the other hub where one does not take or not answer a request.
    /// </summary>
    static async Task VisitAsync(
        HttpClient client, WorldHub[] hubs, int turn, ConcurrentQueue<string> complaints, CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            var tried = new List<string>();
            for (var n = 0; n < hubs.Length && tried.Count == n; n++)
            {
                var address = new Uri(
                    $"http://127.0.0.1:{hubs[(turn + n) & 1].WebPort}/p/{FleetWorld.Project}/pictures");
                try
                {
                    using var answer = await client.GetAsync(address, CancellationToken.None);
                    if ((int)answer.StatusCode != 200)
                    {
                        complaints.Enqueue($"{address} answered {(int)answer.StatusCode}");
                    }
                }
                catch (HttpRequestException fault)
                {
                    tried.Add($"{address}: {fault.Message}");
                }
            }

            if (tried.Count == hubs.Length)
            {
                complaints.Enqueue($"No hub answered: {string.Join(", ", tried)}");
            }

            turn++;
            await Task.Delay(20, CancellationToken.None);
        }
    }
}
