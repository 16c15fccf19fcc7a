using System.CommandLine;
using System.Globalization;
using WildCam.Cli.Machine;

namespace WildCam.Cli.Commands;

/// <summary>`status`: is it running, where, and is it well.</summary>
static class StatusCommand
{
    static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("status", "Say whether WildCam runs here, and how it is.") { json };
        command.SetAction((parse, cancellationToken) => RunAsync(parse.GetValue(json), cancellationToken));
        return command;
    }

    static async Task<int> RunAsync(bool json, CancellationToken cancellationToken)
    {
        var workspace = Workspace.Open();
        var running = RunningUp.Find(workspace);
        var cluster = PostgresCluster.FindPrograms() is null ? null : await workspace.ClusterAsync(cancellationToken);
        var database = cluster is null
            ? workspace.OwnsDatabase ? "not installed" : "elsewhere"
            : await cluster.IsRunningAsync(cancellationToken) ? "running" : "stopped";
        var address = $"http://localhost:{workspace.Hub.WebPort.ToString(CultureInfo.InvariantCulture)}";
        var (ready, says) = running is null ? (false, "not running") : await AskAsync(address, cancellationToken);
        if (json)
        {
            Screen.Json(new { running = running is not null, processId = running, ready, says, database, address });
        }
        else
        {
            Screen.Facts(
            [
                ("hub", running is null ? "not running; start it with ./wildcam up" : $"running (process {running})"),
                ("pages", running is null ? "-" : address),
                ("health", says),
                ("database", database),
                ("data", workspace.Hub.DataFolder),
            ]);
        }

        return running is not null && ready ? 0 : 3;
    }

    static async Task<(bool Ready, string Says)> AskAsync(string address, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = AnswerTimeout };
        try
        {
            using var answer = await http.GetAsync(new Uri(address + "/health/ready"), cancellationToken);
            var text = await answer.Content.ReadAsStringAsync(cancellationToken);
            return (answer.IsSuccessStatusCode, answer.IsSuccessStatusCode ? "ready" : text);
        }
        catch (HttpRequestException fault)
        {
            return (false, fault.Message);
        }
    }
}
