using System.Text.RegularExpressions;
using System.Xml.Linq;
using WildCam.Esp32;

namespace WildCam.Tests.Devices;

/// <summary>What people wire and set up by is what the program reads.</summary>
public sealed partial class DrawingTests
{
    /// <summary>GPIO of an ADC channel (ESP32 data sheet, ADC1: channel 6; ESP32-S3: channel 0).</summary>
    static readonly Dictionary<string, string> BatteryPins = new(StringComparer.Ordinal)
    {
        [DevKitBoard.Name] = "GPIO 34", [DevKitPsramBoard.Name] = "GPIO 34", [S3Board.Name] = "GPIO 1",
    };

    [Theory]
    [InlineData(DevKitBoard.Name)]
    [InlineData(DevKitPsramBoard.Name)]
    [InlineData(S3Board.Name)]
    public void A_drawing_has_each_wire_on_the_pin_that_the_program_uses(string name)
    {
        var pins = name switch
        {
            DevKitBoard.Name => DevKitBoard.Pins(),
            DevKitPsramBoard.Name => DevKitPsramBoard.Pins(),
            _ => S3Board.Pins(),
        };
        var texts = XDocument.Load(Path.Combine(Firmware, "drawings", $"{name}.svg")).Descendants()
            .Where(e => e.Name.LocalName == "text").Select(e => e.Value.Trim()).ToList();
        Assert.Equal(
            [
                Wire("CS", pins.CardSelect), Wire("MOSI", pins.SpiMosi), Wire("MISO", pins.SpiMiso),
                Wire("SCK", pins.SpiClock),
            ],
            WiresOf(texts, "microSD card", 4));
        Assert.Equal([Wire("OUT", pins.Motion)], WiresOf(texts, "Motion sensor", 1));
        Assert.Equal([("middle", BatteryPins[name])], WiresOf(texts, "Battery", 1));
        Assert.Equal(
            [
                Wire("CS", pins.CameraSelect), Wire("MOSI", pins.SpiMosi), Wire("MISO", pins.SpiMiso),
                Wire("SCK", pins.SpiClock), Wire("SDA", pins.I2cData), Wire("SCL", pins.I2cClock),
            ],
            WiresOf(texts, "ArduCAM Mini 2MP", 6));
        Assert.Equal([Wire("gate", pins.Lamp)], WiresOf(texts, "Infrared lamp", 1));
        Assert.Equal(Wire("", pins.Light).Pin, WiresOf(texts, "Status light", 1)[0].Pin);
    }

    [Fact]
    public void The_page_names_each_line_of_the_set_up_file()
    {
        var source = File.ReadAllText(Path.Combine(Firmware, "WildCam.Esp32", "SetUpFile.cs"));
        var page = File.ReadAllText(Path.Combine(Firmware, "README.md"));
        var names = Line().Matches(source).Select(m => m.Groups["name"].Value).ToList();
        Assert.Contains("light", names);
        Assert.All(names, n => Assert.Contains(n + "=", page, StringComparison.Ordinal));
    }

    static string Firmware => Path.Combine(RepositoryRoot.Path, "firmware");

    static (string Part, string Pin) Wire(string part, int pin) => (part, $"GPIO {pin}");

    /// <summary>The first wires to GPIOs behind a part's name.</summary>
    static List<(string Part, string Pin)> WiresOf(List<string> texts, string part, int count)
    {
        var at = texts.IndexOf(part);
        Assert.True(at >= 0, $"There is no {part} on the drawing.");
        var wires = new List<(string Part, string Pin)>();
        for (var i = at + 1; i < texts.Count && wires.Count < count; i++)
        {
            if (texts[i].StartsWith("GPIO", StringComparison.Ordinal))
            {
                wires.Add((texts[i - 1], texts[i]));
            }
        }

        return wires;
    }

    [GeneratedRegex(
        @"(?:ValueOf|NumberOf)\(text, ""(?<name>[a-z0-9-]+)""", RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    internal static partial Regex Line();
}
