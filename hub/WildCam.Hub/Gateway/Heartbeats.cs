using System.Threading.Channels;
using Npgsql;
using WildCam.Hub.Hosting;
using WildCam.Mqtt;
using WildCam.Storage;
using WildCam.Storage.Captures;
using WildCam.Storage.Gateway;
using WildCam.Wire;

namespace WildCam.Hub.Gateway;

/// <summary>
/// "heartbeat": telemetry, written many at a time and acknowledged after the commit. An older or repeated one has no
/// effect and is counted.
/// </summary>
sealed partial class Heartbeats(
    [FromKeyedServices(HostingSlice.Direct)] NpgsqlDataSource database, GatewayMetrics metrics, TimeProvider time,
    ILogger<Heartbeats> log)
    : BackgroundService, ICameraWord
{
    const int WaitingMax = 8192;
    const int RowsPerCommitMax = 1024;
    const int AttemptsMax = 5;

    /// <summary>More no card holds; what claims it is cut to this, so that sums of it fit.</summary>
    const ulong SpoolBytesMax = 1UL << 50;

    static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    readonly TelemetryTable _table = new(database);
    readonly MonthPartitions _months = new(database, "telemetry");
    readonly Channel<(CameraLink Link, ushort PacketId, TelemetryRow Row)> _waiting =
        Channel.CreateBounded<(CameraLink, ushort, TelemetryRow)>(
            new BoundedChannelOptions(WaitingMax) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });

    public string Word => Topics.Heartbeat;

    public MqttVerdict Receive(CameraLink link, in MqttPublication publication)
    {
        var count = publication.CopyToScratch();
        if (count < 0 || !Heartbeat.TryRead(CameraMessage.Scratch, 0, count, out var heartbeat))
        {
            metrics.Message("unreadable");
            return MqttVerdict.Acknowledge;
        }

        if (!_waiting.Writer.TryWrite((link, publication.PacketId, RowOf(link, heartbeat, time.GetUtcNow()))))
        {
            // Not acknowledged, so the camera keeps it or lets it go; the next one says the same and more.
            metrics.Heartbeats("overflow", 1);
            return MqttVerdict.Close;
        }

        return publication.Qos == MqttQos.AtLeastOnce ? MqttVerdict.AcknowledgeLater : MqttVerdict.Acknowledge;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<(CameraLink Link, ushort PacketId, TelemetryRow Row)>(RowsPerCommitMax);
        while (await _waiting.Reader.WaitToReadAsync(stoppingToken))
        {
            batch.Clear();
            while (batch.Count < RowsPerCommitMax && _waiting.Reader.TryRead(out var next))
            {
                batch.Add(next);
            }

            await WriteAsync(batch.ConvertAll(b => b.Row), stoppingToken);
            foreach (var (link, packetId, _) in batch)
            {
                if (packetId != 0)
                {
                    link.Acknowledge(packetId);
                }
            }
        }
    }

    async Task WriteAsync(List<TelemetryRow> rows, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await _months.EnsureAsync(rows.Select(r => r.ReceivedAt), cancellationToken);
                var stored = await _table.InsertNewerAsync(rows, cancellationToken);
                metrics.Heartbeats("stored", stored);
                metrics.Heartbeats("stale", rows.Count - stored);
                return;
            }
            catch (Exception fault) when (DatabaseFault.Is(fault))
            {
                _months.Forget();
                WriteFailed(log, rows.Count, attempt, fault.Message);
                if (attempt == AttemptsMax)
                {
                    // Telemetry yields to the pictures: the next heartbeat says the same and more.
                    metrics.Heartbeats("dropped", rows.Count);
                    return;
                }

                await Task.Delay(RetryPause, time, cancellationToken);
            }
        }
    }

    static TelemetryRow RowOf(CameraLink link, Heartbeat beat, DateTimeOffset now) => new(
        link.Camera.Id,
        now,
        beat.Boot,
        beat.Sequence,
        beat.BatteryMillivolts == 0 ? null : beat.BatteryMillivolts,
        beat.BatteryPercent is Protocol.NoPercent or > 100 ? null : beat.BatteryPercent,
        beat.Temperature == Protocol.NoTemperature ? null : beat.Temperature,
        beat.SignalDbm == 0 ? null : beat.SignalDbm,
        beat.SpoolCount,
        (long)Math.Min(beat.SpoolBytes, SpoolBytesMax),
        (long)Math.Min(beat.SpoolCapacityBytes, SpoolBytesMax),
        beat.DeadCount,
        beat.DroppedCount,
        beat.FreeMemoryBytes,
        beat.ResetCause,
        link.Clock is { } clock && clock.Epoch == beat.ClockEpoch
            ? (long)(clock.ZeroAt.AddSeconds(beat.ClockSeconds) - now).TotalMilliseconds
            : null,
        beat.NextContactSeconds == 0 ? null : now.AddSeconds(beat.NextContactSeconds));

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Writing {Rows} heartbeats failed (attempt {Attempt}): {Reason}")]
    static partial void WriteFailed(ILogger logger, int rows, int attempt, string reason);
}
