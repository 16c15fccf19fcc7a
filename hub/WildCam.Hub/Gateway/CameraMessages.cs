using System.Collections.Frozen;
using Npgsql;
using WildCam.Hub.Hosting;
using WildCam.Mqtt;
using WildCam.Storage;
using WildCam.Storage.Cameras;
using WildCam.Wire;

namespace WildCam.Hub.Gateway;

/// <summary>What the messages of authenticated cameras mean: each word goes to the slice that registered it.</summary>
sealed partial class CameraMessages(
    IEnumerable<ICameraWord> words, NpgsqlDataSource database, GatewayMetrics metrics, TimeProvider time,
    ILogger<CameraMessages> log)
{
    readonly FrozenDictionary<string, ICameraWord> _words = words.ToFrozenDictionary(w => w.Word);
    readonly CameraStatesTable _states = new(database);

    /// <summary>A message; <paramref name="word"/> is what follows up/ in its topic.</summary>
    public MqttVerdict Receive(CameraLink link, ReadOnlySpan<char> word, in MqttPublication publication)
    {
        if (!_words.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(word, out var known))
        {
            // A newer firmware may say more than this hub knows; it must not resend it for ever.
            metrics.Message("unknown");
            return MqttVerdict.Acknowledge;
        }

        metrics.Message(known.Word);
        return known.Receive(link, publication);
    }

    /// <summary>The connection broke off without a goodbye; the text is the camera's last will.</summary>
    public async ValueTask LostAsync(CameraLink link, byte[] text, CancellationToken cancellationToken)
    {
        if (!LastWill.TryRead(text, 0, text.Length, out var will))
        {
            metrics.Message("unreadable");
            return;
        }

        try
        {
            await link.Greeted.WaitAsync(cancellationToken);
            var isNewest = await _states.LoseAsync(
                link.Camera.Id, will.Boot, will.Session, time.GetUtcNow(), cancellationToken);
            if (!isNewest)
            {
                metrics.Stale(Topics.Will);
            }
        }
        catch (Exception fault) when (DatabaseFault.Is(fault))
        {
            // The page then says offline when the next contact is overdue, as with a camera that just goes quiet.
            WillFailed(log, link.Camera.Code, fault.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The last will of camera {Camera} was not noted: {Reason}")]
    static partial void WillFailed(ILogger logger, string camera, string reason);
}
