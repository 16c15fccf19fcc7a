namespace WildCam.Simulator.Energy;

/// <summary>
/// What a board draws in each of its states, in mA from the battery. From public datasheets, not measured on a board.
/// </summary>
public sealed record BoardCurrents
{
    /// <summary>Name for people and for `--board`.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// Always: the regulator's own, the motion sensor's, the idle card's. AMS1117 datasheet: quiescent 5 mA typical.
    /// MCP1700 datasheet: 1.6 uA typical. AM312 datasheet: below 0.1 mA. An idle SD card: 0.1 mA, assumed.
    /// </summary>
    public required double Always { get; init; }

    /// <summary>ESP32 Series Datasheet, power modes: deep sleep with RTC timer and RTC memory, 10 uA.</summary>
    public double DeepSleep { get; init; } = 0.010;

    /// <summary>
    /// On top while awake, radio off: ESP32 Series Datasheet, modem sleep, dual core at 160 MHz: 27 to 34 mA.
    /// </summary>
    public double Awake { get; init; } = 34;

    /// <summary>On top while awake: ArduCAM Mini 2MP, low-power mode 20 mA.</summary>
    public double CameraIdle { get; init; } = 20;

    /// <summary>On top while a picture is taken, in place of idle: ArduCAM Mini 2MP, normal mode 70 mA.</summary>
    public double CameraActive { get; init; } = 70;

    /// <summary>On top while Wi-Fi listens: ESP32 Series Datasheet, receive 802.11b/g/n: 95 to 100 mA.</summary>
    public double RadioListening { get; init; } = 100;

    /// <summary>In place of it while Wi-Fi sends: ESP32 Series Datasheet, 802.11n MCS7 at 14 dBm: 180 mA.</summary>
    public double RadioSending { get; init; } = 180;

    /// <summary>On top while the infrared lamp burns: four LEDs of 940 nm at 100 mA, their usual current.</summary>
    public double Lamp { get; init; } = 400;

    /// <summary>A bare module behind a frugal regulator.</summary>
    public static BoardCurrents Frugal { get; } = new() { Name = "frugal", Always = 0.2 };

    /// <summary>A DevKit as it comes, with its AMS1117; the power light and the USB chip are cut off.</summary>
    public static BoardCurrents DevKit { get; } = new() { Name = "devkit", Always = 5.2 };
}

/// <summary>How long a camera was in each state in a span of time, and what it did.</summary>
public sealed record EnergyUse
{
    public double SpanSeconds { get; init; }

    public double AwakeSeconds { get; init; }

    public double CapturingSeconds { get; init; }

    /// <summary>Wi-Fi is on, sending included.</summary>
    public double RadioSeconds { get; init; }

    public double SendingSeconds { get; init; }

    public double LampSeconds { get; init; }

    public long BytesSent { get; init; }

    public int Wakes { get; init; }

    public int Connections { get; init; }

    public int Pictures { get; init; }

    public int PicturesDelivered { get; init; }
}

/// <summary>What a day costs, in mAh, and how long a battery lasts.</summary>
public sealed record EnergyBudget(double Sleep, double Awake, double Radio, double Lamp)
{
    /// <summary>Part of a battery's rated charge that a camera gets out of it, cold and old as it will be.</summary>
    public const double UsablePart = 0.8;

    /// <summary>Part of its charge that a lithium or low-self-discharge battery loses by itself in a day.</summary>
    public const double SelfDischargeADay = 0.02 / 30;

    const double SecondsADay = 86_400;
    const double SecondsAnHour = 3600;

    public double Total => Sleep + Awake + Radio + Lamp;

    /// <summary>The budget of a day, from a use of any span.</summary>
    public static EnergyBudget Of(EnergyUse use, BoardCurrents board)
    {
        ArgumentNullException.ThrowIfNull(use);
        ArgumentNullException.ThrowIfNull(board);
        var days = use.SpanSeconds / SecondsADay;
        double AllDays(double seconds, double milliamperes) => seconds * milliamperes / SecondsAnHour / days;
        var asleep = use.SpanSeconds - use.AwakeSeconds;
        return new EnergyBudget(
            AllDays(use.SpanSeconds, board.Always) + AllDays(asleep, board.DeepSleep),
            AllDays(use.AwakeSeconds, board.Awake + board.CameraIdle)
                + AllDays(use.CapturingSeconds, board.CameraActive - board.CameraIdle),
            AllDays(use.RadioSeconds, board.RadioListening)
                + AllDays(use.SendingSeconds, board.RadioSending - board.RadioListening),
            AllDays(use.LampSeconds, board.Lamp));
    }

    /// <summary>Days that a battery of so many mAh lasts.</summary>
    public double BatteryDays(double milliampereHours) =>
        milliampereHours * UsablePart / (Total + (milliampereHours * SelfDischargeADay));
}
