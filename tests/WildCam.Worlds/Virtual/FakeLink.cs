using WildCam.Camera.Ports;

namespace WildCam.Worlds.Virtual;

/// <summary>
/// A line to the model hub in virtual time, with a speed and faults. It holds the camera to the port's contract: a
/// message must not change until it is acknowledged or the line is down.
/// </summary>
sealed class FakeLink(Field field) : ILink
{
    readonly Dictionary<int, (byte[] Message, byte[] Copy)> _held = [];
    int _lastId;
    int _connection;
    long _lineFreeAt;

    public byte State { get; private set; }

    public sbyte SignalDbm => -60;

    public string Will { get; private set; } = "";

    public int Connects { get; private set; }

    public bool IsUnreachable { get; set; }

    /// <summary>Up, and takes no message.</summary>
    public bool IsStuck { get; set; }

    /// <summary>Bytes a second; 0 is no limit.</summary>
    public int BytesPerSecond { get; set; }

    public int LatencyMilliseconds { get; set; } = 20;

    /// <summary>Chance that a message is lost, comes twice, or comes late, each a direction.</summary>
    public double FaultChance { get; set; }

    /// <summary>Whether messages to the hub vanish without an acknowledgement.</summary>
    public bool SwallowsAcknowledgements { get; set; }

    public List<(string Word, byte[] Message)> Sent { get; } = [];

    public void Connect(string will)
    {
        Must.Equal(LinkStates.Down, State, "the link's state before it connects");
        Connects++;
        Will = will;
        State = LinkStates.Connecting;
        var connection = ++_connection;
        field.In(LatencyMilliseconds * 4, () =>
        {
            if (connection == _connection)
            {
                State = IsUnreachable ? LinkStates.Down : LinkStates.Up;
            }
        });
    }

    public int Publish(string word, string route, byte[] message, byte qos)
    {
        if (State != LinkStates.Up || IsStuck || _held.Count >= 8)
        {
            return 0;
        }

        byte[] copy = [.. message];
        Sent.Add((word, copy));
        var id = ++_lastId;
        var connection = _connection;
        _lineFreeAt = Math.Max(_lineFreeAt, field.Now);
        _lineFreeAt += BytesPerSecond == 0 ? 0 : (message.Length + 60) * 1000L / BytesPerSecond;
        var arrivesIn = _lineFreeAt - field.Now + LatencyMilliseconds;
        if (qos == 1)
        {
            _held[id] = (message, copy);
            field.In(arrivesIn + LatencyMilliseconds, () => Acknowledge(connection, id));
        }

        foreach (var delay in Copies())
        {
            field.In(arrivesIn + delay, () =>
            {
                if (connection == _connection && State == LinkStates.Up)
                {
                    field.Receive(word, route, copy);
                }
            });
        }

        return id;
    }

    /// <summary>The hub's way to the camera.</summary>
    public void Deliver(string word, byte[] message)
    {
        var connection = _connection;
        foreach (var delay in Copies())
        {
            field.In(LatencyMilliseconds + delay, () =>
            {
                if (connection == _connection && State == LinkStates.Up)
                {
                    field.Brain.Received(word, message, 0, message.Length);
                }
            });
        }
    }

    public void Disconnect(bool isClean)
    {
        State = LinkStates.Down;
        _connection++;
        _lineFreeAt = 0;
        foreach (var (message, copy) in _held.Values)
        {
            Must.Hold(copy.AsSpan().SequenceEqual(message), "A message changed before it was acknowledged.");
        }

        _held.Clear();
    }

    IEnumerable<int> Copies()
    {
        if (FaultChance == 0)
        {
            yield return 0;
            yield break;
        }

        var fate = field.Chance.NextDouble() / FaultChance;
        if (fate < 1)
        {
            yield break;
        }

        yield return fate < 3 ? field.Chance.Next(3000) : 0;
        if (fate < 2)
        {
            yield return field.Chance.Next(60_000);
        }
    }

    void Acknowledge(int connection, int id)
    {
        if (connection == _connection && !SwallowsAcknowledgements && _held.Remove(id, out var held))
        {
            Must.Hold(held.Copy.AsSpan().SequenceEqual(held.Message), "A message changed before it was acknowledged.");
            field.Brain.Acknowledged(id);
        }
    }
}
