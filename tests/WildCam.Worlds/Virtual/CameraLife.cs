using WildCam.Camera;
using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Worlds.Virtual;

/// <summary>What became of the pictures of a life.</summary>
sealed record LifeReport(
    int Taken, int Stored, int Dropped, int PowerCuts, int CardsOut, int Deaths, int Failed, long Minutes, int Ids)
{
    public LifeReport Plus(LifeReport other) => new(
        Taken + other.Taken, Stored + other.Stored, Dropped + other.Dropped, PowerCuts + other.PowerCuts,
        CardsOut + other.CardsOut, Deaths + other.Deaths, Failed + other.Failed, Minutes + other.Minutes,
        Ids + other.Ids);
}

/// <summary>
/// A life of a camera in virtual time by chance: its power fails, also in the middle of writes, its card is taken out
/// and put back, fills up, its link and its hub die, its clock is lost. Every picture that it took is then in the hub
/// once and under its id, or on its card, or was dropped from a full card, which it counted and told; and every
/// trigger that it took came to its pictures.
/// </summary>
sealed class CameraLife
{
    const int Minutes = 150;
    const int PictureBytesMax = 6000;

    /// <summary>A card that fills up within a life.</summary>
    const int SmallCardBytes = 12 * 8192;

    readonly Field _field;
    readonly List<byte[]> _taken = [];
    readonly bool _isSmallCard;
    readonly CaptureRegister _register;
    int _cardsOut;
    int _deaths;
    int _failed;
    CameraBrain? _brain;
    uint _takenByBrain;
    uint _failedByBrain;
    uint _triggersOfBrain;
    byte _burstCount;

    CameraLife(int seed)
    {
        _field = new Field(seed);
        var chance = _field.Chance;
        _isSmallCard = chance.Next(3) == 0;
        var profile = _field.Profile;
        profile.SleepsWhenIdle = chance.Next(2) == 0;
        profile.IsNewestFirst = chance.Next(2) == 0;
        profile.FullPolicy = chance.Next(2) == 0 ? FullPolicies.DropNewest : FullPolicies.DropOldest;
        profile.PictureBytesUsual = PictureBytesMax;
        profile.SpoolCapacityBytes = _isSmallCard ? SmallCardBytes : 1L << 30;
        _field.Link.FaultChance = 0.02;
        _field.Hub.LaterChance = 0.05;
        _field.Lamp.IsDark = chance.Next(2) == 0;
        _register = new CaptureRegister(_field, _isSmallCard);
    }

    /// <summary>Lives one life.</summary>
    /// <exception cref="WorldException">A promise was broken.</exception>
    public static LifeReport Live(int seed) => new CameraLife(seed).Run();

    LifeReport Run()
    {
        _field.Boot();
        Configure();
        Again(TimeSpan.FromMinutes(3), Trigger);
        Again(TimeSpan.FromMinutes(12), () => _field.Link.Disconnect(false));
        Again(TimeSpan.FromMinutes(25), () => _field.CutPower(_field.Chance.Next(2) == 0));
        Again(TimeSpan.FromMinutes(10), () =>
        {
            _field.Power.Writes = 0;
            _field.Power.CutAt = _field.Chance.Next(1, 40);
        });
        Again(TimeSpan.FromMinutes(60), TakeCardOut);
        Again(TimeSpan.FromMinutes(30), KillHub);
        Again(TimeSpan.FromMinutes(40), Unreachable);
        Again(TimeSpan.FromMinutes(45), Order);
        var end = _field.Now + Minutes * 60_000L;
        while (_field.Now < end)
        {
            _field.Advance(end);
            Count();
        }

        // A card that is out holds its pictures too: it is back before the reckoning.
        _field.Calm();
        _field.Link.IsUnreachable = false;
        _field.Hub.IsSilent = false;
        _field.Until(() => !_field.Store.IsBroken, 1200);
        MustBeThere();
        Deliver();
        MustBeThere();
        MustHaveFollowedTriggers();
        return new LifeReport(
            _taken.Count, _field.Hub.Stored.Count, _register.Dropped, _field.PowerCuts, _cardsOut, _deaths, _failed,
            _field.Now / 60_000, _register.Ids);
    }

    /// <summary>With the faults gone the rest arrives, held frames too, and the hub is told what was dropped.</summary>
    void Deliver()
    {
        _field.Run(120);
        var nextOrder = 0L;
        _field.Until(() =>
        {
            if (_field.Brain.Session.IsReady && _field.Now > nextOrder)
            {
                nextOrder = _field.Now + 60_000;
                _field.Hub.Command((ulong)nextOrder, CommandKinds.UploadBacklog, expiresSeconds: 86_400);
            }

            Count();
            var spool = _field.Brain.Spool;
            return spool.IsRecovered && spool.Count == 0 && spool.HeldCount == 0;
        }, 6 * 3600);
        var beats = _field.Hub.Heartbeats.Count;
        _field.Until(() => _field.Hub.Heartbeats.Count > beats, 2 * 3600);
        Must.Equal(
            _field.Brain.Spool.DroppedCount, _field.Hub.Heartbeats[^1].DroppedCount,
            $"Seed {_field.Seed}: dropped pictures, as the last heartbeat tells");
    }

