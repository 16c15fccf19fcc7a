using WildCam.Storage.Fleet;

namespace WildCam.Tests.Fleet;

/// <summary>What a model camera does with new firmware.</summary>
public enum Fate
{
    Works,
    FallsBack,
    NeverReturns,

    /// <summary>It comes up, and never delivers a picture.</summary>
    Blind,

    /// <summary>It says that it confirmed the new version, and runs the old one.</summary>
    Lies,

    /// <summary>It says that it confirmed the new version, and delivered no picture on it.</summary>
    Boasts,

    Silent,
    LowBattery,
    Refuses,

    /// <summary>It is good for some hours, and then runs the old version again.</summary>
    GoesBack,
}

/// <summary>A camera of the model: what it runs, and what it will say next.</summary>
sealed class ModelCamera(int id, Fate fate)
{
    public static readonly Version Old = new(1, 4, 2);
    public static readonly Version Target = new(1, 5, 0);

    public int Id { get; } = id;

    public Fate Fate { get; set; } = fate;

    public Version Runs { get; private set; } = Old;

    public DateTimeOffset? PictureAt { get; private set; }

    /// <summary>When it took and delivered its first picture on the new version.</summary>
    public DateTimeOffset? NewPictureAt { get; private set; }

    public bool IsRemoved { get; set; }

    public long? Followed { get; private set; }

    int _step;

    /// <summary>A connection: hello, then the offer if the hub has one, then what it has to say.</summary>
    public void Connect(ModelRollout rollout, Random chance)
    {
        if (IsRemoved || (Fate is Fate.NeverReturns && _step >= 3) || Fate is Fate.Silent)
        {
            return;
        }

        rollout.Hear(Id, Runs);
        if (Runs == Old && chance.Next(3) == 0)
        {
            PictureAt = rollout.Now;
        }

        if (rollout.TakeOffer(Id) is { } offer && offer != Followed)
        {
            (Followed, _step) = (offer, 0);
        }

        if (Followed is { } followed)
        {
            Proceed(rollout, followed, chance);
        }
    }

    void Proceed(ModelRollout rollout, long offer, Random chance)
    {
        switch (_step)
        {
            case 0 when Fate is Fate.Refuses:
                rollout.Tell(Id, offer, ReportedState.Refused, 25);
                return;
            case 0 when Fate is Fate.LowBattery:
                rollout.Tell(Id, offer, ReportedState.WaitsForBattery, 0);
                return;
            case 0:
                rollout.Tell(Id, offer, ReportedState.Downloading, 0);
                _step += rollout.MayDownload(Id, offer) ? 1 : 0;
                return;
            case 1:
                rollout.Tell(Id, offer, ReportedState.Verified, 0);
                _step = 2;
                return;
            case 2:
                // The restart: from here on nobody can hold it.
                _step = 3;
                Runs = Fate is Fate.Lies ? Old : Target;
                return;
            default:
                End(rollout, offer, chance);
                return;
        }
    }

    void End(ModelRollout rollout, long offer, Random chance)
    {
        switch (Fate)
        {
            case Fate.FallsBack:
                Runs = Old;
                rollout.Hear(Id, Runs);
                rollout.Tell(Id, offer, ReportedState.FellBack, 40);
                return;
            case Fate.Blind:
                rollout.Tell(Id, offer, ReportedState.Pending, 0);
                return;
            case Fate.Boasts or Fate.Lies:
                rollout.Tell(Id, offer, ReportedState.Confirmed, 0);
                return;
            case Fate.GoesBack when NewPictureAt is not null && chance.Next(6) == 0:
                Runs = Old;
                rollout.Hear(Id, Runs);
                return;
            default:
                break;
        }

        if (Runs == Target)
        {
            PictureAt = rollout.Now;
            NewPictureAt ??= rollout.Now;
            rollout.Tell(Id, offer, ReportedState.Confirmed, 0);
        }
    }
}

/// <summary>A rollout in memory: the pure rules with rows and a clock around them, as the hub has them in a database.
/// </summary>
sealed class ModelRollout
{
    static readonly TimeSpan OfferPause = TimeSpan.FromMinutes(10);

    readonly CameraUpdateRules _rules;
    readonly List<StepProgress> _steps;
    long _offers;

    public ModelRollout(RolloutPlan plan, IReadOnlyList<Fate> fates, int seed)
    {
        Plan = plan;
        _rules = new CameraUpdateRules(plan, ModelCamera.Target, isRollback: false);
        Cameras = [.. fates.Select((fate, n) => new ModelCamera(n, fate))];
        var dealt = RolloutPlanning.Preview(plan, 2, ModelCamera.Target, isRollback: false,
            [
                .. Cameras.Select(c => new RolloutCandidate(c.Id, $"c-{c.Id}")
                {
                    Board = 2, Reported = ModelCamera.Old,
                }),
            ], seed);
        StepOf = dealt.Targets.ToDictionary(t => t.Camera.CameraId, t => t.Step);
        Updates = Cameras.ToDictionary(
            c => c.Id, _ => new CameraUpdate(UpdateState.Planned, Now) { Reported = ModelCamera.Old });
        _steps = [.. plan.Steps.Select((_, n) => new StepProgress(n, null, null, 0, 0, default))];
    }

    public RolloutPlan Plan { get; }

    public DateTimeOffset Now { get; set; } = new(2026, 5, 4, 8, 0, 0, TimeSpan.Zero);

    public RolloutState State { get; set; } = RolloutState.Running;

