using WildCam.Camera;
using WildCam.Loader;
using WildCam.Wire;

namespace WildCam.Tests.Camera;

public sealed class NanoFrameworkSubsetTests
{
    [Fact]
    public void The_wire_runs_on_nanoFramework() =>
        Assert.Empty(NanoFrameworkSubset.Refusals(typeof(Hello).Assembly.Location, "WildCam.Wire"));

    [Fact]
    public void The_camera_runs_on_nanoFramework() => Assert.Empty(
        NanoFrameworkSubset.Refusals(typeof(CameraBrain).Assembly.Location, "WildCam.Wire", "WildCam.Camera"));

    [Fact]
    public void The_loader_runs_on_nanoFramework() => Assert.Empty(
        NanoFrameworkSubset.Refusals(typeof(Boot).Assembly.Location, "WildCam.Wire", "WildCam.Loader"));

    [Fact]
    public void The_device_program_runs_on_nanoFramework() => Assert.Empty(NanoFrameworkSubset.RefusalsIn(
        Path.Combine(AppContext.BaseDirectory, "WildCam.Boards.dll"), "WildCam.Esp32", "WildCam.Wire",
        "WildCam.Camera"));

    [Fact]
    public void What_stands_in_for_nanoFramework_is_held_to_the_list() => Assert.Contains(
        NanoFrameworkSubset.RefusalsIn(
            typeof(NanoFrameworkSubset).Assembly.Location, "WildCam.Tests.StandIns", "WildCam.Wire"),
        r => r.Contains("uses nanoFramework.Invented.Device.Explode()", StringComparison.Ordinal));

    [Fact]
    public void What_nanoFramework_runs_is_not_refused() => Assert.Empty(NanoFrameworkSubset.RefusalsOf(typeof(Fine)));

    [Theory]
    [InlineData(typeof(OwnGeneric<>), "own generic type")]
    [InlineData(typeof(GenericMethod), "generic method")]
    [InlineData(typeof(CallsGenericMethod), "calls a generic method")]
    [InlineData(typeof(FuncField), "generic System.Func`2")]
    [InlineData(typeof(FuncLocal), "generic System.Func`1")]
    [InlineData(typeof(ActionParameter), "generic System.Action`1")]
    [InlineData(typeof(Lists), "generic System.Collections.Generic.List`1")]
    [InlineData(typeof(Table), "multi-dimensional array")]
    [InlineData(typeof(TableLocal), "multi-dimensional array")]
    [InlineData(typeof(IWithDefault), "default interface method")]
    [InlineData(typeof(Waits), "AsyncStateMachine")]
    [InlineData(typeof(Pair), "generic System.ValueTuple`2")]
    [InlineData(typeof(Maybe), "generic System.Nullable`1")]
    [InlineData(typeof(MaybeLocal), "generic System.Nullable`1")]
    [InlineData(typeof(Yields), "IEnumerable`1")]
    [InlineData(typeof(Slice), "generic System.Span`1")]
    [InlineData(typeof(Money), "System.Decimal")]
    [InlineData(typeof(ForeignType), "System.IO.Path, which is not on the list of nanoFramework's types")]
    [InlineData(typeof(ForeignMember), "System.String.Normalize()")]
    [InlineData(typeof(ForeignCatch), "System.AggregateException")]
    [InlineData(typeof(ForeignParent), "System.Text.EncoderFallback")]
    [InlineData(typeof(Sha), "System.Security.Cryptography.SHA256")]
    [InlineData(typeof(Interpolates), "DefaultInterpolatedStringHandler")]
    public void What_nanoFramework_cannot_run_is_refused(Type offender, string why) => Assert.Contains(
        NanoFrameworkSubset.RefusalsOf(offender), r => r.Contains(why, StringComparison.Ordinal));
}
