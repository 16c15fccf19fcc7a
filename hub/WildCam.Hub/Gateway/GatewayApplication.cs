using System.Text;
using Npgsql;
using WildCam.Hub.Hosting;
using WildCam.Mqtt;
using WildCam.Storage;
using WildCam.Storage.Cameras;
using WildCam.Wire;

namespace WildCam.Hub.Gateway;

/// <summary>
/// How messages come: through the hub's own MQTT listener. Who a camera is, which topics are its own, which connection
/// counts. What the messages mean is <see cref="CameraMessages"/>' business, so that a client of a broker can take the
/// place of this class.
/// </summary>
sealed partial class GatewayApplication(
    CameraDirectory directory, CameraCalls calls, CameraMessages messages, CameraAudit audit,
    EnrolmentDoor door, GatewayMetrics metrics, TimeProvider time, ILogger<GatewayApplication> log) : IMqttApplication
{
    public async ValueTask<MqttAdmission> AdmitAsync(
        MqttServerConnection connection, CancellationToken cancellationToken)
    {
        var request = connection.Request;
        try
        {
            var code = request.UserName ?? "";
            if (EnrolmentDoor.IsEnrolling(code))
            {
                return await door.AdmitAsync(connection, cancellationToken);
            }

            var camera = IsCode(code) ? await directory.FindAsync(code, cancellationToken) : null;
            var credential = camera?.FindCredential(request.Password, time.GetUtcNow());
            if (credential is null && IsCode(code) && CameraCredential.HashOf(request.Password) is { } hash)
            {
                camera = await directory.EnrolAsync(code, hash, cancellationToken) ?? camera;
                credential = camera?.FindCredential(request.Password, time.GetUtcNow());
            }

            if (camera is null || credential is null)
            {
                metrics.Admission("bad-credentials");
                audit.Add("camera.sign-in-failed", code, camera, $"from {request.Remote}");
                return MqttAdmission.BadCredentials;
            }

            var session = new CameraSession(connection, camera, credential);
            if (request.Will is { } will && will.Topic != Topics.Up(camera.Code, Topics.Will))
            {
                metrics.Admission("foreign-will");
                audit.Add("camera.foreign-will", code, camera, will.Topic);
                return MqttAdmission.NotAuthorized;
            }

            if (!camera.IsPasswordUsed && ReferenceEquals(credential, camera.PasswordHash))
            {
                await directory.NoteFirstSignInAsync(camera, cancellationToken);
            }

            await directory.HoldAsync(session, cancellationToken);
            connection.State = session;
            metrics.Admission("accepted");
            return MqttAdmission.Accepted;
        }
        catch (Exception fault) when (DatabaseFault.Is(fault))
        {
            metrics.Admission("unavailable");
            AdmissionFailed(log, request.UserName, fault.Message);
            return MqttAdmission.ServerUnavailable;
        }
    }

    public bool MaySubscribe(MqttServerConnection connection, string filter)
    {
        if (connection.State is EnrolmentSession enrolling)
        {
            return EnrolmentDoor.MaySubscribe(enrolling, filter);
        }

        var session = (CameraSession)connection.State!;
        if (filter.StartsWith(session.Link.DownPrefix, StringComparison.Ordinal))
        {
            return true;
        }

        Refuse(session, "subscribe", "camera.foreign-filter", filter);
        return false;
    }

    public ValueTask<MqttVerdict> ReceiveAsync(
        MqttServerConnection connection, MqttPublication publication, CancellationToken cancellationToken)
    {
        if (connection.State is EnrolmentSession enrolling)
        {
            return new ValueTask<MqttVerdict>(door.Receive(enrolling, publication));
        }

        var session = (CameraSession)connection.State!;
        if (!publication.Topic.StartsWith(session.UpPrefix, StringComparison.Ordinal))
        {
            Refuse(session, "publish", "camera.foreign-topic", publication.Topic);
            return new ValueTask<MqttVerdict>(MqttVerdict.Refuse);
        }

        return new ValueTask<MqttVerdict>(messages.Receive(
            session.Link, publication.Topic.AsSpan(session.UpPrefix.Length), publication));
    }

    public async ValueTask ClosedAsync(
        MqttServerConnection connection, MqttWill? will, CancellationToken cancellationToken)
    {
        if (connection.State is EnrolmentSession enrolling)
        {
            door.Release(enrolling);
        }

        if (connection.State is not CameraSession session)
        {
            return;
        }

        directory.Release(session);
        calls.Leave(session.Link);
        CameraLeft(log, session.Link.Camera.Code, connection.CloseText);
        if (will is not null)
        {
            await messages.LostAsync(session.Link, will.Payload, cancellationToken);
        }
    }

    // Anything else is no camera and not worth a query.
    static bool IsCode(string name) =>
        name.Length is > 0 and <= 32 && Ascii.IsValid(name)
        && name.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-');

    void Refuse(CameraSession session, string what, string action, string topic)
    {
        metrics.Refusal(what);
        audit.Add(action, session.Link.Camera.Code, session.Link.Camera, topic);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Camera {Camera} could not be let in: {Reason}")]
    static partial void AdmissionFailed(ILogger logger, string? camera, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Camera {Camera} left: {Reason}")]
    static partial void CameraLeft(ILogger logger, string camera, string? reason);
}
