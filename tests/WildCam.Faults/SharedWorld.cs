namespace WildCam.Faults;

/// <summary>
/// What the points of one scenario have in common, where making it anew for each would take longer than the point: made
/// by the first that asks, given up after a point that broke, and ended with the last.
/// </summary>
sealed class SharedWorld : IAsyncDisposable
{
    IAsyncDisposable? _world;

    /// <summary>The world; points run one after another.</summary>
    public async Task<T> GetAsync<T>(Func<Task<T>> make)
        where T : IAsyncDisposable
    {
        _world ??= await make();
        return (T)_world;
    }

    public async ValueTask DisposeAsync()
    {
        if (_world is not null)
        {
            await _world.DisposeAsync();
            _world = null;
        }
    }
}
