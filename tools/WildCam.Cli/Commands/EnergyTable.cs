using System.Globalization;
using WildCam.Cli.Machine;
using WildCam.Simulator.Energy;
using WildCam.Wire;

namespace WildCam.Cli.Commands;

/// <summary>One policy on one board, and what the firmware's brain made of it.</summary>
sealed record EnergyRow(
    string Board, EnergyPolicy Policy, EnergyUse Use, EnergyBudget MilliampereHoursADay, double BatteryDays);

/// <summary>`simulate --energy`: how long a battery lasts, by what the firmware's brain does in virtual days.</summary>
static class EnergyTable
{
    /// <summary>Days that each policy is lived for.</summary>
    const int Days = 4;

    const int TriggersADayMax = 2000;

    static readonly int[] UsualTriggers = [10, 50, 200];
    static readonly byte[] Modes = [UploadModes.AtOnce, UploadModes.Batched, UploadModes.LowResolutionFirst];

    /// <summary>Every upload mode, at these triggers a day or at the usual ones.</summary>
    /// <exception cref="CommandException">A value is out of its range.</exception>
    public static List<EnergyRow> Of(int? triggersADay, int heartbeatMinutes, double batteryMilliampereHours)
    {
        if (triggersADay is < 0 or > TriggersADayMax)
        {
            throw new CommandException($"--triggers takes 0 to {TriggersADayMax} a day, not {triggersADay}.");
        }

        if (heartbeatMinutes is < 1 or > 1440)
        {
            throw new CommandException($"--heartbeat takes 1 to 1440 minutes, not {heartbeatMinutes}.");
        }

        if (batteryMilliampereHours is not (>= 1 and <= 1_000_000))
        {
            throw new CommandException(
                $"--battery takes 1 to 1000000 mAh, not {Number(batteryMilliampereHours)}.");
        }

        var rows = new List<EnergyRow>();
        foreach (var triggers in triggersADay is { } one ? [one] : UsualTriggers)
        {
            foreach (var mode in Modes)
            {
                var policy = new EnergyPolicy
                {
                    TriggersADay = triggers, UploadMode = mode, HeartbeatSeconds = (uint)heartbeatMinutes * 60,
                };
                var use = EnergyRun.Live(policy, Days);
                rows.AddRange(new[] { BoardCurrents.Frugal, BoardCurrents.DevKit }.Select(board =>
                {
                    var budget = EnergyBudget.Of(use, board);
                    return new EnergyRow(
                        board.Name, policy, use, budget, budget.BatteryDays(batteryMilliampereHours));
                }));
            }
        }

        return [.. rows.OrderBy(r => r.Board == BoardCurrents.Frugal.Name ? 0 : 1)];
    }

    public static void Print(List<EnergyRow> rows, int heartbeatMinutes, double batteryMilliampereHours)
    {
        Screen.Line(
            $"A battery of {Number(batteryMilliampereHours)} mAh, a heartbeat every {Number(heartbeatMinutes)} min, "
            + "half of the triggers at night. mAh a day:");
        Screen.Table(
            ["Board", "Triggers a day", "Upload", "Sleep", "Awake", "Radio", "Lamp", "All", "Battery lasts"],
            [.. rows.Select(r => new[]
            {
                r.Board, Number(r.Policy.TriggersADay), r.Policy.Mode, Number(r.MilliampereHoursADay.Sleep),
                Number(r.MilliampereHoursADay.Awake), Number(r.MilliampereHoursADay.Radio),
                Number(r.MilliampereHoursADay.Lamp), Number(r.MilliampereHoursADay.Total),
                $"{Number(Math.Floor(r.BatteryDays))} days",
            })],
            "There is no policy to reckon.");
        Screen.Line(
            "Currents are the datasheets', times are assumptions (tools/WildCam.Simulator/Energy); "
            + "nothing was measured on a board.");
    }

    static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
