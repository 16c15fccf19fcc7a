using System.CommandLine;
using System.Globalization;
using WildCam.Cli.Machine;

namespace WildCam.Cli.Commands;

/// <summary>`down`: ends a running `up`, or stops a database that one left behind.</summary>
static class DownCommand
{
    static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(40);
    static readonly TimeSpan EndPoll = TimeSpan.FromMilliseconds(100);

    public static Command Create()
    {
        var command = new Command("down", "Stop WildCam on this machine.");
        command.SetAction((_, cancellationToken) => RunAsync(cancellationToken));
        return command;
    }

    static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var workspace = Workspace.Open();
        var running = RunningUp.Find(workspace);
        if (running is not null)
        {
            await Shell.RunAsync(
                "kill", ["-TERM", running.Value.ToString(CultureInfo.InvariantCulture)], cancellationToken);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(EndTimeout);
            while (RunningUp.Find(workspace) is not null)
            {
                await Task.Delay(EndPoll, patience.Token);
            }
        }

        var cluster = PostgresCluster.FindPrograms() is null ? null : await workspace.ClusterAsync(cancellationToken);
        var left = cluster is not null && await cluster.IsRunningAsync(cancellationToken);
        if (left)
        {
            await cluster!.StopAsync(immediate: false, cancellationToken);
        }

        Screen.Line(running is not null || left ? "WildCam is stopped." : "WildCam was not running.");
        return 0;
    }
}
