using System.Buffers;
using System.Text.Unicode;

namespace WildCam.Mqtt;

/// <summary>
/// The last topics of one connection, so that a stream of messages on a few topics makes no strings. Same bytes, same
/// string.
/// </summary>
sealed class TopicCache(int topicBytesMax)
{
    /// <summary>Topics remembered: a delivery alternates between begin, chunk, end and heartbeat.</summary>
    const int TopicsMax = 4;

    readonly string?[] _topics = new string?[TopicsMax];
    int _next;

    /// <summary>The checked topic name that the bytes say.</summary>
    /// <exception cref="MqttProtocolException">Ill-formed, too long, or no topic name.</exception>
    public string Get(in ReadOnlySequence<byte> bytes)
    {
        if (bytes.Length > topicBytesMax)
        {
            throw new MqttProtocolException(
                MqttReason.TopicNameInvalid,
                $"A topic of {bytes.Length} bytes is over TopicBytesMax ({topicBytesMax} bytes).");
        }

        // A code unit for each byte is the most that UTF-8 can become.
        const int stackChars = 256;
        var length = (int)bytes.Length;
        Span<char> chars = length <= stackChars ? stackalloc char[stackChars] : new char[length];
        var flat = bytes.IsSingleSegment ? bytes.FirstSpan : bytes.ToArray();
        var status = Utf8.ToUtf16(flat, chars, out _, out var count, replaceInvalidSequences: false);
        if (status != OperationStatus.Done)
        {
            throw new MqttProtocolException(MqttReason.MalformedPacket, "A topic is not well-formed UTF-8.");
        }

        chars = chars[..count];
        foreach (var known in _topics)
        {
            if (known is not null && chars.SequenceEqual(known))
            {
                return known;
            }
        }

        var topic = MqttReader.CheckText(chars.ToString());
        if (!MqttTopic.IsName(topic))
        {
            throw new MqttProtocolException(MqttReason.TopicNameInvalid, "A topic name is empty or has a wildcard.");
        }

        _topics[_next] = topic;
        _next = (_next + 1) % TopicsMax;
        return topic;
    }
}
