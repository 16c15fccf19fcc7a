using WildCam.Wire;

namespace WildCam.Tests.Bundles;

/// <summary>What a camera does not install, each with its own code, and with what runs left as it was.</summary>
public sealed class RefusalTests
{
    static UpdateWorld Refused(UpdateWorld world, ushort code, bool isSlotUntouched)
    {
        var slots = world.Field.Slots;
        var running = (slots.RunningSlot, slots.Record.Chosen);
        var writes = slots.SlotWrites;
        var told = world.Field.Hub.Bundles.Count;
        world.Until(() => world.Field.Hub.Bundles.Skip(told).Any(b => b.State == BundleStates.Refused), 3600);
        Assert.Equal(code, world.Last.Code);
        world.Run(600);
        Assert.Equal(running, (slots.RunningSlot, slots.Record.Chosen));
        Assert.Equal(Slots.None, slots.Record.Trial);
        Assert.Single(world.Starts);
        Assert.True(!isSlotUntouched || writes == slots.SlotWrites, "A refused offer changed a slot.");
        return world;
    }

    public static TheoryData<string, ushort> Offers => new()
    {
        { "board", RefusalCodes.WrongBoard }, { "older", RefusalCodes.NotNewer }, { "same", RefusalCodes.NotNewer },
        { "big", RefusalCodes.TooBig }, { "room", RefusalCodes.NoRoom }, { "tiny", RefusalCodes.NotThatBundle },
    };

    [Theory]
    [MemberData(nameof(Offers))]
    public void An_offer_that_does_not_fit_is_refused_before_any_slot_is_touched(string what, ushort code)
    {
        var world = new UpdateWorld();
        world.Field.Slots.CapacityBytes = what == "room" ? 20_000 : 1 << 20;
        world.OfferBundle(o =>
        {
            o.Board = what == "board" ? Boards.Esp32Ov2640 : o.Board;
            o.Major = what is "older" or "same" ? (ushort)0 : o.Major;
            o.Minor = what == "same" ? (ushort)9 : what == "older" ? (ushort)8 : o.Minor;
            o.SizeBytes = what == "big" ? (uint)Boards.BundleBytesMax(Boards.Simulator) + 1
                : what == "tiny" ? 5 : o.SizeBytes;
        });
        Refused(world, code, isSlotUntouched: true);
    }

    [Fact]
    public void An_offer_under_another_key_or_none_is_refused()
    {
        var world = new UpdateWorld();
        world.OfferBundle();
        var other = new UpdateWorld();
        other.Field.Profile.UpdateKey = [1];
        Refused(other.OfferBundle(), RefusalCodes.BadAuthenticator, isSlotUntouched: true);
        var keyless = new UpdateWorld();
        keyless.Field.Profile.UpdateKey = [];
        Refused(keyless.OfferBundle(), RefusalCodes.BadAuthenticator, isSlotUntouched: true);
    }

    [Fact]
    public void Any_changed_byte_of_an_offer_makes_it_false()
    {
        for (var at = 1; at < BundleOffer.Bytes; at += 7)
        {
            var world = new UpdateWorld();
            world.OfferBundle();
            var bytes = new byte[BundleOffer.Bytes];
            world.Offer!.Write(bytes, 0);
            bytes[at] ^= 0x10;
            var field = new UpdateWorld();
            field.Field.Boot();
            field.Until(() => field.Field.Brain.Session.IsReady);
            field.Field.Link.Deliver(Topics.Bundle, bytes);
            Refused(field, RefusalCodes.BadAuthenticator, isSlotUntouched: true);
        }
    }

    [Fact]
    public void An_older_version_is_taken_where_it_is_meant()
    {
        var world = new UpdateWorld().OfferBundle();
        world.UntilTold(BundleStates.Confirmed);
        var bundle = TestBundle.Make(new Version(0, 8, 0), 30_000, 5);
        world.Bundle = bundle;
        world.OfferBundle(o =>
        {
            o.BundleId = 78;
            o.Flags = BundleOffer.OlderIsMeant;
        });
        world.Until(() => world.Last is { BundleId: 78, State: BundleStates.Confirmed });
        Assert.Equal(new Version(0, 8, 0), world.Running);
    }

