using Npgsql;

namespace WildCam.Storage.Review;

/// <summary>How far review is at one place; null: events without a site.</summary>
public sealed record SiteProgress(int? SiteId, int Events, int Reviewed);

/// <summary>A kind of thing: a category, and a species where there is one.</summary>
public readonly record struct SeenClass(Category Category, int TaxonId);

/// <summary>Of the events on which several people decided: how many have a class, and from all.</summary>
public readonly record struct ClassAgreement(SeenClass Class, int Events, int Agreed);

/// <summary>Events that people call one thing and a model another; a null class: the model said nothing.</summary>
public readonly record struct ConfusionCell(SeenClass Person, SeenClass? Model, int Events);

/// <summary>A model that has findings in the project.</summary>
public sealed record ModelEntry(int Id, string Name, bool IsActive);

/// <summary>How far review is, and how far people and models agree; for the page of verification.</summary>
public sealed class VerificationTable(NpgsqlDataSource database)
{
    /// <summary>Most events that agreement and confusion look at, the newest of the span.</summary>
    public const int EventsMax = 5000;

    /// <summary>Longest span of a page.</summary>
    public const int SpanDaysMax = 366;

    public async Task<IReadOnlyList<SiteProgress>> CountBySiteAsync(
        int projectId, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select site_id, count(*)::int, (count(*) filter (where not is_open))::int
            from events
            where project_id = $1 and merged_into is null and started_at >= $2 and started_at < $3 and capture_count > 0
            group by site_id order by count(*) desc
            """, projectId, from.UtcDateTime, until.UtcDateTime);
        var sites = new List<SiteProgress>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            sites.Add(new SiteProgress(reader.Get<int>(0), reader.GetInt32(1), reader.GetInt32(2)));
        }

        return sites;
    }

    /// <summary>The latest word of each person on events of a span on which more than one spoke, by class.</summary>
    public async Task<IReadOnlyList<ClassAgreement>> CountAgreementAsync(
        int projectId, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            with latest as (
              select distinct on (i.event_id, i.account_id) i.event_id, i.account_id, i.id
              from identifications i
              where i.project_id = $1 and i.source = 2 and i.undoes is null and i.event_id is not null
                and not exists (select from identifications u where u.undoes = i.id)
              order by i.event_id, i.account_id, i.id desc),
            shared as (
              select e.id, e.started_at, e.ended_at, count(*) as people
              from latest l join events e on e.id = l.event_id
              where e.started_at >= $2 and e.started_at < $3
              group by e.id having count(*) > 1
              order by e.started_at desc limit $4),
            said as (
              select distinct s.id, s.people, l.account_id, d.category, coalesce(d.taxon_id, 0) as taxon_id
              from shared s
              join latest l on l.event_id = s.id
              join captures c on c.event_id = s.id and c.captured_at between s.started_at and s.ended_at
                and c.captured_at >= $2 and c.captured_at < $5
              join wildlife_detections d on d.capture_id = c.id and d.captured_at = c.captured_at
                and d.identification_id = l.id and d.captured_at >= $2 and d.captured_at < $5),
            given as (
              select id, category, taxon_id, count(*) = max(people) as by_all from said group by 1, 2, 3)
            select category, taxon_id, count(*)::int, (count(*) filter (where by_all))::int
            from given group by 1, 2 order by 3 desc, 1, 2
            """, projectId, from.UtcDateTime, until.UtcDateTime, EventsMax, until.AddDays(2).UtcDateTime);
        var classes = new List<ClassAgreement>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            classes.Add(new ClassAgreement(
                new SeenClass((Category)reader.GetInt16(0), reader.GetInt32(1)), reader.GetInt32(2),
                reader.GetInt32(3)));
        }

        return classes;
    }

    /// <summary>
    /// What a model's strongest claim was on events that people call one thing. Events on which people see several
    /// things are left out: a model's one word cannot be right about both.
    /// </summary>
    public async Task<IReadOnlyList<ConfusionCell>> CountConfusionAsync(
        int projectId, int modelId, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            with recent as materialized (
              select id, started_at, ended_at from events
              where project_id = $1 and merged_into is null and decided_at is not null
                and started_at >= $2 and started_at < $3
              order by started_at desc limit $5),
            said as (
              select r.id, d.source, d.category, coalesce(d.taxon_id, 0) as taxon_id, max(d.confidence) as confidence
              from recent r
              join captures c on c.event_id = r.id and c.captured_at between r.started_at and r.ended_at
                and c.captured_at >= $2 and c.captured_at < $6
              join wildlife_detections d on d.capture_id = c.id and d.captured_at = c.captured_at
                and d.captured_at >= $2 and d.captured_at < $6
              where d.source = 2 and d.is_current or d.source = 1 and d.model_id = $4 and d.category <> 5
              group by 1, 2, 3, 4),
            person as (
              select id, min(category) as category, min(taxon_id) as taxon_id from said where source = 2
              group by id having count(*) = 1),
            model as (
              select distinct on (id) id, category, taxon_id from said where source = 1
              order by id, category = 4, confidence desc nulls last)
            select p.category, p.taxon_id, m.category, m.taxon_id, count(*)::int
            from person p left join model m using (id)
            group by 1, 2, 3, 4 order by 5 desc, 1, 2, 3, 4
            """, projectId, from.UtcDateTime, until.UtcDateTime, modelId, EventsMax, until.AddDays(2).UtcDateTime);
        var cells = new List<ConfusionCell>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            cells.Add(new ConfusionCell(
                new SeenClass((Category)reader.GetInt16(0), reader.GetInt32(1)),
                reader.Get<short>(2) is { } category ? new SeenClass((Category)category, reader.GetInt32(3)) : null,
                reader.GetInt32(4)));
        }

        return cells;
    }

    /// <summary>Models that look at pictures and claim something; the background difference claims nothing.</summary>
    public async Task<IReadOnlyList<ModelEntry>> ListModelsAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select id, name || ' ' || version, is_active from models where family <> 'background'
            order by is_active desc, id desc limit 50
            """);
        var models = new List<ModelEntry>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            models.Add(new ModelEntry(reader.GetInt32(0), reader.GetString(1), reader.GetBoolean(2)));
        }

        return models;
    }
}
