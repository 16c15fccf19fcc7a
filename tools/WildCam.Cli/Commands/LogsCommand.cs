using System.CommandLine;
using WildCam.Cli.Machine;

namespace WildCam.Cli.Commands;

/// <summary>`logs`: the hub's or the database's log.</summary>
static class LogsCommand
{
    static readonly TimeSpan FollowPoll = TimeSpan.FromMilliseconds(200);

    public static Command Create()
    {
        var follow = new Option<bool>("--follow", "-f") { Description = "Keep printing what comes." };
        var lines = new Option<int>("--lines", "-n")
        {
            Description = "Lines from the end.",
            DefaultValueFactory = _ => 50,
        };
        var ofDatabase = new Option<bool>("--database") { Description = "The private PostgreSQL's log instead." };
        var command = new Command("logs", "Show the hub's log.") { follow, lines, ofDatabase };
        command.SetAction((parse, cancellationToken) => RunAsync(
            parse.GetValue(follow), parse.GetValue(lines), parse.GetValue(ofDatabase), cancellationToken));
        return command;
    }

    static async Task<int> RunAsync(bool follow, int lines, bool ofDatabase, CancellationToken cancellationToken)
    {
        var workspace = Workspace.Open();
        var file = ofDatabase ? (await workspace.ClusterAsync(cancellationToken))?.LogFile : workspace.HubLog;
        if (file is null || !File.Exists(file))
        {
            throw new CommandException(ofDatabase
                ? "There is no log of a private PostgreSQL here."
                : "There is no log yet: the hub has not run from this folder. Start it with ./wildcam up");
        }

        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var tail = new Queue<string>();
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            tail.Enqueue(line);
            if (tail.Count > lines)
            {
                tail.Dequeue();
            }
        }

        foreach (var line in tail)
        {
            Screen.Line(line);
        }

        while (follow)
        {
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
            {
                Screen.Line(line);
            }

            await Task.Delay(FollowPoll, cancellationToken);
        }

        return 0;
    }
}
