using System.Threading.Channels;
using Npgsql;
using WildCam.Storage;

namespace WildCam.Hub.Hosting;

/// <summary>
/// Sends NOTIFY after changes committed. It serialises commits across the whole server, so a hub sends at most five
/// times a second, equal notices once; what does not fit is dropped, since every listener polls as well.
/// </summary>
public sealed partial class NoticeSender(NpgsqlDataSource database, ILogger<NoticeSender> log) : BackgroundService
{
    /// <summary>Pause between two rounds of notices.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Most distinct notices that wait for the next round.</summary>
    public const int WaitingMax = 1000;

    readonly Channel<(string Channel, string Payload)> _waiting =
        Channel.CreateBounded<(string, string)>(new BoundedChannelOptions(WaitingMax)
        {
            FullMode = BoundedChannelFullMode.DropWrite,
            SingleReader = true,
        });

    /// <summary>Sends soon; returns at once.</summary>
    public void Send(string channel, string payload) => _waiting.Writer.TryWrite((channel, payload));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var round = new HashSet<(string Channel, string Payload)>();
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(stoppingToken))
            {
                round.Clear();
                while (round.Count < WaitingMax && _waiting.Reader.TryRead(out var notice))
                {
                    round.Add(notice);
                }

                await SendAsync(round, stoppingToken);
                await Task.Delay(Pause, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    async Task SendAsync(HashSet<(string Channel, string Payload)> round, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = database.CreateCommand(
                "select pg_notify(channel, payload) from unnest($1::text[], $2::text[]) as n (channel, payload)");
            command.Parameters.Add(new() { Value = round.Select(n => n.Channel).ToArray() });
            command.Parameters.Add(new() { Value = round.Select(n => n.Payload).ToArray() });
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (Exception fault) when (DatabaseFault.Is(fault))
        {
            SendingFailed(log, round.Count, fault.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} notices were not sent; listeners poll: {Reason}")]
    static partial void SendingFailed(ILogger logger, int count, string reason);
}
