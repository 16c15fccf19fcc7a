using WildCam.Hub.Hosting;
using WildCam.Mqtt;
using WildCam.Wire;

namespace WildCam.Hub.Ingest;

/// <summary>"begin": a picture is offered. Its answer is want, receipt or later.</summary>
sealed class BeginWord(
    Deliveries deliveries, IngestMetrics metrics, Microsoft.Extensions.Options.IOptions<IngestOptions> options)
    : ICameraWord
{
    public string Word => Topics.Begin;

    public MqttVerdict Receive(CameraLink link, in MqttPublication publication)
    {
        var count = publication.CopyToScratch();
        if (count < 0 || !Begin.TryRead(CameraMessage.Scratch, 0, count, out var begin))
        {
            metrics.Begin("unreadable");
            return MqttVerdict.Acknowledge;
        }

        if (RefusalOf(begin) is { } code)
        {
            metrics.Begin("never");
            deliveries.SendReceipt(link, begin, ReceiptOutcomes.Never, code);
            return MqttVerdict.Acknowledge;
        }

        var offered = new OfferedPicture(link, begin);
        if (deliveries.TryResume(offered))
        {
            return MqttVerdict.Acknowledge;
        }

        if (link.Greeted.IsCompleted)
        {
            Offer(offered);
        }
        else
        {
            // Its time depends on the clock that the hello anchors.
            _ = link.Greeted.ContinueWith(
                _ => Offer(offered), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }

        return MqttVerdict.Acknowledge;
    }

    // Before anything is allocated: size and chunk decide over counts and offsets.
    ushort? RefusalOf(Begin begin)
    {
        if (begin.SizeBytes > options.Value.CaptureBytesMax)
        {
            return ReceiptCodes.TooLarge;
        }

        return begin.SizeBytes == 0
            || begin.ChunkBytes is < Protocol.ChunkBytesMin or > Protocol.ChunkBytesMax
            || Protocol.ChunkCount(begin.SizeBytes, begin.ChunkBytes) > Protocol.ChunksMax
            ? ReceiptCodes.BadBegin
            : null;
    }

    void Offer(OfferedPicture offered)
    {
        if (!deliveries.Offered.Writer.TryWrite(offered))
        {
            deliveries.PutOff(offered.Link, offered.Begin, ReceiptCodes.Busy);
        }
    }
}

/// <summary>"chunk": a piece of a picture, acknowledged once it is in its place.</summary>
sealed class ChunkWord(Deliveries deliveries, IngestMetrics metrics, TimeProvider time) : ICameraWord
{
    public string Word => Topics.Chunk;

    public MqttVerdict Receive(CameraLink link, in MqttPublication publication)
    {
        var payload = publication.Payload;
        if (payload.Length is <= ChunkHeader.Bytes or > ChunkHeader.Bytes + Protocol.ChunkBytesMax)
        {
            metrics.Chunk("unreadable");
            return MqttVerdict.Acknowledge;
        }

        System.Buffers.BuffersExtensions.CopyTo(payload.Slice(0, ChunkHeader.Bytes), CameraMessage.Scratch);
        if (!ChunkHeader.TryRead(CameraMessage.Scratch, 0, ChunkHeader.Bytes, (int)payload.Length, out var header))
        {
            metrics.Chunk("unreadable");
            return MqttVerdict.Acknowledge;
        }

        var key = new AssemblyKey(link.Camera.Id, header.SpoolId, header.Counter);
        if (!deliveries.TryFind(key, out var assembly))
        {
            metrics.Chunk("unwanted");
            return MqttVerdict.Acknowledge;
        }

        var result = Put(assembly, header, payload.Slice(ChunkHeader.Bytes));
        metrics.Chunk(NameOf(result));
        if (result == ChunkResult.Overlap)
        {
            // Which of the two is right only the digest tells. The first stays; the camera begins again.
            deliveries.PutOff(link, assembly.Begin, ReceiptCodes.Overlap);
        }

        return MqttVerdict.Acknowledge;
    }

    ChunkResult Put(Assembly assembly, in ChunkHeader header, System.Buffers.ReadOnlySequence<byte> bytes)
    {
        lock (assembly.Gate)
        {
            var result = assembly.Put(header, bytes);
            assembly.TouchedTimestamp = time.GetTimestamp();
            if (result == ChunkResult.Completed)
            {
                assembly.State = AssemblyState.Storing;

                // Has room for every assembly there can be; false only while the hub stops.
                deliveries.Completed.Writer.TryWrite(assembly);
            }

            return result;
        }
    }

    static string NameOf(ChunkResult result) => result switch
    {
        ChunkResult.Taken or ChunkResult.Completed => "taken",
        ChunkResult.Repeated => "repeated",
        ChunkResult.Overlap => "overlap",
        ChunkResult.Damaged => "damaged",
        ChunkResult.Misplaced => "misplaced",
        _ => "stale",
    };
}

/// <summary>"end": all wanted chunks are sent. What is still missing is wanted again.</summary>
sealed class EndWord(Deliveries deliveries) : ICameraWord
{
    public string Word => Topics.End;

    public MqttVerdict Receive(CameraLink link, in MqttPublication publication)
    {
        var count = publication.CopyToScratch();
        if (count >= 0
            && End.TryRead(CameraMessage.Scratch, 0, count, out var end)
            && deliveries.TryFind(new AssemblyKey(link.Camera.Id, end.SpoolId, end.Counter), out var assembly))
        {
            lock (assembly.Gate)
            {
                if (assembly.State == AssemblyState.Receiving && assembly.Begin.Attempt == end.Attempt)
                {
                    deliveries.Send(assembly.Link, assembly.Want());
                }
            }
        }

        return MqttVerdict.Acknowledge;
    }
}
