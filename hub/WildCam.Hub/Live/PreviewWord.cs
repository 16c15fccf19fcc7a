using System.Buffers;
using WildCam.Hub.Hosting;
using WildCam.Mqtt;
using WildCam.Wire;

namespace WildCam.Hub.Live;

/// <summary>"preview": parts of frames of a camera that somebody watches.</summary>
sealed class PreviewWord(Previews previews, LiveMetrics metrics) : ICameraWord
{
    public string Word => Topics.Preview;

    public MqttVerdict Receive(CameraLink link, in MqttPublication publication)
    {
        var payload = publication.Payload;
        if (payload.Length is <= PreviewHeader.Bytes or > PreviewHeader.Bytes + Protocol.ChunkBytesMax)
        {
            metrics.Part("unreadable");
            return MqttVerdict.Acknowledge;
        }

        payload.Slice(0, PreviewHeader.Bytes).CopyTo(CameraMessage.Scratch);
        if (!PreviewHeader.TryRead(CameraMessage.Scratch, 0, (int)payload.Length, out var header))
        {
            metrics.Part("unreadable");
            return MqttVerdict.Acknowledge;
        }

        metrics.Part(previews.Receive(link, header, payload.Slice(PreviewHeader.Bytes)) ? "taken" : "unwanted");
        return MqttVerdict.Acknowledge;
    }
}
