using System.Buffers;

namespace WildCam.Tests.Mqtt;

/// <summary>Bytes in pieces, as they lie in a pipe.</summary>
static class Fragments
{
    /// <summary>The bytes as segments that end at these places.</summary>
    public static ReadOnlySequence<byte> Of(byte[] bytes, params int[] cuts)
    {
        var first = new Segment(ReadOnlyMemory<byte>.Empty);
        var last = first;
        var from = 0;
        foreach (var to in cuts.Where(c => c < bytes.Length).Order().Append(bytes.Length))
        {
            last = last.Append(bytes.AsMemory(from, to - from));
            from = to;
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory) => Memory = memory;

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }
}
