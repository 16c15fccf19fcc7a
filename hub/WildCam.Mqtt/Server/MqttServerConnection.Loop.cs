using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;

namespace WildCam.Mqtt;

/// <summary>The loop that reads.</summary>
public sealed partial class MqttServerConnection
{
    const int AssignedIdChars = 20;

    /// <summary>Serves the connection until it ends; never throws.</summary>
    internal async Task RunAsync()
    {
        try
        {
            await ReadAsync(_context.Transport.Input);
            Close(MqttReason.Success, "The client closed the connection.");
        }
        catch (MqttProtocolException e)
        {
            Close(e.Reason, e.Message);
        }
        catch (Exception e) when (e is IOException or ConnectionAbortedException or OperationCanceledException)
        {
            Close(MqttReason.Success, "The connection broke: " + e.Message);
        }
        catch (Exception e)
        {
            // The application's, or a bug: it costs this connection and no other.
            _server.LogBroken(e, Id);
            Close(MqttReason.UnspecifiedError, "The server failed.");
        }

        await EndAsync();
    }

    async Task ReadAsync(PipeReader input)
    {
        while (true)
        {
            _isReading = true;
            var result = await input.ReadAsync();
            _isReading = false;
            if (_isClosing)
            {
                return;
            }

            var buffer = result.Buffer;
            _sender.Hold();
            var packets = 0;
            while (!_isClosing && MqttFrame.TryRead(ref buffer, _options.PacketBytesMax, out var frame))
            {
                packets++;
                var handling = HandleAsync(frame);
                if (!handling.IsCompletedSuccessfully)
                {
                    await handling;
                }

                if (_sender.IsFull)
                {
                    await _sender.ReleaseAsync(Closed);
                    await _sender.WaitForRoomAsync(Closed);
                    _sender.Hold();
                }
            }

            Note(packets, isPartial: !buffer.IsEmpty);
            input.AdvanceTo(buffer.Start, buffer.End);
            await _sender.ReleaseAsync(Closed);
            if (result.IsCompleted || _isClosing)
            {
                return;
            }
        }
    }

    /// <summary>Notes what the sweeper needs: when the last whole packet came, and since when one is begun.</summary>
    void Note(int packets, bool isPartial)
    {
        var now = _server.Time.GetTimestamp();
        if (packets > 0)
        {
            Volatile.Write(ref _lastPacket, now);
        }

        if (!isPartial)
        {
            Volatile.Write(ref _partialSince, 0);
        }
        else if (packets > 0 || _partialSince == 0)
        {
            Volatile.Write(ref _partialSince, now);
        }
    }

    ValueTask HandleAsync(in MqttFrame frame)
    {
        if (_request is null)
        {
            // [MQTT-3.1.0-1]: the first packet is CONNECT. A task of its own: it waits for the application.
            return frame.Type == MqttPacketType.Connect
                ? ConnectAsync(frame)
                : throw new MqttProtocolException(
                    MqttReason.ProtocolError, $"The first packet is {frame.Type}, not Connect.");
        }

        switch (frame.Type)
        {
            case MqttPacketType.Publish:
                return PublishAsync(frame);
            case MqttPacketType.PubAck:
                var ack = PubAckPacket.Read(frame, Request.Version);
                Action? received;
                lock (_sender.Gate)
                {
                    received = _outbox.Acknowledged(ack.PacketId);
                }

                if (ack.Reason < MqttReason.UnspecifiedError)
                {
                    // MQTT 5.0, 3.4.2.1: from 0x80 on the client did not take it.
                    received?.Invoke();
                }

                return default;
            case MqttPacketType.Subscribe:
                Subscribe(frame);
                return default;
            case MqttPacketType.Unsubscribe:
                Unsubscribe(frame);
                return default;
            case MqttPacketType.PingReq:
                new MqttReader(frame.Body).End();
                lock (_sender.Gate)
                {
                    // [MQTT-3.12.4-1].
                    Append([(byte)MqttPacketType.PingResp << 4, 0]);
                }

                return default;
            case MqttPacketType.Disconnect:
                Disconnect(frame);
                return default;
            default:
                // [MQTT-3.1.0-2]: a second CONNECT. The others are a server's packets, or of quality of service 2, or
                // AUTH without an authentication method (MQTT 5.0 [MQTT-4.12.0-6]).
                throw new MqttProtocolException(
                    MqttReason.ProtocolError, $"{frame.Type} is not allowed from a client here.");
        }
    }

    ValueTask PublishAsync(in MqttFrame frame)
    {
        var publication = PublishPacket.Read(frame, Request.Version, _topics, MqttPropertyPlace.PublishToServer);
        if (publication.IsRetained && Request.Version == MqttVersion.V5)
        {
            // MQTT 5.0 [MQTT-3.2.2-14].
            throw new MqttProtocolException(MqttReason.RetainNotSupported, "Retained messages are not available.");
        }

        if (publication.Qos == MqttQos.AtLeastOnce && !TryTakeCredit())
        {
            return Request.Version == MqttVersion.V5
                ? throw new MqttProtocolException(
                    MqttReason.ReceiveMaximumExceeded,
                    $"More than ReceiveMaximum ({_options.ReceiveMaximum}) messages are unacknowledged.")
                : ReceiveWithCreditAsync(publication);
        }

        return ReceiveAsync(publication);
    }

    ValueTask ReceiveAsync(in MqttPublication publication)
    {
        var receiving = _server.Application.ReceiveAsync(this, publication, Closed);
        if (!receiving.IsCompletedSuccessfully)
        {
            return AwaitVerdictAsync(receiving, publication.Qos, publication.PacketId);
        }

        Apply(receiving.Result, publication.Qos, publication.PacketId);
        return default;
    }

