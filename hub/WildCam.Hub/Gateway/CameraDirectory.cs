using System.Collections.Concurrent;
using Npgsql;
using WildCam.Hub.Hosting;
using WildCam.Mqtt;
using WildCam.Storage;
using WildCam.Storage.Cameras;

namespace WildCam.Hub.Gateway;

/// <summary>
/// The cameras that this hub knows and holds. Credentials are kept in memory, so that a storm of reconnects costs no
/// query each; a notice or, without it, a poll brings revocations, new credentials and take-overs by other hubs.
/// </summary>
sealed partial class CameraDirectory : BackgroundService
{
    /// <summary>Cameras remembered, unknown names too; beyond it all are forgotten and looked up again.</summary>
    const int RememberedMax = 50_000;

    /// <summary>Twice within the 10 s in which a revoked camera must be gone.</summary>
    static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(4);

    /// <summary>
    /// Changes this old are read again: longer than any transaction lasts, since a row is seen after its time.
    /// </summary>
    static readonly TimeSpan PollOverlap = TimeSpan.FromSeconds(75);

    readonly CamerasTable _cameras;
    readonly CameraRegistration _registration;
    readonly CameraEnrolment _enrolment;
    readonly CameraSessionsTable _sessions;
    readonly HubsTable _hubs;
    readonly DatabaseNotices _notices;
    readonly TimeProvider _time;
    readonly ILogger _log;
    readonly ConcurrentDictionary<string, Camera?> _remembered = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<int, CameraSession> _held = new();
    readonly SemaphoreSlim _noticed = new(0);
    readonly Guid _hubId;

    public CameraDirectory(
        NpgsqlDataSource database, HubIdentity hub, DatabaseNotices notices, GatewayMetrics metrics,
        TimeProvider time, ILogger<CameraDirectory> log)
    {
        _hubId = hub.Id;
        _cameras = new CamerasTable(database);
        _registration = new CameraRegistration(database);
        _enrolment = new CameraEnrolment(database);
        _sessions = new CameraSessionsTable(database);
        _hubs = new HubsTable(database);
        _notices = notices;
        _time = time;
        _log = log;
        metrics.Observe(() => _held.Count);
    }

    /// <summary>The camera of this name, from memory where possible; null: there is none.</summary>
    public async ValueTask<Camera?> FindAsync(string code, CancellationToken cancellationToken)
    {
        if (_remembered.TryGetValue(code, out var camera))
        {
            return camera;
        }

        camera = await _cameras.FindByCodeAsync(code, cancellationToken);
        if (_remembered.Count >= RememberedMax)
        {
            _remembered.Clear();
        }

        _remembered[code] = camera;
        return camera;
    }

    /// <summary>
    /// The camera signs in with its credential for the first time: the one before ends, here at once, at other hubs as
    /// they hear of it.
    /// </summary>
    public async Task NoteFirstSignInAsync(Camera camera, CancellationToken cancellationToken)
    {
        await _registration.NoteFirstSignInAsync(camera, cancellationToken);
        _remembered[camera.Code] = camera with { IsPasswordUsed = true, PreviousHash = null, PreviousUntil = null };
    }

    /// <summary>
    /// The camera, if an enrolment handed out the password of this hash, which is its own from now on; null: none did.
    /// </summary>
    public async ValueTask<Camera?> EnrolAsync(string code, byte[] hash, CancellationToken cancellationToken)
    {
        if (!await _enrolment.SpendAsync(code, hash, cancellationToken))
        {
            return null;
        }

        var camera = await _cameras.FindByCodeAsync(code, cancellationToken);
        _remembered[code] = camera;
        return camera;
    }

    /// <summary>Claims a camera for this hub and closes its older connection here, if any.</summary>
    public async Task HoldAsync(CameraSession session, CancellationToken cancellationToken)
    {
        var id = session.Link.Camera.Id;
        var claims = await _sessions.ClaimAsync(_hubId, [id], cancellationToken);
        session.Sequence = claims.GetValueOrDefault(id);
        CameraSession? older = null;
        _held.AddOrUpdate(
            id,
            _ =>
            {
                older = null;
                return session;
            },
            (_, held) =>
            {
                // The claim with the lower number is the older one, in whatever order they come here.
                older = held.Sequence <= session.Sequence ? held : session;
                return held.Sequence <= session.Sequence ? session : held;
            });
        older?.Link.Close("The camera connected again.");
    }

