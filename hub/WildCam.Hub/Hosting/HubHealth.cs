using System.Diagnostics;
using Npgsql;
using WildCam.Storage;
using WildCam.Storage.Blobs;

namespace WildCam.Hub.Hosting;

/// <summary>One thing that the hub needs; a problem names what is wrong.</summary>
public sealed record HealthPart(string Name, bool IsReady, string? Problem, double Milliseconds);

/// <summary>Whether the hub can do its work.</summary>
public sealed record HealthAnswer(string Status, IReadOnlyList<HealthPart> Parts)
{
    public bool IsReady => Parts.All(p => p.IsReady);
}

/// <summary>Something else that can be out of order; slices add theirs.</summary>
public sealed record HealthSource(string Name, Func<string?> Problem);

/// <summary>
/// Looks at what the hub stands on: database, migrations, blob store, disk, and what slices add. Asking often costs
/// nothing: an answer is kept for a second, and one look is taken for all who ask.
/// </summary>
public sealed class HubHealth(
    NpgsqlDataSource database, [FromKeyedServices(HostingSlice.Direct)] NpgsqlDataSource direct, IBlobStore blobs,
    IEnumerable<HealthSource> sources, TimeProvider time)
{
    /// <summary>Below this the disk counts as full.</summary>
    public const long FreeBytesMin = 256L << 20;

    /// <summary>Longest that one part may take to answer.</summary>
    public static readonly TimeSpan PartTimeout = TimeSpan.FromSeconds(2);

    static readonly TimeSpan Keep = TimeSpan.FromSeconds(1);

    readonly Lock _gate = new();
    DateTimeOffset _askedAt;
    Task<HealthAnswer>? _last;

    public Task<HealthAnswer> LookAsync()
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (_last is null || (_last.IsCompleted && now - _askedAt > Keep))
            {
                _askedAt = now;
                _last = LookNowAsync();
            }

            return _last;
        }
    }

    async Task<HealthAnswer> LookNowAsync()
    {
        var parts = await Task.WhenAll(
            PartAsync("database", AskDatabaseAsync),
            PartAsync("migrations", AskMigrationsAsync),
            PartAsync("blobs", AskBlobsAsync),
            PartAsync("disk", _ => Task.FromResult(blobs.FreeBytes() is { } free and < FreeBytesMin
                ? $"{free >> 20} MB are free, under FreeBytesMin ({FreeBytesMin >> 20} MB)."
                : null)));
        var others = sources.Select(s => s.Problem() is { } problem
            ? new HealthPart(s.Name, false, problem, 0)
            : new HealthPart(s.Name, true, null, 0));
        HealthPart[] all = [.. parts, .. others];
        return new HealthAnswer(all.All(p => p.IsReady) ? "ready" : "not ready", all);
    }

    static async Task<HealthPart> PartAsync(string name, Func<CancellationToken, Task<string?>> ask)
    {
        var watch = Stopwatch.StartNew();
        using var limit = new CancellationTokenSource(PartTimeout);
        string? problem;
        try
        {
            problem = await ask(limit.Token).WaitAsync(PartTimeout);
        }
        catch (Exception fault) when (fault is OperationCanceledException or TimeoutException)
        {
            problem = $"No answer within {PartTimeout.TotalSeconds} s.";
        }
        catch (Exception fault) when (fault is BlobStoreException || DatabaseFault.Is(fault))
        {
            problem = fault.Message;
        }

        return new HealthPart(name, problem is null, problem, Math.Round(watch.Elapsed.TotalMilliseconds, 1));
    }

    async Task<string?> AskDatabaseAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select 1");
        await command.ExecuteScalarAsync(cancellationToken);
        return null;
    }

    async Task<string?> AskMigrationsAsync(CancellationToken cancellationToken)
    {
        var state = await new Migrator(direct).CheckAsync(cancellationToken);
        return state.Problem ?? (state.Missing is [var first, ..]
            ? $"{state.Missing.Count} migrations are missing, from {first.Number} on: wildcam db migrate."
            : null);
    }

    async Task<string?> AskBlobsAsync(CancellationToken cancellationToken)
    {
        await using var none = await blobs.OpenReadAsync("health/none", cancellationToken);
        return null;
    }
}
