namespace WildCam.SimulatedHardware;

/// <summary>Wi-Fi as a board has it: a network that is there or not, names that are found or not.</summary>
public sealed class SimulatedWifi
{
    const string NoAddress = "0.0.0.0";

    readonly Lock _gate = new();
    bool _isJoined;

    /// <summary>Whether the network is in reach.</summary>
    public bool IsThere { get; set; } = true;

    /// <summary>Whether names are found.</summary>
    public bool HasNames { get; set; } = true;

    /// <summary>Times that the program joined, or tried to.</summary>
    public int Joins { get; private set; }

    internal string Address => _isJoined ? "192.168.4.17" : NoAddress;

    internal bool Join(CancellationToken token)
    {
        lock (_gate)
        {
            token.ThrowIfCancellationRequested();
            Joins++;
            _isJoined = IsThere;
            return _isJoined;
        }
    }

    internal void Leave() => _isJoined = false;

    internal bool IsNameKnown(string name) => _isJoined && HasNames && name.Length > 0;

    /// <summary>Throws as a socket does without a network.</summary>
    internal void Check()
    {
        if (!_isJoined || !IsThere)
        {
            throw new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.NetworkUnreachable);
        }
    }
}
