using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace WildCam.Benchmarks.Find;

/// <summary>
/// One kept-alive HTTP/1.1 connection that asks and reads to the end of each answer and no more: on two cores a whole
/// client would take the time that is to be measured.
/// </summary>
sealed class RawClient : IDisposable
{
    static readonly byte[] s_headEnd = "\r\n\r\n"u8.ToArray();
    static readonly byte[] s_chunksEnd = "\r\n0\r\n\r\n"u8.ToArray();

    readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    byte[] _buffer = new byte[64 * 1024];

    public static async Task<RawClient> OpenAsync(int port, CancellationToken cancellationToken)
    {
        var client = new RawClient();
        await client._socket.ConnectAsync("127.0.0.1", port, cancellationToken);
        return client;
    }

    /// <summary>What a GET looks like on the wire.</summary>
    public static byte[] Get(string path, params (string Name, string Value)[] headers) => Encoding.ASCII.GetBytes(
        $"GET {path} HTTP/1.1\r\nHost: bench\r\n"
        + string.Concat(headers.Select(h => $"{h.Name}: {h.Value}\r\n")) + "\r\n");

    /// <summary>The answer's status and its body, which is overwritten by the next one.</summary>
    public async Task<(int Status, ReadOnlyMemory<byte> Body)> AskAsync(
        byte[] request, CancellationToken cancellationToken)
    {
        await _socket.SendAsync(request, cancellationToken);
        var filled = 0;
        while (true)
        {
            if (filled == _buffer.Length)
            {
                Array.Resize(ref _buffer, 2 * _buffer.Length);
            }

            var read = await _socket.ReceiveAsync(_buffer.AsMemory(filled), cancellationToken);
            Must.Hold(read > 0, "The hub closed a connection in the middle of an answer.");
            filled += read;
            if (Whole(_buffer.AsSpan(0, filled)) is { } body)
            {
                return (int.Parse(_buffer.AsSpan(9, 3), CultureInfo.InvariantCulture),
                    _buffer.AsMemory(body, filled - body));
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>Where the body begins, once all of it is there.</summary>
    static int? Whole(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf(s_headEnd);
        if (head < 0)
        {
            return null;
        }

        var body = head + s_headEnd.Length;
        var length = answer[..head].IndexOf("\r\nContent-Length: "u8);
        if (length < 0)
        {
            return answer[head..].EndsWith(s_chunksEnd) ? body : null;
        }

        var digits = answer[(length + 18)..head];
        var end = digits.IndexOf((byte)'\r');
        var wanted = int.Parse(end < 0 ? digits : digits[..end], CultureInfo.InvariantCulture);
        return answer.Length >= body + wanted ? body : null;
    }
}
