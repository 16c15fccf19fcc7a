using WildCam.Wire;

namespace WildCam.Tests.Bundles;

public sealed class SlotRecordTests
{
    static SlotRecord Filled(int memoBytes = 94) => new()
    {
        Sequence = 0x11121314, StateA = SlotStates.Good, StateB = SlotStates.Filling, Chosen = Slots.A, Trial = Slots.B,
        Attempts = 3, UpdateState = BundleStates.Pending, Code = 0x2122, LoaderMajor = 0x3132, LoaderMinor = 0x4142,
        BuiltInStamp = 0x5152535455565758,
        Memo = [.. Enumerable.Range(1, memoBytes).Select(i => (byte)i)],
    };

    [Theory]
    [InlineData(0)]
    [InlineData(94)]
    [InlineData(SlotRecord.MemoBytesMax)]
    public void A_record_comes_back_as_it_was(int memoBytes)
    {
        var record = Filled(memoBytes);
        var bytes = record.NextBytes();
        Assert.True(SlotRecord.TryRead(bytes, out var read));
        Assert.Equal(0x11121315u, read.Sequence);
        Assert.Equal(
            (record.StateA, record.StateB, record.Chosen, record.Trial, record.Attempts, record.UpdateState),
            (read.StateA, read.StateB, read.Chosen, read.Trial, read.Attempts, read.UpdateState));
        Assert.Equal(
            (record.Code, record.LoaderMajor, record.LoaderMinor, record.BuiltInStamp),
            (read.Code, read.LoaderMajor, read.LoaderMinor, read.BuiltInStamp));
        Assert.Equal(record.Memo, read.Memo);
    }

    [Fact]
    public void No_torn_or_flipped_record_is_read()
    {
        var bytes = Filled().NextBytes();
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.False(SlotRecord.TryRead(bytes[..length], out _));
        }

        Assert.False(SlotRecord.TryRead([.. bytes, 0], out _));
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            byte[] flipped = [.. bytes];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(SlotRecord.TryRead(flipped, out _), $"Bit {bit} was not missed.");
        }
    }

    [Fact]
    public void Writes_go_to_the_older_copy_and_the_newer_one_is_read()
    {
        byte[]?[] copies = [null, null];
        var record = SlotRecord.Newest(copies[0], copies[1]);
        Assert.Equal((0u, Slots.BuiltIn, Slots.None), (record.Sequence, record.Chosen, record.Trial));
        for (byte i = 1; i < 10; i++)
        {
            var before = record.Copy;
            record.Attempts = i;
            var bytes = record.NextBytes();
            Assert.NotEqual(before, record.Copy);
            copies[record.Copy] = bytes;
            record = SlotRecord.Newest(copies[0], copies[1]);
            Assert.Equal(i, record.Attempts);
            var torn = SlotRecord.Newest(
                record.Copy == 0 ? bytes[..9] : copies[0], record.Copy == 1 ? bytes[..9] : copies[1]);
            Assert.Equal(i - 1, torn.Attempts);
        }
    }

    [Fact]
    public void A_trial_that_falls_back_leaves_what_was_chosen_before()
    {
        var record = Filled();
        record.FallBack(RefusalCodes.NeverConfirmed);
        Assert.Equal((Slots.A, Slots.None, (byte)0), (record.Chosen, record.Trial, record.Attempts));
        Assert.Equal((SlotStates.Good, SlotStates.Bad), (record.StateA, record.StateB));
        Assert.Equal((BundleStates.FellBack, RefusalCodes.NeverConfirmed), (record.UpdateState, record.Code));
    }
}
