using WildCam.Mqtt;
using WildCam.Storage.Cameras;
using WildCam.Wire;

namespace WildCam.Hub.Hosting;

/// <summary>What carries the messages of one camera.</summary>
public interface ICameraConnection
{
    /// <summary>Fires when the connection is closed.</summary>
    CancellationToken Closed { get; }

    /// <summary>
    /// Sends a message at least once; false where it cannot be queued. <paramref name="received"/> is called, and must
    /// return at once, when the camera acknowledges it.
    /// </summary>
    bool TrySend(string topic, ReadOnlySpan<byte> payload, Action? received);

    /// <summary>Acknowledges a message that was taken and not acknowledged at once.</summary>
    void Acknowledge(ushort packetId);

    void Close(string reason);
}

/// <summary>
/// An authenticated camera that is connected, whatever carries its messages. The slices answer through it.
/// </summary>
public sealed class CameraLink(Camera camera, ICameraConnection connection)
{
    /// <summary>
    /// Pieces of work that wait, a wake-up's worth: hello, reports, results of as many orders as a camera holds, sleep.
    /// </summary>
    const int WaitingMax = 16;

    readonly Lock _gate = new();
    int _waiting;

    public Camera Camera { get; } = camera;

    /// <summary>What the topics of all messages to the camera begin with.</summary>
    public string DownPrefix { get; } = Topics.Down(camera.Code, "");

    /// <summary>
    /// Ends when what the camera's messages began is in the database, its hello first; what depends on it waits here.
    /// </summary>
    public Task Greeted { get; private set; } = Task.CompletedTask;

    /// <summary>Boot and session of the newest hello on this connection; 0 before it.</summary>
    public (uint Boot, uint Session) Session { get; set; }

    /// <summary>The clock epoch of the newest hello, and what its second 0 was in hub time.</summary>
    public (uint Epoch, DateTimeOffset ZeroAt)? Clock { get; set; }

    /// <summary>Fires when the connection is closed.</summary>
    public CancellationToken Closed => connection.Closed;

    /// <summary>
    /// Sends a word at least once; false where the camera does not listen or its queue is full.
    /// <paramref name="received"/> is called when the camera has it.
    /// </summary>
    public bool TrySend(string word, ReadOnlySpan<byte> payload, Action? received = null) =>
        connection.TrySend(DownPrefix + word, payload, received);

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

    public void Acknowledge(ushort packetId) => connection.Acknowledge(packetId);

    public void Close(string reason) => connection.Close(reason);

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
                if (_waiting == 0 && done.Task.IsCompletedSuccessfully)
                {
                    Greeted = Task.CompletedTask;
                }
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
    /// <summary>Longest message apart from chunks and previews, in bytes; longer ones are no message of ours.</summary>
    const int BytesMax = 256;

    [ThreadStatic]
    static byte[]? _scratch;

    /// <summary>For the reader of one message, which does not wait: the thread's next one overwrites it.</summary>
    public static byte[] Scratch => _scratch ??= new byte[BytesMax];

    /// <summary>Copies a short message into <see cref="Scratch"/>; its length, or -1 where it is too long.</summary>
    public static int CopyToScratch(this in MqttPublication publication)
    {
        if (publication.Payload.Length is 0 or > BytesMax)
        {
            return -1;
        }

        System.Buffers.BuffersExtensions.CopyTo(publication.Payload, Scratch);
        return (int)publication.Payload.Length;
    }
}
