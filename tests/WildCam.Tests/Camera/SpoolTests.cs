using WildCam.Camera;
using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Tests.Camera;

public sealed class SpoolTests
{
    static Field Offline(int pictureBytes = 0) =>
        new Field { Link = { IsUnreachable = true }, Sensor = { PictureBytes = pictureBytes } };

    [Fact]
    public void A_power_cut_at_any_write_loses_no_picture_and_doubles_none()
    {
        var cuts = 0;
        for (var cutAt = 1; ; cutAt++)
        {
            // A story with all kinds of writes: captures, a conflict, a refusal for good, receipts, a new clock.
            var field = new Field(cutAt) { Sensor = { PictureBytes = 9000 } };
            var taken = new List<byte[]>();
            var begins = 0;
            field.Hub.OnBegin = begin =>
            {
                begins++;
                var isKnown = field.Hub.Stored.ContainsKey((begin.SpoolId, begin.Counter));
                if (isKnown || begins > 2)
                {
                    return false;
                }

                field.Hub.Receipt(begin, begins == 1 ? ReceiptOutcomes.Conflict : ReceiptOutcomes.Never);
                return true;
            };
            field.Power.CutAt = cutAt;
            field.Boot();
            for (var i = 0; i < 3; i++)
            {
                var brain = field.Brain;
                var before = brain.TakenCount;
                field.Trigger();
                if (ReferenceEquals(brain, field.Brain) && brain.TakenCount > before)
                {
                    taken.Add(field.Sensor.Pictures[^1]);
                }
            }

            var wasCut = field.Until(() => field.Brain.Spool.IsRecovered && field.Brain.Spool.Count == 0);
            field.MustKeep(taken, field.Hub.Stored.Values.Select(p => p.Bytes));
            Assert.Equal(0, field.Store.Files.Keys.Count(k => k.Area == StoreAreas.Spool));
            Assert.True(field.Spooled(StoreAreas.Dead).Count <= 1);
            Assert.Empty(field.Spooled(StoreAreas.Dead).Select(p => Convert.ToHexString(p.Bytes))
                .Intersect(field.Hub.Stored.Values.Select(p => Convert.ToHexString(p.Bytes)), StringComparer.Ordinal));
            if (!wasCut)
            {
                break;
            }

            cuts++;
        }

        Assert.InRange(cuts, 40, 400);
    }

    [Fact]
    public void A_torn_file_is_discarded_and_whole_ones_stay()
    {
        var field = Offline(9000).Boot();
        field.Trigger(3);
        var torn = field.Store.Files.Keys.Last();
        field.Store.Files[torn] = field.Store.Files[torn][..9050];
        field.CutPower();
        field.Run(1);
        Assert.Equal(2u, field.Brain.Spool.Count);
        Assert.Equal(1u, field.Brain.Spool.TornCount);
        Assert.Equal(2, field.Store.Files.Count);
    }

    [Fact]
    public void A_file_with_a_spoilt_footer_is_kept_for_a_person_and_never_offered()
    {
        var field = Offline().Boot();
        field.Trigger(2);
        field.Store.Files.Values.First()[^50] ^= 1;
        field.CutPower();
        field.Link.IsUnreachable = false;
        field.Until(() => field.Hub.Stored.Count == 1);
        field.Run(300);
        Assert.Single(field.Hub.Begins);
        Assert.Single(field.Store.Waiting);
    }

    [Fact]
    public void A_receipted_picture_that_could_not_be_deleted_does_not_return()
    {
        var field = new Field { Store = { RefusesDelete = true } }.Boot();
        field.Trigger();
        field.Until(() => field.Brain.Spool.ReceiptedCount == 1);
        field.Run(200);
        Assert.Single(field.Hub.Begins);
        field.Store.RefusesDelete = false;
        field.CutPower();
        field.Run(200);
        Assert.Single(field.Hub.Begins);
        Assert.Empty(field.Store.Files);
    }