    void MustBeThere()
    {
        // Nothing twice, and no bytes that the sensor never gave: the field checks that with nothing "taken".
        _field.MustKeep([], _field.Hub.Stored.Values.Select(p => p.Bytes));
        _register.Check();
        var missing = Missing();
        Must.Hold(
            missing == 0 || _isSmallCard, $"Seed {_field.Seed}: {missing} pictures are gone and the card has room.");
        Must.Hold(
            missing <= _field.Brain.Spool.DroppedCount,
            $"Seed {_field.Seed}: {missing} pictures are gone, and {_field.Brain.Spool.DroppedCount} are counted.");
    }

    int Missing()
    {
        byte[] areas = [StoreAreas.Spool, StoreAreas.Held, StoreAreas.Dead];
        var known = _field.Hub.Stored.Values.Select(p => p.Bytes)
            .Concat(areas.SelectMany(a => _field.Spooled(a)).Select(p => p.Bytes))
            .Select(Convert.ToHexString).ToHashSet(StringComparer.Ordinal);
        return _taken.Count(t => !known.Contains(Convert.ToHexString(t)));
    }

    // A picture counts from the moment at which the camera itself counts it.
    void Count()
    {
        if (!ReferenceEquals(_brain, _field.Brain))
        {
            (_brain, _takenByBrain, _failedByBrain, _triggersOfBrain) = (_field.Brain, 0, 0, 0);
            _register.Look();
        }

        var more = (int)(_brain.TakenCount - _takenByBrain);
        _taken.AddRange(_field.Sensor.FullFrames.TakeLast(more));
        _failed += (int)(_brain.FailedCount - _failedByBrain);
        (_takenByBrain, _failedByBrain) = (_brain.TakenCount, _brain.FailedCount);
    }

    // Triggers of a brain before it lost its power are gone with it; all others come to their pictures.
    void MustHaveFollowedTriggers()
    {
        Count();
        var due = (_triggersOfBrain - _brain!.IgnoredCount) * _burstCount;
        Must.Equal(due, _brain.TakenCount + _brain.FailedCount, $"Seed {_field.Seed}: pictures for the triggers");
    }

    void Trigger()
    {
        Count();
        _triggersOfBrain++;
        _field.Sensor.PictureBytes = _field.Chance.Next(100, PictureBytesMax);
        _field.Brain.Triggered(_field.Chance.Next(8) == 0 ? Triggers.Timelapse : Triggers.Motion);
    }

    void Configure()
    {
        var config = CameraConfig.BuiltIn();
        config.ConfigVersion = 2;
        config.BurstCount = _burstCount = (byte)_field.Chance.Next(1, 4);
        config.UploadMode = (byte)_field.Chance.Next(3);
        config.UploadHours = config.UploadMode == UploadModes.Batched ? 0x555555u : 0xFFFFFFu;
        config.HeartbeatSeconds = (uint)_field.Chance.Next(300, 3600);
        _field.Brain.Policy.Desire(config);
    }

    void TakeCardOut()
    {
        if (_field.Store.IsBroken)
        {
            return;
        }

        _cardsOut++;
        var card = _field.Store.TakeOut();
        _field.In(_field.Chance.Next(1000, 600_000), () => _field.Store.PutIn(card));
    }

    void KillHub()
    {
        _deaths++;
        _field.Hub.Restart();
        _field.Link.Disconnect(false);
        _field.Hub.IsSilent = true;
        _field.In(_field.Chance.Next(300_000), () => _field.Hub.IsSilent = false);
    }

    void Unreachable()
    {
        _field.Link.IsUnreachable = true;
        _field.Link.Disconnect(false);
        _field.In(_field.Chance.Next(1_200_000), () => _field.Link.IsUnreachable = false);
    }

    // Whatever the camera hears is sent as a hub would: by the line, which may lose it.
    void Order()
    {
        byte[] kinds =
            [CommandKinds.UploadBacklog, CommandKinds.DropReceipted, CommandKinds.Reboot, CommandKinds.Identify];
        _field.Hub.Command((ulong)_field.Now, kinds[_field.Chance.Next(kinds.Length)], expiresSeconds: 3600);
        if (_field.Spooled(StoreAreas.Held) is [.., var (footer, _)])
        {
            _field.Hub.Command(
                (ulong)_field.Now + 1, CommandKinds.FullFrame, capture: (footer.SpoolId, footer.Counter));
        }
    }

    void Again(TimeSpan every, Action happen)
    {
        void Happen()
        {
            if (!_field.IsCalm)
            {
                _field.In((long)(every.TotalMilliseconds * 2 * _field.Chance.NextDouble()), Happen);
                happen();
            }
        }

        _field.In((long)(every.TotalMilliseconds * 2 * _field.Chance.NextDouble()), Happen);
    }
}
