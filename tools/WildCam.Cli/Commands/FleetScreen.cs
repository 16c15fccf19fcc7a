using Spectre.Console;
using WildCam.Simulator.Cameras;

namespace WildCam.Cli.Commands;

/// <summary>A running fleet on the screen: a bar where the end is known, a line now and then elsewhere.</summary>
static class FleetScreen
{
    static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(250);
    static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(5);

    /// <summary>Shows progress until the fleet ends.</summary>
    public static async Task ShowAsync(SimulatedFleet fleet, Task running)
    {
        if (!Screen.IsTerminal || fleet.Progress.Expected is null)
        {
            await LinesAsync(fleet, running);
            return;
        }

        await AnsiConsole.Progress()
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn())
            .StartAsync(async screen =>
            {
                var bar = screen.AddTask("pictures", maxValue: Math.Max(1, fleet.Progress.Expected ?? 1));
                while (!running.IsCompleted)
                {
                    var now = fleet.Progress;
                    bar.Value = now.Receipted;
                    bar.Description = Markup.Escape(Sentence(now));
                    await Task.WhenAny(running, Task.Delay(Redraw));
                }

                bar.Value = fleet.Progress.Receipted;
                bar.Description = Markup.Escape(Sentence(fleet.Progress));
            });
    }

    static async Task LinesAsync(SimulatedFleet fleet, Task running)
    {
        while (!running.IsCompleted)
        {
            await Task.WhenAny(running, Task.Delay(LineEvery));
            Screen.Line(Sentence(fleet.Progress));
        }
    }

    static string Sentence(FleetProgress now) =>
        $"{now.Captured} taken, {now.Receipted} safely stored, {now.Waiting} waiting, "
        + $"{now.Connected} of {now.Cameras} cameras connected"
        + (now.Problem is null ? "" : $"; {now.Problem}");
}
