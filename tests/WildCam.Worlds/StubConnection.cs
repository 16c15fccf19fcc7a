using WildCam.Hub.Hosting;

namespace WildCam.Worlds;

/// <summary>A camera's connection; what is sent goes to a function, or nowhere.</summary>
sealed class StubConnection(Func<string, byte[], bool>? send = null) : ICameraConnection
{
    public CancellationToken Closed { get; init; }

    public bool TrySend(string topic, ReadOnlySpan<byte> payload, Action? received) =>
        send is null || send(topic, payload.ToArray());

    public void Acknowledge(ushort packetId)
    {
    }

    public void Close(string reason)
    {
    }
}
