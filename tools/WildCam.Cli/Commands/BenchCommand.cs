using System.CommandLine;

namespace WildCam.Cli.Commands;

/// <summary>`bench`: ours beside a peer, as a ratio.</summary>
static class BenchCommand
{
    public static Command Create()
    {
        var names = new Argument<string[]>("name") { Description = "Benchmarks to run; all where none is named." };
        var load = new Option<int?>("--load")
        {
            Description = "Detections that species, paging, users and charts read from; 3 million where not given.",
        };
        var command = new Command("bench", "Measure WildCam beside its peers.") { names, load };
        command.SetAction((parse, cancellationToken) =>
        {
            if (parse.GetValue(load) is { } detections)
            {
                Environment.SetEnvironmentVariable("WILDCAM_BENCH_LOAD", $"{detections}");
            }

            return MeasuringPrograms.RunAsync(
                "WildCam.Benchmarks", parse.GetValue(names) ?? [], "WILDCAM_BENCH_FOLDER", cancellationToken);
        });
        return command;
    }
}
