using System.CommandLine;
using System.Globalization;
using WildCam.Cli.Machine;

namespace WildCam.Cli.Commands;

/// <summary>`faults`: breaks WildCam's world in seeded ways and checks that nothing is lost.</summary>
static class FaultsCommand
{
    public static Command Create()
    {
        var names = new Argument<string[]>("scenario") { Description = "Scenarios to run; all where none is named." };
        var seed = new Option<int?>("--seed") { Description = "Repeats a campaign; drawn and printed where absent." };
        var points = new Option<int>("--points") { Description = "Points a scenario.", DefaultValueFactory = _ => 20 };
        var point = new Option<int?>("--point") { Description = "Only this point, to repeat one." };
        var list = new Option<bool>("--list") { Description = "Name the scenarios and end." };
        var command = new Command("faults", "Break WildCam's world in seeded ways and check that nothing is lost.")
        {
            names, seed, points, point, list,
        };
        command.SetAction((parse, cancellationToken) =>
        {
            List<string> arguments = [.. parse.GetValue(names) ?? []];
            Add("--seed", parse.GetValue(seed));
            Add("--points", parse.GetValue(points));
            Add("--point", parse.GetValue(point));
            if (parse.GetValue(list))
            {
                arguments.Add("--list");
            }

            return MeasuringPrograms.RunAsync("WildCam.Faults", arguments, "WILDCAM_FAULTS_FOLDER", cancellationToken);

            void Add(string name, int? value)
            {
                if (value is { } number)
                {
                    arguments.AddRange([name, number.ToString(CultureInfo.InvariantCulture)]);
                }
            }
        });
        return command;
    }
}