    async ValueTask AwaitVerdictAsync(ValueTask<MqttVerdict> receiving, MqttQos qos, ushort packetId)
    {
        await _sender.ReleaseAsync(Closed);
        var verdict = await receiving;
        _sender.Hold();
        Apply(verdict, qos, packetId);
    }

    void Apply(MqttVerdict verdict, MqttQos qos, ushort packetId)
    {
        switch (verdict)
        {
            case MqttVerdict.Acknowledge when qos == MqttQos.AtLeastOnce:
                Acknowledge(packetId, MqttReason.Success);
                break;
            case MqttVerdict.Refuse when Request.Version == MqttVersion.V311:
                // MQTT 3.1.1 [MQTT-3.3.5-2]: acknowledge or close; there is no refusing.
                Close(MqttReason.NotAuthorized, "It published to a topic that is not its own.");
                break;
            case MqttVerdict.Refuse when qos == MqttQos.AtLeastOnce:
                Acknowledge(packetId, MqttReason.NotAuthorized);
                break;
            case MqttVerdict.Close:
                Close(MqttReason.AdministrativeAction, "The application closed it over a message.");
                break;
        }
    }

    bool TryTakeCredit()
    {
        lock (_sender.Gate)
        {
            if (_unacknowledged >= _options.ReceiveMaximum)
            {
                return false;
            }

            _unacknowledged++;
            return true;
        }
    }

    /// <summary>Version 3.1.1 knows no Receive Maximum: reading waits, and the client with it.</summary>
    async ValueTask ReceiveWithCreditAsync(MqttPublication publication)
    {
        await _sender.ReleaseAsync(Closed);
        while (!TryTakeCredit())
        {
            Task credit;
            lock (_sender.Gate)
            {
                if (_unacknowledged < _options.ReceiveMaximum)
                {
                    continue;
                }

                _credit ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                credit = _credit.Task;
            }

            await credit.WaitAsync(Closed);
        }

        _sender.Hold();
        await ReceiveAsync(publication);
    }

    void Subscribe(in MqttFrame frame)
    {
        var version = Request.Version;
        var packet = SubscribePacket.Read(frame, version, _options.TopicBytesMax, _options.SubscriptionsMax);
        var codes = new byte[packet.Filters.Count];
        for (var i = 0; i < codes.Length; i++)
        {
            codes[i] = Subscribe(packet.Filters[i], version);
        }

        lock (_sender.Gate)
        {
            // [MQTT-3.8.4-1], [MQTT-3.8.4-5]: one SUBACK, a code for each filter in order.
            Append(new SubAckPacket(packet.PacketId, codes).ToBytes(MqttPacketType.SubAck, version));
        }
    }

    byte Subscribe(MqttFilterRequest request, MqttVersion version)
    {
        var reason = MqttReason.NotAuthorized;
        if (version == MqttVersion.V5 && request.Filter.StartsWith("$share/", StringComparison.Ordinal))
        {
            reason = MqttReason.SharedSubscriptionsNotSupported;
        }
        else if (_server.Application.MaySubscribe(this, request.Filter))
        {
            var qos = request.Qos == 0 ? MqttQos.AtMostOnce : MqttQos.AtLeastOnce;
            lock (_sender.Gate)
            {
                reason = _subscriptions.TryAdd(request.Filter, qos) ? (MqttReason)qos : MqttReason.QuotaExceeded;
            }
        }

        // MQTT 3.1.1, 3.9.3: there is one code for failure.
        return version == MqttVersion.V311 && reason >= MqttReason.UnspecifiedError
            ? (byte)MqttReason.UnspecifiedError
            : (byte)reason;
    }

    void Unsubscribe(in MqttFrame frame)
    {
        var version = Request.Version;
        var packet = UnsubscribePacket.Read(frame, version, _options.TopicBytesMax, _options.SubscriptionsMax);
        var codes = new byte[packet.Filters.Count];
        lock (_sender.Gate)
        {
            for (var i = 0; i < codes.Length; i++)
            {
                codes[i] = (byte)(_subscriptions.Remove(packet.Filters[i])
                    ? MqttReason.Success
                    : MqttReason.NoSubscriptionExisted);
            }

            // [MQTT-3.10.4-4], [MQTT-3.10.4-5]: an UNSUBACK also where no filter was there.
            Append(new SubAckPacket(packet.PacketId, codes).ToBytes(MqttPacketType.UnsubAck, version));
        }
    }

    void Disconnect(in MqttFrame frame)
    {
        var packet = DisconnectPacket.Read(frame, Request.Version);
        if (packet.SessionExpirySeconds is > 0 && !_sessionExpiryAsked)
        {
            // MQTT 5.0, 3.14.2.2.2: it was 0 in CONNECT.
            throw new MqttProtocolException(
                MqttReason.ProtocolError, "DISCONNECT sets a session expiry that CONNECT did not have.");
        }

        // MQTT 3.1.1 [MQTT-3.14.4-3]: the will is discarded. MQTT 5.0 [MQTT-3.14.4-3]: only with reason 0.
        if (packet.Reason == MqttReason.Success)
        {
            _will = null;
        }

        Close(MqttReason.Success, "The client disconnected.");
    }

    async Task EndAsync()
    {
        var admitted = _isAdmitted;
        _server.Leave(this);
        await _sender.FinishAsync();
        await _context.Transport.Output.CompleteAsync();
        await _context.Transport.Input.CompleteAsync();
        if (admitted)
        {
            await _server.ReportClosedAsync(this, _will);
        }

        _server.LogClosed(Id, _request?.UserName, CloseText ?? "", _closeReason);
    }

    static string AssignClientId() => RandomNumberGenerator.GetHexString(AssignedIdChars, lowercase: true);
}