    [Fact]
    public void A_recorded_offer_cannot_undo_what_came_later()
    {
        var world = new UpdateWorld().OfferBundle();
        world.UntilTold(BundleStates.Confirmed);
        var recorded = world.MakeOffer(world.Bundle, o =>
        {
            o.Flags = BundleOffer.OlderIsMeant;
            o.Number = 0;
        });
        var same = world.MakeOffer(world.Bundle, o =>
        {
            o.BundleId = 79;
            o.Number = world.Offer!.Number;
        });
        var stale = world.MakeOffer(world.Bundle, o => o.Number = world.Offer!.Number - 1);
        foreach (var offer in new[] { recorded, stale, same })
        {
            var writes = world.Field.Slots.SlotWrites;
            var told = world.Field.Hub.Bundles.Count;
            world.Field.Hub.Send(Topics.Bundle, BundleOffer.Bytes, offer.Write);
            world.Until(() => world.Field.Hub.Bundles.Count > told);
            Assert.Equal((BundleStates.Refused, RefusalCodes.Stale), (world.Last.State, world.Last.Code));
            Assert.Equal(world.Offer!.Number, world.Last.OfferNumber);
            Assert.Equal(writes, world.Field.Slots.SlotWrites);
        }
    }

    [Fact]
    public void A_tampered_bundle_is_refused()
    {
        var world = new UpdateWorld();
        byte[] tampered = [.. world.Bundle];
        tampered[20_000] ^= 1;
        world.Serve = wanted => world.Send(tampered, wanted);
        Refused(world.OfferBundle(), RefusalCodes.Tampered, isSlotUntouched: false);
    }

    [Fact]
    public void A_mix_of_two_bundles_is_refused()
    {
        var world = new UpdateWorld();
        var other = TestBundle.Make(new Version(1, 0, 0), 40_000, 99);
        world.Serve = wanted => world.Send(wanted.Offset < 20_000 ? world.Bundle : other, wanted);
        Refused(world.OfferBundle(), RefusalCodes.Tampered, isSlotUntouched: false);
    }

    [Fact]
    public void Chunks_of_another_bundle_or_another_place_or_with_a_wrong_crc_are_not_written()
    {
        var world = new UpdateWorld();
        world.Serve = wanted =>
        {
            world.SendChunk(wanted.BundleId + 1, (int)wanted.Offset, [1, 2, 3]);
            world.SendChunk(wanted.BundleId, (int)wanted.Offset + 1, [1, 2, 3]);
            world.SendChunk(wanted.BundleId, (int)wanted.Offset, [1, 2, 3], crcMask: 1);
            world.Send(world.Bundle, wanted);
            world.SendChunk(wanted.BundleId, (int)wanted.Offset, [1, 2, 3]);
        };
        world.OfferBundle();
        world.UntilTold(BundleStates.Confirmed);
        Assert.Equal(world.Bundle, world.Field.Slots.Bytes[Slots.A]);
    }

    [Fact]
    public void A_truncated_bundle_is_refused()
    {
        var world = new UpdateWorld();
        world.Serve = wanted => world.Send(world.Bundle[..30_000], wanted);
        Refused(world.OfferBundle(), RefusalCodes.Truncated, isSlotUntouched: false);
    }

    [Fact]
    public void An_endless_bundle_is_refused_and_writes_no_more_than_its_size()
    {
        var world = new UpdateWorld();
        byte[] endless = [.. world.Bundle, .. new byte[100_000]];
        world.Serve = wanted =>
        {
            for (var at = (int)wanted.Offset; at < endless.Length - 4096; at += 4096)
            {
                world.SendChunk(wanted.BundleId, at, endless[at..(at + 4096)]);
            }
        };
        Refused(world.OfferBundle(), RefusalCodes.Endless, isSlotUntouched: false);
        Assert.InRange(world.Field.Slots.Bytes[Slots.A].Length, 1, world.Bundle.Length);
    }

    [Theory]
    [InlineData("version", RefusalCodes.NotThatBundle)]
    [InlineData("board", RefusalCodes.NotThatBundle)]
    [InlineData("loader", RefusalCodes.LoaderTooOld)]
    [InlineData("contract", RefusalCodes.LoaderTooOld)]
    public void A_head_that_does_not_fit_is_refused_with_the_first_chunk(string what, ushort code)
    {
        var world = new UpdateWorld();
        world.Bundle = TestBundle.Make(new Version(1, 0, 0), 40_000, 3, head =>
        {
            head.LoaderMinor = what == "loader" ? (ushort)1 : (ushort)0;
            head.Contract = what == "contract" ? (byte)2 : BundleFile.ContractNow;
        });
        Refused(
            world.OfferBundle(o =>
            {
                o.Minor = what == "version" ? (ushort)7 : o.Minor;
                if (what == "board")
                {
                    world.Bundle[6] = Boards.Esp32Ov2640;
                    o.Digest = ModelHub.DigestOf(world.Bundle);
                }
            }),
            code, isSlotUntouched: false);
        Assert.Empty(world.Field.Slots.Bytes[Slots.A]);
    }

