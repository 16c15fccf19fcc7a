using System.Collections.Concurrent;

namespace WildCam.Hub.Hosting;

/// <summary>
/// What requests read again and again, shared for a second: whose a session is, what is open to them, the newest page
/// of a list. A request through this hub that may have changed something ends what was read before, so that nobody is
/// shown the time before their own change; what another hub or the command line changed counts within the second.
/// </summary>
public sealed class RecentReads(TimeProvider time)
{
    /// <summary>So long a read is shared, from its beginning.</summary>
    public static readonly TimeSpan SharedFor = TimeSpan.FromSeconds(1);

    /// <summary>Reads kept at once; with more all are forgotten.</summary>
    public const int KeptMax = 10_000;

    ConcurrentDictionary<object, Entry> _entries = new();
    long _generation;

    /// <summary>Another number after each change.</summary>
    public long Generation => Interlocked.Read(ref _generation);

    /// <summary>
    /// What <paramref name="readAsync"/> finds, or found within the last second; nothing found is not kept. Those who
    /// ask at once wait for one read, which goes on when one of them leaves.
    /// </summary>
    /// <param name="key">A value that is equal for the same read only.</param>
    public async Task<T?> ReadAsync<T>(
        object key, Func<CancellationToken, Task<T?>> readAsync, CancellationToken cancellationToken)
        where T : class
    {
        var entries = Volatile.Read(ref _entries);
        var now = time.GetTimestamp();
        if (!entries.TryGetValue(key, out var entry) || time.GetElapsedTime(entry.BeganAt, now) >= SharedFor)
        {
            if (entries.Count >= KeptMax)
            {
                Forget();
                entries = Volatile.Read(ref _entries);
            }

            var fresh = new Entry(now, new Lazy<Task<object?>>(async () => await readAsync(CancellationToken.None)));
            entry = entries.AddOrUpdate(key, fresh, (_, other) =>
                time.GetElapsedTime(other.BeganAt, now) >= SharedFor ? fresh : other);
        }

        try
        {
            var found = (T?)await entry.Read.Value.WaitAsync(cancellationToken);
            if (found is not null)
            {
                return found;
            }
        }
        catch when (!entry.Read.Value.IsFaulted && !entry.Read.Value.IsCanceled)
        {
            throw; // The one who asked left; the others still wait for the read.
        }
        catch
        {
            entries.TryRemove(new KeyValuePair<object, Entry>(key, entry));
            throw;
        }

        entries.TryRemove(new KeyValuePair<object, Entry>(key, entry));
        return null;
    }

    /// <summary>Something changed: what was read, or is being read, is not shared any more.</summary>
    public void Forget()
    {
        Interlocked.Increment(ref _generation);
        Volatile.Write(ref _entries, new ConcurrentDictionary<object, Entry>());
    }

    /// <summary>Forgets after each request that may change something, before its answer begins.</summary>
    public static void Use(WebApplication app)
    {
        var reads = app.Services.GetRequiredService<RecentReads>();
        app.Use(async (context, next) =>
        {
            if (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
            {
                await next(context);
                return;
            }

            context.Response.OnStarting(() =>
            {
                reads.Forget();
                return Task.CompletedTask;
            });
            try
            {
                await next(context);
            }
            finally
            {
                reads.Forget();
            }
        });
    }

    sealed record Entry(long BeganAt, Lazy<Task<object?>> Read);
}
