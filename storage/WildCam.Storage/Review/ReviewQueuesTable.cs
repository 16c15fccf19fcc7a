using Npgsql;
using NpgsqlTypes;

namespace WildCam.Storage.Review;

/// <summary>What waits for a person: counts, the next events of a queue, and who is at which.</summary>
public sealed class ReviewQueuesTable(NpgsqlDataSource database)
{
    /// <summary>Most open events that one look goes through, from the newest on.</summary>
    public const int ScanMax = 20_000;

    /// <summary>Where counts stop.</summary>
    public const int CountMax = 10_000;

    /// <summary>Most events that one person holds at once.</summary>
    public const int HeldMax = 20;

    /// <summary>Seen on so few days of a year at its camera, a species is rare there.</summary>
    public const int RareDaysMax = 3;

    /// <summary>So long a site is new.</summary>
    public const int NewSiteDays = 14;

    /// <summary>How long an event stays with whom it was shown to; a page that is at work renews it.</summary>
    public static readonly TimeSpan Reservation = TimeSpan.FromMinutes(2);

    // Of $1, the project: its common species by camera, and its sites until when they are new.
    const string Facts = """
        common as materialized (
          select camera_id, taxon_id from daily_detection_summary
          where project_id = $1 and taxon_id <> 0 and detection_date > current_date - 366
          group by 1, 2 having count(distinct detection_date) > $2),
        young as materialized (
          select site_id, min(from_at) + make_interval(days => $3) as until from deployments
          where project_id = $1 group by 1),
        threshold as (select summary_confidence_min as least from projects where id = $1)
        """;

    const string IsLow = """
        exists (
          select from event_findings f where f.event_id = e.id and f.source = 1 and f.category in (1, 2, 3)
            and f.confidence < (select least from threshold))
        """;

    const string IsRare = """
        exists (
          select from event_findings f where f.event_id = e.id and f.source <> 2 and f.taxon_id <> 0
            and not exists (
              select from common c where c.camera_id = e.camera_id and c.taxon_id = f.taxon_id))
        """;

    const string IsYoung = "e.started_at < (select y.until from young y where y.site_id = e.site_id)";

    const string IsAsked = """
        exists (select from event_questions q where q.event_id = e.id and q.closed_at is null)
        """;

