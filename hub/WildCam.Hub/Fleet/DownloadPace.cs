namespace WildCam.Hub.Fleet;

/// <summary>
/// How fast the cameras of each rollout may download from this hub: its share of the rollout's rate. Bytes are spread
/// over time one window behind the other, so that a rollout does not take the link of a field from its pictures.
/// </summary>
sealed class DownloadPace(TimeProvider time)
{
    /// <summary>A window that could begin only after this is not sent: the camera asks again after 30 s.</summary>
    public static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(20);

    /// <summary>Rollouts whose pace is kept; beyond it those that are idle are forgotten.</summary>
    const int RolloutsMax = 1000;

    readonly Lock _gate = new();
    readonly Dictionary<int, DateTimeOffset> _freeAt = [];

    /// <summary>How long a window of so many bytes has to wait; null where that is too long.</summary>
    public TimeSpan? Reserve(int rolloutId, long bytes, int bytesPerSecondMax, int hubs)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            if (_freeAt.Count >= RolloutsMax)
            {
                foreach (var idle in _freeAt.Where(f => f.Value <= now).Select(f => f.Key).ToList())
                {
                    _freeAt.Remove(idle);
                }
            }

            var begin = _freeAt.TryGetValue(rolloutId, out var free) && free > now ? free : now;
            if (begin - now > WaitMax)
            {
                return null;
            }

            _freeAt[rolloutId] = begin + TimeSpan.FromSeconds((double)bytes * hubs / bytesPerSecondMax);
            return begin - now;
        }
    }
}
