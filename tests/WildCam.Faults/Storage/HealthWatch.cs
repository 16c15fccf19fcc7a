using System.Collections.Concurrent;
using System.Net;

namespace WildCam.Faults.Storage;

/// <summary>Asks a hub again and again whether it lives and is ready, and remembers the answers.</summary>
sealed class HealthWatch : IAsyncDisposable
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>A part of health may take 2 s; the rest is for a machine that other tests keep busy.</summary>
    static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(15);

    readonly HttpClient _client;
    readonly CancellationTokenSource _stop = new();
    readonly ConcurrentQueue<(string Question, string Answer)> _heard = new();
    readonly Task _watching;

    public HealthWatch(WorldHub hub)
    {
        _client = new HttpClient
        {
            BaseAddress = new Uri($"http://127.0.0.1:{hub.WebPort}"),
            Timeout = AnswerTimeout,
        };
        _watching = Task.WhenAll(WatchAsync("/health/live"), WatchAsync("/health/ready"));
    }

    /// <summary>Whether this question was ever answered so.</summary>
    public bool Heard(string question, HttpStatusCode answer) => _heard.Contains((question, $"{(int)answer}"));

    public async Task<bool> IsReadyAsync() => await AskAsync("/health/ready") == "200";

    /// <summary>The hub lived all the time, and said when it was not ready; it is again.</summary>
    public async Task CheckAsync(WorldHub hub)
    {
        await Wait.UntilAsync(IsReadyAsync, TimeSpan.FromSeconds(20), () => $"The hub stays unready.\n{hub.Output}");
        Must.Hold(
            Heard("/health/ready", HttpStatusCode.ServiceUnavailable), "The hub called itself ready all the time.");
        var wrong = _heard.Where(h => h.Question == "/health/live" && h.Answer != "200")
            .Select(h => h.Answer).Distinct().ToList();
        Must.Hold(wrong.Count == 0, $"The hub lived, and answered {string.Join(", ", wrong)}\n{hub.Output}");
        var odd = _heard.Where(h => h.Question == "/health/ready" && h.Answer is not ("200" or "503"))
            .Select(h => h.Answer).Distinct().ToList();
        Must.Hold(odd.Count == 0, $"Readiness was answered by {string.Join(", ", odd)}\n{hub.Output}");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _client.Dispose();
        _stop.Dispose();
    }

    async Task WatchAsync(string question)
    {
        while (!_stop.IsCancellationRequested)
        {
            _heard.Enqueue((question, await AskAsync(question)));
            await Task.Delay(Pause, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    async Task<string> AskAsync(string question)
    {
        try
        {
            using var answer = await _client.GetAsync(new Uri(question, UriKind.Relative), CancellationToken.None);
            return $"{(int)answer.StatusCode}";
        }
        catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException)
        {
            return fault.Message;
        }
    }
}
