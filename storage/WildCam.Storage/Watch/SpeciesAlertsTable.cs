using Npgsql;

namespace WildCam.Storage.Watch;

/// <summary>An event that meets a rule and was not told under it before.</summary>
/// <param name="LastToldAt">When the rule was last told of that place.</param>
public sealed record SpeciesMatch(
    int RuleId, string RuleName, int ProjectId, Guid EventId, int? SiteId, string? SiteName, string? SiteZone,
    int? TaxonId, Category Category, int Count, short Source, double? Confidence, Guid CaptureId, DateTimeOffset SeenAt,
    int CooldownMinutes, bool IsMuted, DateTimeOffset? LastToldAt)
{
    /// <summary>Scientific name, and the common one in the project's language.</summary>
    public string? ScientificName { get; init; }

    public string? CommonName { get; init; }

    public required string ProjectSlug { get; init; }

    public required string ProjectName { get; init; }

    public required string ProjectZone { get; init; }
}

/// <summary>A found event as its page shows it.</summary>
public sealed record SpeciesAlertRow(
    long Id, string RuleName, bool IsShared, string? SiteName, string? SiteZone, int? TaxonId, Category Category,
    int Count, short Source, double? Confidence, Guid CaptureId, DateTimeOffset SeenAt, DateTimeOffset RaisedAt,
    bool IsTold, bool StillFound);

/// <summary>Events that met rules: one row an event and rule.</summary>
public sealed class SpeciesAlertsTable(NpgsqlDataSource database)
{
    public const int ListMax = 100;

    /// <summary>An event is judged once its findings did not change for so long ...</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromSeconds(15);

    /// <summary>... or so long after the first change, while a visit goes on.</summary>
    public static readonly TimeSpan RestMax = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Claims events that rest and gives what of them meets a rule, oldest first; to be called in the transaction that
    /// notes the outcome. Null where another hub is at it. A merged event is its winner: what was told of either is
    /// told.
    /// </summary>
    public static async Task<IReadOnlyList<SpeciesMatch>?> ClaimMatchesAsync(
        NpgsqlConnection connection, DateTimeOffset now, int eventsMax, CancellationToken cancellationToken)
    {
        await using (var turn = connection.Command("select pg_try_advisory_xact_lock(hashtext('species-alerts'))"))
        {
            if (!(bool)(await turn.ExecuteScalarAsync(cancellationToken))!)
            {
                return null;
            }
        }

        var events = await ClaimRestedAsync(connection, now, eventsMax, cancellationToken);
        return events.Length == 0 ? [] : await MatchAsync(connection, events, now, cancellationToken);
    }

