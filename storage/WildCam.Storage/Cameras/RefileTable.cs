using System.Globalization;
using Npgsql;
using WildCam.Storage.Clocks;
using WildCam.Storage.Events;
using WildCam.Storage.Jobs;

namespace WildCam.Storage.Cameras;

/// <summary>
/// Files pictures where their camera stood when it took them, after somebody told late that it moved: with their
/// detections, the days of the summary and their events. A transaction moves whole events, some hundred captures.
/// </summary>
public sealed class RefileTable(NpgsqlDataSource database)
{
    const string MisfiledSql = """
        from captures c
        left join deployments d on d.camera_id = c.camera_id and d.from_at <= c.captured_at
          and (d.until_at is null or d.until_at > c.captured_at)
        where c.camera_id = $1 and c.captured_at >= $2 and c.deployment_id is distinct from d.id
        """;

    readonly JobsTable _jobs = new(database);

    /// <summary>Pictures since a time that are filed where the camera did not stand.</summary>
    internal static async Task<int> CountAsync(
        NpgsqlConnection connection, int cameraId, DateTimeOffset from, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            $"select count(*)::int {MisfiledSql}", cameraId, from.ToUniversalTime());
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    internal async Task EnqueueAsync(
        NpgsqlConnection connection, int cameraId, DateTimeOffset from, CancellationToken cancellationToken)
    {
        await _jobs.EnqueueAsync(
            connection, [new NewJob(JobKinds.Refile, Subject(cameraId, from), null, JobPriorities.Fresh)],
            cancellationToken);
        await using var command = connection.Command("select pg_notify($1, $2)", Channels.Jobs, JobKinds.Refile);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Subject of the job for a camera's pictures since a time, to the second before it.</summary>
    public static string Subject(int cameraId, DateTimeOffset from) => string.Create(
        CultureInfo.InvariantCulture, $"{cameraId}:{from.ToUnixTimeSeconds()}");

    public static bool TryReadSubject(string subject, out int cameraId, out DateTimeOffset from)
    {
        (cameraId, from) = (0, default);
        if (subject.Split(':') is not [var camera, var seconds]
            || !int.TryParse(camera, NumberStyles.None, CultureInfo.InvariantCulture, out cameraId)
            || !long.TryParse(seconds, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var unix)
            || unix < DateTimeOffset.MinValue.ToUnixTimeSeconds() || unix > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
        {
            return false;
        }

        from = DateTimeOffset.FromUnixTimeSeconds(unix);
        return true;
    }

    /// <summary>Files the next pictures; how many, and of which project. None at the end.</summary>
    public async Task<(int Count, int? ProjectId)> RefileNextAsync(
        int cameraId, DateTimeOffset from, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await EventsTable.LockCameraAsync(connection, cameraId, cancellationToken);
        var planned = await PlanAsync(connection, cameraId, from, cancellationToken);
        if (planned.Count == 0)
        {
            return (0, null);
        }

        var ids = planned.Select(p => p.Id).ToArray();
        var times = planned.Select(p => p.Before.UtcDateTime).ToArray();
        await using (var identities = connection.Command("""
            select from capture_identities where id = any($1) and state = 1 order by id for update
            """, ids))
        {
            await identities.ExecuteNonQueryAsync(cancellationToken);
        }

        await ClockMovesTable.MarkDaysAsync(connection, ids, times, cancellationToken);
        var (moved, projectId) = await MoveAsync(connection, cameraId, ids, times, cancellationToken);
        await ClockMovesTable.MoveDetectionsAsync(connection, moved, times, times, ids, cancellationToken);
        await ClockMovesTable.MarkDaysAsync(connection, ids, times, cancellationToken);
        await ClockMovesTable.SettleEventsAsync(connection, cameraId, planned, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (moved.Length, projectId);
    }

    static async Task<List<MovedCapture>> PlanAsync(
        NpgsqlConnection connection, int cameraId, DateTimeOffset from, CancellationToken cancellationToken)
    {
        await using var command = connection.Command($"""
            select c.id, c.captured_at, c.event_id {MisfiledSql}
            order by min(c.captured_at) over (partition by c.event_id), c.event_id, c.captured_at limit $3
            """, cameraId, from.ToUniversalTime(), 2 * ClockMovesTable.CapturesMax);
        var rows = new List<MovedCapture>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var at = reader.GetFieldValue<DateTimeOffset>(1);
            rows.Add(new MovedCapture(reader.GetGuid(0), at, at, reader.Get<Guid>(2)));
        }

        return ClockMovesTable.Choose(rows);
    }

    static async Task<(Guid[] Moved, int? ProjectId)> MoveAsync(
        NpgsqlConnection connection, int cameraId, Guid[] ids, DateTime[] times, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            update captures c set deployment_id = d.id, site_id = d.site_id
            from unnest($1::uuid[], $2::timestamptz[]) as n (id, at)
            left join deployments d on d.camera_id = $3 and d.from_at <= n.at
              and (d.until_at is null or d.until_at > n.at)
            where c.id = n.id and c.captured_at = n.at and c.captured_at between $4 and $5
            returning c.id, c.project_id
            """, ids, times, cameraId, times.Min(), times.Max());
        var moved = new List<Guid>();
        int? projectId = null;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            moved.Add(reader.GetGuid(0));
            projectId = reader.GetInt32(1);
        }

        return ([.. moved], projectId);
    }
}
