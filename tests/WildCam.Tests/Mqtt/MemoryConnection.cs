using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace WildCam.Tests.Mqtt;

/// <summary>A connection without a network: two pipes, as a transport of Kestrel would give them.</summary>
sealed class MemoryConnection : ConnectionContext
{
    readonly CancellationTokenSource _closed = new();
    readonly Pipe _toServer;
    readonly Pipe _toClient;

    public MemoryConnection(int pauseBytes = 64 * 1024)
    {
        var options = new PipeOptions(pauseWriterThreshold: pauseBytes, resumeWriterThreshold: pauseBytes / 2);
        _toServer = new Pipe(options);
        _toClient = new Pipe(options);
        Transport = new Ends(_toServer.Reader, _toClient.Writer);
        ConnectionClosed = _closed.Token;
    }

    public override string ConnectionId { get; set; } = Guid.NewGuid().ToString();

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

    public override IDuplexPipe Transport { get; set; }

    public override EndPoint? RemoteEndPoint { get; set; } = new IPEndPoint(IPAddress.Loopback, 1);

    public override CancellationToken ConnectionClosed { get; set; }

    /// <summary>Whether the server cut the connection instead of closing it.</summary>
    public bool WasCut { get; set; }

    /// <summary>The client's end, for writing.</summary>
    public PipeWriter Output => _toServer.Writer;

    /// <summary>The client's end, for reading.</summary>
    public PipeReader Input => _toClient.Reader;

    public override void Abort(ConnectionAbortedException abortReason)
    {
        WasCut = true;
        _toServer.Writer.Complete(abortReason);
        _toClient.Reader.Complete(abortReason);
        _closed.Cancel();
    }

    /// <summary>The client's end as a stream.</summary>
    public Stream AsStream() => new DuplexStream(Input, Output);

    sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}

/// <summary>One stream to read from and one to write to, as one.</summary>
sealed class DuplexStream(PipeReader reader, PipeWriter writer) : Stream
{
    readonly Stream _input = reader.AsStream(leaveOpen: true);
    readonly Stream _output = writer.AsStream(leaveOpen: true);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush() => _output.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => _output.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => _input.Read(buffer, offset, count);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _input.ReadAsync(buffer, cancellationToken);

    public override void Write(byte[] buffer, int offset, int count) => _output.Write(buffer, offset, count);

    public override ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _output.WriteAsync(buffer, cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            writer.Complete();
            reader.CancelPendingRead();
        }

        base.Dispose(disposing);
    }
}
