using Npgsql;
using WildCam.Hub.Hosting;
using WildCam.Mqtt;
using WildCam.Storage.Cameras;
using WildCam.Wire;

namespace WildCam.Hub.Gateway;

/// <summary>
/// "hello": who the camera is, which clock it has. Answered by what waits for it, the time, and a spool id if needed.
/// </summary>
sealed partial class HelloWord(
    NpgsqlDataSource database, CameraCalls calls, GatewayMetrics metrics, TimeProvider time, ILogger<HelloWord> log)
    : ICameraWord
{
    readonly CameraStatesTable _states = new(database);
    readonly ClockEpochsTable _epochs = new(database);
    readonly SpoolsTable _spools = new(database);

    public string Word => Topics.Hello;

    public MqttVerdict Receive(CameraLink link, in MqttPublication publication)
    {
        var now = time.GetUtcNow();
        var count = publication.CopyToScratch();
        if (count < 0 || !Hello.TryRead(CameraMessage.Scratch, 0, count, out var hello))
        {
            metrics.Message("unreadable");
            return MqttVerdict.Acknowledge;
        }

        return link.TryBegin(() => GreetAsync(link, hello, now))
            ? MqttVerdict.Acknowledge
            : MqttVerdict.Close;
    }

    async Task GreetAsync(CameraLink link, Hello hello, DateTimeOffset now)
    {
        try
        {
            var cameraId = link.Camera.Id;
            var isNewest = await _states.GreetAsync(
                new GreetedCamera(
                    cameraId, hello.Boot, hello.Session, now,
                    $"{hello.FirmwareMajor}.{hello.FirmwareMinor}.{hello.FirmwarePatch}", hello.Board,
                    hello.ConfigVersion, hello.SpoolCount),
                CancellationToken.None);
            if (isNewest)
            {
                link.Session = (hello.Boot, hello.Session);
                var zeroAt = await _epochs.AnchorAsync(
                    cameraId, hello.ClockEpoch, now.AddSeconds(-hello.ClockSeconds), CancellationToken.None);
                link.Clock = (hello.ClockEpoch, zeroAt);
            }
            else
            {
                metrics.Stale(Topics.Hello);
            }

            var spool = hello.SpoolId == 0 ? await _spools.IssueAsync(cameraId, CancellationToken.None) : 0;
            // Before the time, which lets the camera act: so one that woke for a heartbeat does not miss its orders.
            await calls.JoinAsync(link);
            var answer = new HubTime
            {
                ClockEpoch = hello.ClockEpoch,
                ClockSeconds = hello.ClockSeconds,
                UnixMilliseconds = now.ToUnixTimeMilliseconds(),
                IssuedSpoolId = spool,
            };
            var bytes = new byte[HubTime.Bytes];
            answer.Write(bytes, 0);
            link.TrySend(Topics.Time, bytes);
        }
        catch (Exception fault)
        {
            // Its pictures could not be dated: it had better come back.
            GreetingFailed(log, link.Camera.Code, fault.Message);
            link.Close("The hub could not note the hello.");
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The hello of camera {Camera} was not noted: {Reason}")]
    static partial void GreetingFailed(ILogger logger, string camera, string reason);
}

/// <summary>"sleep": the camera goes quiet on purpose and says until when.</summary>
sealed partial class SleepWord(
    NpgsqlDataSource database, GatewayMetrics metrics, TimeProvider time, ILogger<SleepWord> log) : ICameraWord
{
    readonly CameraStatesTable _states = new(database);

    public string Word => Topics.Sleep;

    public MqttVerdict Receive(CameraLink link, in MqttPublication publication)
    {
        var now = time.GetUtcNow();
        var count = publication.CopyToScratch();
        if (count < 0 || !Sleep.TryRead(CameraMessage.Scratch, 0, count, out var sleep))
        {
            metrics.Message("unreadable");
            return MqttVerdict.Acknowledge;
        }

        // Acknowledged once what came before it is done: it may have brought another order, for which the camera stays.
        var packetId = publication.Qos == MqttQos.AtLeastOnce ? publication.PacketId : (ushort)0;
        return !link.TryBegin(() => NoteAsync(link, sleep, now, packetId)) ? MqttVerdict.Close
            : packetId != 0 ? MqttVerdict.AcknowledgeLater
            : MqttVerdict.Acknowledge;
    }

    async Task NoteAsync(CameraLink link, Sleep sleep, DateTimeOffset now, ushort packetId)
    {
        try
        {
            var isNewest = await _states.AnnounceSleepAsync(
                link.Camera.Id, sleep.Boot, sleep.Session, now,
                sleep.NextContactSeconds == 0 ? null : now.AddSeconds(sleep.NextContactSeconds),
                CancellationToken.None);
            if (!isNewest)
            {
                metrics.Stale(Topics.Sleep);
            }
        }
        catch (Exception fault)
        {
            SleepFailed(log, link.Camera.Code, fault.Message);
        }

        if (packetId != 0)
        {
            link.Acknowledge(packetId);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The sleep of camera {Camera} was not noted: {Reason}")]
    static partial void SleepFailed(ILogger logger, string camera, string reason);
}
