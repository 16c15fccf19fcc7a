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
    static readonly TimeSpan s_tryAgainAfter = TimeSpan.FromMinutes(1);

    readonly SemaphoreSlim _loading = new(1);
    BackgroundDetector? _embedded;
    OnnxDetector? _loaded;
    (int ModelId, DateTimeOffset At) _failed;

    /// <summary>The detector to use now. A later call may dispose it: whoever meets that tries again.</summary>
    public async Task<IDetector> GetAsync(CancellationToken cancellationToken)
    {
        var active = await models.FindActiveAsync(cancellationToken);
        await _loading.WaitAsync(cancellationToken);
        try
        {
            if (active is not null && active.Id == _loaded?.ModelId)
            {
                return _loaded;
            }

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

    async Task<OnnxDetector?> TryLoadAsync(Model model, CancellationToken cancellationToken)
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
            _failed = (model.Id, now);
            CannotLoad(log, model.Name, model.Version, fault.Message);
            await models.SetProblemAsync(model.Id, fault.Message, cancellationToken);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Loading the model {Name} {Version}")]
    static partial void Loading(ILogger logger, string name, string version);

    [LoggerMessage(Level = LogLevel.Information, Message = "Loaded the model {Name} {Version}")]
    static partial void Loaded(ILogger logger, string name, string version);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "The model {Name} {Version} cannot be used, the embedded detector stands in: {Reason}")]
    static partial void CannotLoad(ILogger logger, string name, string version, string reason);
}
