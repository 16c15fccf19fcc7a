using WildCam.Camera;
using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Tests.Camera;

/// <summary>
/// One story with every kind of write (captures, stand-ins and held frames, an order for one, a conflict, a refusal for
/// good, receipts, ledger, configuration, orders, clock), in which each single write goes wrong once.
/// </summary>
public sealed class WriteSweepTests(ITestOutputHelper output)
{
    /// <summary>Each write is torn at so many places that chance picks.</summary>
    const int TearsPerWrite = 6;

    const int WritesMax = 1000;

    static Field Story(int seed, int cutAt, int failAt, List<byte[]> taken)
    {
        var field = new Field(seed) { Sensor = { PictureBytes = 9000 } };
        var refused = 0;
        field.Hub.OnBegin = begin =>
        {
            var isStandIn = (begin.Flags & BeginFlags.LowResolution) != 0;
            if (field.Hub.Stored.ContainsKey((begin.SpoolId, begin.Counter)) || isStandIn || refused == 2)
            {
                return false;
            }

            refused++;
            field.Hub.Receipt(begin, refused == 1 ? ReceiptOutcomes.Conflict : ReceiptOutcomes.Never);
            return true;
        };
        (field.Power.CutAt, field.Power.FailAt) = (cutAt, failAt);
        field.Boot();
        Take(field, 2, taken);
        field.Until(() => field.Brain.Session.IsReady, 120);
        var config = CameraConfig.BuiltIn();
        (config.ConfigVersion, config.UploadMode) = (2, UploadModes.LowResolutionFirst);
        field.Hub.Send(Topics.Config, CameraConfig.Bytes, config.Write);
        field.Run(2);
        Take(field, 3, taken);
        field.Run(30);
        if (field.Spooled(StoreAreas.Held) is [var (footer, _), ..])
        {
            field.Hub.Command(5, CommandKinds.FullFrame, capture: (footer.SpoolId, footer.Counter));
        }

        field.Run(120);
        return field;
    }

    static void Take(Field field, int pictures, List<byte[]> taken)
    {
        for (var i = 0; i < pictures; i++)
        {
            var brain = field.Brain;
            var before = brain.TakenCount;
            field.Trigger();
            if (ReferenceEquals(brain, field.Brain) && brain.TakenCount > before)
            {
                taken.Add(field.Sensor.FullFrames[^1]);
            }
        }
    }

    static void MustEndWell(Field field, List<byte[]> taken, string where)
    {
        field.MustKeep(taken, field.Hub.Stored.Values.Select(p => p.Bytes));
        field.Until(() => field.Brain.Session.IsReady && field.Brain.Spool.IsRecovered, 1200);
        field.Hub.Command(99, CommandKinds.UploadBacklog, expiresSeconds: 7200);
        field.Until(() => field.Brain.Spool.Count == 0 && field.Brain.Spool.HeldCount == 0, 3600);
        field.MustKeep(taken, field.Hub.Stored.Values.Select(p => p.Bytes));
        Assert.True(field.Spooled().Count == 0 && field.Spooled(StoreAreas.Held).Count == 0, where);
        Assert.True(field.Spooled(StoreAreas.Dead).Count <= 2, where);
    }

    [Fact]
    public void A_power_cut_in_any_write_torn_at_any_byte_loses_no_picture_and_doubles_none()
    {
        var cuts = 0;
        for (var cutAt = 1; cutAt < WritesMax; cutAt++)
        {
            var wasCut = false;
            for (var tear = 0; tear < TearsPerWrite; tear++)
            {
                var taken = new List<byte[]>();
                var field = Story(cutAt * TearsPerWrite + tear, cutAt, 0, taken);
                wasCut |= field.PowerCuts > 0;
                field.Power.CutAt = 0;
                MustEndWell(field, taken, $"power cut in write {cutAt}, tear {tear}");
            }

            if (!wasCut)
            {
                break;
            }

            cuts++;
        }

        output.WriteLine($"{cuts} writes, each cut at {TearsPerWrite} places");
        Assert.InRange(cuts, 60, WritesMax - 2);
    }

    [Fact]
    public void Any_write_that_fails_loses_no_picture_that_was_counted_as_taken()
    {
        var writes = WritesMax;
        for (var failAt = 1; failAt <= writes; failAt++)
        {
            var taken = new List<byte[]>();
            var field = Story(failAt, 0, failAt, taken);
            writes = Math.Min(writes, field.Power.Writes);
            field.Power.FailAt = 0;
            MustEndWell(field, taken, $"write {failAt} fails");
        }

        output.WriteLine($"{writes} writes, each failed once");
        Assert.InRange(writes, 60, WritesMax - 1);
    }
}
