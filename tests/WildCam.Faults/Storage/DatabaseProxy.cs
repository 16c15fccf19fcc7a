using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace WildCam.Faults.Storage;

/// <summary>The way of one hub to its database; it can be shut without a word, as when a switch dies.</summary>
sealed class DatabaseProxy : IAsyncDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly NpgsqlConnectionStringBuilder _target;
    readonly CancellationTokenSource _stop = new();
    readonly ConcurrentDictionary<Socket, bool> _open = new();
    readonly Task _accepting;
    TaskCompletionSource _way = Opened();

    public DatabaseProxy(string database)
    {
        _target = new NpgsqlConnectionStringBuilder(database);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>How the hub reaches the database through here.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder(_target.ConnectionString)
    {
        Host = "127.0.0.1",
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
    }.ConnectionString;

    /// <summary>Nothing passes any more, in either direction; connections stay open.</summary>
    public void Shut() => Interlocked.Exchange(ref _way, new(TaskCreationOptions.RunContinuationsAsynchronously));

    /// <summary>What was held back passes, or the connections of before are gone.</summary>
    public void Open(bool cutOld)
    {
        if (cutOld)
        {
            foreach (var socket in _open.Keys)
            {
                socket.Close();
            }
        }

        Interlocked.Exchange(ref _way, Opened()).TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        Open(cutOld: true);
        await _accepting;
        _listener.Dispose();
        _stop.Dispose();
    }

    static TaskCompletionSource Opened()
    {
        var way = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        way.SetResult();
        return way;
    }

    async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var near = await _listener.AcceptSocketAsync(_stop.Token);
                _ = CarryAsync(near);
            }
            catch (Exception fault) when (fault is OperationCanceledException or SocketException)
            {
                // It ends, or one caller changed its mind.
            }
        }
    }

    async Task CarryAsync(Socket near)
    {
        using var far = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        near.NoDelay = true;
        _open[near] = true;
        _open[far] = true;
        try
        {
            await _way.Task;
            await far.ConnectAsync(_target.Host!, _target.Port);
            await Task.WhenAny(PassAsync(near, far), PassAsync(far, near));
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // Either side went away.
        }
        finally
        {
            _open.TryRemove(near, out _);
            _open.TryRemove(far, out _);
            near.Dispose();
        }
    }

    async Task PassAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 << 10];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var count)
            {
                await _way.Task;
                await to.SendAsync(buffer.AsMemory(0, count));
            }
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // Either side went away.
        }
    }
}
