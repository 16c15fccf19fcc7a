using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Worlds.Virtual;

/// <summary>
/// Lives of a camera by chance, in virtual time: everything that can go wrong does, nothing is lost or doubled, and
/// when the faults end everything arrives. Against the hub's own way in, or against the model of it.
/// </summary>
static class ProtocolSimulation
{
    public const int StepsASeed = 100_000;

    /// <summary>Chance that a statement or a write of the hub fails, apart from outages.</summary>
    const double UsualFaultChance = 0.05;

    /// <summary>Runs one seed against the hub's own way in; gives a line about what happened.</summary>
    /// <exception cref="WorldException">A promise was broken.</exception>
    public static string RunAgainstIngest(int seed, int steps = StepsASeed)
    {
        var field = NewField(seed);
        var hub = new IngestHub(field) { DamageChance = 0.01, Store = { FaultChance = UsualFaultChance } };
        Live(field, TimeSpan.FromMinutes(4), hub.Restart);
        Live(field, TimeSpan.FromMinutes(9), () => Outage(field, hub.Store));
        var told = Run(
            field, steps, () => hub.Store.Pictures, begin => Take(hub.Store, begin),
            calm: () => hub.DamageChance = hub.Store.FaultChance = 0);
        Must.Hold(hub.Store.Broken.Count == 0, $"Seed {seed}: {string.Join('\n', hub.Store.Broken)}");
        Must.Equal(0, hub.Store.Quarantine.Count, $"Seed {seed}: pictures in quarantine, and no bytes were wrong");
        Must.Hold(
            hub.Store.Abandoned.Keys.All(id => hub.Store.Rows.ContainsKey(id) || hub.Store.Foreign.Contains(id)),
            $"Seed {seed}: an upload that was given up never came.");
        return $"{told}, {hub.Store.Abandoned.Count} uploads given up, {hub.Deaths} deaths of the hub, "
            + $"{hub.Store.Faults} writes that failed, "
            + $"{hub.Store.AnswersLost} answers lost, {hub.Damaged} chunks damaged";
    }

    /// <summary>Runs one seed against the model hub.</summary>
    /// <exception cref="WorldException">A promise was broken.</exception>
    public static string RunAgainstModel(int seed, int steps = StepsASeed)
    {
        var field = NewField(seed);
        field.Hub.LaterChance = 0.05;
        Live(field, TimeSpan.FromMinutes(4), field.Hub.Restart);
        return Run(
            field, steps, () => field.Hub.Stored.Values.Select(p => p.Bytes),
            begin =>
            {
                var isOurs = field.Hub.Stored.ContainsKey((begin.SpoolId, begin.Counter));
                if (!isOurs)
                {
                    field.Hub.Receipt(begin, ReceiptOutcomes.Conflict, ReceiptCodes.IdTaken);
                }

                return !isOurs;
            },
            calm: () => { });
    }

    /// <summary>
    /// One picture of 300 KB over 8 KB/s with a cut every 30 s, against the hub's own way in; gives the seconds that it
    /// took in virtual time.
    /// </summary>
    /// <exception cref="WorldException">It did not arrive.</exception>
    public static double DeliverOverNarrowLink(int seed)
    {
        const int pictureBytes = 300_000;
        const int bytesPerSecond = 8 * 1024;
        var cut = TimeSpan.FromSeconds(30);
        var field = new Field(seed)
        {
            Link = { BytesPerSecond = bytesPerSecond, LatencyMilliseconds = 150 },
            Sensor = { PictureBytes = pictureBytes },
        };
        var hub = new IngestHub(field);
        field.Boot();
        field.Until(() => field.Brain.Spool.IsRecovered);
        void Cut()
        {
            field.Link.Disconnect(false);
            field.In((long)cut.TotalMilliseconds, Cut);
        }

        field.In(field.Chance.Next((int)cut.TotalMilliseconds), Cut);
        field.Brain.Triggered(Triggers.Motion);
        field.Until(() => field.Brain.TakenCount == 1);
        var start = field.Now;
        field.Until(() => field.Brain.Spool.Count == 0, 600);
        field.MustKeep([field.Sensor.Pictures[^1]], hub.Store.Pictures);
        Must.Equal(1, hub.Store.Rows.Count, $"Seed {seed}: stored pictures");
        return (field.Now - start) / 1000.0;
    }

