using System.Buffers;
using WildCam.Hub.Live;
using WildCam.Wire;

namespace WildCam.Tests.Live;

public sealed class FrameAssemblyTests
{
    readonly FrameAssembly _assembly = new();

    [Fact]
    public void A_frame_is_whole_with_its_last_part()
    {
        var frame = Frame(100);
        Assert.Null(Add(1, frame, 0, 60));
        Assert.Equal(frame, Add(1, frame, 60, 40));
        Assert.Null(Add(1, frame, 60, 40));
        Assert.Equal(frame, Add(2, frame, 0, 100));
    }

    [Fact]
    public void A_frame_with_a_lost_strange_or_repeated_part_is_dropped_and_the_next_one_is_not()
    {
        var frame = Frame(100);
        Assert.Null(Add(1, frame, 0, 30));
        Assert.Null(Add(1, frame, 60, 40));
        Assert.Null(Add(1, frame, 30, 30));
        Assert.Null(Add(2, frame, 0, 30));
        Assert.Null(Add(3, frame, 30, 70));
        Assert.Null(Add(4, frame, 0, 60));
        Assert.Null(Add(4, Frame(90), 60, 30));
        Assert.Equal(frame, Add(5, frame, 0, 100));
    }

    [Fact]
    public void What_is_no_jpeg_is_dropped()
    {
        Assert.Null(Add(1, new byte[100], 0, 100));
        Assert.Null(Add(2, [0xFF, 0xD8], 0, 2));
    }

    byte[]? Add(uint number, byte[] frame, int at, int count) => _assembly.Add(
        new PreviewHeader
        {
            Frame = number, FrameBytes = (uint)frame.Length, Offset = (uint)at, Length = (ushort)count,
        },
        new ReadOnlySequence<byte>(frame, at, count));

    static byte[] Frame(int sizeBytes)
    {
        var frame = new byte[sizeBytes];
        new Random(sizeBytes).NextBytes(frame);
        (frame[0], frame[1], frame[2]) = (0xFF, 0xD8, 0xFF);
        return frame;
    }
}
