using System.Buffers;

namespace WildCam.Mqtt;

/// <summary>The loop that reads, and the state under the sender's gate.</summary>
public sealed partial class MqttClient
{
    async Task OpenAsync(CancellationToken cancellationToken)
    {
        ClientId = _options.ClientId;
        var connect = new ConnectPacket
        {
            Version = _options.Version,
            ClientId = _options.ClientId,
            UserName = _options.UserName,
            Password = _options.Password,
            KeepAliveSeconds = _options.KeepAliveSeconds,
            CleanStart = _options.CleanStart,
            Will = _options.Will,
            Properties = new MqttProperties { PacketBytesMax = (uint)_options.PacketBytesMax },
        };
        lock (_sender.Gate)
        {
            Append(connect.ToBytes());
        }

        _ = RunAsync();
        ConnAckPacket answer;
        try
        {
            answer = await _connected.Task.WaitAsync(_options.ConnectTimeout, _options.Time, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new MqttException($"No CONNACK came within ConnectTimeout ({_options.ConnectTimeout}).", e);
        }

        if (answer.Reason != MqttReason.Success)
        {
            var text = answer.Properties.ReasonText is { } said ? $" ({said})" : "";
            throw new MqttException(answer.Reason, $"The server refused the connection: {answer.Reason}{text}.");
        }
    }

    async Task RunAsync()
    {
        MqttClosed reason;
        try
        {
            reason = await ReadAsync();
        }
        catch (MqttProtocolException e)
        {
            reason = new MqttClosed(e.Reason, "The server broke the protocol: " + e.Message, e);
            await SayGoodbyeAsync(e);
        }
        catch (Exception e)
        {
            reason = new MqttClosed(null, "The connection broke: " + e.Message, e);
        }

        lock (_sender.Gate)
        {
            _reason ??= reason;
        }

        await _input.CompleteAsync();
        await EndAsync();
    }

    async Task<MqttClosed> ReadAsync()
    {
        while (true)
        {
            var result = await _input.ReadAsync();
            var buffer = result.Buffer;
            _sender.Hold();
            while (MqttFrame.TryRead(ref buffer, _options.PacketBytesMax, out var frame))
            {
                if (Handle(frame) is { } closed)
                {
                    return closed;
                }
            }

            _input.AdvanceTo(buffer.Start, buffer.End);
            await _sender.ReleaseAsync(_ended.Token);
            if (result.IsCompleted)
            {
                return new MqttClosed(null, "The server closed the connection.");
            }
        }
    }

    MqttClosed? Handle(in MqttFrame frame)
    {
        if (!_connected.Task.IsCompleted && frame.Type != MqttPacketType.ConnAck)
        {
            // [MQTT-3.2.0-1].
            throw new MqttProtocolException(MqttReason.ProtocolError, $"{frame.Type} came before CONNACK.");
        }

        switch (frame.Type)
        {
            case MqttPacketType.ConnAck:
                Opened(ConnAckPacket.Read(frame, _options.Version));
                return null;
            case MqttPacketType.Publish:
                Receive(frame);
                return null;
            case MqttPacketType.PubAck:
                Acknowledged(PubAckPacket.Read(frame, _options.Version));
                return null;
            case MqttPacketType.SubAck or MqttPacketType.UnsubAck:
                Answered(SubAckPacket.Read(frame, _options.Version));
                return null;
            case MqttPacketType.PingResp:
                new MqttReader(frame.Body).End();
                Volatile.Write(ref _pingSent, 0);
                return null;
            case MqttPacketType.Disconnect when _options.Version == MqttVersion.V5:
                var packet = DisconnectPacket.Read(frame, _options.Version);
                return new MqttClosed(
                    packet.Reason, $"The server disconnected: {packet.Reason}. {packet.Text}".TrimEnd());
            default:
                throw new MqttProtocolException(
                    MqttReason.ProtocolError, $"{frame.Type} is not allowed from a server here.");
        }
    }

    void Opened(ConnAckPacket packet)
    {
        if (_connected.Task.IsCompleted)
        {
            throw new MqttProtocolException(MqttReason.ProtocolError, "A second CONNACK came.");
        }

        var properties = packet.Properties;
        ClientId = properties.AssignedClientId ?? ClientId;
        KeepAliveSeconds = properties.ServerKeepAliveSeconds ?? _options.KeepAliveSeconds;
        _serverPacketBytesMax = properties.PacketBytesMax ?? uint.MaxValue;
        _inFlightMax = Math.Min(_inFlightMax, properties.ReceiveMaximum ?? ushort.MaxValue);
        if (KeepAliveSeconds > 0 && packet.Reason == MqttReason.Success)
        {
            var half = TimeSpan.FromSeconds(KeepAliveSeconds / 2.0);
            lock (_sender.Gate)
            {
                _keepAlive = _options.Time.CreateTimer(_ => KeepAlive(half), null, half, half);
            }
        }

        _connected.TrySetResult(packet);
    }

    void Receive(in MqttFrame frame)
    {
        var publication = PublishPacket.Read(
            frame, _options.Version, _topics, MqttPropertyPlace.PublishToClient);
        _options.Received?.Invoke(publication);
        if (publication.Qos == MqttQos.AtLeastOnce)
        {
            lock (_sender.Gate)
            {
                Span<byte> ack = stackalloc byte[PubAckPacket.BytesMax];
                Append(ack[..new PubAckPacket(publication.PacketId, MqttReason.Success).Write(ack)]);
            }
        }
    }

    void Acknowledged(PubAckPacket packet)
    {
        PendingPublish? publishing;
        lock (_sender.Gate)
        {
            if (!_publishing.Remove(packet.PacketId, out publishing))
            {
                return;
            }

            if (_waiting.TryDequeue(out var next))
            {
                WriteTracked(next);
            }
        }

        publishing.TrySetResult(packet.Reason);
    }

    void Answered(SubAckPacket packet)
    {
        TaskCompletionSource<SubAckPacket>? answer;
        lock (_sender.Gate)
        {
            _subscribing.Remove(packet.PacketId, out answer);
        }

        answer?.TrySetResult(packet);
    }

    async ValueTask WaitForRoomAsync(CancellationToken cancellationToken)
    {
        if (_sender.IsFull && !await _sender.WaitForRoomAsync(cancellationToken))
        {
            throw Ended();
        }
    }

    void WritePublish(string topic, ReadOnlySpan<byte> payload, MqttQos qos, ushort packetId)
    {
        var writer = new PublishWriter(topic, payload.Length, qos, _options.Version);
        lock (_sender.Gate)
        {
            ThrowIfEnded();
            writer.Write(_sender.Append(writer.Bytes), packetId, payload);
            Volatile.Write(ref _lastSent, _options.Time.GetTimestamp());
        }
    }

    // Under the gate.
    void WriteTracked(PendingPublish publish)
    {
        var id = TakePacketId();
        _publishing[id] = publish;
        WritePublish(publish.Topic, publish.Payload.Span, MqttQos.AtLeastOnce, id);
    }

    // [MQTT-2.3.1-2]. The window is smaller than the number of identifiers, so one is free.
    ushort TakePacketId()
    {
        do
        {
            _lastPacketId = _lastPacketId == ushort.MaxValue ? (ushort)1 : (ushort)(_lastPacketId + 1);
        }
        while (_publishing.ContainsKey(_lastPacketId) || _subscribing.ContainsKey(_lastPacketId));
        return _lastPacketId;
    }

    void Append(ReadOnlySpan<byte> packet)
    {
        packet.CopyTo(_sender.Append(packet.Length));
        Volatile.Write(ref _lastSent, _options.Time.GetTimestamp());
    }

    /// <summary>
    /// Pings where nothing else was sent for half the keep-alive; ends where a ping stays unanswered.
    /// </summary>
    void KeepAlive(TimeSpan half)
    {
        var time = _options.Time;
        lock (_sender.Gate)
        {
            if (_sender.IsClosed)
            {
                return;
            }

            if (Volatile.Read(ref _pingSent) is var pinged and not 0)
            {
                if (time.GetElapsedTime(pinged) > 2 * half)
                {
                    _reason ??= new MqttClosed(MqttReason.KeepAliveTimeout, "The server did not answer a ping.");
                    _stream.Dispose();
                }
            }
            else if (time.GetElapsedTime(_lastSent) >= half - TimeSpan.FromMilliseconds(50))
            {
                // The timer is not exact: a little early is in time, a whole period later might be too late.
                Volatile.Write(ref _pingSent, time.GetTimestamp());
                Append([(byte)MqttPacketType.PingReq << 4, 0]);
            }
        }
    }

    async Task SayGoodbyeAsync(MqttProtocolException e)
    {
        if (_options.Version != MqttVersion.V5)
        {
            return;
        }

        lock (_sender.Gate)
        {
            if (!_sender.IsClosed)
            {
                Append(new DisconnectPacket(e.Reason).ToBytes(_options.Version, _serverPacketBytesMax));
            }
        }

        await _sender.FinishAsync();
    }

    /// <summary>Lets go of everything and fails who waits; the first call does it.</summary>
    async Task EndAsync()
    {
        PendingPublish[] publishing;
        TaskCompletionSource<SubAckPacket>[] subscribing;
        lock (_sender.Gate)
        {
            _reason ??= new MqttClosed(null, "The connection ended.");
            publishing = [.. _publishing.Values, .. _waiting];
            subscribing = [.. _subscribing.Values];
            _publishing.Clear();
            _waiting.Clear();
            _subscribing.Clear();
        }

        if (_keepAlive is not null)
        {
            await _keepAlive.DisposeAsync();
        }

        await _stream.DisposeAsync();
        await _sender.FinishAsync();
        foreach (var waiter in publishing)
        {
            Fail(waiter);
        }

        foreach (var waiter in subscribing)
        {
            Fail(waiter);
        }

        Fail(_connected);
        if (_closed.TrySetResult(_reason))
        {
            await _ended.CancelAsync();
        }
    }

    void Fail<T>(TaskCompletionSource<T> waiter)
    {
        waiter.TrySetException(Ended());

        // Who waited may have been cancelled: the failure then counts as seen.
        _ = waiter.Task.Exception;
    }

    void ThrowIfEnded()
    {
        if (_reason is not null || _sender.IsClosed)
        {
            throw Ended();
        }
    }

    MqttException Ended() => _reason is { Reason: { } reason }
        ? new MqttException(reason, _reason.Text)
        : new MqttException(_reason?.Text ?? "The connection ended.", _reason?.Error);
}
