using WildCam.Mqtt;
using WildCam.Storage.Cameras;
using WildCam.Wire;

namespace WildCam.Hub.Hosting;

/// <summary>
/// Sends a message to one camera; false where it cannot be queued. <paramref name="received"/> is called, and must
/// return at once, when the camera acknowledges it.
/// </summary>
public delegate bool CameraSend(string topic, ReadOnlySpan<byte> payload, MqttQos qos, Action? received);

/// <summary>
/// An authenticated camera that is connected, whatever carries its messages. The slices answer through it.
/// </summary>
public sealed class CameraLink(
    Camera camera, CameraSend send, Action<ushort> acknowledge, Action<string> close, CancellationToken closed)
{
    /// <summary>Longest message apart from chunks and previews, in bytes; longer ones are no message of ours.</summary>
    public const int MessageBytesMax = 256;

    /// <summary>
    /// Pieces of work that wait, a wake-up's worth: hello, reports, results of as many orders as a camera holds, sleep.
    /// </summary>
    const int WaitingMax = 16;

    readonly string _downPrefix = Topics.Down(camera.Code, "");
    readonly Lock _gate = new();
    int _waiting;

    public Camera Camera { get; } = camera;

    /// <summary>
    /// Ends when what the camera's messages began is in the database, its hello first; what depends on it waits here.
    /// </summary>
    public Task Greeted { get; private set; } = Task.CompletedTask;

    /// <summary>Boot and session of the newest hello on this connection; 0 before it.</summary>
    public (uint Boot, uint Session) Session { get; set; }

    /// <summary>The clock epoch of the newest hello, and what its second 0 was in hub time.</summary>
    public (uint Epoch, DateTimeOffset ZeroAt)? Clock { get; set; }

    /// <summary>Fires when the connection is closed.</summary>
    public CancellationToken Closed { get; } = closed;

    /// <summary>For the reader of one message at a time.</summary>
    public byte[] Scratch { get; } = new byte[MessageBytesMax];

    /// <summary>
    /// Sends a word at least once; false where the camera does not listen or its queue is full.
    /// <paramref name="received"/> is called when the camera has it.
    /// </summary>
    public bool TrySend(string word, ReadOnlySpan<byte> payload, Action? received = null) =>
        send(_downPrefix + word, payload, MqttQos.AtLeastOnce, received);

    /// <summary>
    /// Begins work that outlives a message: in order, one piece at a time. False where too much waits already.
    /// </summary>
    public bool TryBegin(Func<Task> work)
    {
        Task before;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_waiting >= WaitingMax)
            {
                return false;
            }

            _waiting++;
            before = Greeted;
            Greeted = done.Task;
        }

        _ = RunAfterAsync(before, work, done);
        return true;
    }

    public void Acknowledge(ushort packetId) => acknowledge(packetId);

    public void Close(string reason) => close(reason);

    async Task RunAfterAsync(Task before, Func<Task> work, TaskCompletionSource done)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await work();
            done.SetResult();
        }
        catch (Exception fault)
        {
            // A bug, which whoever waits for it must see; the next piece of work goes on.
            done.SetException(fault);
        }
        finally
        {
            lock (_gate)
            {
                _waiting--;
            }
        }
    }
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
