using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Worlds.Virtual;

/// <summary>
/// Lives of a camera by chance, in virtual time: everything that can go wrong does, nothing is lost or doubled, and
/// when the faults end everything arrives.
/// </summary>
static class ProtocolSimulation
{
    public const int StepsASeed = 100_000;

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
            });
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

    static string Run(
        Field field, int steps, Func<IEnumerable<byte[]>> stored, Func<Begin, bool> conflict)
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
