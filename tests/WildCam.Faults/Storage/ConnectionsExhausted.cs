using System.Collections.Concurrent;
using System.Net;
using Npgsql;

namespace WildCam.Faults.Storage;

/// <summary>No connection to the database is left, of the hub's own pool or of the server.</summary>
static class ConnectionsExhausted
{
    const int Cameras = 4;
    const int PicturesPerCamera = 6;
    const int Visitors = 20;

    /// <summary>Enough for a hub that starts and serves, few enough to be taken by one client.</summary>
    const int ServerConnections = 60;
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    public static Scenario Scenario { get; } = new(
        "connections-exhausted",
        "the pool or max_connections is used up: visitors get 503 with Retry-After, nothing is stuck, all recovers",
        RunAsync);

    static Task RunAsync(Point point) => point.Chance.Next(2) == 0 ? UsePoolUpAsync(point) : UseServerUpAsync(point);

    static async Task UsePoolUpAsync(Point point)
    {
        await using var world = await FleetWorld.StartAsync(point.Server, 0);
        var pool = $"{world.Database.ConnectionString};Maximum Pool Size={point.Chance.Next(6, 11)};Timeout=2";
        await world.Hub.KillAsync();
        await using var hub = await WorldHub.StartAsync(
            world.Database.ConnectionString, world.DataFolder, ("WildCam__Database", pool));
        await using var load = await Load.OfAsync(point, world.Database, Cameras, () => hub.MqttPort);
        using var visitor = await VisitAsync(world, hub);
        var running = load.RunAsync(PicturesPerCamera);
        await load.UntilAsync(point.Chance.Next(Cameras * 3), running, () => hub.Output);
        Task<IReadOnlyList<HttpStatusCode>> asked;
        await using (var connection = await world.Database.Source.OpenConnectionAsync(point.Cancellation))
        {
            await using var transaction = await connection.BeginTransactionAsync(point.Cancellation);
            await using var hold = new NpgsqlCommand("lock table captures in access exclusive mode", connection);
            await hold.ExecuteNonQueryAsync(point.Cancellation);
            var answers = new ConcurrentQueue<HttpStatusCode>();
            asked = AskAsync(visitor, answers);
            await Wait.UntilAsync(
                () => Task.FromResult(answers.Contains(HttpStatusCode.ServiceUnavailable)), Timeout,
                () => $"Nobody had to wait for a connection.\n{hub.Output}");
        }

        Check(await asked.WaitAsync(Timeout, point.Cancellation), hub);
        await FinishAsync(point, world, hub, load, running, visitor);
    }

    static async Task UseServerUpAsync(Point point)
    {
        var folder = OwnServer.NewFolder();
        try
        {
            await using var server = await OwnServer.StartAsync(
                folder, ("max_connections", $"{ServerConnections}"));
            await using var world = await FleetWorld.StartAsync(server, 0);
            await using var load = await Load.OfAsync(point, world.Database, Cameras, () => world.Hub.MqttPort);
            using var visitor = await VisitAsync(world, world.Hub);
            var running = load.RunAsync(PicturesPerCamera);
            await load.UntilAsync(point.Chance.Next(Cameras * 3), running, () => world.Hub.Output);
            var held = new List<NpgsqlConnection>();
            try
            {
                await TakeAllAsync(world.Database, held);
                Check(await AskAsync(visitor).WaitAsync(Timeout, point.Cancellation), world.Hub);
            }
            finally
            {
                foreach (var connection in held)
                {
                    await connection.DisposeAsync();
                }
            }

            await FinishAsync(point, world, world.Hub, load, running, visitor);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Takes every connection that the server gives, those of the hub too.</summary>
    static async Task TakeAllAsync(WorldDatabase database, List<NpgsqlConnection> held)
    {
        database.Source.Clear();
        for (var round = 0; round < 20; round++)
        {
            try
            {
                while (held.Count < ServerConnections)
                {
                    var connection = new NpgsqlConnection($"{database.ConnectionString};Pooling=false");
                    await connection.OpenAsync();
                    held.Add(connection);
                }

                return;
            }
            catch (PostgresException full) when (full.SqlState == PostgresErrorCodes.TooManyConnections)
            {
                await using var end = new NpgsqlCommand("""
                    select pg_terminate_backend(pid) from pg_stat_activity
                    where backend_type = 'client backend' and pid <> all($1)
                    """, held[0]);
                end.Parameters.Add(new() { Value = held.Select(c => c.ProcessID).ToArray() });
                await end.ExecuteNonQueryAsync();
            }
        }
    }

    static async Task<HttpClient> VisitAsync(FleetWorld world, WorldHub hub)
    {
        var visitor = await world.VisitAsync(asBrowser: false);
        visitor.BaseAddress = new Uri($"http://127.0.0.1:{hub.WebPort}");
        return visitor;
    }

    static Task<IReadOnlyList<HttpStatusCode>> AskAsync(HttpClient visitor) => AskAsync(visitor, new());

    static async Task<IReadOnlyList<HttpStatusCode>> AskAsync(
        HttpClient visitor, ConcurrentQueue<HttpStatusCode> answers)
    {
        await Task.WhenAll(Enumerable.Range(0, Visitors).Select(async _ =>
        {
            using var answer = await visitor.GetAsync(
                new Uri($"/api/v1/projects/{FleetWorld.Project}/captures", UriKind.Relative));
            answers.Enqueue(answer.StatusCode);
            Must.Hold(
                answer.StatusCode != HttpStatusCode.ServiceUnavailable || answer.Headers.RetryAfter is not null,
                "A 503 does not say when to try again.");
        }));
        return [.. answers];
    }

    static void Check(IReadOnlyList<HttpStatusCode> answers, WorldHub hub)
    {
        Must.Hold(answers.Contains(HttpStatusCode.ServiceUnavailable), "Nobody had to wait for a connection.");
        Must.Hold(
            answers.All(a => a is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable),
            $"Visitors were answered {string.Join(", ", answers.Distinct())}\n{hub.Output}");
    }

    static async Task FinishAsync(
        Point point, FleetWorld world, WorldHub hub, Load load, Task running, HttpClient visitor)
    {
        await running.WaitAsync(Timeout, point.Cancellation);
        await Wait.UntilAsync(
            async () =>
            {
                var answers = await AskAsync(visitor);
                return answers.All(a => a == HttpStatusCode.OK);
            },
            Timeout, () => $"Visitors are not served again.\n{hub.Output}");
        await using var watch = new HealthWatch(hub);
        await Wait.UntilAsync(watch.IsReadyAsync, Timeout, () => $"The hub stays unready.\n{hub.Output}");
        await Settling.HurryLeasesAsync(world.Database);
        await world.SettleAsync(Timeout);
        await Settling.CheckAsync(world, load);
    }
}
