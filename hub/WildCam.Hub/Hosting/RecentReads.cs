using System.Collections.Concurrent;

namespace WildCam.Hub.Hosting;

/// <summary>
/// What requests read again and again, shared for a second: whose a session is, what is open to them, a project's
/// names. A request through this hub that may have changed something ends what was read before, and so does a change
/// that open pages are told of: nobody is shown the time before it. What else another hub or the command line changed
/// counts within the second, after which nothing of it is kept.
/// </summary>
public sealed class RecentReads(TimeProvider time)
{
    /// <summary>So long a read is shared at most.</summary>
    public static readonly TimeSpan SharedFor = TimeSpan.FromSeconds(1);

    /// <summary>Reads kept at once; with more all are forgotten.</summary>
    public const int KeptMax = 10_000;

    Second _second = new(time.GetTimestamp());
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
        var second = Volatile.Read(ref _second);
        if (time.GetElapsedTime(second.BeganAt) >= SharedFor)
        {
            var next = new Second(time.GetTimestamp());
            var other = Interlocked.CompareExchange(ref _second, next, second);
            second = other == second ? next : other;
        }

        if (!second.Reads.TryGetValue(key, out var read))
        {
            if (second.Reads.Count >= KeptMax)
            {
                second = Begin();
            }

            read = second.Reads.GetOrAdd(key, new Lazy<Task<object?>>(() => KeepAsync(second, key, readAsync)));
        }

        return (T?)await read.Value.WaitAsync(cancellationToken);
    }

    /// <summary>Something changed: what was read, or is being read, is not shared any more.</summary>
    public void Forget() => Begin();

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

    Second Begin()
    {
        Interlocked.Increment(ref _generation);
        var next = new Second(time.GetTimestamp());
        Volatile.Write(ref _second, next);
        return next;
    }

    static async Task<object?> KeepAsync<T>(Second second, object key, Func<CancellationToken, Task<T?>> readAsync)
        where T : class
    {
        T? found = null;
        try
        {
            return found = await readAsync(CancellationToken.None);
        }
        finally
        {
            if (found is null)
            {
                second.Reads.TryRemove(key, out _);
            }
        }
    }

    sealed record Second(long BeganAt)
    {
        public ConcurrentDictionary<object, Lazy<Task<object?>>> Reads { get; } = new();
    }
}
