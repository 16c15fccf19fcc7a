using System.Net;
using System.Net.Sockets;

namespace WildCam.Worlds;

/// <summary>
/// A TCP relay on loopback that can be told, while it runs, to do what networks do: delay, narrow, damage, swallow and
/// cut. It stands in front of anything that speaks TCP without knowing what it says.
/// </summary>
sealed class CuttingProxy : IAsyncDisposable
{
    const int BufferBytes = 16 * 1024;

    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _stop = new();
    readonly HashSet<Line> _lines = [];
    readonly Task _accepting;
    int _connections;
    int _cuts;

    public CuttingProxy(int targetPort)
    {
        TargetPort = targetPort;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>Where new connections lead.</summary>
    public int TargetPort { get; set; }

    /// <summary>From whoever connects to the target.</summary>
    public ProxyWay Up { get; } = new();

    /// <summary>From the target to whoever connected.</summary>
    public ProxyWay Down { get; } = new();

    /// <summary>New connections are closed at once.</summary>
    public bool IsRefusing { get; set; }

    /// <summary>Every connection is cut when it is so old; null: never.</summary>
    public TimeSpan? CutAfter { get; set; }

    /// <summary>Connections that were made so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Connections that were cut so far.</summary>
    public int Cuts => Volatile.Read(ref _cuts);

    /// <summary>Connections that are open.</summary>
    public int Open
    {
        get
        {
            lock (_lines)
            {
                return _lines.Count;
            }
        }
    }

    /// <summary>Cuts all connections: both ends see a reset.</summary>
    public void Cut()
    {
        List<Line> lines;
        lock (_lines)
        {
            lines = [.. _lines];
        }

        foreach (var line in lines)
        {
            Cut(line);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        Cut();
        _stop.Dispose();
    }

    async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptSocketAsync(_stop.Token);
            }
            catch (Exception end) when (end is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }

            if (IsRefusing)
            {
                client.Close(0);
                continue;
            }

            Interlocked.Increment(ref _connections);
            _ = Task.Run(() => RelayAsync(client), CancellationToken.None);
        }
    }

    async Task RelayAsync(Socket client)
    {
        using var line = new Line(client, new Socket(SocketType.Stream, ProtocolType.Tcp));
        lock (_lines)
        {
            _lines.Add(line);
        }

        try
        {
            client.NoDelay = line.Target.NoDelay = true;
            await line.Target.ConnectAsync(new IPEndPoint(IPAddress.Loopback, TargetPort), _stop.Token);
            var both = Task.WhenAll(
                Up.PumpAsync(line.Client, line.Target, line.Ended.Token),
                Down.PumpAsync(line.Target, line.Client, line.Ended.Token));
            if (CutAfter is { } after && await Task.WhenAny(both, Task.Delay(after, _stop.Token)) != both)
            {
                Cut(line);
            }

            await both;
        }
        catch (Exception end) when (end is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The target is away, or one of the two reset the connection: so does the proxy.
            line.Reset();
        }
        finally
        {
            lock (_lines)
            {
                _lines.Remove(line);
            }
        }
    }

    void Cut(Line line)
    {
        if (line.Reset())
        {
            Interlocked.Increment(ref _cuts);
        }
    }

    sealed class Line(Socket client, Socket target) : IDisposable
    {
        int _isReset;

        public Socket Client { get; } = client;

        public Socket Target { get; } = target;

        public CancellationTokenSource Ended { get; } = new();

        public bool Reset()
        {
            if (Interlocked.Exchange(ref _isReset, 1) != 0)
            {
                return false;
            }

            Ended.Cancel();
            Client.Close(0);
            Target.Close(0);
            return true;
        }

        public void Dispose()
        {
            Client.Dispose();
            Target.Dispose();
        }
    }

    /// <summary>One direction of all connections.</summary>
    public sealed class ProxyWay
    {
        static readonly TimeSpan HoldPoll = TimeSpan.FromMilliseconds(5);
        long _bytes;
        long _flips;
        volatile bool _isHeld;
        (Random Chance, double EveryBytes, int PieceBytesMax)? _damage;

        /// <summary>Nothing passes, not even an end, and nobody is told: a dead router.</summary>
        public bool IsHeld
        {
            get => _isHeld;
            set => _isHeld = value;
        }

        /// <summary>What passes is so late.</summary>
        public TimeSpan Delay { get; set; }

        /// <summary>Bytes that a connection passes in a second; 0: as many as come.</summary>
        public int BytesPerSecond { get; set; }

        /// <summary>Bytes that passed so far.</summary>
        public long Bytes => Interlocked.Read(ref _bytes);

        /// <summary>Bits that were flipped so far.</summary>
        public long Flips => Interlocked.Read(ref _flips);

        /// <summary>
        /// Flips a bit about every so many bytes, at places that the seed decides; 0: none. Pieces that are longer than
        /// so much are spared, as short messages seldom are where long ones pass.
        /// </summary>
        public void Damage(int seed, double everyBytes, int pieceBytesMax = int.MaxValue) =>
            _damage = everyBytes > 0 ? (new Random(seed), everyBytes, pieceBytesMax) : null;

        internal async Task PumpAsync(Socket from, Socket to, CancellationToken ended)
        {
            var buffer = new byte[BufferBytes];
            while (true)
            {
                var rate = BytesPerSecond;
                // At a rate, small pieces at even distances, as a modem would.
                var most = rate > 0 ? Math.Clamp(rate / 50, 1, BufferBytes) : BufferBytes;
                var count = await from.ReceiveAsync(buffer.AsMemory(0, most), SocketFlags.None, ended);
                if (Delay > TimeSpan.Zero)
                {
                    await Task.Delay(Delay, ended);
                }

                while (_isHeld)
                {
                    await Task.Delay(HoldPoll, ended);
                }

                if (count == 0)
                {
                    to.Shutdown(SocketShutdown.Send);
                    return;
                }

                Spoil(buffer.AsSpan(0, count));
                for (var sent = 0; sent < count;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), SocketFlags.None, ended);
                }

                Interlocked.Add(ref _bytes, count);
                if (rate > 0)
                {
                    await Task.Delay(TimeSpan.FromSeconds((double)count / rate), ended);
                }
            }
        }

        void Spoil(Span<byte> bytes)
        {
            if (_damage is not var (chance, every, most) || bytes.Length > most)
            {
                return;
            }

            lock (chance)
            {
                for (var at = Next(); at < bytes.Length; at += 1 + Next())
                {
                    bytes[(int)at] ^= (byte)(1 << chance.Next(8));
                    Interlocked.Increment(ref _flips);
                }
            }

            // Distances of a rare accident; to begin anew in each piece changes nothing about them.
            double Next() => Math.Floor(-Math.Log(1 - chance.NextDouble()) * every);
        }
    }
}
