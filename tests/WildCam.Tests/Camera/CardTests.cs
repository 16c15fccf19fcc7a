using WildCam.Camera;
using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Tests.Camera;

/// <summary>A card that is taken out, put back, or replaced by another one, while the camera runs.</summary>
public sealed class CardTests
{
    static Field Offline(int seed = 1)
    {
        var field = new Field(seed) { Link = { IsUnreachable = true }, Sensor = { PictureBytes = 9000 } };
        field.Profile.HardwareAddress[5] = (byte)seed;
        return field.Boot();
    }

    [Fact]
    public void Pictures_on_a_card_that_was_out_for_a_while_are_delivered_when_it_is_back()
    {
        var field = Offline();
        field.Trigger(3);
        var card = field.Store.TakeOut();
        field.Trigger();
        Assert.Equal((3u, 1u, 1u),
            (field.Brain.TakenCount, field.Brain.FailedCount, field.Brain.Spool.DroppedCount));
        field.Link.IsUnreachable = false;
        field.Run(600);
        Assert.Empty(field.Hub.Stored);
        field.Store.PutIn(card);
        field.Until(() => field.Hub.Stored.Count == 3, 120);
        Assert.Equal(1u, field.Hub.Heartbeats[^1].DroppedCount);
    }

    [Fact]
    public void A_card_that_vanished_between_two_uploads_is_noticed_without_a_picture()
    {
        var field = Offline();
        field.Trigger(2);
        var card = field.Store.TakeOut();
        field.Link.IsUnreachable = false;
        field.Until(() => field.Brain.Spool.Count == 0, 300);
        field.Store.PutIn(card);
        field.Until(() => field.Hub.Stored.Count == 2, 300);
    }

    [Fact]
    public void Another_card_with_the_same_names_keeps_its_pictures()
    {
        var field = Offline();
        field.Trigger(2);
        var first = field.Store.TakeOut();
        var others = Offline(2);
        others.Trigger(2);
        var second = others.Store.TakeOut();
        field.Store.PutIn(second);
        field.Trigger();
        Assert.Equal((3u, 0u), (field.Brain.TakenCount, field.Brain.FailedCount));
        Assert.Equal(3, field.Store.Files.Count);
        field.Link.IsUnreachable = false;
        field.Until(() => field.Hub.Stored.Count == 3, 120);
        field.Store.TakeOut();
        field.Store.PutIn(first);
        field.CutPower();
        field.Until(() => field.Hub.Stored.Count == 5, 120);
    }

    [Fact]
    public void A_receipt_that_comes_after_the_card_was_replaced_deletes_nothing_of_the_other_card()
    {
        var field = Offline();
        field.Trigger();
        var first = field.Store.TakeOut();
        var others = Offline(2);
        others.Trigger();
        var second = others.Store.TakeOut();
        field.Store.PutIn(first);
        field.Hub.OnBegin = begin =>
        {
            field.Store.TakeOut();
            field.Store.PutIn(second);
            field.Hub.Receipt(begin, ReceiptOutcomes.Stored);
            field.Hub.OnBegin = null;
            return true;
        };
        field.Link.IsUnreachable = false;
        field.Until(() => field.Brain.Spool.ReceiptedCount == 1, 120);
        Assert.Contains(field.Store.Files.Keys, k => k.Area == StoreAreas.Spool);
        Assert.Equal(second.Single(f => f.Key.Area == StoreAreas.Spool).Value, field.Store.Waiting.Single());
    }

    [Fact]
    public void A_deletion_that_failed_is_not_tried_on_another_card()
    {
        var field = new Field { Store = { RefusesDelete = true }, Sensor = { PictureBytes = 9000 } }.Boot();
        field.Trigger();
        field.Until(() => field.Brain.Spool.ReceiptedCount == 1);
        field.Store.TakeOut();
        field.Store.RefusesDelete = false;
        var others = Offline(2);
        others.Trigger();
        var second = others.Store.TakeOut();
        field.Store.PutIn(second);
        Assert.True(field.Brain.Spool.DropReceipted());
        Assert.Single(field.Store.Waiting);
    }
}
