using Npgsql;
using WildCam.Storage.Captures;

namespace WildCam.Storage.Review;

/// <summary>What somebody sees on one picture of an event in review.</summary>
public sealed record TaskFinding(
    Guid CaptureId, IdentificationSource Source, Category Category, int TaxonId, double? Confidence,
    double? X, double? Y, double? Width, double? Height, int Count, bool IsCurrent, int ModelId, string? Model,
    string? Account);

/// <summary>One picture of an event in review.</summary>
public sealed record TaskPicture(ThumbnailFacts Thumbnail, DateTimeOffset CapturedAt);

/// <summary>A question that somebody asked about an event.</summary>
public sealed record EventQuestion(string Account, string Text, DateTimeOffset AskedAt);

/// <summary>An event as review shows it.</summary>
public sealed record ReviewTask(
    Guid EventId, int Version, int CameraId, int? SiteId, DateTimeOffset StartedAt, DateTimeOffset EndedAt,
    int CaptureCount, Guid? BestCaptureId)
{
    /// <summary>In order of time, at most <see cref="ReviewTasksTable.PicturesMax"/>.</summary>
    public IReadOnlyList<TaskPicture> Pictures { get; init; } = [];

    public IReadOnlyList<TaskFinding> Findings { get; init; } = [];

    public EventQuestion? Question { get; init; }

    /// <summary>Of the account that looks.</summary>
    public bool IsFavourite { get; init; }
}

/// <summary>A decision as a conflict shows it.</summary>
public sealed record FiledDecision(
    long Id, string Account, DateTimeOffset At, bool IsOfEvent, IReadOnlyList<FiledFinding> Findings);

/// <summary>One kind of thing that a decision names.</summary>
public readonly record struct FiledFinding(Category Category, int TaxonId, int Count);

/// <summary>Reads what review shows of an event.</summary>
public sealed class ReviewTasksTable(NpgsqlDataSource database)
{
    /// <summary>Most pictures of one event that review shows, from its first on.</summary>
    public const int PicturesMax = 120;

    /// <summary>Most findings of one event that review reads.</summary>
    public const int FindingsMax = 2000;

    /// <summary>A merged event is given as the one that it went into.</summary>
    public async Task<ReviewTask?> FindAsync(
        int projectId, Guid eventId, int accountId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (await FindEventAsync(connection, projectId, eventId, accountId, cancellationToken) is not { } task)
        {
            return null;
        }

        return task with
        {
            Pictures = await ListPicturesAsync(connection, task, cancellationToken),
            Findings = await ListFindingsAsync(connection, task, cancellationToken),
            Question = await FindQuestionAsync(connection, task.EventId, cancellationToken),
        };
    }

