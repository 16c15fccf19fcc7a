using System.Diagnostics;
using Npgsql;
using WildCam.Storage.Cameras;

namespace WildCam.Cli.Commands;

/// <summary>Waits until a board that was flashed has become a camera and said hello, and tells each step.</summary>
static class FirstHello
{
    static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    /// <summary>0 when the hub heard it; 1, with the likeliest causes, when the time is over.</summary>
    public static async Task<int> WaitAsync(
        NpgsqlDataSource database, NewEnrolment made, TimeSpan patience, string page,
        CancellationToken cancellationToken)
    {
        var enrolments = new EnrolmentsTable(database);
        var cameras = new CamerasTable(database);
        var start = Stopwatch.GetTimestamp();
        var told = "";
        Tell($"Waiting up to {patience.TotalMinutes:0} minutes for its first hello. Switch the power off and on.");
        while (Stopwatch.GetElapsedTime(start) < patience)
        {
            var enrolment = await enrolments.FindAsync(made.Fingerprint, cancellationToken);
            var state = enrolment?.State(DateTimeOffset.UtcNow);
            if (state is EnrolmentState.Rejected or EnrolmentState.Revoked or EnrolmentState.Expired)
            {
                Screen.Error($"The code is {state.ToString()!.ToLowerInvariant()}: the board stays out.");
                return 1;
            }

            if (state is EnrolmentState.Waiting)
            {
                Tell($"The board is there and waits to be accepted: {page}");
            }
            else if (enrolment is { SpentAt: null, IssuedAt: not null })
            {
                Tell("The board was accepted and told its credential.");
            }
            else if (enrolment is { SpentAt: { } spentAt, Camera: { } code })
            {
                Tell($"It signed in as {code.ToUpperInvariant()}.");
                var camera = await cameras.ShowAsync(code, cancellationToken);
                if (camera?.LastSeenAt >= spentAt)
                {
                    Tell($"The hub hears it: {code.ToUpperInvariant()}, firmware {camera.Firmware ?? "not told"}.");
                    return 0;
                }
            }

            await Task.Delay(PollInterval, cancellationToken);
        }

        Screen.Error(
            "No hello came. Look at the status light: two flashes are the Wi-Fi or the way to the hub (name, password, "
            + "port 8883), five the set-up file. The code stays good: the camera may still come.");
        return 1;

        void Tell(string text)
        {
            if (text != told)
            {
                told = text;
                Screen.Line(text);
            }
        }
    }
}
