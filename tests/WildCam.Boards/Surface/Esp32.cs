using WildCam.SimulatedHardware;

// nanoFramework.Hardware.Esp32, as far as the firmware uses it.
namespace nanoFramework.Hardware.Esp32;

enum DeviceFunction
{
    SPI1_MOSI,
    SPI1_MISO,
    SPI1_CLOCK,
    I2C1_DATA,
    I2C1_CLOCK,
}

static class Configuration
{
    public static void SetPinFunction(int pin, DeviceFunction function) =>
        Life.Current.World.PinFunctions[function.ToString()] = pin;
}

enum EspNativeError
{
    OK = 0,
}

static class Sleep
{
    public enum WakeupMode
    {
        AllLow = 0,
        AnyHigh = 1,
    }

    public enum WakeupCause
    {
        Undefined = 0,
        Ext0 = 2,
        Ext1,
        Timer,
    }

    [Flags]
    public enum WakeupGpioPin : ulong
    {
        None = 0,
    }

    public static WakeupCause GetWakeupCause() => Life.Current.Cause switch
    {
        WakeKind.Motion => WakeupCause.Ext0,
        WakeKind.SecondMotion => WakeupCause.Ext1,
        WakeKind.Timer => WakeupCause.Timer,
        _ => WakeupCause.Undefined,
    };

    public static EspNativeError EnableWakeupByTimer(TimeSpan time)
    {
        Life.Current.SleepTime = time;
        return EspNativeError.OK;
    }

    public static EspNativeError EnableWakeupByPin(WakeupGpioPin pin, int level)
    {
        Life.Current.WakePins = level == 0 ? 0 : (ulong)pin;
        return EspNativeError.OK;
    }

    public static EspNativeError EnableWakeupByMultiPins(WakeupGpioPin pins, WakeupMode mode)
    {
        Life.Current.WakePins = mode == WakeupMode.AnyHigh ? (ulong)pins : 0;
        return EspNativeError.OK;
    }

    public static void StartDeepSleep() => Life.Current.End(
        new LifeEnd(LifeEndKind.DeepSleep) { Time = Life.Current.SleepTime, WakePins = Life.Current.WakePins });
}
