namespace WildCam.Tests.Camera;

/// <summary>
/// The part of the list that only the device program uses: pins, buses, files, network, MQTT, sleep. From the public
/// API of the packages in its packages.config. Where .NET declares a member on a parent that nanoFramework has not
/// (EventWaitHandle.Set is AutoResetEvent.Set there), the name is .NET's, since it is .NET's compiler that is read.
/// </summary>
static partial class NanoFrameworkSurface
{
    static readonly Dictionary<string, string[]> BoardMembers = new(StringComparer.Ordinal)
    {
        ["System.Collections.ArrayList"] = [],
        ["System.DateTime"] = [".ctor(System.Int64)", "get_Ticks()", "get_UtcNow()"],
        ["System.Device.Adc.AdcChannel"] = ["ReadValue()"],
        ["System.Device.Adc.AdcController"] = [".ctor()", "OpenChannel(System.Int32)"],
        ["System.Device.Gpio.GpioController"] = [".ctor()", "OpenPin(System.Int32,System.Device.Gpio.PinMode)"],
        ["System.Device.Gpio.GpioPin"] =
        [
            "Read()",
            "Write(System.Device.Gpio.PinValue)",
            "add_ValueChanged(System.Device.Gpio.PinValueChangedEventHandler)",
        ],
        ["System.Device.Gpio.PinEventTypes"] = [],
        ["System.Device.Gpio.PinMode"] = [],
        ["System.Device.Gpio.PinValue"] =
        [
            "get_High()",
            "get_Low()",
            "op_Equality(System.Device.Gpio.PinValue,System.Device.Gpio.PinValue)",
        ],
        ["System.Device.Gpio.PinValueChangedEventArgs"] = ["get_ChangeType()"],
        ["System.Device.Gpio.PinValueChangedEventHandler"] = [".ctor(System.Object,System.IntPtr)"],
        ["System.Device.I2c.I2cBusSpeed"] = [],
        ["System.Device.I2c.I2cConnectionSettings"] =
        [
            ".ctor(System.Int32,System.Int32,System.Device.I2c.I2cBusSpeed)",
        ],
        ["System.Device.I2c.I2cDevice"] =
        [
            "Create(System.Device.I2c.I2cConnectionSettings)",
            "Read(System.SpanByte)",
            "Write(System.SpanByte)",
        ],
        ["System.Device.I2c.I2cTransferResult"] = ["get_Status()"],
        ["System.Device.I2c.I2cTransferStatus"] = [],
        ["System.Device.Spi.SpiConnectionSettings"] =
        [
            ".ctor(System.Int32,System.Int32)",
            "set_ClockFrequency(System.Int32)",
            "set_Mode(System.Device.Spi.SpiMode)",
        ],
        ["System.Device.Spi.SpiDevice"] =
        [
            "Create(System.Device.Spi.SpiConnectionSettings)",
            "Read(System.SpanByte)",
            "Write(System.SpanByte)",
        ],
        ["System.Device.Spi.SpiMode"] = [],
        ["System.Environment"] = ["get_TickCount64()"],
        ["System.EventArgs"] = [],
        ["System.Exception"] = ["get_Message()"],
        ["System.IDisposable"] = ["Dispose()"],
        ["System.IO.Directory"] =
        [
            "CreateDirectory(System.String)",
            "Delete(System.String)",
            "Exists(System.String)",
            "GetDirectories(System.String)",
            "GetFiles(System.String)",
        ],
        ["System.IO.DriveInfo"] = [".ctor(System.String)", "get_TotalSize()"],
        ["System.IO.File"] = ["Delete(System.String)", "Exists(System.String)"],
        ["System.IO.FileAccess"] = [],
        ["System.IO.FileMode"] = [],
        ["System.IO.FileStream"] = [".ctor(System.String,System.IO.FileMode,System.IO.FileAccess)"],
        ["System.IO.Hashing.Crc32"] = [".ctor()", "Append(System.SpanByte)", "GetCurrentHashAsUInt32()", "Reset()"],
        ["System.IO.SeekOrigin"] = [],
        ["System.IO.Stream"] =
        [
            "Close()",
            "Read(System.Byte[],System.Int32,System.Int32)",
            "Seek(System.Int64,System.IO.SeekOrigin)",
            "Write(System.Byte[],System.Int32,System.Int32)",
            "get_Length()",
        ],
        ["System.IntPtr"] = [],
        ["System.Net.NetworkInformation.NetworkInterface"] =
        [
            "GetAllNetworkInterfaces()",
            "get_IPv4Address()",
            "get_PhysicalAddress()",
        ],
        ["System.Net.Sockets.SocketException"] = [],
        ["System.Random"] = [".ctor(System.Int32)", "Next(System.Int32)"],
        ["System.Security.Cryptography.X509Certificates.X509Certificate"] = [".ctor(System.String)"],
        ["System.SpanByte"] = [".ctor(System.Byte[],System.Int32,System.Int32)", "op_Implicit(System.Byte[])"],
        ["System.String"] =
        [
            "IndexOf(System.Char)",
            "IndexOf(System.Char,System.Int32)",
            "IndexOf(System.String)",
            "LastIndexOf(System.Char)",
            "Substring(System.Int32)",
            "Substring(System.Int32,System.Int32)",
            "Trim()",
        ],
        ["System.Text.Encoding"] =
        [
            "GetBytes(System.String)",
            "GetString(System.Byte[],System.Int32,System.Int32)",
            "get_UTF8()",
        ],
        ["System.Threading.AutoResetEvent"] = [".ctor(System.Boolean)"],
        ["System.Threading.CancellationToken"] = [],
        ["System.Threading.CancellationTokenSource"] = [".ctor(System.Int32)", "get_Token()"],
        ["System.Threading.EventWaitHandle"] = ["Set()"],
        ["System.Threading.Monitor"] = ["Enter(System.Object,System.Boolean&)", "Exit(System.Object)"],
        ["System.Threading.Thread"] = [".ctor(System.Threading.ThreadStart)", "Sleep(System.Int32)", "Start()"],
        ["System.Threading.ThreadStart"] = [".ctor(System.Object,System.IntPtr)"],
        ["System.Threading.WaitHandle"] = ["WaitOne(System.Int32,System.Boolean)"],
        ["System.TimeSpan"] = [".ctor(System.Int64)"],
        ["nanoFramework.Hardware.Esp32.Configuration"] =
        [
            "SetPinFunction(System.Int32,nanoFramework.Hardware.Esp32.DeviceFunction)",
        ],
        ["nanoFramework.Hardware.Esp32.DeviceFunction"] = [],
        ["nanoFramework.Hardware.Esp32.EspNativeError"] = [],
        ["nanoFramework.Hardware.Esp32.Sleep"] =
        [
            "EnableWakeupByMultiPins(nanoFramework.Hardware.Esp32.Sleep/WakeupGpioPin,"
                + "nanoFramework.Hardware.Esp32.Sleep/WakeupMode)",
            "EnableWakeupByPin(nanoFramework.Hardware.Esp32.Sleep/WakeupGpioPin,System.Int32)",
            "EnableWakeupByTimer(System.TimeSpan)",
            "GetWakeupCause()",
            "StartDeepSleep()",
        ],
        ["nanoFramework.Hardware.Esp32.Sleep/WakeupCause"] = [],
        ["nanoFramework.Hardware.Esp32.Sleep/WakeupGpioPin"] = [],
        ["nanoFramework.Hardware.Esp32.Sleep/WakeupMode"] = [],
        ["nanoFramework.M2Mqtt.Messages.MqttMsgPublishEventArgs"] = ["get_Message()", "get_Topic()"],
        ["nanoFramework.M2Mqtt.Messages.MqttMsgPublishedEventArgs"] = ["get_IsPublished()", "get_MessageId()"],
        ["nanoFramework.M2Mqtt.Messages.MqttMsgSubscribedEventArgs"] = [],
        ["nanoFramework.M2Mqtt.Messages.MqttQoSLevel"] = [],
        ["nanoFramework.M2Mqtt.Messages.MqttReasonCode"] = [],
        ["nanoFramework.M2Mqtt.MqttClient"] =
        [
            ".ctor(System.String,System.Int32,System.Boolean,"
                + "System.Security.Cryptography.X509Certificates.X509Certificate,"
                + "System.Security.Cryptography.X509Certificates.X509Certificate,"
                + "nanoFramework.M2Mqtt.MqttSslProtocols)",
            "Close()",
            "Connect(System.String,System.String,System.String,System.Boolean,"
                + "nanoFramework.M2Mqtt.Messages.MqttQoSLevel,System.Boolean,System.String,System.String,"
                + "System.Boolean,System.UInt16)",
            "Disconnect()",
            "Publish(System.String,System.Byte[],System.String,System.Collections.ArrayList,"
                + "nanoFramework.M2Mqtt.Messages.MqttQoSLevel,System.Boolean)",
            "Subscribe(System.String[],nanoFramework.M2Mqtt.Messages.MqttQoSLevel[])",
            "add_ConnectionClosed(nanoFramework.M2Mqtt.MqttClient/ConnectionClosedEventHandler)",
            "add_MqttMsgPublishReceived(nanoFramework.M2Mqtt.MqttClient/MqttMsgPublishEventHandler)",
            "add_MqttMsgPublished(nanoFramework.M2Mqtt.MqttClient/MqttMsgPublishedEventHandler)",
            "add_MqttMsgSubscribed(nanoFramework.M2Mqtt.MqttClient/MqttMsgSubscribedEventHandler)",
            "get_Settings()",
        ],
        ["nanoFramework.M2Mqtt.MqttClient/ConnectionClosedEventHandler"] = [".ctor(System.Object,System.IntPtr)"],
        ["nanoFramework.M2Mqtt.MqttClient/MqttMsgPublishEventHandler"] = [".ctor(System.Object,System.IntPtr)"],
        ["nanoFramework.M2Mqtt.MqttClient/MqttMsgPublishedEventHandler"] = [".ctor(System.Object,System.IntPtr)"],
        ["nanoFramework.M2Mqtt.MqttClient/MqttMsgSubscribedEventHandler"] = [".ctor(System.Object,System.IntPtr)"],
        ["nanoFramework.M2Mqtt.MqttSettings"] = ["set_InflightQueueSize(System.Int32)"],
        ["nanoFramework.M2Mqtt.MqttSslProtocols"] = [],
        ["nanoFramework.Networking.Sntp"] = ["UpdateNow()", "set_Server1(System.String)"],
        ["nanoFramework.Networking.WifiNetworkHelper"] =
        [
            "Reconnect(System.Boolean,System.Int32,System.Threading.CancellationToken)",
        ],
        ["nanoFramework.Runtime.Native.GC"] = ["Run(System.Boolean)"],
        ["nanoFramework.Runtime.Native.Power"] = ["RebootDevice(nanoFramework.Runtime.Native.RebootOption)"],
        ["nanoFramework.Runtime.Native.RebootOption"] = [],
        ["nanoFramework.Runtime.Native.Rtc"] = ["SetSystemTime(System.DateTime)"],
        ["nanoFramework.System.IO.FileSystem.CardDetectParameters"] = [],
        ["nanoFramework.System.IO.FileSystem.SDCard"] =
        [
            ".ctor(nanoFramework.System.IO.FileSystem.SDCardSpiParameters,"
                + "nanoFramework.System.IO.FileSystem.CardDetectParameters)",
            "Mount()",
            "Unmount()",
            "get_IsMounted()",
        ],
        ["nanoFramework.System.IO.FileSystem.SDCardSpiParameters"] = [".ctor()"],
    };
}