    /// <summary>All queues of a project in one look, for the page of review.</summary>
    public async Task<ReviewCounts> CountAsync(int projectId, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            with {Facts},
            seen as materialized (
              select e.id, e.camera_id, e.site_id, e.started_at, e.models_disagree, {IsAsked} as asked from events e
              where e.project_id = $1 and e.is_open and e.merged_into is null
              order by e.started_at desc, e.id desc limit {ScanMax}),
            marked as (
              select e.site_id, e.models_disagree, {IsLow} as low, {IsRare} as rare, {IsYoung} as young
              from seen e where not e.asked)
            select site_id, count(*)::int, (count(*) filter (where low))::int,
              (count(*) filter (where models_disagree))::int, (count(*) filter (where rare))::int,
              (count(*) filter (where young))::int
            from marked group by site_id
            union all
            select -1, 0, 0, 0, 0,
              (select count(*)::int from event_questions where project_id = $1 and closed_at is null)
            """, projectId, RareDaysMax, NewSiteDays);
        var bySite = new Dictionary<int, int>();
        var counts = Enum.GetValues<ReviewQueue>().ToDictionary(q => q, _ => 0);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.Get<int>(0) is -1)
            {
                counts[ReviewQueue.Questions] = reader.GetInt32(5);
                continue;
            }

            bySite[reader.Get<int>(0) ?? 0] = reader.GetInt32(1);
            counts[ReviewQueue.Unreviewed] += reader.GetInt32(1);
            counts[ReviewQueue.LowConfidence] += reader.GetInt32(2);
            counts[ReviewQueue.Disagree] += reader.GetInt32(3);
            counts[ReviewQueue.Rare] += reader.GetInt32(4);
            counts[ReviewQueue.NewSite] += reader.GetInt32(5);
        }

        return new ReviewCounts(counts, bySite);
    }

    /// <summary>
    /// The next events of a queue, newest first, reserved for the account. What somebody else has is left out, and so
    /// is what the caller says it holds or has decided.
    /// </summary>
    public async Task<IReadOnlyList<ReviewEntry>> ReserveNextAsync(
        int projectId, ReviewQueue queue, int? siteId, int accountId, ReviewEntry? after, Guid[] without, int countMax,
        CancellationToken cancellationToken)
    {
        var filter = queue switch
        {
            ReviewQueue.LowConfidence => IsLow,
            ReviewQueue.Disagree => "e.models_disagree",
            ReviewQueue.Rare => IsRare,
            ReviewQueue.NewSite => IsYoung,
            _ => "true",
        };
        // A question stays open when its asker decided; the others are about what nobody decided.
        var open = queue is ReviewQueue.Questions ? IsAsked : $"e.is_open and not {IsAsked}";
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // One after the other: who asks in the same moment sees what the one before was given.
        await using (var wait = connection.Command(
            "select pg_advisory_xact_lock(hashtext('review'), $1)", projectId))
        {
            await wait.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var command = connection.Command($"""
            with {Facts},
            waiting as (
              select e.id, e.camera_id, e.site_id, e.started_at, e.models_disagree from events e
              where e.project_id = $1 and e.merged_into is null and {open}
                and ($4::int is null or e.site_id = $4)
                and ($5::timestamptz is null or (e.started_at, e.id) < ($5, $6))
                and e.id <> all($7)
              order by e.started_at desc, e.id desc limit {ScanMax}),
            found as (
              select e.id, e.started_at from waiting e
              where not exists (
                  select from review_reservations r
                  where r.event_id = e.id and r.account_id <> $8 and r.reserved_until > now())
                and {filter}
              order by e.started_at desc, e.id desc limit $9),
            taken as (
              insert into review_reservations as held (event_id, project_id, account_id, reserved_until)
              select id, $1, $8, now() + $10 from found order by id
              on conflict (event_id) do update
                set account_id = excluded.account_id, reserved_until = excluded.reserved_until
                where held.account_id = excluded.account_id or held.reserved_until <= now()
              returning event_id)
            select f.id, f.started_at from found f join taken t on t.event_id = f.id
            order by f.started_at desc, f.id desc
            """, projectId, RareDaysMax, NewSiteDays);
        command.Parameters.Add(Nullable(siteId, NpgsqlDbType.Integer));
        command.Parameters.Add(Nullable(after?.StartedAt, NpgsqlDbType.TimestampTz));
        command.Parameters.Add(Nullable(after?.EventId, NpgsqlDbType.Uuid));
        command.Parameters.Add(new() { Value = without });
        command.Parameters.Add(new() { Value = accountId });
        command.Parameters.Add(new() { Value = countMax });
        command.Parameters.Add(new() { Value = Reservation });
        var taken = new List<ReviewEntry>();
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                taken.Add(new ReviewEntry(reader.GetGuid(0), reader.GetFieldValue<DateTimeOffset>(1)));
            }
        }

        await transaction.CommitAsync(cancellationToken);
        return taken;
    }

    /// <summary>Keeps events with whom they are shown to for another while; the rest of theirs is let go.</summary>
    public async Task HoldAsync(
        int projectId, int accountId, Guid[] eventIds, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            with gone as (
              delete from review_reservations
              where project_id = $1 and account_id = $2 and event_id <> all($3)
                or reserved_until < now() - interval '1 day')
            update review_reservations set reserved_until = now() + $4
            where project_id = $1 and account_id = $2 and event_id = any($3)
            """, projectId, accountId, eventIds, Reservation);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Who else reviews now, and where; at most ten.</summary>
    public async Task<IReadOnlyList<OtherReviewer>> ListOthersAsync(
        int projectId, int accountId, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select distinct on (a.name, a.id) a.name, e.camera_id, e.site_id
            from review_reservations r
            join accounts a on a.id = r.account_id
            join events e on e.id = r.event_id
            where r.project_id = $1 and r.account_id <> $2 and r.reserved_until > now()
            order by a.name, a.id, e.started_at desc limit 10
            """, projectId, accountId);
        var others = new List<OtherReviewer>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            others.Add(new OtherReviewer(reader.GetString(0), reader.GetInt32(1), reader.Get<int>(2)));
        }

        return others;
    }

    /// <summary>Events that an account decided on since a time and did not undo.</summary>
    public async Task<int> CountDoneAsync(
        int projectId, int accountId, DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select count(distinct i.event_id)::int from identifications i
            where i.project_id = $1 and i.account_id = $2 and i.created_at >= $3 and i.undoes is null
              and not exists (select from identifications u where u.undoes = i.id)
            """, projectId, accountId, since.UtcDateTime);
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    static NpgsqlParameter Nullable(object? value, NpgsqlDbType type) =>
        new() { Value = value is DateTimeOffset at ? at.UtcDateTime : value ?? DBNull.Value, NpgsqlDbType = type };
}
