using WildCam.Mqtt;
using WildCam.Storage.Cameras;
using WildCam.Wire;

namespace WildCam.Hub.Hosting;

/// <summary>Sends a message to one camera; false where it cannot be queued.</summary>
public delegate bool CameraSend(string topic, ReadOnlySpan<byte> payload, MqttQos qos);

/// <summary>
/// An authenticated camera that is connected, whatever carries its messages. The slices answer through it.
/// </summary>
public sealed class CameraLink(
    Camera camera, CameraSend send, Action<ushort> acknowledge, Action<string> close, CancellationToken closed)
{
    /// <summary>Longest message apart from chunks and previews, in bytes; longer ones are no message of ours.</summary>
    public const int MessageBytesMax = 256;

    readonly string _downPrefix = Topics.Down(camera.Code, "");
    int _waiting;

    public Camera Camera { get; } = camera;

    /// <summary>Ends when the camera's last hello is in the database; what depends on it waits here.</summary>
    public Task Greeted { get; set; } = Task.CompletedTask;

    /// <summary>Boot and session of the newest hello on this connection; 0 before it.</summary>
    public (uint Boot, uint Session) Session { get; set; }

    /// <summary>The clock epoch of the newest hello, and what its second 0 was in hub time.</summary>
    public (uint Epoch, DateTimeOffset ZeroAt)? Clock { get; set; }

    /// <summary>Fires when the connection is closed.</summary>
    public CancellationToken Closed { get; } = closed;

    /// <summary>Pieces of work in <see cref="Greeted"/> that have not ended.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>For the reader of one message at a time.</summary>
    public byte[] Scratch { get; } = new byte[MessageBytesMax];

    /// <summary>Sends a word at least once; false where the camera does not listen or its queue is full.</summary>
    public bool TrySend(string word, ReadOnlySpan<byte> payload) =>
        send(_downPrefix + word, payload, MqttQos.AtLeastOnce);

    public void AddWaiting(int count) => Interlocked.Add(ref _waiting, count);

    public void Acknowledge(ushort packetId) => acknowledge(packetId);

    public void Close(string reason) => close(reason);
}

/// <summary>What the hub does with one word of the cameras: the last level of the topic.</summary>
public interface ICameraWord
{
    /// <summary>The word, one of <see cref="Topics"/>.</summary>
    string Word { get; }

    /// <summary>
    /// Takes a message, in the order of the wire and one at a time per camera. It must not wait: the payload is valid
    /// until it returns, and the connection reads on then.
    /// </summary>
    MqttVerdict Receive(CameraLink link, in MqttPublication publication);
}

/// <summary>Reads short messages.</summary>
public static class CameraMessage
{
    /// <summary>Copies a short message into the link's scratch; its length, or -1 where it is too long.</summary>
    public static int CopyTo(this in MqttPublication publication, CameraLink link)
    {
        if (publication.Payload.Length is 0 or > CameraLink.MessageBytesMax)
        {
            return -1;
        }

        System.Buffers.BuffersExtensions.CopyTo(publication.Payload, link.Scratch);
        return (int)publication.Payload.Length;
    }
}
