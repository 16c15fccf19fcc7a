using System.Buffers;

namespace WildCam.Mqtt;

/// <summary>Reads and writes the property list of a version 5 packet. MQTT 5.0, 2.2.2.</summary>
static class MqttPropertyCodec
{
    const int UserProperty = 38;

    enum Kind : byte
    {
        None,
        Flag,
        Byte,
        UInt16,
        UInt32,
        Variable,
        Text,
        Binary,
        Pair,
    }

    const MqttPropertyPlace Publish = MqttPropertyPlace.PublishToServer | MqttPropertyPlace.PublishToClient;
    const MqttPropertyPlace Message = Publish | MqttPropertyPlace.Will;

    /// <summary>
    /// Checks a whole list: known identifiers, in their place, once each, well-formed ([MQTT-2.2.2-2], 2.2.2.2).
    /// Fills <paramref name="target"/> where given; a PUBLISH gives none and allocates nothing.
    /// </summary>
    public static void Read(ref MqttReader reader, MqttPropertyPlace place, MqttProperties? target)
    {
        var length = reader.ReadVariable();
        if (length == 0)
        {
            return;
        }

        var list = new MqttReader(reader.ReadBytes(length));
        ulong seen = 0;
        while (list.Remaining > 0)
        {
            var id = list.ReadVariable();
            var (kind, places) = Describe(id);
            if ((places & place) == 0)
            {
                throw new MqttProtocolException(
                    kind == Kind.None ? MqttReason.MalformedPacket : MqttReason.ProtocolError,
                    $"Property {id} does not belong there.");
            }

            var bit = 1UL << id;
            var mayRepeat = id == UserProperty || (id == 11 && place == MqttPropertyPlace.PublishToClient);
            if ((seen & bit) != 0 && !mayRepeat)
            {
                throw new MqttProtocolException(MqttReason.ProtocolError, $"Property {id} stands there twice.");
            }

            seen |= bit;
            ReadOne(ref list, id, kind, target);
        }
    }

    static void ReadOne(ref MqttReader list, int id, Kind kind, MqttProperties? target)
    {
        switch (kind)
        {
            case Kind.Text when target is not null && id is 18 or 21 or 31:
                SetText(target, id, list.ReadString());
                break;
            case Kind.Text:
                list.ReadString();
                break;
            case Kind.Pair:
                list.ReadString();
                list.ReadString();
                break;
            case Kind.Binary:
                list.SkipBinary();
                break;
            default:
                var value = kind switch
                {
                    Kind.UInt16 => list.ReadUInt16(),
                    Kind.UInt32 => list.ReadUInt32(),
                    Kind.Variable => (uint)list.ReadVariable(),
                    _ => list.ReadByte(),
                };
                CheckNumber(id, kind, value);
                if (target is not null)
                {
                    SetNumber(target, id, value);
                }

                break;
        }
    }

    static void CheckNumber(int id, Kind kind, uint value)
    {
        // This end announces a Topic Alias Maximum of 0, so any alias is beyond it. MQTT 5.0 [MQTT-3.3.2-9].
        if (id == 35)
        {
            throw new MqttProtocolException(MqttReason.TopicAliasInvalid, "A topic alias is over the maximum, 0.");
        }

        // Receive Maximum, Maximum Packet Size and Subscription Identifier may not be 0 (3.1.2.11, 3.8.2.1).
        if ((kind == Kind.Flag && value > 1) || (value == 0 && id is 11 or 33 or 39))
        {
            throw new MqttProtocolException(MqttReason.ProtocolError, $"Property {id} cannot be {value}.");
        }
    }

    static void SetText(MqttProperties target, int id, string value)
    {
        switch (id)
        {
            case 18:
                target.AssignedClientId = value;
                break;
            case 21:
                target.AuthenticationMethod = value;
                break;
            default:
                target.ReasonText = value;
                break;
        }
    }

    static void SetNumber(MqttProperties target, int id, uint value)
    {
        switch (id)
        {
            case 11:
                target.HasSubscriptionId = true;
                break;
            case 17:
                target.SessionExpirySeconds = value;
                break;
            case 19:
                target.ServerKeepAliveSeconds = (ushort)value;
                break;
            case 33:
                target.ReceiveMaximum = (ushort)value;
                break;
            case 34:
                target.TopicAliasMaximum = (ushort)value;
                break;
            case 36:
                target.MaximumQos = (byte)value;
                break;
            case 37:
                target.RetainAvailable = value == 1;
                break;
            case 39:
                target.PacketBytesMax = value;
                break;
            case 40:
                target.WildcardsAvailable = value == 1;
                break;
            case 41:
                target.SubscriptionIdsAvailable = value == 1;
                break;
            case 42:
                target.SharedSubscriptionsAvailable = value == 1;
                break;
        }
    }

