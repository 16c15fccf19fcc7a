using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using WildCam.Hub.Hosting;
using WildCam.Hub.Ingest;
using WildCam.Mqtt;
using WildCam.Storage.Blobs;
using WildCam.Storage.Ingest;
using WildCam.Wire;

namespace WildCam.IntegrationTests.Ingest;

/// <summary>What a chunk costs in managed memory, from the socket through the real listener to its place.</summary>
[Collection(nameof(Alone))]
public sealed class ChunkAllocationTests
{
    const int PictureBytes = 8 << 20;
    const string Code = "alloc-1";

    /// <summary>
    /// The part of a chunk's bytes that it may cost, all threads together. An array for its bytes would be the whole;
    /// what remains is the framework's, for the turns of the socket.
    /// </summary>
    const int AllocatedPart = 4;

    static readonly byte[] Picture = RandomBytes();
    static readonly byte[] ChunkTopic = Encoding.ASCII.GetBytes(Topics.Up(Code, Topics.Chunk));

    readonly byte[] _packet = new byte[Protocol.ChunkBytesMax + 256];
    readonly byte[] _answer = new byte[4];

    [Theory]
    [InlineData(16 << 10)]
    [InlineData(4 << 10)]
    public async Task No_byte_array_is_allocated_for_a_chunk(int chunkBytes)
    {
        var folder = Directory.CreateTempSubdirectory("wildcam-chunks-");
        using var metrics = new IngestMetrics();
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1");
        using var audit = new CameraAudit(nowhere, TimeProvider.System, NullLogger<CameraAudit>.Instance);
        var deliveries = new Deliveries(
            Options.Create(new IngestOptions()), new FolderBlobStore(folder.FullName, TimeProvider.System),
            new IngestHealth(), metrics, audit, TimeProvider.System, NullLogger<Deliveries>.Instance);
        var application = new ChunkTaker(deliveries, new ChunkWord(deliveries, metrics, TimeProvider.System));
        await using var web = await ListenAsync(application);
        using var socket = await ConnectAsync(web);

        // The first picture fills the pool with segments and lets the code be compiled; the next ones are counted.
        for (var warm = 1UL; warm <= 2; warm++)
        {
            Send(application, socket, warm, chunkBytes);
            application.TakeCompleted();
        }

        var before = GC.GetTotalAllocatedBytes(precise: true);
        var chunks = Send(application, socket, 3, chunkBytes);
        var perChunk = (GC.GetTotalAllocatedBytes(precise: true) - before) / chunks;
        application.TakeCompleted();
        TestContext.Current.TestOutputHelper?.WriteLine($"{perChunk} bytes a chunk of {chunkBytes}");
        Assert.InRange(perChunk, 0, chunkBytes / AllocatedPart);
        folder.Delete(recursive: true);
    }

    // Every packet lies ready before the counting; then bytes go out and acknowledgements come in.
    int Send(ChunkTaker application, Socket socket, ulong counter, int chunkBytes)
    {
        var begin = new Begin
        {
            SpoolId = 1, Counter = counter, Attempt = 1, SizeBytes = PictureBytes, ChunkBytes = (ushort)chunkBytes,
        };
        application.Offer(begin);
        var count = Protocol.ChunkCount(begin.SizeBytes, chunkBytes);
        for (var i = 0; i < count; i++)
        {
            var length = WriteChunk(begin, i);
            for (var sent = 0; sent < length;)
            {
                sent += socket.Send(_packet.AsSpan(sent, length - sent));
            }

            for (var heard = 0; heard < 4;)
            {
                heard += socket.Receive(_answer.AsSpan(heard, 4 - heard));
            }

            Assert.Equal(0x40, _answer[0]);
        }

        return count;
    }

    int WriteChunk(Begin begin, int index)
    {
        var at = index * begin.ChunkBytes;
        var count = Math.Min(begin.ChunkBytes, Picture.Length - at);
        var remaining = 2 + ChunkTopic.Length + 2 + ChunkHeader.Bytes + count;
        var head = 0;
        _packet[head++] = 0x32;
        while (remaining > 0x7f)
        {
            _packet[head++] = (byte)(remaining | 0x80);
            remaining >>= 7;
        }

        _packet[head++] = (byte)remaining;
        BinaryPrimitives.WriteUInt16BigEndian(_packet.AsSpan(head), (ushort)ChunkTopic.Length);
        ChunkTopic.CopyTo(_packet, head + 2);
        head += 2 + ChunkTopic.Length;
        BinaryPrimitives.WriteUInt16BigEndian(_packet.AsSpan(head), (ushort)(index + 1));
        var header = new ChunkHeader
        {
            SpoolId = begin.SpoolId,
            Counter = begin.Counter,
            Attempt = begin.Attempt,
            Index = (ushort)index,
            Length = (ushort)count,
            Crc32 = System.IO.Hashing.Crc32.HashToUInt32(Picture.AsSpan(at, count)),
        };
        head = header.Write(_packet, head + 2);
        Picture.AsSpan(at, count).CopyTo(_packet.AsSpan(head));
        return head + count;
    }

    static byte[] RandomBytes()
    {
        var bytes = new byte[PictureBytes];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    static async Task<WebApplication> ListenAsync(IMqttApplication application)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(application);
        builder.Services.AddMqttServer(_ => new MqttServerOptions());
        builder.WebHost.ConfigureKestrel((KestrelServerOptions kestrel) =>
            kestrel.Listen(IPAddress.Loopback, 0, o => o.UseConnectionHandler<MqttConnectionHandler>()));
        var web = builder.Build();
        await web.StartAsync();
        return web;
    }

    async Task<Socket> ConnectAsync(WebApplication web)
    {
        var address = web.Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, new Uri(address).Port);
        byte[] connect = [0x10, 14, 0, 4, .. "MQTT"u8, 4, 2, 0, 0, 0, 2, .. "id"u8];
        socket.Send(connect);
        Assert.Equal(4, socket.Receive(_answer));
        Assert.Equal(0, _answer[3]);
        return socket;
    }

    /// <summary>Hands chunks to the hub's own word for them, as the gateway does.</summary>
    sealed class ChunkTaker(Deliveries deliveries, ChunkWord word) : IMqttApplication
    {
        readonly CameraLink _link = new(
            new global::WildCam.Storage.Cameras.Camera(1, 1, "test", Code, "Camera", null, 3600, null),
            new StubConnection());

        public void Offer(Begin begin) => deliveries.Decide(new OfferedPicture(_link, begin), new OfferedFacts());

        public void TakeCompleted()
        {
            Assert.True(deliveries.Completed.Reader.TryRead(out var assembly));
            Assert.Equal(Picture, assembly.Content().ToArray());
            assembly.ReleaseSegments();
            deliveries.Finish(assembly, ReceiptOutcomes.Stored, ReceiptCodes.None);
        }

        public ValueTask<MqttAdmission> AdmitAsync(
            MqttServerConnection connection, CancellationToken cancellationToken) =>
            ValueTask.FromResult(MqttAdmission.Accepted);

        public bool MaySubscribe(MqttServerConnection connection, string filter) => true;

        public ValueTask<MqttVerdict> ReceiveAsync(
            MqttServerConnection connection, MqttPublication publication, CancellationToken cancellationToken) =>
            ValueTask.FromResult(word.Receive(_link, publication));

        public ValueTask ClosedAsync(
            MqttServerConnection connection, MqttWill? will, CancellationToken cancellationToken) => default;
    }
}
