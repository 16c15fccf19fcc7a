using WildCam.Hub.Detection.Onnx;
using WildCam.Storage.Blobs;
using WildCam.Storage.Detection;

namespace WildCam.Hub.Detection;

/// <summary>
/// The detector that the database names, loaded. One that cannot be loaded is marked with the reason, tried again
/// after a while, and the embedded one stands in.
/// </summary>
sealed partial class ActiveDetector(
    ModelsTable models, DetectionsTable detections, ModelCatalogue catalogue, IBlobStore blobs, TimeProvider clock,
    ILogger<ActiveDetector> log) : IDisposable
{
    /// <summary>Processes that end in a row without one answer before the model is given a rest.</summary>
    public const int EndedInARowMax = 3;

    static readonly TimeSpan s_tryAgainAfter = TimeSpan.FromMinutes(1);

    readonly SemaphoreSlim _loading = new(1);
    BackgroundDetector? _embedded;
    DetectorProcess? _loaded;
    int _endedInARow;
    (int ModelId, DateTimeOffset At) _failed;

    /// <summary>The detector to use now. A later call may dispose it: whoever meets that tries again.</summary>
    public async Task<IDetector> GetAsync(CancellationToken cancellationToken)
    {
        var active = await models.FindActiveAsync(cancellationToken);
        await _loading.WaitAsync(cancellationToken);
        try
        {
            if (active is not null && active.Id == _loaded?.ModelId && _loaded.Ended is null)
            {
                return _loaded;
            }

            await BuryAsync(active, cancellationToken);

            if (active is not null && active.Family != ModelsTable.EmbeddedFamily
                && await TryLoadAsync(active, cancellationToken) is { } loaded)
            {
                _loaded?.Dispose();
                return _loaded = loaded;
            }

            return _embedded ??= new BackgroundDetector(
                (await models.GetEmbeddedAsync(cancellationToken)).Id, detections, blobs);
        }
        finally
        {
            _loading.Release();
        }
    }

    public void Dispose()
    {
        _loaded?.Dispose();
        _loading.Dispose();
    }

    // One picture may end a process again and again, and its job gets fewer chances each time; a model that ends before
    // it said anything is at fault itself.
    async Task BuryAsync(Model? active, CancellationToken cancellationToken)
    {
        if (_loaded?.Ended is not { } why)
        {
            return;
        }

        ProcessEnded(log, why);
        var isActive = _loaded.ModelId == active?.Id;
        _endedInARow = _loaded.HasAnswered || !isActive ? 0 : _endedInARow + 1;
        _loaded.Dispose();
        _loaded = null;
        if (_endedInARow >= EndedInARowMax)
        {
            _endedInARow = 0;
            await GiveRestAsync(active!, $"{EndedInARowMax} times in a row: {why}", cancellationToken);
        }
    }

    async Task GiveRestAsync(Model model, string why, CancellationToken cancellationToken)
    {
        _failed = (model.Id, clock.GetUtcNow());
        CannotLoad(log, model.Name, model.Version, why);
        await models.SetProblemAsync(model.Id, why, cancellationToken);
    }

    async Task<DetectorProcess?> TryLoadAsync(Model model, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (_failed.ModelId == model.Id && now - _failed.At < s_tryAgainAfter)
        {
            return null;
        }

        try
        {
            Loading(log, model.Name, model.Version);
            var loaded = await catalogue.LoadAsync(model, cancellationToken);
            Loaded(log, model.Name, model.Version);
            // While it could not be loaded the embedded one looked; those pictures are looked at again.
            await models.ClearProblemAsync(model.Id, now, cancellationToken);
            return loaded;
        }
        catch (Exception fault) when (fault is OnnxException or BlobStoreException)
        {
            await GiveRestAsync(model, fault.Message, cancellationToken);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Loading the model {Name} {Version}")]
    static partial void Loading(ILogger logger, string name, string version);

    [LoggerMessage(Level = LogLevel.Information, Message = "Loaded the model {Name} {Version}")]
    static partial void Loaded(ILogger logger, string name, string version);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The detector's process ended and is started anew: {Reason}")]
    static partial void ProcessEnded(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "The model {Name} {Version} cannot be used, the embedded detector stands in: {Reason}")]
    static partial void CannotLoad(ILogger logger, string name, string version, string reason);
}