    public void Release(CameraSession session) =>
        _held.TryRemove(new KeyValuePair<int, CameraSession>(session.Link.Camera.Id, session));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var subscription = _notices.Subscribe(Channels.Cameras, _ => Notice());
        var last = _time.GetTimestamp();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var now = _time.GetTimestamp();
                await PollAsync(_time.GetElapsedTime(last, now) + PollOverlap, stoppingToken);
                last = now;
                await _noticed.WaitAsync(PollInterval, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (DatabaseFault.Is(fault))
            {
                PollFailed(_log, fault.Message);
                await Task.Delay(PollInterval, _time, stoppingToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    void Notice()
    {
        if (_noticed.CurrentCount == 0)
        {
            _noticed.Release();
        }
    }

    async Task PollAsync(TimeSpan within, CancellationToken cancellationToken)
    {
        foreach (var camera in await _cameras.ListChangedAsync(within, cancellationToken))
        {
            // A change is read several times: what says nothing new is not kept twice.
            var known = _remembered.GetValueOrDefault(camera.Code) is { } last && last.IsSame(camera) ? last : camera;
            _remembered[camera.Code] = known;
            if (_held.TryGetValue(camera.Id, out var changed))
            {
                changed.Known = known;
            }
        }

        var now = _time.GetUtcNow();
        foreach (var (_, session) in _held)
        {
            if (!session.MayStay(now))
            {
                CameraDropped(_log, session.Link.Camera.Code);
                session.Link.Close("The camera's credential is no longer good.");
            }
        }

        await _hubs.SeenAsync(_hubId, Environment.MachineName, cancellationToken);
        if (_held.IsEmpty)
        {
            return;
        }

        foreach (var id in await _sessions.ListTakenOverAsync(_hubId, [.. _held.Keys], cancellationToken))
        {
            if (_held.TryGetValue(id, out var session))
            {
                session.Link.Close("The camera connected to another hub.");
            }
        }
    }

    public override void Dispose()
    {
        _noticed.Dispose();
        base.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Looking for changed cameras failed; trying again: {Reason}")]
    static partial void PollFailed(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Camera {Camera} is dropped: revoked, or a new credential")]
    static partial void CameraDropped(ILogger logger, string camera);
}

/// <summary>One admitted connection of a camera, with what its topics must start with.</summary>
sealed class CameraSession : ICameraConnection
{
    readonly MqttServerConnection _connection;
    readonly byte[] _credential;

    /// <param name="credential">Hash of the credential that let it in.</param>
    public CameraSession(MqttServerConnection connection, Camera camera, byte[] credential)
    {
        _connection = connection;
        _credential = credential;
        Known = camera;
        Link = new CameraLink(camera, this);
        UpPrefix = Wire.Topics.Up(camera.Code, "");
    }

    public CameraLink Link { get; }

    public string UpPrefix { get; }

    /// <summary>Number of the claim in the database; the highest counts.</summary>
    public long Sequence { get; set; }

    /// <summary>The camera as it was heard of last; one that did not change since is not read again.</summary>
    public Camera Known { get; set; }

    /// <summary>Whether the credential that let the camera in is still good.</summary>
    public bool MayStay(DateTimeOffset now) => Known.Accepts(_credential, now);

    CancellationToken ICameraConnection.Closed => _connection.Closed;

    bool ICameraConnection.TrySend(string topic, ReadOnlySpan<byte> payload, Action? received) =>
        _connection.TrySend(topic, payload, MqttQos.AtLeastOnce, received);

    void ICameraConnection.Acknowledge(ushort packetId) => _connection.Acknowledge(packetId);

    void ICameraConnection.Close(string reason) => _connection.Abort(reason);
}