    static Field NewField(int seed)
    {
        var field = new Field(seed) { Link = { FaultChance = 0.02, BytesPerSecond = 40_000 } };
        field.Boot();
        Live(field, TimeSpan.FromSeconds(20), () => field.Brain.Triggered(Triggers.Motion));
        Live(field, TimeSpan.FromSeconds(45), () => field.Link.Disconnect(false));
        Live(field, TimeSpan.FromMinutes(5), () => field.CutPower(field.Chance.Next(2) == 0));
        Live(field, TimeSpan.FromMinutes(3), () =>
        {
            field.Power.Writes = 0;
            field.Power.CutAt = field.Chance.Next(1, 60);
        });
        return field;
    }

    // For up to a minute nearly nothing that the hub writes goes through.
    static void Outage(Field field, IngestStore store)
    {
        store.FaultChance = 0.95;
        field.In(field.Chance.Next(60_000), () => store.FaultChance = field.IsCalm ? 0 : UsualFaultChance);
    }

    // The id of a new picture turns out to be somebody else's; the hub finds out by itself.
    static bool Take(IngestStore store, Begin begin)
    {
        var id = Convert.ToHexStringLower(
            [.. BitConverter.GetBytes(begin.SpoolId), .. BitConverter.GetBytes(begin.Counter)]);
        if (!store.Rows.ContainsKey(id))
        {
            store.Foreign.Add(id);
        }

        return false;
    }

    static string Run(
        Field field, int steps, Func<IEnumerable<byte[]>> stored, Func<Begin, bool> conflict, Action calm)
    {
        var taken = new List<byte[]>();
        var conflicts = 0;
        Live(field, TimeSpan.FromMinutes(7), () => field.OnBegin = begin =>
        {
            field.OnBegin = null;
            conflicts++;
            return conflict(begin);
        });
        var brain = field.Brain;
        var takenByBrain = 0u;
        while (field.Steps < steps)
        {
            field.Advance(field.Now + 60_000);
            if (!ReferenceEquals(brain, field.Brain))
            {
                (brain, takenByBrain) = (field.Brain, 0);
            }

            // A picture counts from the moment at which the camera itself counts it.
            for (; takenByBrain < field.Brain.TakenCount; takenByBrain++)
            {
                taken.Add(field.Sensor.Pictures[^1]);
            }
        }

        field.MustKeep(taken, stored());
        var atEnd = stored().Count();
        Must.Hold(taken.Count > steps / 1000, $"Seed {field.Seed}: too little happened, {taken.Count} pictures.");
        Must.Hold(atEnd > taken.Count / 2, $"Seed {field.Seed}: too little was delivered, {atEnd} of {taken.Count}.");

        // With the faults gone the rest arrives, and the card is empty.
        field.Calm();
        calm();
        field.Until(() => field.Brain.Spool.IsRecovered && field.Brain.Spool.Count == 0, 7200);
        field.MustKeep(taken, stored());
        Must.Hold(
            field.Store.Files.Keys.All(k => k.Area == StoreAreas.Ledger), $"Seed {field.Seed}: the card is not empty.");
        var arrived = stored().Select(Convert.ToHexString).ToHashSet();
        Must.Hold(
            taken.All(p => arrived.Contains(Convert.ToHexString(p))), $"Seed {field.Seed}: a picture never arrived.");
        return $"{field.Now / 60_000} min, {taken.Count} pictures, {atEnd} stored before the calm, "
            + $"{field.PowerCuts} power cuts, {field.Link.Connects} connections, {conflicts} ids to conflict";
    }

    static void Live(Field field, TimeSpan every, Action happen)
    {
        void Again()
        {
            if (!field.IsCalm)
            {
                field.In((long)(every.TotalMilliseconds * 2 * field.Chance.NextDouble()), Again);
                happen();
            }
        }

        field.In((long)(every.TotalMilliseconds * 2 * field.Chance.NextDouble()), Again);
    }
}
