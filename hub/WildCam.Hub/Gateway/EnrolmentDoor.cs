using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Npgsql;
using WildCam.Hub.Hosting;
using WildCam.Mqtt;
using WildCam.Storage;
using WildCam.Storage.Cameras;
using WildCam.Storage.Fleet;
using WildCam.Wire;

namespace WildCam.Hub.Gateway;

/// <summary>A connection that an enrolment code opened; it may ask for its credential and hear it, no more.</summary>
sealed class EnrolmentSession(MqttServerConnection connection, Enrolment enrolment)
{
    int _isAsking;

    public MqttServerConnection Connection { get; } = connection;

    public int Id { get; } = enrolment.Id;

    public string Name { get; } = Topics.EnrolmentPrefix + enrolment.Fingerprint;

    /// <summary>Whether the board has asked and not been told yet.</summary>
    public bool IsAsking
    {
        get => Volatile.Read(ref _isAsking) == 1;
        set => Volatile.Write(ref _isAsking, value ? 1 : 0);
    }
}

/// <summary>
/// Lets boards in that have an enrolment code, over TLS only, and tells each its credential once somebody accepted it.
/// A credential that was told and never used is replaced by the next one: the board may have lost its power meanwhile.
/// </summary>
sealed partial class EnrolmentDoor(
    NpgsqlDataSource database, UpdateKeys keys, DatabaseNotices notices, CameraAudit audit, GatewayMetrics metrics,
    TimeProvider time, ILogger<EnrolmentDoor> log) : BackgroundService
{
    /// <summary>Boards that wait at this hub; more are told to come later.</summary>
    public const int WaitingMax = 500;

    static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(4);

    readonly EnrolmentsTable _enrolments = new(database);
    readonly ConcurrentDictionary<int, EnrolmentSession> _held = new();
    readonly SemaphoreSlim _noticed = new(0);

    public static bool IsEnrolling(string userName) =>
        userName.StartsWith(Topics.EnrolmentPrefix, StringComparison.Ordinal);

    /// <summary>Checks the code that a board connects with.</summary>
    public async ValueTask<MqttAdmission> AdmitAsync(
        MqttServerConnection connection, CancellationToken cancellationToken)
    {
        var request = connection.Request;
        var fingerprint = request.UserName![Topics.EnrolmentPrefix.Length..];
        if (!IsSafe(request))
        {
            return Refuse("enrol-without-tls", MqttAdmission.NotAuthorized);
        }

        var enrolment = await _enrolments.FindForSignInAsync(fingerprint, request.Password, cancellationToken);
        var state = enrolment?.State(time.GetUtcNow());
        if (state is not (EnrolmentState.Unused or EnrolmentState.Waiting or EnrolmentState.Accepted))
        {
            return Refuse(
                state is null ? "enrol-bad-code" : $"enrol-{state}".ToLowerInvariant(), MqttAdmission.BadCredentials);
        }

        if (request.Will is { } will && will.Topic != Topics.Up(request.UserName, Topics.Will))
        {
            return Refuse("enrol-foreign-will", MqttAdmission.NotAuthorized);
        }

        if (_held.Count >= WaitingMax)
        {
            metrics.Admission("enrol-busy");
            return MqttAdmission.ServerBusy;
        }

        var session = new EnrolmentSession(connection, enrolment!);
        connection.State = session;
        if (_held.TryGetValue(session.Id, out var older))
        {
            older.Connection.Abort("The board connected again.");
        }

        _held[session.Id] = session;
        metrics.Admission("enrolling");
        return MqttAdmission.Accepted;

        MqttAdmission Refuse(string why, MqttAdmission answer)
        {
            metrics.Admission(why);
            audit.Add("enrolment.sign-in-failed", request.UserName!, null, $"{why} from {request.Remote}");
            return answer;
        }
    }

    public static bool MaySubscribe(EnrolmentSession session, string filter) =>
        filter == Topics.AllDown(session.Name) || filter == Topics.Down(session.Name, Topics.Credential);

    /// <summary>The board asks for its credential.</summary>
    public MqttVerdict Receive(EnrolmentSession session, in MqttPublication publication)
    {
        var bytes = new byte[EnrolRequest.Bytes];
        if (publication.Topic != Topics.Up(session.Name, Topics.Enrol))
        {
            metrics.Refusal("publish");
            return MqttVerdict.Refuse;
        }

        if (publication.Payload.Length != bytes.Length)
        {
            metrics.Message("unreadable");
            return MqttVerdict.Acknowledge;
        }

        System.Buffers.BuffersExtensions.CopyTo(publication.Payload, bytes);
        if (!EnrolRequest.TryRead(bytes, 0, bytes.Length, out var request))
        {
            metrics.Message("unreadable");
            return MqttVerdict.Acknowledge;
        }

        metrics.Message(Topics.Enrol);
        _ = AskedAsync(session, request);
        return MqttVerdict.Acknowledge;
    }

    public void Release(EnrolmentSession session) =>
        _held.TryRemove(new KeyValuePair<int, EnrolmentSession>(session.Id, session));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var subscription = notices.Subscribe(Channels.Cameras, _ => Notice());
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await _noticed.WaitAsync(PollInterval, stoppingToken);
                if (!_held.IsEmpty)
                {
                    await LookAsync(stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (DatabaseFault.Is(fault))
            {
                LookFailed(log, fault.Message);
            }
        }
    }

    // What somebody decided about the boards that wait here.
    async Task LookAsync(CancellationToken cancellationToken)
    {
        var held = _held.Values.ToDictionary(s => s.Id);
        foreach (var enrolment in await _enrolments.ListHeldAsync([.. held.Keys], cancellationToken))
        {
            var session = held[enrolment.Id];
            var state = enrolment.State(time.GetUtcNow());
            if (state is EnrolmentState.Accepted && session.IsAsking)
            {
                await TellAsync(session, cancellationToken);
            }
            else if (state is not (EnrolmentState.Unused or EnrolmentState.Waiting or EnrolmentState.Accepted))
            {
                session.Connection.Abort($"The enrolment code is {state}.");
            }
        }
    }

    async Task AskedAsync(EnrolmentSession session, EnrolRequest request)
    {
        try
        {
            var firmware = string.Create(
                CultureInfo.InvariantCulture,
                $"{request.FirmwareMajor}.{request.FirmwareMinor}.{request.FirmwarePatch}");
            var remote = (session.Connection.Request.Remote as IPEndPoint)?.Address.ToString() ?? "";
            await _enrolments.NoteAskAsync(
                session.Id, new EnrolmentAsk(request.Board, firmware, request.HardwareAddress, remote),
                session.Connection.Closed);
            session.IsAsking = true;
            Notice();
        }
        catch (OperationCanceledException) when (session.Connection.Closed.IsCancellationRequested)
        {
            // It left, and will ask again.
        }
        catch (Exception fault) when (DatabaseFault.Is(fault))
        {
            session.Connection.Abort("The database is away.");
        }
    }

    async Task TellAsync(EnrolmentSession session, CancellationToken cancellationToken)
    {
        var (credential, hash) = CameraCredential.Create();
        if (await _enrolments.IssueAsync(session.Id, hash, cancellationToken) is not { } camera)
        {
            return;
        }

        var message = new Credential();
        try
        {
            message.UpdateKey = await keys.EnsureAsync(camera.Id, cancellationToken);
        }
        catch (UpdateKeyException fault)
        {
            // The camera works without updates, and its operator reads here why it gets none.
            NoUpdateKey(log, camera.Code, fault.Message);
        }

        Encoding.ASCII.GetBytes(camera.Code, message.Code);
        Encoding.ASCII.GetBytes(credential, message.Password);
        var bytes = new byte[Credential.Bytes];
        message.Write(bytes, 0);
        session.IsAsking = false;
        if (session.Connection.TrySend(
            Topics.Down(session.Name, Topics.Credential), bytes, MqttQos.AtLeastOnce))
        {
            metrics.Admission("credential-told");
            CredentialTold(log, camera.Code, session.Name);
        }
        else
        {
            session.Connection.Abort("The board does not listen for its credential.");
        }
    }

    void Notice()
    {
        if (_noticed.CurrentCount == 0)
        {
            _noticed.Release();
        }
    }

    /// <summary>A credential that goes out in the clear is everyone's: TLS, or it stays on this machine.</summary>
    internal static bool IsSafe(MqttConnectRequest request) => request.IsTls
        || (request.Remote is IPEndPoint { Address: { } address }
            && IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address));

    public override void Dispose()
    {
        _noticed.Dispose();
        base.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Looking for boards that enrol failed; trying again: {Reason}")]
    static partial void LookFailed(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Camera {Camera} was told its credential at {Enrolment}")]
    static partial void CredentialTold(ILogger logger, string camera, string enrolment);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Camera {Camera} enrols without an update key: {Reason}")]
    static partial void NoUpdateKey(ILogger logger, string camera, string reason);
}
