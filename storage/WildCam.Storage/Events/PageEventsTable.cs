using Npgsql;
using NpgsqlTypes;

namespace WildCam.Storage.Events;

/// <summary>Kinds of what pages are told live; page_events.kind.</summary>
public static class PageEventKinds
{
    /// <summary>Captures joined an event; the subject is the event's id.</summary>
    public const string Arrival = "arrival";

    /// <summary>Somebody decided; the subject is the id of the event, or of the capture where it has none.</summary>
    public const string Decision = "decision";

    /// <summary>A camera changed; the subject is its code.</summary>
    public const string Camera = "camera";

    /// <summary>Pictures have their thumbnails or findings now; the subject is the id of one of them.</summary>
    public const string Processed = "processed";
}

/// <summary>What pages are told live.</summary>
public sealed record PageEvent(int ProjectId, string Kind, string Subject, DateTimeOffset? CapturedAt);

/// <summary>A page event with its place in the order.</summary>
public sealed record NumberedPageEvent(
    long Sequence, int ProjectId, string Kind, string Subject, DateTimeOffset? CapturedAt);

/// <summary>
/// The stream of live changes. Rows are written after the change committed, under a lock held until their own commit:
/// so a higher sequence is never visible before a lower one, and a reader that keeps the last it saw misses nothing.
/// </summary>
public sealed class PageEventsTable(NpgsqlDataSource database)
{
    const long WriterLock = 0x57696c6443616d02; // "WildCam" and 2

    /// <summary>Most page events that one read gives.</summary>
    public const int ReadMax = 500;

    /// <summary>Appends in a transaction of its own; call after the change committed.</summary>
    public async Task AppendAsync(IReadOnlyList<PageEvent> events, CancellationToken cancellationToken)
    {
        if (events.Count == 0)
        {
            return;
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var wait = connection.Command("select pg_advisory_xact_lock($1)", WriterLock))
        {
            await wait.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var insert = connection.Command("""
            insert into page_events (project_id, kind, subject, captured_at)
            select project_id, kind, subject, captured_at
            from unnest($1::int[], $2::text[], $3::text[], $4::timestamptz[])
              as e (project_id, kind, subject, captured_at)
            """,
            events.Select(e => e.ProjectId).ToArray(), events.Select(e => e.Kind).ToArray(),
            events.Select(e => e.Subject).ToArray());
        insert.Parameters.Add(new()
        {
            Value = events.Select(e => e.CapturedAt?.UtcDateTime).ToArray(),
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
        });
        await insert.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>The newest that is visible; zero before the first.</summary>
    public async Task<long> ReadLastSequenceAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select coalesce(max(sequence), 0) from page_events");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>What happened in all projects since a sequence, in order, at most <see cref="ReadMax"/>.</summary>
    public async Task<IReadOnlyList<NumberedPageEvent>> ReadAfterAsync(
        long sequence, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select sequence, project_id, kind, subject, captured_at from page_events
            where sequence > $1 order by sequence limit $2
            """, sequence, ReadMax);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>What a project's pages missed since a sequence, in order, at most <see cref="ReadMax"/>.</summary>
    public async Task<IReadOnlyList<NumberedPageEvent>> ReadAfterAsync(
        int projectId, long sequence, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select sequence, project_id, kind, subject, captured_at from page_events
            where project_id = $1 and sequence > $2 order by sequence limit $3
            """, projectId, sequence, ReadMax);
        return await ReadAsync(command, cancellationToken);
    }

    static async Task<List<NumberedPageEvent>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var events = new List<NumberedPageEvent>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            events.Add(new NumberedPageEvent(
                reader.GetInt64(0), reader.GetInt32(1), reader.GetString(2), reader.GetString(3),
                reader.Get<DateTimeOffset>(4)));
        }

        return events;
    }
}
