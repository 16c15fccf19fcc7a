using WildCam.Camera;
using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Tests.Camera;

public sealed class OrdersTests
{
    static Field Ready()
    {
        var field = new Field().Boot();
        field.Until(() => field.Brain.Session.IsReady);
        field.Run(1);
        return field;
    }

    static CommandResult Result(Field field, ulong id)
    {
        field.Until(() => field.Hub.Results.Any(r => r.CommandId == id), 10);
        return field.Hub.Results.Last(r => r.CommandId == id);
    }

    [Theory]
    [InlineData(CommandKinds.CaptureNow, Triggers.Command)]
    [InlineData(CommandKinds.TestPattern, Triggers.Test)]
    public void An_ordered_picture_is_taken_and_delivered(byte kind, byte trigger)
    {
        var field = Ready();
        field.Hub.Command(7, kind);
        Assert.Equal(CommandStates.Done, Result(field, 7).State);
        field.Until(() => field.Hub.Stored.Count == 1);
        Assert.Equal(trigger, field.Hub.Begins[0].Trigger);
        Assert.Equal(trigger == Triggers.Test, field.Sensor.LastWasTestPattern);
    }

    [Fact]
    public void A_command_that_comes_twice_is_done_once_and_answered_twice()
    {
        var field = Ready();
        field.Hub.Command(7, CommandKinds.CaptureNow);
        field.Hub.Command(7, CommandKinds.CaptureNow);
        field.Until(() => field.Hub.Results.Count == 1);
        field.Hub.Command(7, CommandKinds.CaptureNow);
        field.Until(() => field.Hub.Results.Count == 2);
        field.Run(5);
        Assert.Single(field.Hub.Stored);
    }

    [Fact]
    public void A_command_that_is_late_is_expired()
    {
        var field = Ready();
        field.Link.LatencyMilliseconds = 90_000;
        field.Hub.Command(7, CommandKinds.CaptureNow, expiresSeconds: 60);
        field.Link.LatencyMilliseconds = 20;
        field.Run(91);
        Assert.Equal(CommandStates.Expired, Result(field, 7).State);
        Assert.Empty(field.Hub.Stored);
    }

    [Fact]
    public void A_reboot_is_answered_first_and_happens_once()
    {
        var field = Ready();
        field.Hub.Command(7, CommandKinds.Reboot);
        field.Until(() => field.Board.Reboots == 1);
        Assert.Equal(CommandStates.Done, Result(field, 7).State);
        field.CutPower(isClockKept: true);
        field.Until(() => field.Brain.Session.IsReady);
        field.Hub.Command(7, CommandKinds.Reboot);
        field.Until(() => field.Hub.Results.Count == 2);
        field.Run(60);
        Assert.Equal(1, field.Board.Reboots);
        Assert.Equal(2u, field.Brain.Boot);
    }

    [Fact]
    public void A_reboot_that_cannot_be_remembered_is_refused()
    {
        var field = Ready();
        field.Settings.IsBroken = true;
        field.Hub.Command(7, CommandKinds.Reboot);
        var result = Result(field, 7);
        Assert.Equal((CommandStates.Refused, RefusalCodes.Settings), (result.State, result.Code));
        field.Run(10);
        Assert.Equal(0, field.Board.Reboots);
    }

    [Fact]
    public void Identify_blinks_drop_receipted_deletes_and_an_unknown_kind_is_refused()
    {
        var field = Ready();
        field.Store.RefusesDelete = true;
        field.Trigger();
        field.Until(() => field.Brain.Spool.ReceiptedCount == 1);
        field.Hub.Command(1, CommandKinds.DropReceipted);
        Assert.Equal((CommandStates.Refused, RefusalCodes.Store), (Result(field, 1).State, Result(field, 1).Code));
        field.Store.RefusesDelete = false;
        field.Hub.Command(2, CommandKinds.DropReceipted);
        Assert.Equal(CommandStates.Done, Result(field, 2).State);
        Assert.Empty(field.Store.Waiting);
        field.Hub.Command(3, CommandKinds.Identify);
        Assert.Equal(CommandStates.Done, Result(field, 3).State);
        field.Run(1);
        Assert.Equal(LightCodes.Identify, field.Light.Shown[^1]);
        field.Run(Limits.IdentifySeconds);
        Assert.NotEqual(LightCodes.Identify, field.Light.Shown[^1]);
        field.Hub.Command(4, 99);
        Assert.Equal(RefusalCodes.UnknownKind, Result(field, 4).Code);
    }

    [Fact]
    public void A_preview_runs_for_its_seconds_and_lets_pictures_through()
    {
        var field = Ready();
        field.Sensor.PictureBytes = 9000;
        field.Hub.Command(7, CommandKinds.Preview, 10);
        field.Run(5);
        Assert.InRange(field.Brain.Preview.FrameCount, 8u, 11u);
        field.Trigger();
        field.Run(30);
        Assert.InRange(field.Brain.Preview.FrameCount, 17u, 21u);
        Assert.Single(field.Hub.Stored);
        Assert.True(field.Hub.PreviewParts >= 3 * field.Brain.Preview.FrameCount);
    }

    [Fact]
    public void A_bundle_is_refused_because_there_is_no_loader()
    {
        var field = Ready();
        field.Hub.Send(Topics.Bundle, BundleOffer.Bytes, new BundleOffer { BundleId = 9 }.Write);
        field.Until(() => field.Hub.Bundles.Count == 1);
        var state = field.Hub.Bundles[0];
        Assert.Equal((9ul, BundleStates.Refused, RefusalCodes.NoLoader), (state.BundleId, state.State, state.Code));
    }
}
