using Npgsql;

namespace WildCam.Storage.Exports;

/// <summary>
/// What exports are made of, by keyset and in short statements: an export of ten million rows holds no transaction open
/// and no more than a page in memory.
/// </summary>
public sealed class ExportRowsTable(NpgsqlDataSource database)
{
    /// <summary>Captures of one page.</summary>
    public const int PageCaptures = 2000;

    /// <summary>Most deployments of a project that an export can tell.</summary>
    public const int PlacesMax = 50_000;

    public async Task<ExportProject?> FindProjectAsync(int id, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "select id, slug, name, time_zone, language, created_at from projects where id = $1", id);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new ExportProject(
                reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetString(4),
                reader.GetFieldValue<DateTimeOffset>(5))
            : null;
    }

    public async Task<IReadOnlyList<ExportPlace>> ListPlacesAsync(int projectId, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select d.id, d.camera_id, c.code, c.name, s.id, s.slug, s.name, s.latitude, s.longitude,
              v.shown_latitude, v.shown_longitude, v.is_sensitive, s.time_zone, d.from_at, d.until_at
            from deployments d
            join cameras c on c.id = d.camera_id
            join sites s on s.id = d.site_id
            join site_coordinates v on v.site_id = s.id
            where d.project_id = $1
            order by d.camera_id, d.from_at limit {PlacesMax}
            """, projectId);
        var places = new List<ExportPlace>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            places.Add(new ExportPlace(
                reader.GetInt32(0), reader.GetInt32(1), reader.GetString(2), reader.GetString(3), reader.GetInt32(4),
                reader.GetString(5), reader.GetString(6), reader.Get<double>(7), reader.Get<double>(8),
                reader.Get<double>(9), reader.Get<double>(10), reader.GetBoolean(11), reader.GetString(12),
                reader.GetFieldValue<DateTimeOffset>(13), reader.Get<DateTimeOffset>(14)));
        }

        return places;
    }

    /// <summary>Accepted gaps of cameras, oldest first; one that goes on ends now.</summary>
    public async Task<IReadOnlyList<ExportGap>> ListGapsAsync(
        int projectId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select camera_id, from_at, coalesce(until_at, $2) from operational_gaps
            where project_id = $1 and state = 2 and from_at < $2 order by camera_id, from_at limit {PlacesMax}
            """, projectId, now.ToUniversalTime());
        var gaps = new List<ExportGap>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            gaps.Add(new ExportGap(reader.GetInt32(0), reader.GetDateTime(1), reader.GetDateTime(2)));
        }

        return gaps;
    }

    /// <summary>Codes of the project's cameras by id, for captures of cameras that stand nowhere.</summary>
    public async Task<IReadOnlyDictionary<int, string>> ListCamerasAsync(
        int projectId, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "select id, code from cameras where project_id = $1", projectId);
        return await ReadNamesAsync(command, cancellationToken);
    }

    /// <summary>Names of models by id, as "megadetector 5a".</summary>
    public async Task<IReadOnlyDictionary<int, string>> ListModelsAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select id, name || ' ' || version from models");
        return await ReadNamesAsync(command, cancellationToken);
    }

    /// <summary>Names of the people who decided something in the project.</summary>
    public async Task<IReadOnlyDictionary<int, string>> ListPeopleAsync(
        int projectId, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select a.id, a.name from accounts a
            where exists (select from memberships m where m.account_id = a.id and m.project_id = $1) or a.is_admin
              or a.id in (select distinct account_id from identifications where project_id = $1)
            """, projectId);
        return await ReadNamesAsync(command, cancellationToken);
    }

    /// <summary>The species that findings name, with what they are called in each language.</summary>
    public async Task<IReadOnlyList<ExportTaxon>> ListTaxaAsync(
        IReadOnlyCollection<int> ids, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select t.id, t.scientific_name, t.rank,
              coalesce(array_agg(n.language order by n.language) filter (where n.name is not null), '{}'),
              coalesce(array_agg(n.name order by n.language) filter (where n.name is not null), '{}')
            from taxa t
            left join lateral (
              select distinct on (language) language, name from taxon_names
              where taxon_id = t.id order by language, is_main desc, name) n on true
            where t.id = any($1)
            group by t.id order by t.scientific_name
            """, ids.ToArray());
        var taxa = new List<ExportTaxon>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var (languages, names) = (reader.GetFieldValue<string[]>(3), reader.GetFieldValue<string[]>(4));
            taxa.Add(new ExportTaxon(
                reader.GetInt32(0), reader.GetString(1), reader.GetString(2),
                languages.Zip(names).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal)));
        }

        return taxa;
    }

    /// <summary>How many captures there are, for progress.</summary>
    public async Task<long> CountCapturesAsync(ExportSpan span, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select count(*) from captures where project_id = $1 and captured_at >= $2 and captured_at < $3
            """, span.ProjectId, span.From, span.Until);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>
    /// A page of captures, oldest first, with what counts of what was said of them, and with whether each is hidden
    /// from those who may not see people; each only if it is asked for.
    /// </summary>
    public async Task<IReadOnlyList<ExportCapture>> ReadPageAsync(
        ExportSpan span, ExportKey? after, bool withFindings, bool withHidden, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var captures = await ReadCapturesAsync(connection, span, after, cancellationToken);
        if (captures.Count == 0 || !(withFindings || withHidden))
        {
            return captures;
        }

        var ids = captures.Select(c => c.Id).ToArray();
        if (withFindings)
        {
            await AddFindingsAsync(connection, captures, ids, cancellationToken);
        }

        if (withHidden)
        {
            await AddHiddenAsync(connection, captures, ids, cancellationToken);
        }

        return captures;
    }

    /// <summary>A page of what events show, oldest first; null keys begin.</summary>
    public async Task<IReadOnlyList<ExportEvent>> ReadEventsPageAsync(
        ExportSpan span, ExportKey? after, CancellationToken cancellationToken)
    {
        // The findings of an event stay on one page.
        await using var command = database.Command($"""
            with page as (
              select id, started_at, ended_at, camera_id from events
              where project_id = $1 and merged_into is null and started_at >= $2 and started_at < $3
                and (started_at, id) > ($4, $5)
              order by started_at, id limit {PageCaptures})
            select e.id, e.started_at, e.ended_at, e.camera_id, f.category, f.taxon_id, f.source, f.confidence, f.count,
              (select a.name from identifications i join accounts a on a.id = i.account_id
               where f.source <> 1 and i.event_id = e.id order by i.id desc limit 1)
            from page e left join event_findings f on f.event_id = e.id
            order by e.started_at, e.id, f.category, f.taxon_id
            """, span.ProjectId, span.From, span.Until, after?.CapturedAt ?? DateTime.UnixEpoch,
            after?.Id ?? Guid.Empty);
        var events = new List<ExportEvent>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            events.Add(new ExportEvent(
                reader.GetGuid(0), reader.GetDateTime(1), reader.GetDateTime(2), reader.GetInt32(3),
                (Category)(reader.Get<short>(4) ?? 0), reader.Get<int>(5) ?? 0,
                (IdentificationSource)(reader.Get<short>(6) ?? 0), reader.Get<float>(7), reader.Get<int>(8) ?? 0,
                reader.Text(9)));
        }

        return events;
    }

    static async Task<List<ExportCapture>> ReadCapturesAsync(
        NpgsqlConnection connection, ExportSpan span, ExportKey? after, CancellationToken cancellationToken)
    {
        // The time alone prunes; the row comparison goes on within it.
        await using var command = connection.Command($"""
            select id, captured_at, camera_id, event_id, trigger, file_name, clock_quality, width, height
            from captures
            where project_id = $1 and captured_at >= $2 and captured_at < $3 and (captured_at, id) > ($2, $4)
            order by captured_at, id limit {PageCaptures}
            """, span.ProjectId, after?.CapturedAt ?? span.From, span.Until, after?.Id ?? Guid.Empty);
        var captures = new List<ExportCapture>(PageCaptures);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            captures.Add(new ExportCapture(
                reader.GetGuid(0), reader.GetDateTime(1), reader.GetInt32(2), reader.Get<Guid>(3), reader.GetInt16(4),
                reader.Text(5), (ClockQuality)reader.GetInt16(6), reader.Get<int>(7), reader.Get<int>(8)));
        }

        return captures;
    }

    static async Task AddFindingsAsync(
        NpgsqlConnection connection, List<ExportCapture> captures, Guid[] ids, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            select d.capture_id, d.model_id, d.identification_id, d.ordinal, d.source, d.category, d.taxon_id,
              d.confidence, d.box_x, d.box_y, d.box_width, d.box_height, d.count, d.sex, d.life_stage, d.behavior,
              coalesce(i.created_at, d.created_at), i.account_id
            from wildlife_detections d
            left join identifications i on d.identification_id <> 0 and i.id = d.identification_id
            where d.capture_id = any($1) and d.captured_at between $2 and $3 and d.is_current
            order by d.capture_id, d.model_id, d.identification_id, d.ordinal
            """, ids, captures[0].CapturedAt, captures[^1].CapturedAt);
        var byId = captures.ToDictionary(c => c.Id);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            byId[reader.GetGuid(0)].Findings.Add(new ExportFinding(
                reader.GetInt32(1), reader.GetInt64(2), reader.GetInt16(3), (IdentificationSource)reader.GetInt16(4),
                (Category)reader.GetInt16(5), reader.Get<int>(6), reader.Get<float>(7), reader.Get<float>(8),
                reader.Get<float>(9), reader.Get<float>(10), reader.Get<float>(11), reader.GetInt16(12),
                reader.Text(13), reader.Text(14), reader.Text(15), reader.GetDateTime(16), reader.Get<int>(17)));
        }
    }

    static async Task AddHiddenAsync(
        NpgsqlConnection connection, List<ExportCapture> captures, Guid[] ids, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            select capture_id from capture_people
            where capture_id = any($1) and captured_at between $2 and $3 and not is_hidden
            """, ids, captures[0].CapturedAt, captures[^1].CapturedAt);
        var clear = new HashSet<Guid>();
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                clear.Add(reader.GetGuid(0));
            }
        }

        foreach (var capture in captures)
        {
            capture.IsHidden = !clear.Contains(capture.Id);
        }
    }

    static async Task<Dictionary<int, string>> ReadNamesAsync(
        NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var names = new Dictionary<int, string>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            names.Add(reader.GetInt32(0), reader.GetString(1));
        }

        return names;
    }
}
