using Microsoft.Extensions.Options;
using Npgsql;
using WildCam.Hub.Hosting;
using WildCam.Storage;
using WildCam.Storage.Watch;

namespace WildCam.Hub.Watch;

/// <summary>
/// Judges events whose findings rest by the rules of species alerts, and writes what channels are to be told, in one
/// transaction. The marks of events are rows, so that a hub that dies loses none.
/// </summary>
sealed partial class SpeciesAlertsLoop(
    NpgsqlDataSource database, IOptions<HubOptions> hub, TimeProvider time, ILogger<SpeciesAlertsLoop> log)
    : BackgroundService
{
    /// <summary>Events of one transaction.</summary>
    const int EventsMax = 200;

    static readonly TimeSpan Every = TimeSpan.FromSeconds(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        try
        {
            do
            {
                await JudgeAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The hub stops; what was not judged waits.
        }
    }

    /// <summary>Judges what rests; how many events met a rule.</summary>
    internal async Task<int> JudgeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var now = time.GetUtcNow();
            if (await SpeciesAlertsTable.ClaimMatchesAsync(connection, now, EventsMax, cancellationToken)
                is not { } matches)
            {
                return 0;
            }

            await TellAsync(connection, matches, now, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return matches.Count;
        }
        catch (Exception fault) when (DatabaseFault.Is(fault))
        {
            JudgingFailed(log, fault.Message);
            return 0;
        }
    }

    async Task TellAsync(
        NpgsqlConnection connection, IReadOnlyList<SpeciesMatch> matches, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var toldNow = new HashSet<(int Rule, int? Site)>();
        foreach (var match in matches)
        {
            var cooldown = TimeSpan.FromMinutes(match.CooldownMinutes);
            var isQuiet = cooldown > TimeSpan.Zero
                && (now - match.LastToldAt < cooldown || toldNow.Contains((match.RuleId, match.SiteId)));
            var isTold = !match.IsMuted && !isQuiet;
            if (await SpeciesAlertsTable.NoteAsync(connection, match, isTold, now, cancellationToken) is { } id
                && isTold)
            {
                toldNow.Add((match.RuleId, match.SiteId));
                var (subject, body, payload) = SpeciesTexts.Of(match, hub.Value.Root, now);
                await AlertMessagesTable.AddSpeciesAsync(
                    connection, id, subject, body, payload, now, cancellationToken);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Events could not be judged for species alerts: {Reason}")]
    static partial void JudgingFailed(ILogger logger, string reason);
}
