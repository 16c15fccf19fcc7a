using System.Diagnostics;
using System.Text.Json;

namespace WildCam.Benchmarks.Find;

/// <summary>
/// A page 200,000 rows deep in the detections of a species, reached by the answers' own cursors, beside the first page
/// of the same list.
/// </summary>
static class PagingBenchmark
{
    const int DepthRows = 200_000;
    const int WalkRows = 500;
    const int RequestsPerRound = 400;

    public static Benchmark Benchmark { get; } = new(
        "paging", "a page of a species at its 200,000th row beside its first page (--load detections)", RunAsync);

    static async Task RunAsync(Bench bench)
    {
        var (database, hub) = await bench.Stocks.OpenAsync(bench);
        var visitor = await SpeciesStocks.VisitAsync(database, asBrowser: false);
        using var client = await RawClient.OpenAsync(hub.WebPort, bench.Cancellation);

        // A smaller load has no row as deep: half of the species' rows then.
        var depth = Math.Min(DepthRows, SpeciesStocks.Detections / SpeciesStocks.Species / 2);
        var cursor = await WalkAsync(client, visitor, depth, bench.Cancellation);
        var turn = 0;
        var pairs = await bench.AlternateAsync(
            "ms", () => AskAsync(client, () => Own($"{SpeciesBenchmark.Path}&cursor={cursor}"), bench.Cancellation),
            "the first page", () => AskAsync(client, () => Own(SpeciesBenchmark.Path), bench.Cancellation));
        bench.ClaimAtMost($"a page at row {depth} of a species", "ms", pairs, 1.2);

        // An address of its own each time: what many ask for at once is made once.
        byte[] Own(string path) => RawClient.Get($"{path}&turn={turn++}", visitor);
    }

    static async Task<string> WalkAsync(
        RawClient client, (string Name, string Value) visitor, int rows, CancellationToken cancellationToken)
    {
        var path = $"/api/v1/projects/1/detections?species={SpeciesBenchmark.Species}&limit={WalkRows}";
        string? cursor = null;
        for (var row = 0; row < rows; row += WalkRows)
        {
            var (status, body) = await client.AskAsync(
                RawClient.Get(cursor is null ? path : $"{path}&cursor={cursor}", visitor), cancellationToken);
            Must.Equal(200, status, $"status of the page at row {row}");
            using var page = JsonDocument.Parse(Unchunked(body));
            Must.Equal(WalkRows, page.RootElement.GetProperty("items").GetArrayLength(), $"rows of the page at {row}");
            cursor = page.RootElement.GetProperty("next").GetString();
        }

        return cursor!;
    }

    static async Task<double> AskAsync(
        RawClient client, Func<byte[]> request, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < RequestsPerRound; i++)
        {
            var (status, _) = await client.AskAsync(request(), cancellationToken);
            Must.Equal(200, status, "status of a page");
        }

        return clock.Elapsed.TotalMilliseconds / RequestsPerRound;
    }

    /// <summary>The body without the lengths of its chunks.</summary>
    static byte[] Unchunked(ReadOnlyMemory<byte> body)
    {
        if (body.Span[0] == (byte)'{')
        {
            return body.ToArray();
        }

        using var whole = new MemoryStream();
        var rest = body.Span;
        while (true)
        {
            var line = rest.IndexOf("\r\n"u8);
            var length = int.Parse(
                rest[..line], System.Globalization.NumberStyles.HexNumber,
                System.Globalization.CultureInfo.InvariantCulture);
            if (length == 0)
            {
                return whole.ToArray();
            }

            whole.Write(rest.Slice(line + 2, length));
            rest = rest[(line + 2 + length + 2)..];
        }
    }
}