    static (Kind Kind, MqttPropertyPlace Places) Describe(int id) => id switch
    {
        1 => (Kind.Flag, Message),
        2 => (Kind.UInt32, Message),
        3 or 8 => (Kind.Text, Message),
        9 => (Kind.Binary, Message),
        11 => (Kind.Variable, MqttPropertyPlace.PublishToClient | MqttPropertyPlace.Subscribe),
        17 => (Kind.UInt32, MqttPropertyPlace.Connect | MqttPropertyPlace.ConnAck | MqttPropertyPlace.Disconnect),
        18 or 26 => (Kind.Text, MqttPropertyPlace.ConnAck),
        19 => (Kind.UInt16, MqttPropertyPlace.ConnAck),
        21 => (Kind.Text, MqttPropertyPlace.Connect | MqttPropertyPlace.ConnAck),
        22 => (Kind.Binary, MqttPropertyPlace.Connect | MqttPropertyPlace.ConnAck),
        23 or 25 => (Kind.Flag, MqttPropertyPlace.Connect),
        24 => (Kind.UInt32, MqttPropertyPlace.Will),
        28 => (Kind.Text, MqttPropertyPlace.ConnAck | MqttPropertyPlace.Disconnect),
        31 => (Kind.Text, MqttPropertyPlace.ConnAck | MqttPropertyPlace.PubAck | MqttPropertyPlace.SubAck
            | MqttPropertyPlace.UnsubAck | MqttPropertyPlace.Disconnect),
        33 or 34 => (Kind.UInt16, MqttPropertyPlace.Connect | MqttPropertyPlace.ConnAck),
        35 => (Kind.UInt16, Publish),
        36 or 37 or 40 or 41 or 42 => (Kind.Flag, MqttPropertyPlace.ConnAck),
        38 => (Kind.Pair, MqttPropertyPlace.All),
        39 => (Kind.UInt32, MqttPropertyPlace.Connect | MqttPropertyPlace.ConnAck),
        _ => (Kind.None, MqttPropertyPlace.None),
    };

    /// <summary>Writes the list with its length; null is an empty list.</summary>
    public static void Write(PacketBuilder packet, MqttProperties? properties)
    {
        if (properties is null)
        {
            packet.Variable(0);
            return;
        }

        var list = new PacketBuilder();
        UInt32(list, 17, properties.SessionExpirySeconds);
        Text(list, 18, properties.AssignedClientId);
        UInt16(list, 19, properties.ServerKeepAliveSeconds);
        Text(list, 21, properties.AuthenticationMethod);
        Text(list, 31, properties.ReasonText);
        UInt16(list, 33, properties.ReceiveMaximum);
        UInt16(list, 34, properties.TopicAliasMaximum);
        Byte(list, 36, properties.MaximumQos);
        Flag(list, 37, properties.RetainAvailable);
        UInt32(list, 39, properties.PacketBytesMax);
        Flag(list, 40, properties.WildcardsAvailable);
        Flag(list, 41, properties.SubscriptionIdsAvailable);
        Flag(list, 42, properties.SharedSubscriptionsAvailable);
        packet.Variable(list.Count);
        packet.Raw(list.Written);
    }

    static void Flag(PacketBuilder list, byte id, bool? value) =>
        Byte(list, id, value is { } v ? (byte)(v ? 1 : 0) : null);

    static void Byte(PacketBuilder list, byte id, byte? value)
    {
        if (value is { } v)
        {
            list.Byte(id);
            list.Byte(v);
        }
    }

    static void UInt16(PacketBuilder list, byte id, ushort? value)
    {
        if (value is { } v)
        {
            list.Byte(id);
            list.UInt16(v);
        }
    }

    static void UInt32(PacketBuilder list, byte id, uint? value)
    {
        if (value is { } v)
        {
            list.Byte(id);
            list.UInt32(v);
        }
    }

    static void Text(PacketBuilder list, byte id, string? value)
    {
        if (value is not null)
        {
            list.Byte(id);
            list.Text(value);
        }
    }
}
