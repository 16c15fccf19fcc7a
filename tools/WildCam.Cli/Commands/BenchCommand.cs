using System.CommandLine;

namespace WildCam.Cli.Commands;

/// <summary>`bench`: ours beside a peer, as a ratio.</summary>
static class BenchCommand
{
    public static Command Create()
    {
        var names = new Argument<string[]>("name") { Description = "Benchmarks to run; all where none is named." };
        var command = new Command("bench", "Measure WildCam beside its peers.") { names };
        command.SetAction((parse, cancellationToken) => MeasuringPrograms.RunAsync(
            "WildCam.Benchmarks", parse.GetValue(names) ?? [], "WILDCAM_BENCH_FOLDER", cancellationToken));
        return command;
    }
}