    [Fact]
    public void A_withdrawn_offer_ends_the_download_and_stays_ended()
    {
        var world = new UpdateWorld();
        world.Serve = wanted =>
        {
            if (wanted.Offset < 20_000)
            {
                world.Send(world.Bundle, wanted);
            }
        };
        world.OfferBundle();
        world.Until(() => world.Field.Slots.Bytes[Slots.A].Length > 20_000);
        var offer = world.Offer!;
        world.Offer = null;
        var withdrawal = world.MakeOffer(world.Bundle, o => o.Flags = BundleOffer.Withdrawn);
        world.Field.Hub.Send(Topics.Bundle, BundleOffer.Bytes, withdrawal.Write);
        Refused(world, RefusalCodes.Withdrawn, isSlotUntouched: false);
        world.Field.Hub.Send(Topics.Bundle, BundleOffer.Bytes, offer.Write);
        Refused(world, RefusalCodes.Stale, isSlotUntouched: true);
    }

    [Fact]
    public void Offer_withdrawal_and_offer_within_one_second_all_count()
    {
        var world = new UpdateWorld();
        world.Field.Boot();
        world.Until(() => world.Field.Brain.Session.IsReady);
        var offers = new[]
        {
            world.MakeOffer(world.Bundle), world.MakeOffer(world.Bundle, o => o.Flags = BundleOffer.Withdrawn),
            world.MakeOffer(world.Bundle),
        };
        foreach (var offer in offers)
        {
            world.Field.Hub.Send(Topics.Bundle, BundleOffer.Bytes, offer.Write);
        }

        world.UntilTold(BundleStates.Confirmed);
        Assert.Equal(offers[2].Number, world.Last.OfferNumber);
    }

    [Fact]
    public void A_hub_that_lost_count_learns_it_from_the_answer()
    {
        var world = new UpdateWorld();
        world.OfferBundle(o => o.Number = 4_000_000);
        world.UntilTold(BundleStates.Confirmed);
        world.Bundle = TestBundle.Make(new Version(1, 1, 0), 30_000, 5);
        world.OfferBundle(o => (o.BundleId, o.Number) = (78, 1));
        world.Until(() => world.Last is { BundleId: 78, Code: RefusalCodes.Stale });
        Assert.Equal(4_000_000u, world.Last.OfferNumber);
        world.OfferBundle(o => (o.BundleId, o.Number) = (78, world.Last.OfferNumber + 1));
        world.Until(() => world.Last is { BundleId: 78, State: BundleStates.Confirmed });
    }

    [Fact]
    public void During_a_trial_no_other_offer_is_followed()
    {
        var world = new UpdateWorld();
        world.Field.Hub.OnBegin = _ => world.Running.Major == 1;
        world.OfferBundle();
        world.UntilTold(BundleStates.Pending);
        var next = world.MakeOffer(TestBundle.Make(new Version(1, 1, 0), 9000, 4), o => o.BundleId = 78);
        world.Field.Hub.Send(Topics.Bundle, BundleOffer.Bytes, next.Write);
        world.Until(() => world.Last.BundleId == 78);
        Assert.Equal((BundleStates.Refused, RefusalCodes.OnTrial), (world.Last.State, world.Last.Code));
    }

    [Fact]
    public void A_store_that_takes_nothing_is_said_and_the_camera_goes_on()
    {
        var world = new UpdateWorld();
        world.Field.Slots.RefusesSlots = true;
        Refused(world.OfferBundle(), RefusalCodes.Store, isSlotUntouched: false);
        var other = new UpdateWorld();
        other.Field.Boot();
        other.Until(() => other.Field.Brain.Session.IsReady);
        other.Field.Slots.RefusesRecord = true;
        Refused(other.OfferBundle(), RefusalCodes.Store, isSlotUntouched: true);
    }
}