    /// <summary>The newest decision of another person since a version, for a conflict.</summary>
    public async Task<FiledDecision?> FindNewerDecisionAsync(
        Guid eventId, int version, int accountId, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            with said as (
              select i.id, i.created_at, i.capture_id is null as whole, a.name, e.started_at, e.ended_at
              from events e
              join identifications i on i.event_id = e.id
              join accounts a on a.id = i.account_id
              where e.id = $1 and i.event_version > $2 and i.account_id <> $3 and i.source = 2 and i.undoes is null
                and not exists (select from identifications u where u.undoes = i.id)
              order by i.id desc limit 1)
            select distinct s.id, s.name, s.created_at, s.whole, d.category, coalesce(d.taxon_id, 0), d.count
            from said s
            join captures c on c.event_id = $1 and c.captured_at between s.started_at and s.ended_at
            join wildlife_detections d on d.capture_id = c.id and d.captured_at = c.captured_at
              and d.captured_at between s.started_at and s.ended_at and d.identification_id = s.id
            order by d.category, coalesce(d.taxon_id, 0)
            """, eventId, version, accountId);
        FiledDecision? found = null;
        var findings = new List<FiledFinding>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            findings.Add(new FiledFinding((Category)reader.GetInt16(4), reader.GetInt32(5), reader.GetInt16(6)));
            found ??= new FiledDecision(
                reader.GetInt64(0), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetBoolean(3),
                findings);
        }

        return found;
    }

    /// <summary>The account's own decision of a client key, for an undo; null: it never came or was refused.</summary>
    public async Task<long?> FindOwnDecisionAsync(int accountId, Guid clientKey, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "select id from identifications where account_id = $1 and client_key = $2", accountId, clientKey);
        return (long?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>The species that cameras of a site showed most in the last year, for the slots.</summary>
    public async Task<IReadOnlyList<int>> ListCommonestAsync(
        int projectId, int? siteId, int countMax, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select s.taxon_id from daily_detection_summary s
            where s.project_id = $1 and s.taxon_id <> 0 and s.detection_date > current_date - 366
            group by s.taxon_id
            order by coalesce(sum(s.detection_count) filter (where s.camera_id in (
                select camera_id from deployments where site_id = $2)), 0) desc,
              sum(s.detection_count) desc, s.taxon_id
            limit $3
            """, projectId, siteId ?? 0, countMax);
        var taxa = new List<int>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            taxa.Add(reader.GetInt32(0));
        }

        return taxa;
    }

    static async Task<ReviewTask?> FindEventAsync(
        NpgsqlConnection connection, int projectId, Guid eventId, int accountId, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            select h.id, h.version, h.camera_id, h.site_id, h.started_at, h.ended_at, h.capture_count,
              h.best_capture_id, exists (
                select from favourites f join events x on x.id = f.event_id
                where f.account_id = $3 and (x.id = h.id or x.merged_into = h.id))
            from events e join events h on h.id = coalesce(e.merged_into, e.id)
            where e.id = $1 and h.project_id = $2
            """, eventId, projectId, accountId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new ReviewTask(
                reader.GetGuid(0), reader.GetInt32(1), reader.GetInt32(2), reader.Get<int>(3),
                reader.GetFieldValue<DateTimeOffset>(4), reader.GetFieldValue<DateTimeOffset>(5), reader.GetInt32(6),
                reader.Get<Guid>(7))
            { IsFavourite = reader.GetBoolean(8) }
            : null;
    }

    static async Task<List<TaskPicture>> ListPicturesAsync(
        NpgsqlConnection connection, ReviewTask task, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            select id, width, height, lightness, thumbnail_version, thumbnail_widths, integrity, captured_at
            from captures where event_id = $1 and captured_at between $2 and $3
            order by captured_at, id limit $4
            """, task.EventId, task.StartedAt.UtcDateTime, task.EndedAt.UtcDateTime, PicturesMax);
        var pictures = new List<TaskPicture>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            pictures.Add(new TaskPicture(
                GalleryTable.ReadThumbnail(reader, 0), reader.GetFieldValue<DateTimeOffset>(7)));
        }

        return pictures;
    }

    /// <summary>What counts, and what any model said.</summary>
    static async Task<List<TaskFinding>> ListFindingsAsync(
        NpgsqlConnection connection, ReviewTask task, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            select d.capture_id, d.source, d.category, coalesce(d.taxon_id, 0), d.confidence, d.box_x, d.box_y,
              d.box_width, d.box_height, d.count, d.is_current, d.model_id, m.name || ' ' || m.version, a.name
            from captures c
            join wildlife_detections d on d.capture_id = c.id and d.captured_at = c.captured_at
              and d.captured_at between $2 and $3
            left join models m on m.id = d.model_id
            left join identifications i on i.id = d.identification_id
            left join accounts a on a.id = i.account_id
            where c.event_id = $1 and c.captured_at between $2 and $3 and (d.is_current or d.source = 1)
            order by d.captured_at, d.confidence desc nulls last limit $4
            """, task.EventId, task.StartedAt.UtcDateTime, task.EndedAt.UtcDateTime, FindingsMax);
        var findings = new List<TaskFinding>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            findings.Add(new TaskFinding(
                reader.GetGuid(0), (IdentificationSource)reader.GetInt16(1), (Category)reader.GetInt16(2),
                reader.GetInt32(3), reader.Get<float>(4), reader.Get<float>(5), reader.Get<float>(6),
                reader.Get<float>(7), reader.Get<float>(8), reader.GetInt16(9), reader.GetBoolean(10),
                reader.GetInt32(11), reader.Text(12), reader.Text(13)));
        }

        return findings;
    }

    static async Task<EventQuestion?> FindQuestionAsync(
        NpgsqlConnection connection, Guid eventId, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            select a.name, q.text, q.asked_at from event_questions q join accounts a on a.id = q.account_id
            where q.event_id = $1 and q.closed_at is null order by q.id desc limit 1
            """, eventId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new EventQuestion(reader.GetString(0), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2))
            : null;
    }
}
