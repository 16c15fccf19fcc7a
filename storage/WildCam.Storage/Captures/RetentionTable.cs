using Npgsql;
using WildCam.Storage.Events;

namespace WildCam.Storage.Captures;

/// <summary>How many days a project keeps its pictures; null: for ever.</summary>
public sealed record RetentionPolicy(int ProjectId, string ProjectSlug, int? Days, bool KeepsDecided);

/// <summary>A capture over its project's age.</summary>
public readonly record struct OldCapture(Guid Id, DateTimeOffset CapturedAt, int CameraId, bool IsDecided);

/// <summary>Ends the time of captures; their identities stay as tombstones, so that none returns.</summary>
public sealed class RetentionTable(NpgsqlDataSource database)
{
    /// <summary>Most captures looked at, or expired, in one statement or transaction.</summary>
    public const int BatchMax = 500;

    // A person said something of its event, or of it alone, that is not undone.
    const string IsDecided = """
        (e.decided_at is not null or exists (
          select from wildlife_detections d
          where d.capture_id = c.id and d.captured_at = c.captured_at and d.captured_at between $1 and $2
            and d.source = 2 and d.is_current))
        """;

    /// <summary>All projects, by slug.</summary>
    public async Task<IReadOnlyList<RetentionPolicy>> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "select id, slug, retention_days, retention_keeps_decided from projects order by slug");
        var policies = new List<RetentionPolicy>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            policies.Add(new RetentionPolicy(
                reader.GetInt32(0), reader.GetString(1), reader.Get<int>(2), reader.GetBoolean(3)));
        }

        return policies;
    }

    /// <summary>Changes a project's policy; false where there is no such project.</summary>
    public async Task<bool> SetAsync(
        string projectSlug, int? days, bool keepsDecided, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            update projects set retention_days = $2::int, retention_keeps_decided = $3 where slug = $1
            """, projectSlug, days, keepsDecided);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>
    /// The next captures, in the order of time, that were both taken and received before a time: last year's pictures
    /// that arrive today are kept as long as today's.
    /// </summary>
    public async Task<IReadOnlyList<OldCapture>> FindOldAsync(
        int projectId, DateTimeOffset before, (DateTimeOffset At, Guid Id) after, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select c.id, c.captured_at, c.camera_id, {IsDecided}
            from captures c left join events e on e.id = c.event_id
            where c.project_id = $3 and c.captured_at between $1 and $2 and (c.captured_at, c.id) > ($1, $4)
              and c.captured_at < $2 and c.received_at < $2
            order by c.captured_at, c.id limit {BatchMax}
            """, after.At.UtcDateTime, before.UtcDateTime, projectId, after.Id);
        var old = new List<OldCapture>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            old.Add(new OldCapture(
                reader.GetGuid(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetInt32(2), reader.GetBoolean(3)));
        }

        return old;
    }

    /// <summary>
    /// Expires captures of one camera in a transaction of its own. What was erased, moved to another time or, where it
    /// is to be kept, decided on since it was found stays as it is. Gives the paths of the blobs, which the caller
    /// deletes now; should it die, the sweep of orphans does.
    /// </summary>
    public async Task<IReadOnlyList<string>> ExpireAsync(
        int cameraId, IReadOnlyCollection<OldCapture> captures, bool keepsDecided, CancellationToken cancellationToken)
    {
        var from = captures.Min(c => c.CapturedAt).UtcDateTime;
        var until = captures.Max(c => c.CapturedAt).UtcDateTime;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await EventsTable.LockCameraAsync(connection, cameraId, cancellationToken);
        await RunAsync(connection, """
            select from capture_identities where id = any($1) and state = 1 order by id for update
            """, cancellationToken, captures.Select(c => c.Id).ToArray());
        var expired = await ReadAsync(connection, cameraId, captures, keepsDecided, cancellationToken);
        if (expired.Count == 0)
        {
            return [];
        }

        var ids = expired.Select(c => c.Id).ToArray();
        await RunAsync(connection, """
            with gone as (
              delete from wildlife_detections where capture_id = any($1) and captured_at between $2 and $3
              returning camera_id, local_date)
            insert into summary_dirty (camera_id, detection_date) select distinct camera_id, local_date from gone
            """, cancellationToken, ids, from, until);
        await RunAsync(
            connection, "delete from captures where id = any($1) and captured_at between $2 and $3",
            cancellationToken, ids, from, until);
        await RunAsync(
            connection, "update capture_identities set state = 3 where id = any($1)", cancellationToken, ids);
        await ShrinkEventsAsync(
            connection, [.. expired.Select(c => c.EventId).OfType<Guid>().Distinct()], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return [.. expired.Select(c => c.BlobPath)];
    }

    static async Task<List<(Guid Id, Guid? EventId, string BlobPath)>> ReadAsync(
        NpgsqlConnection connection, int cameraId, IReadOnlyCollection<OldCapture> captures, bool keepsDecided,
        CancellationToken cancellationToken)
    {
        await using var command = connection.Command($"""
            select c.id, c.event_id, c.blob_path
            from capture_identities i
            join captures c on c.id = i.id and c.captured_at = i.captured_at
            left join events e on e.id = c.event_id
            where i.id = any($3) and i.camera_id = $4 and i.state = 1 and c.captured_at between $1 and $2
              and not ($5 and {IsDecided})
            """,
            captures.Min(c => c.CapturedAt).UtcDateTime, captures.Max(c => c.CapturedAt).UtcDateTime,
            captures.Select(c => c.Id).ToArray(), cameraId, keepsDecided);
        var expired = new List<(Guid, Guid?, string)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            expired.Add((reader.GetGuid(0), reader.Get<Guid>(1), reader.GetString(2)));
        }

        return expired;
    }

    /// <summary>Events that lost captures: those without any go, with what was merged into them.</summary>
    static async Task ShrinkEventsAsync(
        NpgsqlConnection connection, Guid[] eventIds, CancellationToken cancellationToken)
    {
        if (eventIds.Length == 0)
        {
            return;
        }

        var spans = new List<(DateTime StartedAt, DateTime EndedAt)>();
        await using (var command = connection.Command(
            "select started_at, ended_at from events where id = any($1) order by id for update", eventIds))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                spans.Add((reader.GetDateTime(0), reader.GetDateTime(1)));
            }
        }

        var from = spans.Min(s => s.StartedAt);
        var until = spans.Max(s => s.EndedAt);
        await RunAsync(connection, """
            update events set started_at = s.started_at, ended_at = s.ended_at, capture_count = s.captures,
              version = version + 1
            from (
              select event_id, min(captured_at) as started_at, max(captured_at) as ended_at, count(*)::int as captures
              from captures where event_id = any($1) and captured_at between $2 and $3
              group by event_id) s
            where events.id = s.event_id
            """, cancellationToken, eventIds, from, until);
        var emptied = new List<Guid>();
        await using (var command = connection.Command("""
            select e.id from events e where e.id = any($1) and not exists (
              select from captures c where c.event_id = e.id and c.captured_at between $2 and $3)
            """, eventIds, from, until))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                emptied.Add(reader.GetGuid(0));
            }
        }

        await RunAsync(
            connection, "delete from event_findings where event_id = any($1)", cancellationToken, emptied.ToArray());
        await RunAsync(
            connection, "delete from events where merged_into = any($1)", cancellationToken, emptied.ToArray());
        await RunAsync(connection, "delete from events where id = any($1)", cancellationToken, emptied.ToArray());
        await RunAsync(connection, """
            select refresh_event_findings(id) from (select id from unnest($1::uuid[]) as e (id) order by id) e
            """, cancellationToken, eventIds.Except(emptied).ToArray());
    }

    static async Task RunAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = connection.Command(sql, values);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
