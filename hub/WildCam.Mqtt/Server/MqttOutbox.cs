namespace WildCam.Mqtt;

/// <summary>
/// The messages on their way to one client: packet identifiers, the window of unacknowledged ones, and the bounded
/// queue behind it. Every member is called under the sender's gate.
/// </summary>
sealed class MqttOutbox(MqttSender sender, MqttServerOptions options)
{
    Queue<(byte[] Packet, int PacketIdOffset, Action? Received)>? _waiting;
    int _waitingBytes;
    (ushort PacketId, Action? Received)[]? _inFlight;
    int _inFlightCount;
    ushort _lastPacketId;
    int _inFlightMax = options.SendInFlightMax;
    uint _packetBytesMax = (uint)options.PacketBytesMax;

    public MqttVersion Version { get; private set; } = MqttVersion.V311;

    /// <summary>Takes what the client said in CONNECT: MQTT 5.0, 3.1.2.11.3 and 3.1.2.11.4.</summary>
    public void Open(ConnectPacket connect)
    {
        Version = connect.Version;
        _inFlightMax = Math.Min(_inFlightMax, connect.Properties.ReceiveMaximum ?? ushort.MaxValue);
        _packetBytesMax = Math.Min(_packetBytesMax, connect.Properties.PacketBytesMax ?? uint.MaxValue);
    }

    /// <summary>
    /// Writes or queues a message; false where the bounds or the client's packet limit forbid it.
    /// <paramref name="received"/> comes back from <see cref="Acknowledged"/>.
    /// </summary>
    public bool TrySend(string topic, ReadOnlySpan<byte> payload, MqttQos qos, Action? received)
    {
        var writer = new PublishWriter(topic, payload.Length, qos, Version);
        var packets = sender.Packets + (_waiting?.Count ?? 0);
        if (sender.IsClosed
            || writer.Bytes > _packetBytesMax // MQTT 5.0 [MQTT-3.1.2-24]
            || packets >= options.SendQueuePacketsMax
            || sender.Count + _waitingBytes + writer.Bytes > options.SendQueueBytesMax)
        {
            return false;
        }

        if (qos == MqttQos.AtMostOnce)
        {
            writer.Write(sender.Append(writer.Bytes), 0, payload);
            return true;
        }

        // Behind those that wait already: MQTT 3.1.1 [MQTT-4.6.0-6], order per topic. Window: MQTT 5.0 [MQTT-3.3.4-9].
        if (_waiting is { Count: > 0 } || _inFlightCount == _inFlightMax)
        {
            var packet = new byte[writer.Bytes];
            writer.Write(packet, 0, payload);
            (_waiting ??= new()).Enqueue((packet, writer.PacketIdOffset, received));
            _waitingBytes += packet.Length;
            return true;
        }

        writer.Write(sender.Append(writer.Bytes), TakePacketId(received), payload);
        return true;
    }

    /// <summary>
    /// The client acknowledged; what waited moves up. Gives what the message was sent with, to be called outside of
    /// the gate. An unknown identifier changes nothing.
    /// </summary>
    public Action? Acknowledged(ushort packetId)
    {
        var at = IndexOf(packetId);
        if (at < 0)
        {
            return null;
        }

        var received = _inFlight![at].Received;
        _inFlightCount--;
        Array.Copy(_inFlight, at + 1, _inFlight, at, _inFlightCount - at);
        while (_inFlightCount < _inFlightMax && _waiting is not null && _waiting.TryDequeue(out var next))
        {
            _waitingBytes -= next.Packet.Length;
            var id = TakePacketId(next.Received);
            next.Packet[next.PacketIdOffset] = (byte)(id >> 8);
            next.Packet[next.PacketIdOffset + 1] = (byte)id;
            next.Packet.CopyTo(sender.Append(next.Packet.Length));
        }

        if (_waiting is { Count: 0 })
        {
            _waiting = null;
        }

        if (_inFlightCount == 0)
        {
            _inFlight = null;
        }

        return received;
    }

    // [MQTT-2.3.1-2]: not 0 and not in use.
    ushort TakePacketId(Action? received)
    {
        _inFlight ??= new (ushort, Action?)[_inFlightMax];
        do
        {
            _lastPacketId = _lastPacketId == ushort.MaxValue ? (ushort)1 : (ushort)(_lastPacketId + 1);
        }
        while (IndexOf(_lastPacketId) >= 0);
        _inFlight[_inFlightCount++] = (_lastPacketId, received);
        return _lastPacketId;
    }

    int IndexOf(ushort packetId)
    {
        for (var i = 0; i < _inFlightCount; i++)
        {
            if (_inFlight![i].PacketId == packetId)
            {
                return i;
            }
        }

        return -1;
    }
}
