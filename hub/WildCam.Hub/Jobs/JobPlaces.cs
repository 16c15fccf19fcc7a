namespace WildCam.Hub.Jobs;

/// <summary>
/// Bounds a kind's batches: so many at the handler, and so many claimed and not yet ended, which is more, since a batch
/// that is done leaves the handler to others while what became of it is written.
/// </summary>
sealed class JobPlaces(int parallelMax) : IDisposable
{
    /// <summary>Batches that are claimed and not ended, for each that may be at the handler.</summary>
    public const int OpenPerWorker = 4;

    readonly SemaphoreSlim _handling = new(parallelMax);
    readonly SemaphoreSlim _open = new(parallelMax * OpenPerWorker);

    /// <summary>Waits for a place, and takes all others that are free now; gives how many, 0 after a stop.</summary>
    public async Task<int> TakeAsync(CancellationToken stoppingToken)
    {
        if (!await WaitAsync(_open, stoppingToken))
        {
            return 0;
        }

        if (!await WaitAsync(_handling, stoppingToken))
        {
            _open.Release();
            return 0;
        }

        var taken = 1;
        while (_open.Wait(0, CancellationToken.None))
        {
            if (!_handling.Wait(0, CancellationToken.None))
            {
                _open.Release();
                break;
            }

            taken++;
        }

        return taken;
    }

    // A place that became free at the same moment does not count: after a stop nothing more is claimed.
    static async Task<bool> WaitAsync(SemaphoreSlim places, CancellationToken stoppingToken)
    {
        try
        {
            await places.WaitAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }

        if (stoppingToken.IsCancellationRequested)
        {
            places.Release();
            return false;
        }

        return true;
    }

    /// <summary>Gives back places for which there were no jobs.</summary>
    public void GiveBack(int places)
    {
        if (places > 0)
        {
            _handling.Release(places);
            _open.Release(places);
        }
    }

    /// <summary>The handler is done with a batch.</summary>
    public void Handled() => _handling.Release();

    /// <summary>What became of a batch is written, or could not be.</summary>
    public void Ended() => _open.Release();

    /// <summary>Returns when every batch has ended.</summary>
    public async Task DrainAsync()
    {
        for (var i = 0; i < parallelMax * OpenPerWorker; i++)
        {
            await _open.WaitAsync(CancellationToken.None);
        }
    }

    public void Dispose()
    {
        _handling.Dispose();
        _open.Dispose();
    }
}
