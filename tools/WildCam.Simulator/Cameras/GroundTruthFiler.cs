using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Threading.Channels;
using WildCam.Simulator.Scenes;
using WildCam.Wire;

namespace WildCam.Simulator.Cameras;

/// <summary>
/// Files what receipted pictures really show, as identifications by the simulator, through the hub's API. Some are left
/// out, so that there is something to review. Never holds up a camera.
/// </summary>
public sealed class GroundTruthFiler : IDisposable
{
    /// <summary>Identifications that wait; the oldest is dropped beyond it, and counted.</summary>
    public const int WaitingMax = 10_000;

    /// <summary>Pictures that are left unidentified.</summary>
    public const double SkippedShare = 0.15;

    /// <summary>Tries of one identification before it is given up: the hub ingests within seconds.</summary>
    const int TriesMax = 12;

    const int RequestsAtOnce = 2;

    static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    readonly HttpClient _http;
    readonly Channel<(CaptureRecord Record, int Tries)> _queue;
    int _waiting;
    int _filed;
    int _givenUp;
    int _skipped;
    string? _problem;

    /// <param name="hub">Address of the hub's pages, as http://localhost:8080.</param>
    /// <param name="token">Bearer token of an account of kind simulator.</param>
    public GroundTruthFiler(Uri hub, string token, HttpMessageHandler? handler = null)
    {
        _http = new HttpClient(handler ?? new SocketsHttpHandler(), disposeHandler: true)
        {
            BaseAddress = hub,
            Timeout = TimeSpan.FromSeconds(20),
        };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        _queue = Channel.CreateBounded<(CaptureRecord Record, int Tries)>(
            new BoundedChannelOptions(WaitingMax) { FullMode = BoundedChannelFullMode.DropOldest },
            _ =>
            {
                Interlocked.Increment(ref _givenUp);
                Interlocked.Decrement(ref _waiting);
            });
    }

    /// <summary>First pause before a picture that the hub does not know yet is tried again; it doubles to a
    /// minute.</summary>
    public TimeSpan RetryPause { get; init; } = TimeSpan.FromSeconds(1);

    public int Filed => _filed;

    public int Skipped => _skipped;

    public int GivenUp => _givenUp;

    /// <summary>Why the last request failed; null when all is well.</summary>
    public string? Problem => _problem;

    /// <summary>Takes a receipted picture; returns at once.</summary>
    public void Offer(CaptureRecord record, ulong seed)
    {
        if (record.Truth is null || record.DeviceCaptureId is null
            || record.Outcome is not (ReceiptOutcomes.Stored or ReceiptOutcomes.Duplicate))
        {
            return;
        }

        var mark = Convert.ToUInt64(record.Sha256[..16], 16);
        if (SeededRandom.For(seed, 91, mark).Chance(SkippedShare))
        {
            Interlocked.Increment(ref _skipped);
            return;
        }

        Interlocked.Increment(ref _waiting);
        _queue.Writer.TryWrite((record, 0));
    }

    /// <summary>Files until it is stopped.</summary>
    public Task RunAsync(CancellationToken stop) =>
        Task.WhenAll(Enumerable.Range(0, RequestsAtOnce).Select(_ => FileAllAsync(stop)));

    /// <summary>Waits until nothing is left to file.</summary>
    public async Task DrainAsync(TimeSpan timeout, CancellationToken stop)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(timeout);
        while (Volatile.Read(ref _waiting) > 0 && !deadline.IsCancellationRequested)
        {
            await Task.Delay(50, CancellationToken.None);
        }
    }

    public void Dispose() => _http.Dispose();

    async Task FileAllAsync(CancellationToken stop)
    {
        try
        {
            await foreach (var (record, tries) in _queue.Reader.ReadAllAsync(stop))
            {
                if (await FileAsync(record, stop))
                {
                    Interlocked.Decrement(ref _waiting);
                    continue;
                }

                if (tries + 1 >= TriesMax)
                {
                    Interlocked.Increment(ref _givenUp);
                    Interlocked.Decrement(ref _waiting);
                    continue;
                }

                _ = AgainAsync(record, tries + 1, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The simulation ends.
        }
    }

    async Task AgainAsync(CaptureRecord record, int tries, CancellationToken stop)
    {
        var pause = Math.Min(60_000, RetryPause.TotalMilliseconds * Math.Pow(2, tries - 1));
        await Task.Delay(TimeSpan.FromMilliseconds(pause), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _queue.Writer.TryWrite((record, tries));
    }

    /// <summary>True when the hub took it, or never will.</summary>
    async Task<bool> FileAsync(CaptureRecord record, CancellationToken stop)
    {
        try
        {
            using var response = await _http.PostAsJsonAsync("/api/v1/identifications", Identification(record), Web,
                stop);
            if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.Conflict)
            {
                Interlocked.Increment(ref _filed);
                _problem = null;
                return true;
            }

            _problem = $"The hub answers {(int)response.StatusCode} to an identification.";
            if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.TooManyRequests
                || (int)response.StatusCode >= 500)
            {
                return false;
            }

            Interlocked.Increment(ref _givenUp);
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !stop.IsCancellationRequested)
        {
            _problem = e.Message;
            return false;
        }
    }

    static object Identification(CaptureRecord record) => new
    {
        record.DeviceCaptureId,
        Findings = Findings(record.Truth!).ToArray(),
    };

    static IEnumerable<object> Findings(GroundTruth truth)
    {
        var category = truth.Subject.ToString().ToLowerInvariant();
        if (truth.Boxes.Count == 0)
        {
            yield return new { Category = "blank" };
        }

        foreach (var box in truth.Boxes)
        {
            float[] corners = [box.X, box.Y, box.Width, box.Height];
            yield return truth.Species is { } species
                ? new
                {
                    Category = category,
                    Species = species.Slug,
                    species.ScientificName,
                    species.CommonName,
                    Count = 1,
                    Box = corners,
                }
                : new { Category = category, Count = 1, Box = corners };
        }
    }
}
