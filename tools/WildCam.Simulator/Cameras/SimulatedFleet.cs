using System.Threading.Channels;
using WildCam.Simulator.Scenes;

namespace WildCam.Simulator.Cameras;

/// <summary>
/// Cameras of one process, driven by a few threads: a camera has a turn when its time comes or when its link has news.
/// </summary>
public sealed class SimulatedFleet
{
    /// <summary>Longest wait between two turns of a camera.</summary>
    const int TurnMillisecondsMax = 60_000;

    /// <summary>Pictures in a burst of a folder's files.</summary>
    const int FolderBurstMax = 10;

    const int PollMilliseconds = 50;

    readonly SimulationOptions _options;
    readonly GroundTruthFiler? _filer;
    readonly TimeProvider _time;
    readonly CaptureLedger _ledger;
    readonly Seat[] _seats;
    readonly Channel<Seat> _ready;
    readonly PriorityQueue<(Seat Seat, long Version), long> _due = new();
    readonly long? _expected;
    readonly long _start;

    /// <param name="filer">Files the truth of receipted pictures; null files nothing.</param>
    public SimulatedFleet(SimulationOptions options, GroundTruthFiler? filer = null, TimeProvider? time = null)
    {
        if (options.Cameras.Count == 0)
        {
            throw new ArgumentException("A simulation needs at least one camera.", nameof(options));
        }

        if (options.ImagesFolder is { } folder && !Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"The images folder \"{folder}\" does not exist.");
        }

