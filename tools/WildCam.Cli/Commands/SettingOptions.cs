using System.CommandLine;
using System.Globalization;
using WildCam.Cli.Machine;
using WildCam.Hub.Hosting.Orders;

namespace WildCam.Cli.Commands;

/// <summary>The options that change settings.</summary>
sealed class SettingOptions
{
    readonly Option<string?> _preset = Text("--preset", $"{string.Join(" | ", Presets.All.Select(p => p.Word))}");
    readonly Option<string?> _capture = Text("--capture", "motion | timelapse | motion-and-timelapse | off");
    readonly Option<int?> _burst = Number("--burst", "Pictures a trigger.");
    readonly Option<int?> _gap = Number("--gap", "Milliseconds between them.");
    readonly Option<int?> _quality = Number("--quality", "JPEG quality, 1 to 100.");
    readonly Option<string?> _size = Text("--size", "640x480 to 1600x1200.");
    readonly Option<string?> _quiet =
        Text("--quiet", "No pictures in these hours of the site, as in 22:00-04:30; or never.");
    readonly Option<string?> _upload = Text("--upload", "at-once | batched | low-resolution-first");
    readonly Option<string?> _hours = Text("--hours", "Hours of the day for batched uploads, as in 6,18.");
    readonly Option<int?> _checkIn = Number("--check-in", "Seconds between check-ins.");
    readonly Option<int?> _timer = Number("--timer", "Seconds between time-lapse pictures.");

    public void AddTo(Command command)
    {
        foreach (var option in new Option[]
            {
                _preset, _capture, _burst, _gap, _quality, _size, _quiet, _upload, _hours, _checkIn, _timer,
            })
        {
            command.Add(option);
        }
    }

    public SettingsEdit Read(ParseResult parse)
    {
        var preset = parse.GetValue(_preset);
        if (preset is not null && Presets.Find(preset) is null)
        {
            throw new CommandException(
                $"There is no preset '{preset}'. There are {string.Join(", ", Presets.All.Select(p => p.Word))}.");
        }

        var (from, until) = Quiet(parse.GetValue(_quiet));
        return new SettingsEdit(
            preset, parse.GetValue(_capture), parse.GetValue(_burst), parse.GetValue(_gap), parse.GetValue(_quality),
            parse.GetValue(_size), from, until, parse.GetValue(_upload), Hours(parse.GetValue(_hours)),
            parse.GetValue(_checkIn), parse.GetValue(_timer));
    }

    static (string? From, string? Until) Quiet(string? text) => text switch
    {
        null => (null, null),
        "never" => ("00:00", "00:00"),
        _ when text.Split('-') is [var from, var until] => (from, until),
        _ => throw new CommandException("--quiet is two times of the day, as in 22:00-04:30, or never."),
    };

    static int[]? Hours(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var hours = new List<int>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            hours.Add(int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var hour)
                ? hour
                : throw new CommandException("--hours are numbers from 0 to 23, as in 6,18."));
        }

        return [.. hours];
    }

    static Option<string?> Text(string name, string description) => new(name) { Description = description };

    static Option<int?> Number(string name, string description) => new(name) { Description = description };
}
