using System.Buffers;

namespace WildCam.Mqtt;

/// <summary>The opening: CONNECT and CONNACK.</summary>
public sealed partial class MqttServerConnection
{
    bool _sessionExpiryAsked;

    async ValueTask ConnectAsync(MqttFrame frame)
    {
        ConnectPacket connect;
        try
        {
            connect = ConnectPacket.Read(frame);
        }
        catch (MqttProtocolException e) when (e.Reason == MqttReason.UnsupportedProtocolVersion)
        {
            // MQTT 3.1.1 [MQTT-3.1.2-2], MQTT 5.0 [MQTT-3.1.2-2]: answered in the form that the client may read.
            var level = frame.Body.Slice(6).FirstSpan[0];
            Answer(level < (byte)MqttVersion.V5 ? MqttVersion.V311 : MqttVersion.V5, e.Reason);
            throw;
        }

        var version = connect.Version;
        if (Refusal(connect) is { } refusal)
        {
            Answer(version, refusal);
            Close(refusal, $"CONNECT was refused: {refusal}.");
            return;
        }

        Open(connect);
        await _sender.ReleaseAsync(Closed);
        var admission = await _server.Application.AdmitAsync(this, Closed);
        _sender.Hold();
        if (admission != MqttAdmission.Accepted)
        {
            var reason = ReasonOf(admission);
            Answer(version, reason);
            Close(reason, $"CONNECT was refused: {reason}.");
            return;
        }

        Welcome(connect);
        _server.Join(this);
    }

    /// <summary>What the standard refuses before the application is asked.</summary>
    MqttReason? Refusal(ConnectPacket connect)
    {
        // MQTT 3.1.1 [MQTT-3.1.3-8]: an empty identifier needs a clean session. Version 5 has no such rule.
        var isNameless = connect is { Version: MqttVersion.V311, ClientId.Length: 0, CleanStart: false };
        if (isNameless || connect.ClientId.Length > _options.ClientIdCharsMax)
        {
            return MqttReason.ClientIdentifierNotValid;
        }

        if (connect.Version == MqttVersion.V311)
        {
            return null;
        }

        // MQTT 5.0 [MQTT-3.2.2-12], [MQTT-3.2.2-13], [MQTT-4.12.0-1].
        return connect.WillQos == 2 ? MqttReason.QosNotSupported
            : connect.Will is { Retain: true } ? MqttReason.RetainNotSupported
            : connect.Properties.AuthenticationMethod is not null ? MqttReason.BadAuthenticationMethod
            : null;
    }

    void Open(ConnectPacket connect)
    {
        var clientId = connect.ClientId.Length == 0 ? AssignClientId() : connect.ClientId;
        lock (_sender.Gate)
        {
            _outbox.Open(connect);
            _peerPacketBytesMax = connect.Properties.PacketBytesMax ?? uint.MaxValue;
            _sessionExpiryAsked = connect.Properties.SessionExpirySeconds is > 0;
            _keepAlive = connect.KeepAliveSeconds == 0 || connect.KeepAliveSeconds > _options.KeepAliveMax.TotalSeconds
                ? _options.KeepAliveMax
                : TimeSpan.FromSeconds(connect.KeepAliveSeconds);
            _will = connect.Will;
            _request = new MqttConnectRequest(
                connect.Version,
                clientId,
                connect.UserName,
                connect.Password,
                connect.KeepAliveSeconds,
                connect.CleanStart,
                connect.Will,
                _context.RemoteEndPoint,
                IsTls);
        }
    }

    void Welcome(ConnectPacket connect)
    {
        var keepAliveSeconds = (ushort)_keepAlive.TotalSeconds;
        var properties = new MqttProperties
        {
            SessionExpirySeconds = 0,
            AssignedClientId = connect.ClientId.Length == 0 ? Request.ClientId : null,
            ServerKeepAliveSeconds = keepAliveSeconds == connect.KeepAliveSeconds ? null : keepAliveSeconds,
            ReceiveMaximum = _options.ReceiveMaximum,
            TopicAliasMaximum = 0,
            MaximumQos = 1,
            RetainAvailable = false,
            PacketBytesMax = (uint)_options.PacketBytesMax,
            WildcardsAvailable = true,
            SubscriptionIdsAvailable = false,
            SharedSubscriptionsAvailable = false,
        };
        lock (_sender.Gate)
        {
            // [MQTT-3.2.0-1]: CONNACK is the first packet; nothing can match before a SUBSCRIBE. The password has done
            // its work and is not kept.
            _isAdmitted = true;
            _request = Request with { Password = null };
            Append(new ConnAckPacket(MqttReason.Success) { Properties = properties }.ToBytes(connect.Version));
        }
    }

    void Answer(MqttVersion version, MqttReason reason)
    {
        lock (_sender.Gate)
        {
            Append(new ConnAckPacket(reason).ToBytes(version));
        }
    }

    static MqttReason ReasonOf(MqttAdmission admission) => admission switch
    {
        MqttAdmission.BadCredentials => MqttReason.BadUserNameOrPassword,
        MqttAdmission.NotAuthorized => MqttReason.NotAuthorized,
        MqttAdmission.ServerBusy => MqttReason.ServerBusy,
        _ => MqttReason.ServerUnavailable,
    };
}
