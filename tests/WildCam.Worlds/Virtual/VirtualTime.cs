namespace WildCam.Worlds.Virtual;

/// <summary>The field's time for code that asks a TimeProvider. Its timers are events of the field.</summary>
/// <param name="isAlive">Timers of a hub that was killed never ring.</param>
sealed class VirtualTime(Field field, Action<Action> turn, Func<bool> isAlive) : TimeProvider
{
    /// <summary>
    /// The hub's waits hold up to a fifth of jitter that no seed decides. Rounded up to this many milliseconds, or
    /// twice as many, or four times, and so on, all that it makes of one wait are the same.
    /// </summary>
    const long GrainMilliseconds = 400;

    public override long TimestampFrequency => 1000;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(field.HubTime);

    public override long GetTimestamp() => field.Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    sealed class Timer(VirtualTime time, Action ring) : ITimer
    {
        int _setting;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var setting = ++_setting;
            if (dueTime >= TimeSpan.Zero)
            {
                RingIn(dueTime, period, setting);
            }

            return true;
        }

        public void Dispose() => _setting++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        void RingIn(TimeSpan due, TimeSpan period, int setting)
        {
            var wait = due == TimeSpan.Zero ? 0 : GrainMilliseconds;
            while (wait < due.TotalMilliseconds)
            {
                wait *= 2;
            }

            time.In(wait, () =>
            {
                if (setting != _setting || !time.IsAlive)
                {
                    return;
                }

                time.Turn(ring);
                if (period > TimeSpan.Zero && setting == _setting)
                {
                    RingIn(period, period, setting);
                }
            });
        }
    }

    bool IsAlive => isAlive();

    void In(long milliseconds, Action action) => field.In(milliseconds, action);

    void Turn(Action action) => turn(action);
}

/// <summary>Runs what asynchronous code goes on with in turns, on the one thread of the simulation.</summary>
sealed class TurnContext : SynchronizationContext
{
    readonly Queue<(SendOrPostCallback Callback, object? State)> _waiting = new();
    bool _isRunning;

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_waiting)
        {
            _waiting.Enqueue((d, state));
        }
    }

    /// <summary>Runs this and everything that it sets off, until all of it waits for time to pass.</summary>
    public void Run(Action action)
    {
        if (_isRunning)
        {
            action();
            return;
        }

        var outer = Current;
        SetSynchronizationContext(this);
        _isRunning = true;
        try
        {
            action();
            while (TryTake(out var next))
            {
                next.Callback(next.State);
            }
        }
        finally
        {
            _isRunning = false;
            SetSynchronizationContext(outer);
        }
    }

    bool TryTake(out (SendOrPostCallback Callback, object? State) next)
    {
        lock (_waiting)
        {
            return _waiting.TryDequeue(out next);
        }
    }
}