        _options = options.ImagesFolder is null ? options
            : options with { TriggerSeconds = 0, PicturesPerCamera = null };
        _filer = filer;
        _time = time ?? TimeProvider.System;
        _start = _time.GetTimestamp();
        _ledger = new CaptureLedger(options.ReportCapturesMax, Receipted);
        var studios = new SceneStudios();
        var dealt = _options.ImagesFolder is { } images
            ? FolderSource.Deal(images, _options.Cameras.Count, FolderBurstMax)
            : null;
        _expected = dealt?.Sum(d => (long)d.Count)
            ?? (long?)_options.PicturesPerCamera * _options.Cameras.Count
            + ((long)_options.HistoryPictures * _options.Cameras.Count);
        // A camera is in the channel at most once, so it never is full.
        _ready = Channel.CreateBounded<Seat>(
            new BoundedChannelOptions(_options.Cameras.Count + 1) { FullMode = BoundedChannelFullMode.Wait });
        _seats = [.. _options.Cameras.Select((account, index) => Seated(account, index, dealt, studios))];
    }

    /// <summary>The version that a camera runs, whatever it told the hub.</summary>
    public Version FirmwareOf(string code) => _seats.First(s => s.Camera.Code == code).Camera.Firmware;

    public FleetProgress Progress => _ledger.Count(new FleetProgress
    {
        Cameras = _seats.Length,
        Expected = _expected,
        Connected = _seats.Count(s => s.Camera.IsConnected),
        Offered = _seats.Sum(s => s.Camera.Offered),
        BytesSent = _seats.Sum(s => s.Camera.BytesSent),
        PowerCuts = _seats.Sum(s => s.Camera.PowerCuts),
        LinkCuts = _seats.Sum(s => (long)s.Camera.LinkCuts),
        Failed = _seats.Sum(s => s.Camera.Failed),
        Problem = _seats.Select(s => s.Camera.Problem is { } p ? $"{s.Camera.Code}: {p}" : null)
            .FirstOrDefault(p => p is not null),
    });

    /// <summary>
    /// Runs until every camera has taken and delivered its pictures, until nothing was receipted for
    /// <see cref="SimulationOptions.DrainTimeout"/> after the last picture, or until it is stopped.
    /// </summary>
    public async Task<SimulationReport> RunAsync(CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        foreach (var seat in _seats)
        {
            Wake(seat);
        }

        var workers = Enumerable.Range(0, _options.Workers)
            .Select(_ => Task.Run(() => WorkAsync(ending.Token), CancellationToken.None))
            .Append(Task.Run(() => RingAsync(ending.Token), CancellationToken.None));
        var filing = _filer is null ? Task.CompletedTask : _filer.RunAsync(ending.Token);
        var working = Task.WhenAll(workers);
        var isComplete = await WaitAsync(working, ending.Token);
        if (isComplete && _filer is not null)
        {
            await _filer.DrainAsync(_options.DrainTimeout, stop);
        }

        await ending.CancelAsync();
        await working;
        await filing;
        foreach (var seat in _seats)
        {
            seat.Camera.Stop(isClean: true);
            seat.Camera.Dispose();
        }

        return new SimulationReport(_options.Seed, _options.Faults, isComplete, Progress, _ledger.All());
    }

    async Task<bool> WaitAsync(Task working, CancellationToken stop)
    {
        var (receipted, since) = (0L, _time.GetTimestamp());
        while (!stop.IsCancellationRequested && !working.IsCompleted)
        {
            var progress = Progress;
            if (_seats.All(s => s.Camera.IsDone))
            {
                return true;
            }

            if (progress.Receipted + progress.Captured != receipted)
            {
                (receipted, since) = (progress.Receipted + progress.Captured, _time.GetTimestamp());
            }

            var mayEnd = _options.PicturesPerCamera is not null || _options.ImagesFolder is not null;
            if (mayEnd && _time.GetElapsedTime(since) > _options.DrainTimeout)
            {
                return false;
            }

            await Task.WhenAny(Task.Delay(PollMilliseconds, stop), working);
        }

        return false;
    }

    Seat Seated(CameraAccount account, int index, IReadOnlyList<FolderSource>? dealt, SceneStudios studios)
    {
        var biome = account.Biome ?? (Biome)(index % Enum.GetValues<Biome>().Length);
        var view = new SceneView(
            SeededRandom.For(_options.Seed, 81, (ulong)index).NextUInt64(), biome, account.Code.ToUpperInvariant(),
            account.Zone ?? TimeZoneInfo.Utc);
        IPictureSource source = dealt is null ? new SceneSource(studios, view, _options.PicturePool) : dealt[index];
        var seat = new Seat();
        seat.Camera = new SimulatedCamera(_options, account, index, source, view, _ledger, _time, () => Wake(seat));
        return seat;
    }

    void Receipted(CaptureRecord record) => _filer?.Offer(record, _options.Seed);

    long Now => (long)_time.GetElapsedTime(_start).TotalMilliseconds;

    void Wake(Seat seat)
    {
        if (seat.TryQueue())
        {
            _ready.Writer.TryWrite(seat);
        }
    }

    async Task WorkAsync(CancellationToken stop)
    {
        try
        {
            await foreach (var seat in _ready.Reader.ReadAllAsync(stop))
            {
                seat.Begin();
                var wait = Math.Min(seat.Camera.Turn(), TurnMillisecondsMax);
                lock (_due)
                {
                    _due.Enqueue((seat, ++seat.Version), Now + Math.Max(0, wait));
                }

                if (seat.End())
                {
                    _ready.Writer.TryWrite(seat);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The simulation ends.
        }
    }

    /// <summary>Wakes the cameras whose time has come.</summary>
    async Task RingAsync(CancellationToken stop)
    {
        const int tickMilliseconds = 5;
        while (!stop.IsCancellationRequested)
        {
            lock (_due)
            {
                while (_due.TryPeek(out var next, out var at) && at <= Now)
                {
                    _due.Dequeue();
                    if (next.Version == next.Seat.Version)
                    {
                        Wake(next.Seat);
                    }
                }
            }

            await Task.Delay(tickMilliseconds, CancellationToken.None);
        }
    }

    /// <summary>A camera's place: idle, queued, in its turn, or in its turn and wanted again.</summary>
    sealed class Seat
    {
        const int Idle = 0;
        const int Queued = 1;
        const int Running = 2;
        const int Again = 3;

        int _state;

        public SimulatedCamera Camera { get; set; } = null!;

        /// <summary>Of its newest due time; older ones are void. Under the queue's lock.</summary>
        public long Version { get; set; }

        /// <summary>Whether the caller must put it into the channel.</summary>
        public bool TryQueue()
        {
            while (true)
            {
                var state = Volatile.Read(ref _state);
                if (state is Queued or Again)
                {
                    return false;
                }

                var next = state == Idle ? Queued : Again;
                if (Interlocked.CompareExchange(ref _state, next, state) == state)
                {
                    return next == Queued;
                }
            }
        }

        public void Begin() => Volatile.Write(ref _state, Running);

        /// <summary>Whether it was wanted during its turn, and is queued again.</summary>
        public bool End()
        {
            if (Interlocked.CompareExchange(ref _state, Idle, Running) == Running)
            {
                return false;
            }

            Volatile.Write(ref _state, Queued);
            return true;
        }
    }
}
