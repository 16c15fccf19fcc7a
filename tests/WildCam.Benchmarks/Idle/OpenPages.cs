using WildCam.Worlds;

namespace WildCam.Benchmarks.Idle;

/// <summary>
/// Pages of people who are signed in: live streams that stay open, and connections kept alive by a page a minute.
/// </summary>
sealed class OpenPages : IAsyncDisposable
{
    const int OpensAtOnce = 16;
    static readonly TimeSpan AskInterval = TimeSpan.FromMinutes(1);

    /// <summary>The hub breathes every 20 s.</summary>
    static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(45);

    readonly CancellationTokenSource _ends = new();
    readonly List<HttpClient> _clients = [];
    readonly List<Task> _running = [];
    int _answers;

    /// <summary>Pages that were served to the connections kept alive.</summary>
    public int Answers => Volatile.Read(ref _answers);

    public static async Task<OpenPages> OpenAsync(
        FleetWorld world, int visitors, int streams, int browsers, CancellationToken cancellationToken)
    {
        var pages = new OpenPages();
        var cookies = new List<string>();
        for (var i = 0; i < visitors; i++)
        {
            using var visitor = await world.VisitAsync(asBrowser: true);
            cookies.Add(visitor.DefaultRequestHeaders.GetValues("Cookie").Single());
        }

        var address = new Uri($"http://127.0.0.1:{world.Hub.WebPort}/p/{FleetWorld.Project}/");
        for (var i = 0; i < streams + browsers; i++)
        {
            // A client each, so that each has a connection of its own.
            var client = new HttpClient(new SocketsHttpHandler
            {
                MaxConnectionsPerServer = 1,
                UseCookies = false,
                PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            })
            {
                BaseAddress = address,
            };
            client.DefaultRequestHeaders.Add("Cookie", cookies[i % cookies.Count]);
            client.DefaultRequestHeaders.Add("Accept", "text/html");
            pages._clients.Add(client);
        }

        foreach (var some in pages._clients.Take(streams).Chunk(OpensAtOnce))
        {
            pages._running.AddRange((await Task.WhenAll(
                some.Select(c => pages.ListenAsync(c, cancellationToken)))).Select(t => t.Reading));
        }

        var wait = AskInterval / Math.Max(1, browsers);
        pages._running.AddRange(pages._clients.Skip(streams).Select((c, i) => pages.AskAsync(c, i * wait)));
        return pages;
    }

    /// <exception cref="WorldException">One of them ended.</exception>
    public void CheckAll()
    {
        var ended = _running.Find(r => r.IsCompleted);
        Must.Hold(ended is null, $"A page's connection ended: {ended?.Exception?.InnerException?.Message}");
    }

    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync();
        await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var client in _clients)
        {
            client.Dispose();
        }

        _ends.Dispose();
    }

    // The reading is handed out within, so that awaiting the opening does not await it.
    async Task<(bool Opened, Task Reading)> ListenAsync(HttpClient client, CancellationToken cancellationToken)
    {
        var response = await client.GetAsync(
            "live", HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        return (true, Task.Run(() => ReadAsync(stream), CancellationToken.None));
    }

    async Task ReadAsync(Stream stream)
    {
        var buffer = new byte[256];
        while (await stream.ReadAsync(buffer, _ends.Token).AsTask().WaitAsync(SilenceMax, _ends.Token) > 0)
        {
        }
    }

    async Task AskAsync(HttpClient client, TimeSpan first)
    {
        await Task.Delay(first, _ends.Token);
        while (true)
        {
            using (var response = await client.GetAsync("pictures", _ends.Token))
            {
                response.EnsureSuccessStatusCode();
                _ = await response.Content.ReadAsByteArrayAsync(_ends.Token);
            }

            Interlocked.Increment(ref _answers);
            await Task.Delay(AskInterval, _ends.Token);
        }
    }
}
