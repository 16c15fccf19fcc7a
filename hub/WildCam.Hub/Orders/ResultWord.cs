using WildCam.Hub.Hosting;
using WildCam.Mqtt;
using WildCam.Storage;
using WildCam.Storage.Orders;
using WildCam.Wire;

namespace WildCam.Hub.Orders;

/// <summary>
/// "result": what became of a command. Acknowledged once it is noted, and the next command is on its way.
/// </summary>
sealed partial class ResultWord(
    CommandsTable commands, CommandOutbox outbox, OrderMetrics metrics, ILogger<ResultWord> log) : ICameraWord
{
    public string Word => Topics.Result;

    public MqttVerdict Receive(CameraLink link, in MqttPublication publication)
    {
        var count = publication.CopyToScratch();
        if (count < 0 || !CommandResult.TryRead(CameraMessage.Scratch, 0, count, out var result))
        {
            metrics.Result("unreadable");
            return MqttVerdict.Acknowledge;
        }

        var packetId = publication.Qos == MqttQos.AtLeastOnce ? publication.PacketId : (ushort)0;
        return !link.TryBegin(() => NoteAsync(link, result, packetId)) ? MqttVerdict.Close
            : packetId != 0 ? MqttVerdict.AcknowledgeLater
            : MqttVerdict.Acknowledge;
    }

    async Task NoteAsync(CameraLink link, CommandResult result, ushort packetId)
    {
        var state = result.State switch
        {
            CommandStates.Done => CommandState.Done,
            CommandStates.Refused => CommandState.Refused,
            CommandStates.Expired => CommandState.Expired,
            _ => CommandState.Queued,
        };
        if (state == CommandState.Queued || result.Code == RefusalCodes.Busy)
        {
            // It had no room for it and does not remember it: it stays open and is sent again.
            metrics.Result("busy");
        }
        else if (!await EndAsync(link, result, state))
        {
            return;
        }

        if (packetId != 0)
        {
            link.Acknowledge(packetId);
        }
    }

    /// <summary>False where it could not be noted: unacknowledged, so that the camera says it again.</summary>
    async Task<bool> EndAsync(CameraLink link, CommandResult result, CommandState state)
    {
        try
        {
            var isNews = await commands.EndAsync(
                link.Camera.Id, unchecked((long)result.CommandId), state, result.Code, CancellationToken.None);
            metrics.Result(isNews ? state.ToString().ToLowerInvariant() : "known");
            if (isNews)
            {
                await outbox.TellAsync(link.Camera);
                await outbox.SendAsync(link, isHello: false, CancellationToken.None);
            }

            return true;
        }
        catch (Exception fault) when (DatabaseFault.Is(fault))
        {
            NotNoted(log, link.Camera.Code, result.CommandId, fault.Message);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "The result of command {Command} of camera {Camera} was not noted: {Reason}")]
    static partial void NotNoted(ILogger logger, string camera, ulong command, string reason);
}
