using System.Net.Sockets;
using System.Text;

namespace WildCam.Faults.Hostile;

/// <summary>An answer, read as text.</summary>
sealed record RawAnswer(int Status, string Text);

/// <summary>
/// Requests written out byte by byte: a client library would tidy an address up, or refuse it, before the hub sees it.
/// </summary>
sealed class RawHttp(int port, string headers)
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    /// <summary>Asks on a connection of its own, which ends with the answer; status 0: cut off without one.</summary>
    public async Task<RawAnswer> AskAsync(string method, string target, string? body = null, string type = "")
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", port);
        await using var stream = socket.GetStream();
        var bytes = Encoding.UTF8.GetBytes(body ?? "");
        var request = $"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n{headers}"
            + (body is null ? "" : $"Content-Type: {type}\r\nContent-Length: {bytes.Length}\r\n") + "\r\n";
        using var deadline = new CancellationTokenSource(Timeout);
        var answer = new MemoryStream();
        try
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(request), deadline.Token);
            await stream.WriteAsync(bytes, deadline.Token);
            await ReadAsync(stream, answer, deadline.Token);
        }
        catch (IOException)
        {
            // Cut off: what came before counts.
        }
        catch (OperationCanceledException)
        {
            // It hangs; what came before counts.
        }

        var text = Encoding.UTF8.GetString(answer.ToArray());
        return new RawAnswer(
            text.Length > 12 && int.TryParse(text.AsSpan(9, 3), out var status) ? status : 0, text);
    }

    // To its end, but for a live stream, which has none: its head is enough.
    static async Task ReadAsync(NetworkStream stream, MemoryStream answer, CancellationToken cancellationToken)
    {
        var buffer = new byte[16_384];
        while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            answer.Write(buffer, 0, count);
            var soFar = answer.GetBuffer().AsSpan(0, (int)answer.Length);
            var head = soFar.IndexOf("\r\n\r\n"u8);
            if (head >= 0 && soFar[..head].IndexOf("text/event-stream"u8) >= 0)
            {
                return;
            }
        }
    }
}