    [Theory]
    [InlineData(FullPolicies.DropOldest, new ulong[] { 6, 7, 8 })]
    [InlineData(FullPolicies.DropNewest, new ulong[] { 1, 2, 8 })]
    public void A_full_spool_drops_by_policy_counts_and_reports(byte policy, ulong[] left)
    {
        var field = Offline(10_000);
        field.Profile.FullPolicy = policy;
        field.Profile.PictureBytesUsual = 10_000;
        field.Profile.SpoolCapacityBytes = 3 * 12_288;
        field.Boot();
        field.Trigger(8);
        Assert.Equal(left, field.Spooled().Select(p => p.Footer.Counter));
        Assert.Equal(5u, field.Brain.Spool.DroppedCount);
        field.CutPower();
        field.Link.IsUnreachable = false;
        field.Until(() => field.Hub.Heartbeats.Count > 0);
        Assert.Equal(5u, field.Hub.Heartbeats[0].DroppedCount);
    }

    [Fact]
    public void No_folder_has_more_than_100_files()
    {
        var field = Offline(10).Boot();
        field.Trigger(250);
        field.CutPower();
        field.Run(1);
        Assert.Equal(250u, field.Brain.Spool.Count);
        var folders = field.Store.Files.Keys.GroupBy(k => k.Number / StoreAreas.FilesPerFolder);
        Assert.All(folders, f => Assert.InRange(f.Count(), 1, 100));
    }

    [Fact]
    public void Capture_numbers_never_repeat_over_power_cuts()
    {
        var field = new Field().Boot();
        for (var life = 0; life < 20; life++)
        {
            field.Trigger(3);
            field.CutPower();
        }

        field.Until(() => field.Brain.Spool.IsRecovered && field.Brain.Spool.Count == 0);
        Assert.Equal(60, field.Hub.Stored.Count);
    }

    [Fact]
    public void The_spool_id_is_derived_until_the_hub_issues_one_and_then_kept()
    {
        var field = Offline().Boot();
        var derived = field.Brain.SpoolId;
        Assert.NotEqual(0ul, derived);
        field.Trigger();
        field.CutPower();
        Assert.Equal(derived, field.Brain.SpoolId);
        field.Link.IsUnreachable = false;
        field.Until(() => field.Brain.SpoolId == field.Hub.SpoolIdToIssue);
        field.Trigger();
        field.Until(() => field.Hub.Stored.Count == 2);
        Assert.Equal(0ul, field.Hub.Hellos[0].SpoolId);
        Assert.Equal([derived, field.Hub.SpoolIdToIssue], field.Hub.Stored.Keys.Select(k => k.Item1));
        field.CutPower();
        field.Hub.SpoolIdToIssue = 5;
        field.Run(10);
        Assert.NotEqual(5ul, field.Brain.SpoolId);
    }

    [Fact]
    public void Two_cameras_derive_different_spool_ids()
    {
        var one = Offline().Boot();
        var other = Offline();
        other.Profile.HardwareAddress[5]++;
        Assert.NotEqual(one.Brain.SpoolId, other.Boot().Brain.SpoolId);
    }

    [Fact]
    public void A_broken_card_or_sensor_fails_the_picture_and_nothing_else()
    {
        var field = new Field().Boot();
        field.Store.IsBroken = true;
        field.Trigger();
        field.Store.IsBroken = false;
        field.Sensor.IsBroken = true;
        field.Trigger();
        field.Sensor.IsBroken = false;
        field.Trigger();
        field.Until(() => field.Hub.Stored.Count == 1);
        Assert.Equal((2u, 1u), (field.Brain.FailedCount, field.Brain.TakenCount));
        Assert.Equal(1u, field.Brain.Spool.DroppedCount);
    }

    [Fact]
    public void A_file_of_the_spool_is_a_jpeg_with_its_facts_behind_it()
    {
        var field = Offline(5000).Boot();
        field.Trigger();
        var file = field.Store.Waiting.Single();
        Assert.Equal(field.Sensor.Pictures[0], file[..5000]);
        var (footer, bytes) = field.Spooled().Single();
        Assert.Equal(ModelHub.DigestOf(bytes), footer.Digest);
        Assert.Equal(Crc32.Compute(file, 4096, 904), BitConverter.ToUInt32(file, 5004));
        Assert.Equal("spool/000012/00001234.jpg", StorePaths.File(StoreAreas.Spool, 1234));
    }
}