    public (StopReason Reason, int Step) Stopped { get; private set; }

    public IReadOnlyList<ModelCamera> Cameras { get; }

    public IReadOnlyDictionary<int, int> StepOf { get; }

    public Dictionary<int, CameraUpdate> Updates { get; }

    public int StepsBegun => _steps.Count(s => s.BegunAt is not null);

    bool IsEnded => State is RolloutState.Done
        || (State is RolloutState.Cancelled && Updates.Values.All(u => !u.IsOpen));

    /// <summary>Cameras that were ever offered it.</summary>
    public HashSet<int> Offered { get; } = [];

    public void Hear(int camera, Version version) => Change(camera, u => _rules.Hear(u, version, Now));

    public void Tell(int camera, long offer, ReportedState state, int code) =>
        Change(camera, u => _rules.Tell(u, offer, state, code, 1, Now));

    public long? TakeOffer(int camera)
    {
        var update = Updates[camera];
        if (State is not RolloutState.Running
            || !CameraUpdateRules.NeedsOffer(update, isHello: true, Now, OfferPause))
        {
            return null;
        }

        var offer = update.OfferId ?? ++_offers;
        Offered.Add(camera);
        Updates[camera] = _rules.Offer(update, offer, Now);
        return offer;
    }

    public bool MayDownload(int camera, long offer) => State is RolloutState.Running
        && Updates[camera] is { IsUnderWay: true, OfferId: { } own } && own == offer;

    public void Resume()
    {
        if (State is RolloutState.Stopped)
        {
            for (var n = 0; n < _steps.Count; n++)
            {
                var counts = Counts(n);
                _steps[n] = _steps[n] with { Forgiven = counts.Failed, Excused = counts.Missed };
            }
        }

        State = RolloutState.Running;
        foreach (var camera in Cameras)
        {
            Change(camera.Id, u => _rules.Resume(u, Now));
        }
    }

    public void Cancel()
    {
        State = RolloutState.Cancelled;
        foreach (var camera in Cameras)
        {
            Change(camera.Id, u => CameraUpdateRules.Cancel(u, Now));
        }
    }

    public void Retry(int camera) => Change(camera, u => _rules.Retry(u, Now) ?? u);

    /// <summary>What a hub does every two seconds.</summary>
    public void Advance()
    {
        foreach (var camera in Cameras)
        {
            Change(camera.Id, u => camera.IsRemoved
                ? CameraUpdateRules.Remove(u, Now)
                : CameraUpdateRules.Pass(u, State is not RolloutState.Running, Now));
        }

        for (var moves = 0; State is RolloutState.Running; moves++)
        {
            Assert.True(moves < 40, "The moves of a rollout do not end.");
            var steps = _steps.ConvertAll(s => s with { Counts = Counts(s.Number) });
            var move = RolloutRules.Next(Plan, steps, Now);
            switch (move.Kind)
            {
                case MoveKind.BeginStep:
                    CheckBegin(steps, move.Step);
                    _steps[move.Step] = _steps[move.Step] with { BegunAt = Now };
                    foreach (var camera in Cameras.Where(c => StepOf[c.Id] == move.Step))
                    {
                        Change(camera.Id, u => u.State is UpdateState.Planned ? _rules.Begin(u, Now) : u);
                    }

                    break;
                case MoveKind.Enough or MoveKind.NoLongerEnough:
                    _steps[move.Step] = _steps[move.Step] with
                    {
                        EnoughAt = move.Kind is MoveKind.Enough ? Now : null,
                    };
                    break;
                case MoveKind.Stop:
                    (State, Stopped) = (RolloutState.Stopped, (move.Reason, move.Step));
                    break;
                case MoveKind.Finish:
                    State = RolloutState.Done;
                    break;
                default:
                    return;
            }
        }
    }

    public StepCounts Counts(int step)
    {
        var of = Updates.Where(u => StepOf[u.Key] == step).Select(u => u.Value).ToList();
        return new StepCounts(
            of.Count(u => u.State is UpdateState.Planned), of.Count(u => u.IsUnderWay),
            of.Count(u => u.State is UpdateState.Good), of.Count(u => u.State is UpdateState.Failed),
            of.Count(u => u.State is UpdateState.Missed));
    }

    /// <summary>Told in other words than the rules have, so that they must agree.</summary>
    void CheckBegin(List<StepProgress> steps, int next)
    {
        foreach (var step in steps.Take(next))
        {
            var counts = step.Counts;
            var seen = Math.Min(step.Forgiven, counts.Failed) + Math.Min(step.Excused, counts.Missed);
            Assert.True(step.BegunAt is not null);
            Assert.True(
                counts.Good * 100 >= (counts.Total - seen) * Plan.GoodPercentMin,
                $"Step {next + 1} began while {counts} of step {step.Number + 1} were not enough.");
            Assert.True(counts.Failed - step.Forgiven < Plan.FailuresMax, $"Step {next + 1} began over a limit.");
        }

        if (next > 0 && steps[next - 1].Counts.Total > 0)
        {
            Assert.True(Now - steps[next - 1].EnoughAt >= Plan.Watch, $"Step {next + 1} began before the watch ended.");
        }
    }

    void Change(int camera, Func<CameraUpdate, CameraUpdate> change)
    {
        if (IsEnded && Updates[camera].State is not (UpdateState.Failed or UpdateState.Missed))
        {
            return;
        }

        Updates[camera] = _rules.Deliver(change(Updates[camera]), Cameras[camera].PictureAt, Now);
    }
}
