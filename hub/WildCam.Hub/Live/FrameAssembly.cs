using System.Buffers;
using WildCam.Wire;

namespace WildCam.Hub.Live;

/// <summary>
/// Puts a camera's preview frames together. Parts come in order; a frame with a lost part is dropped whole.
/// </summary>
sealed class FrameAssembly
{
    byte[]? _frame;
    uint _number;
    int _filled;

    /// <summary>Takes a part, whose bytes follow its header; the whole frame where this was its last.</summary>
    public byte[]? Add(PreviewHeader header, ReadOnlySequence<byte> bytes)
    {
        if (header.Offset == 0)
        {
            // A camera announces the size itself, so it is bounded by the header before it is allocated.
            _frame = new byte[header.FrameBytes];
            _number = header.Frame;
            _filled = 0;
        }

        if (_frame is null || header.Frame != _number || header.Offset != _filled
            || header.FrameBytes != _frame.Length)
        {
            _frame = null;
            return null;
        }

        bytes.CopyTo(_frame.AsSpan(_filled));
        _filled += (int)bytes.Length;
        if (_filled < _frame.Length)
        {
            return null;
        }

        var whole = _frame;
        _frame = null;
        return IsJpeg(whole) ? whole : null;
    }

    static bool IsJpeg(byte[] bytes) => bytes is [0xFF, 0xD8, 0xFF, ..];
}