    /// <summary>Notes a match; its id, or null where it was noted before.</summary>
    public static async Task<long?> NoteAsync(
        NpgsqlConnection connection, SpeciesMatch match, bool isTold, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            insert into species_alerts (rule_id, project_id, event_id, site_id, taxon_id, category, count, source,
              confidence, capture_id, seen_at, raised_at, is_told)
            values ($1, $2, $3, $4::int, $5::int, $6, $7, $8, $9::real, $10, $11, $12, $13)
            on conflict (rule_id, event_id) do nothing returning id
            """, match.RuleId, match.ProjectId, match.EventId, match.SiteId, match.TaxonId, (short)match.Category,
            match.Count, match.Source, (float?)match.Confidence, match.CaptureId, match.SeenAt.ToUniversalTime(),
            now.ToUniversalTime(), isTold);
        return (long?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>What was found under the rules that concern an account, newest first.</summary>
    public async Task<IReadOnlyList<SpeciesAlertRow>> ListAsync(
        int projectId, int accountId, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select a.id, r.name, r.is_shared, s.name, s.time_zone, a.taxon_id, a.category, a.count, a.source,
              a.confidence, a.capture_id, a.seen_at, a.raised_at, a.is_told, exists (
                select from events e join event_findings f on f.event_id = coalesce(e.merged_into, e.id)
                where e.id = a.event_id and f.category = a.category and f.taxon_id = coalesce(a.taxon_id, 0))
            from species_alerts a
            join species_alert_rules r on r.id = a.rule_id
            left join sites s on s.id = a.site_id
            where a.project_id = $1 and (r.is_shared or r.account_id = $2)
            order by a.id desc limit {ListMax}
            """, projectId, accountId);
        var alerts = new List<SpeciesAlertRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            alerts.Add(new SpeciesAlertRow(
                reader.GetInt64(0), reader.GetString(1), reader.GetBoolean(2), reader.Text(3), reader.Text(4),
                reader.Get<int>(5), (Category)reader.GetInt16(6), reader.GetInt32(7), reader.GetInt16(8),
                reader.Get<float>(9), reader.GetGuid(10), reader.GetFieldValue<DateTimeOffset>(11),
                reader.GetFieldValue<DateTimeOffset>(12), reader.GetBoolean(13), reader.GetBoolean(14)));
        }

        return alerts;
    }

    static async Task<Guid[]> ClaimRestedAsync(
        NpgsqlConnection connection, DateTimeOffset now, int eventsMax, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            with rested as (
              select event_id, array_agg(id) as ids from species_alert_marks group by event_id
              having max(made_at) <= $1 - $2::interval or min(made_at) <= $1 - $3::interval
              order by min(id) limit $4),
            gone as (delete from species_alert_marks m using rested r where m.id = any (r.ids))
            select event_id from rested
            """, now.ToUniversalTime(), Rest, RestMax, eventsMax);
        var events = new List<Guid>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            events.Add(reader.GetGuid(0));
        }

        return [.. events];
    }

    static async Task<IReadOnlyList<SpeciesMatch>> MatchAsync(
        NpgsqlConnection connection, Guid[] events, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            with found as (
              select f.*, e.started_at as began_at, coalesce(s.time_zone, p.time_zone) as zone, s.name as site_name,
                s.time_zone as site_zone, p.slug, p.name as project_name, p.time_zone as project_zone, p.language,
                p.summary_confidence_min,
                extract(hour from e.started_at at time zone coalesce(s.time_zone, p.time_zone))::int * 60
                  + extract(minute from e.started_at at time zone coalesce(s.time_zone, p.time_zone))::int as minute
              from events e
              join event_findings f on f.event_id = e.id
              join projects p on p.id = e.project_id
              left join sites s on s.id = e.site_id
              where e.id = any ($1) and e.merged_into is null)
            select distinct on (began_at, f.event_id, r.id) r.id, r.name, f.project_id, f.event_id, f.site_id,
              f.site_name, f.site_zone, nullif(f.taxon_id, 0), f.category, f.count, f.source, f.confidence,
              f.best_capture_id, f.began_at, r.cooldown_minutes, coalesce(r.muted_until > $2, false),
              (select max(t.raised_at) from species_alerts t
               where t.rule_id = r.id and t.is_told and t.site_id is not distinct from f.site_id),
              x.scientific_name,
              (select n.name from taxon_names n where n.taxon_id = f.taxon_id and n.language = f.language
               order by n.is_main desc, n.name limit 1),
              f.slug, f.project_name, f.project_zone
            from found f
            join species_alert_rules r on r.project_id = f.project_id and r.is_on and r.category = f.category
            left join species_merges m on m.project_id = r.project_id and m.from_taxon = r.taxon_id
              and m.undone_at is null
            left join taxa x on x.id = f.taxon_id
            where (r.taxon_id is null or f.taxon_id = coalesce(m.into_taxon, r.taxon_id))
              and (r.site_id is null or r.site_id = f.site_id)
              and f.count >= r.group_min
              and (f.source <> 1 or f.confidence >= greatest(r.score_min, f.summary_confidence_min))
              and f.began_at > $2 - make_interval(days => r.late_days)
              and (r.from_minute is null
                or case when r.from_minute < r.until_minute then f.minute >= r.from_minute and f.minute < r.until_minute
                  else f.minute >= r.from_minute or f.minute < r.until_minute end)
              and (r.rare_days is null or not exists (
                select from event_findings o
                where o.project_id = f.project_id and o.site_id is not distinct from f.site_id
                  and o.category = f.category and o.taxon_id = f.taxon_id and o.event_id <> f.event_id
                  and o.started_at < f.began_at and o.started_at >= f.began_at - make_interval(days => r.rare_days)
                  and (o.source <> 1 or o.confidence >= f.summary_confidence_min)))
              and not exists (
                select from species_alerts t join events o on o.id = t.event_id
                where t.rule_id = r.id and (o.id = f.event_id or o.merged_into = f.event_id))
            order by began_at, f.event_id, r.id, f.count desc, f.confidence desc nulls first
            """, events, now.ToUniversalTime());
        var matches = new List<SpeciesMatch>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            matches.Add(new SpeciesMatch(
                reader.GetInt32(0), reader.GetString(1), reader.GetInt32(2), reader.GetGuid(3), reader.Get<int>(4),
                reader.Text(5), reader.Text(6), reader.Get<int>(7), (Category)reader.GetInt16(8), reader.GetInt32(9),
                reader.GetInt16(10), reader.Get<float>(11), reader.GetGuid(12),
                reader.GetFieldValue<DateTimeOffset>(13), reader.GetInt32(14), reader.GetBoolean(15),
                reader.Get<DateTimeOffset>(16))
            {
                ScientificName = reader.Text(17),
                CommonName = reader.Text(18),
                ProjectSlug = reader.GetString(19),
                ProjectName = reader.GetString(20),
                ProjectZone = reader.GetString(21),
            });
        }

        return matches;
    }
}
