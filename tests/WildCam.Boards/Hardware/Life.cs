namespace WildCam.SimulatedHardware;

/// <summary>How a run of the program came to its end.</summary>
public enum LifeEndKind
{
    /// <summary>It sleeps, until the time is over or a pin is high.</summary>
    DeepSleep,

    /// <summary>It restarted itself.</summary>
    Reboot,

    /// <summary>Power failed.</summary>
    PowerCut,

    /// <summary>The program itself ended, by returning or by an exception.</summary>
    Fault,
}

/// <summary>Why a run of the program begins.</summary>
public enum WakeKind
{
    /// <summary>Power came, or it restarted itself.</summary>
    Power,

    /// <summary>The first motion sensor.</summary>
    Motion,

    /// <summary>One of several motion sensors.</summary>
    SecondMotion,

    /// <summary>The sleep's timer.</summary>
    Timer,
}

/// <summary>The end of a run, and what it set for its sleep.</summary>
public sealed record LifeEnd(LifeEndKind Kind)
{
    public TimeSpan Time { get; init; }

    /// <summary>Bits of the GPIOs that end the sleep.</summary>
    public ulong WakePins { get; init; }

    /// <summary>What failed.</summary>
    public Exception? Fault { get; init; }
}

/// <summary>The program's run is over: what it does with the board from here on does not happen.</summary>
public sealed class LifeOverException(LifeEnd end) : Exception($"The board: {end.Kind}.")
{
    public LifeEnd End => end;
}

/// <summary>
/// One run of the program, from a reset to the next. nanoFramework's API is static, so the run that a thread belongs to
/// is found by an AsyncLocal, which new threads inherit: boards of several tests live side by side, and threads of a
/// run that is over can do nothing any more.
/// </summary>
public sealed class Life
{
    static readonly AsyncLocal<Life?> s_current = new();

    readonly List<WildCam.Mqtt.MqttClient> _connections = [];
    readonly Lock _gate = new();
    LifeEnd? _end;

    internal Life(BoardWorld world, WakeKind cause)
    {
        World = world;
        Cause = cause;
    }

    /// <summary>The run of the thread that asks; throws where it is over.</summary>
    public static Life Current
    {
        get
        {
            var life = s_current.Value ?? throw new InvalidOperationException("Not a thread of a board.");
            life.Check();
            return life;
        }
    }

    public BoardWorld World { get; }

    public WakeKind Cause { get; }

    public TimeSpan SleepTime { get; set; }

    public ulong WakePins { get; set; }

    /// <summary>Throws where this run is over.</summary>
    public void Check()
    {
        if (Volatile.Read(ref _end) is { } end)
        {
            throw new LifeOverException(end);
        }
    }

    /// <summary>Ends this run from within.</summary>
    public void End(LifeEnd end)
    {
        EndBy(end);
        Check();
    }

    internal void EndBy(LifeEnd end)
    {
        List<WildCam.Mqtt.MqttClient> connections;
        lock (_gate)
        {
            if (_end is not null)
            {
                return;
            }

            _end = end;
            connections = [.. _connections];
        }

        World.Ended(this, end);
        connections.ForEach(c => c.Abort());
    }

    /// <summary>A connection that ends with this run.</summary>
    internal void Add(WildCam.Mqtt.MqttClient connection)
    {
        lock (_gate)
        {
            if (_end is null)
            {
                _connections.Add(connection);
                return;
            }
        }

        connection.Abort();
    }

    internal void DropConnections()
    {
        lock (_gate)
        {
            _connections.ForEach(c => c.Abort());
            _connections.Clear();
        }
    }

    /// <summary>Runs the program on a thread of its own, to the end of its run.</summary>
    internal Task<LifeEnd> RunAsync(Action main)
    {
        var done = new TaskCompletionSource<LifeEnd>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            s_current.Value = this;
            try
            {
                main();
                EndBy(new LifeEnd(LifeEndKind.Fault) { Fault = new InvalidOperationException("Main returned.") });
            }
            catch (LifeOverException)
            {
                // How it should be.
            }
            catch (Exception e)
            {
                EndBy(new LifeEnd(LifeEndKind.Fault) { Fault = e });
            }

            done.SetResult(_end!);
        })
        {
            IsBackground = true,
            Name = "board",
        };
        thread.Start();
        return done.Task;
    }
}
