using System.Buffers;
using System.IO.Pipelines;

namespace WildCam.Mqtt;

/// <summary>
/// The outgoing bytes of one connection. Any thread appends, under <see cref="Gate"/>; one flush at a time carries off
/// all that has gathered, so that many small packets become one write. An idle connection holds no buffer.
/// </summary>
sealed class MqttSender(PipeWriter output, int bytesMax, TimeProvider time) : IThreadPoolWorkItem
{
    const int BufferBytesMin = 256;

    byte[]? _buffer;
    int _count;
    bool _isFlushing;
    bool _isScheduled;
    bool _isHeld;
    bool _isClosed;
    TaskCompletionSource? _drained;
    long _flushStarted;

    /// <summary>Guards this object, and the state of the connection that decides what is sent.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Bytes that gathered and no flush has taken yet. Read it under the gate.</summary>
    public int Count => _count;

    /// <summary>Packets among them. Read it under the gate.</summary>
    public int Packets { get; set; }

    /// <summary>
    /// Whether appended bytes would be lost: the peer is gone, or <see cref="FinishAsync"/> was called.
    /// </summary>
    public bool IsClosed => _isClosed;

    /// <summary>Whether as much has gathered as the limit allows.</summary>
    public bool IsFull => Volatile.Read(ref _count) >= bytesMax;

    /// <summary>How long the running flush has been waiting for the peer to read.</summary>
    public TimeSpan Stalled => Volatile.Read(ref _flushStarted) is var started and not 0
        ? time.GetElapsedTime(started)
        : TimeSpan.Zero;

    /// <summary>Room for a packet, under the gate; false where it would exceed the limit.</summary>
    public bool TryAppend(int bytes, out Span<byte> room)
    {
        if (_isClosed || _count + bytes > bytesMax)
        {
            room = default;
            return false;
        }

        room = Append(bytes);
        return true;
    }

    /// <summary>
    /// Room for a packet that must be sent or whose bytes were counted already; call it under the gate. The callers
    /// bound what they append so: a batch of acknowledgements, a released window.
    /// </summary>
    public Span<byte> Append(int bytes)
    {
        if (_isClosed)
        {
            _count = 0;
        }

        if (_buffer is null || _buffer.Length - _count < bytes)
        {
            Grow(bytes);
        }

        var room = _buffer.AsSpan(_count, bytes);
        _count += bytes;
        Packets++;
        if (!_isHeld && !_isFlushing && !_isScheduled && !_isClosed)
        {
            // Not flushed here: what other threads append until the pool comes round goes with it.
            _isScheduled = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        return room;
    }

    /// <summary>Gathers until <see cref="ReleaseAsync"/>: the reader holds while it works through a batch.</summary>
    public void Hold()
    {
        lock (Gate)
        {
            _isHeld = true;
        }
    }

    /// <summary>
    /// Ends a hold and flushes. Waits where the peer reads too slowly, which in turn stops reading from it.
    /// </summary>
    public ValueTask ReleaseAsync(CancellationToken cancellationToken)
    {
        lock (Gate)
        {
            _isHeld = false;
            if (_count == 0 || _isClosed)
            {
                return default;
            }

            if (_isFlushing)
            {
                return _count > bytesMax / 2 ? new ValueTask(Drained().WaitAsync(cancellationToken)) : default;
            }
        }

        return FlushAsync();
    }

    /// <summary>Waits until less than the limit is gathered; false where the connection is closed.</summary>
    public async ValueTask<bool> WaitForRoomAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task drained;
            lock (Gate)
            {
                if (_isClosed || _count < bytesMax)
                {
                    return !_isClosed;
                }

                drained = Drained();
            }

            await drained.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Sends what has gathered and accepts no more.</summary>
    public async ValueTask FinishAsync()
    {
        await FlushAsync();
        Task? drained = null;
        lock (Gate)
        {
            if (_isFlushing)
            {
                drained = Drained();
            }
        }

        if (drained is not null)
        {
            await drained;
        }

        lock (Gate)
        {
            Close();
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        lock (Gate)
        {
            _isScheduled = false;
            if (_isHeld)
            {
                return;
            }
        }

        _ = FlushAsync().AsTask();
    }

    Task Drained() =>
        (_drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Carries off all that gathers until nothing is left; never throws.</summary>
    async ValueTask FlushAsync()
    {
        while (true)
        {
            byte[] buffer;
            int count;
            lock (Gate)
            {
                if (_isFlushing)
                {
                    return;
                }

                if (_count == 0 || _isClosed)
                {
                    return;
                }

                _isFlushing = true;
                buffer = _buffer!;
                count = _count;
                _buffer = null;
                _count = 0;
                Packets = 0;
            }

            var isGone = false;
            try
            {
                Volatile.Write(ref _flushStarted, time.GetTimestamp());
                output.Write(buffer.AsSpan(0, count));
                var result = await output.FlushAsync();
                isGone = result.IsCompleted || result.IsCanceled;
            }
            catch (Exception)
            {
                // The peer is gone; the reader notices too and says so once.
                isGone = true;
            }

            Volatile.Write(ref _flushStarted, 0);
            ArrayPool<byte>.Shared.Return(buffer);
            lock (Gate)
            {
                _isFlushing = false;
                if (isGone)
                {
                    Close();
                }

                if (_count == 0)
                {
                    _drained?.TrySetResult();
                    _drained = null;
                    return;
                }
            }
        }
    }

    void Close()
    {
        _isClosed = true;
        _count = 0;
        Packets = 0;
        if (_buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
        }

        _drained?.TrySetResult();
        _drained = null;
    }

    void Grow(int bytes)
    {
        var grown = ArrayPool<byte>.Shared.Rent(Math.Max(BufferBytesMin, Math.Max(_count + bytes, 2 * _count)));
        if (_buffer is not null)
        {
            _buffer.AsSpan(0, _count).CopyTo(grown);
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = grown;
    }
}
