using System.Buffers;
using System.Globalization;
using System.Text;

namespace WildCam.Tests.Mqtt;

/// <summary>The far end of a connection, in bytes written as hex; blanks are for the reader.</summary>
sealed class RawPeer(MemoryConnection connection, Task serving)
{
    static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    /// <summary>CONNECT of version 3.1.1, client "c", clean session, keep-alive 60.</summary>
    public const string Connect311 = "10 0D 0004 4D515454 04 02 003C 0001 63";

    /// <summary>CONNACK of version 3.1.1 that accepts.</summary>
    public const string ConnAck311 = "20 02 00 00";

    /// <summary>CONNECT of version 5, client "c", clean start, keep-alive 60, no properties.</summary>
    public const string Connect5 = "10 0E 0004 4D515454 05 02 003C 00 0001 63";

    public MemoryConnection Connection { get; } = connection;

    public Task Serving { get; } = serving;

    public async Task Send(string hex) => await SendBytes(Hex(hex));

    public async Task SendBytes(ReadOnlyMemory<byte> bytes) => await Connection.Output.WriteAsync(bytes);

    /// <summary>Reads exactly as many bytes as expected and compares.</summary>
    public async Task Expect(string hex)
    {
        var expected = Hex(hex);
        Assert.Equal(Show(expected), Show(await Read(expected.Length)));
    }

    /// <summary>The next packet, whole, in hex.</summary>
    public async Task<byte[]> ReadPacket()
    {
        var head = await Read(2);
        Assert.True(head[1] < 128, "The test reads packets of up to 127 bytes.");
        return [.. head, .. await Read(head[1])];
    }

    /// <summary>The server closes, without one byte more than the expected ones.</summary>
    public async Task ExpectEnd(string hex = "")
    {
        var expected = Hex(hex);
        var all = new List<byte>();
        using var timeout = new CancellationTokenSource(Deadline);
        while (true)
        {
            var result = await Connection.Input.ReadAsync(timeout.Token);
            all.AddRange(result.Buffer.ToArray());
            Connection.Input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                break;
            }
        }

        Assert.Equal(Show(expected), Show([.. all]));
        await Serving.WaitAsync(timeout.Token);
    }

    /// <summary>Opens with version 3.1.1 and takes the CONNACK.</summary>
    public async Task<RawPeer> Hello311()
    {
        await Send(Connect311);
        await Expect(ConnAck311);
        return this;
    }

    /// <summary>Opens with version 5 and takes the CONNACK.</summary>
    public async Task<RawPeer> Hello5()
    {
        await Send(Connect5);
        Assert.Equal(0, (await ReadPacket())[3]);
        return this;
    }

    /// <summary>The link breaks without DISCONNECT.</summary>
    public void Drop() => Connection.Output.Complete();

    public static byte[] Hex(string hex) =>
        Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    /// <summary>Text as a string field in hex, with its length.</summary>
    public static string Field(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return bytes.Length.ToString("X4", CultureInfo.InvariantCulture) + Convert.ToHexString(bytes);
    }

    /// <summary>A packet in hex: its first byte, the length of the rest, the rest.</summary>
    public static string Packet(string first, params string[] rest)
    {
        var body = Hex(string.Concat(rest));
        Assert.True(body.Length < 128, "The test writes packets of up to 127 bytes.");
        return first + body.Length.ToString("X2", CultureInfo.InvariantCulture) + Convert.ToHexString(body);
    }

    async Task<byte[]> Read(int count)
    {
        using var timeout = new CancellationTokenSource(Deadline);
        var result = await Connection.Input.ReadAtLeastAsync(count, timeout.Token);
        Assert.True(
            result.Buffer.Length >= count,
            $"The server closed after {result.Buffer.Length} of {count} bytes: {Show(result.Buffer.ToArray())}");
        var bytes = result.Buffer.Slice(0, count).ToArray();
        Connection.Input.AdvanceTo(result.Buffer.GetPosition(count));
        return bytes;
    }

    static string Show(byte[] bytes) =>
        string.Join(' ', bytes.Select(b => b.ToString("X2", CultureInfo.InvariantCulture)));
}
