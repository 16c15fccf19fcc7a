using System.Text;
using Npgsql;

namespace WildCam.Storage.Captures;

/// <summary>The gallery, by event: keyset pages both ways, newest first.</summary>
public sealed class GalleryTable(NpgsqlDataSource database)
{
    /// <summary>The widest offset of a zone from UTC, so that a date in any zone has a plain bound.</summary>
    const int ZoneHoursMax = 15;

    /// <summary>A page of events, newest first whichever way it was read.</summary>
    public async Task<IReadOnlyList<GalleryCell>> ListEventsAsync(
        GalleryFilter filter, GalleryKey? key, GalleryWay way, int countMax, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = EventsCommand(connection, filter, key, way, countMax);
        var cells = await ReadCellsAsync(command, way, cancellationToken);
        var findings = await FindingsOfEventsAsync(connection, cells, cancellationToken);
        var withFindings = cells.ConvertAll(c => PickBest(c with { Findings = findings[c.Id].ToList() }, filter));
        return await WithThumbnailsAsync(connection, withFindings, cancellationToken);
    }

    /// <summary>Where an event stands; a merged one where its heir stands. Null: no such event here.</summary>
    public async Task<GalleryKey?> FindEventKeyAsync(int projectId, Guid eventId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand("""
            select h.started_at, h.id
            from events e join events h on h.id = coalesce(e.merged_into, e.id)
            where e.id = $1 and h.project_id = $2
            """, connection)
        {
            Parameters = { new() { Value = eventId }, new() { Value = projectId } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new GalleryKey(reader.GetFieldValue<DateTimeOffset>(0), reader.GetGuid(1))
            : null;
    }

    /// <summary>
    /// A statement over the ids of all events of a filter, newest first, between two pieces of SQL; the first values
    /// are theirs.
    /// </summary>
    internal static NpgsqlCommand ChooseCommand(
        NpgsqlConnection connection, string head, GalleryFilter filter, int countMax, string tail,
        params ReadOnlySpan<object?> values)
    {
        var command = connection.Command("", values);
        AddEvents(command, filter, null, GalleryWay.Older, countMax);
        command.CommandText = head + command.CommandText + tail;
        return command;
    }

    static NpgsqlCommand EventsCommand(
        NpgsqlConnection connection, GalleryFilter filter, GalleryKey? key, GalleryWay way, int countMax)
    {
        var command = connection.CreateCommand();
        AddEvents(command, filter, key, way, countMax);
        return command;
    }

    static void AddEvents(
        NpgsqlCommand command, GalleryFilter filter, GalleryKey? key, GalleryWay way, int countMax)
    {
        var sql = new StringBuilder();
        string Add(object value)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
            return "$" + command.Parameters.Count;
        }

        // Findings of one category may be several a row of the index for one event, next to each other.
        var (table, id) = filter.NamesFinding ? ("f", "f.event_id") : ("e", "e.id");
        var ofGroup = filter.TaxonIds.Count > 0;
        var distinct = filter.NamesFinding && filter.TaxonId is null && !ofGroup
            ? $"distinct on (f.started_at, {id}) "
            : "";
        var direction = way == GalleryWay.Newer ? "asc" : "desc";
        sql.Append($"""
            select {distinct}e.id, e.started_at, e.ended_at, e.capture_count, e.camera_id, e.site_id,
              e.best_capture_id, e.best_captured_at
            from {(filter.NamesFinding ? "event_findings f join events e on e.id = f.event_id" : "events e")}
            left join sites s on s.id = e.site_id
            where {table}.project_id = {Add(filter.ProjectId)} and e.merged_into is null
              and e.capture_count > 0
            """);
        if (filter.TaxonId is { } taxon)
        {
            sql.Append($" and f.taxon_id = {Add(taxon)} and f.taxon_id <> 0");
        }

        if (ofGroup)
        {
            sql.Append(" and f.taxon_id = t.taxon_id and f.taxon_id <> 0");
        }

        if (filter.Category is { } category)
        {
            sql.Append($" and f.category = {Add((short)category)}");
        }

        if (filter.DeploymentId is { } deployment)
        {
            sql.Append($" and e.deployment_id = {Add(deployment)}");
        }

        if (filter.ConfidenceMin is { } confidence)
        {
            var enough = $"(f.source <> 1 or f.confidence >= {Add((float)confidence)})";
            sql.Append(filter.NamesFinding
                ? $" and {enough}"
                : $" and exists (select from event_findings f where f.event_id = e.id and {enough})");
        }

        if (filter.CameraId is { } camera)
        {
            sql.Append($" and {table}.camera_id = {Add(camera)}");
        }

        if (filter.SiteId is { } site)
        {
            sql.Append($" and {table}.site_id = {Add(site)}");
        }

        AddRemarks(sql, filter, Add);
        AddTimes(sql, filter, table + ".started_at", "s.time_zone", Add);
        if (key is { } from)
        {
            var sign = way switch { GalleryWay.Newer => ">", GalleryWay.Older => "<", _ => "<=" };
            sql.Append($" and ({table}.started_at, {id}) {sign} ({Add(from.At)}, {Add(from.Id)})");
        }

        var limit = countMax; // Written out: see CaptureSearch.
        sql.Append($" order by {table}.started_at {direction}, {id} {direction} limit {limit}");
        if (ofGroup)
        {
            // A page of each taxon from its own range of the index, and of those the first: bounded, however many.
            sql.Insert(0, $"""
                select distinct on (x.started_at, x.id) x.*
                from unnest({Add(filter.TaxonIds.ToArray())}) as t (taxon_id)
                cross join lateral (
                """);
            sql.Append($") x order by x.started_at {direction}, x.id {direction} limit {limit}");
        }

        command.CommandText = sql.ToString();
    }

    /// <summary>What people put on events, also on those that were merged into one.</summary>
    internal static void AddRemarks(StringBuilder sql, GalleryFilter filter, Func<object, string> add)
    {
        const string same = "join events x on x.id = o.event_id where coalesce(x.merged_into, x.id) = e.id";
        if (filter.TagId is { } tag)
        {
            sql.Append($" and exists (select from event_tags o {same} and o.tag_id = {add(tag)})");
        }

        if (filter.IndividualId is { } individual)
        {
            sql.Append(
                $" and exists (select from individual_sightings o {same} and o.individual_id = {add(individual)})");
        }

        if (filter.FavouriteOf is { } account)
        {
            sql.Append($" and exists (select from favourites o {same} and o.account_id = {add(account)})");
        }

        if (filter.IsReviewed is { } reviewed)
        {
            sql.Append(reviewed ? " and not e.is_open" : " and e.is_open");
        }
    }

    /// <summary>Dates and hours on the site's clock, with a plain bound in UTC that an index can use.</summary>
    internal static void AddTimes(
        StringBuilder sql, GalleryFilter filter, string column, string siteZone, Func<object, string> add)
    {
        AddBounds(sql, filter, column, add);
        var local = $"({column} at time zone coalesce({siteZone}, {add(filter.ZoneName)}))";
        if (filter.From is { } from)
        {
            sql.Append($" and {local}::date >= {add(from)}");
        }

        if (filter.To is { } to)
        {
            sql.Append($" and {local}::date <= {add(to)}");
        }

        if (filter is { HourFrom: { } hourFrom, HourUntil: { } hourUntil })
        {
            var hour = $"extract(hour from {local})";
            var word = hourFrom < hourUntil ? "and" : "or";
            sql.Append($" and ({hour} >= {add(hourFrom)} {word} {hour} < {add(hourUntil)})");
        }
    }

    /// <summary>The plain bounds alone: partitions are chosen by them.</summary>
    internal static void AddBounds(StringBuilder sql, GalleryFilter filter, string column, Func<object, string> add)
    {
        if (filter.From is { } from)
        {
            var bound = new DateTimeOffset(from.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
            sql.Append($" and {column} >= {add(bound.AddHours(-ZoneHoursMax))}");
        }

        if (filter.To is { } to)
        {
            var bound = new DateTimeOffset(to.AddDays(1).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
            sql.Append($" and {column} < {add(bound.AddHours(ZoneHoursMax))}");
        }
    }

    internal static async Task<List<GalleryCell>> ReadCellsAsync(
        NpgsqlCommand command, GalleryWay way, CancellationToken cancellationToken)
    {
        var cells = new List<GalleryCell>();
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                cells.Add(new GalleryCell(
                    reader.GetGuid(0),
                    reader.GetFieldValue<DateTimeOffset>(1),
                    reader.GetFieldValue<DateTimeOffset>(2),
                    reader.GetInt32(3),
                    reader.GetInt32(4),
                    reader.IsDBNull(5) ? null : reader.GetInt32(5),
                    reader.IsDBNull(6) ? null : reader.GetGuid(6),
                    reader.IsDBNull(7) ? null : reader.GetFieldValue<DateTimeOffset>(7)));
            }
        }

        if (way == GalleryWay.Newer)
        {
            cells.Reverse();
        }

        return cells;
    }

    static async Task<ILookup<Guid, GalleryFinding>> FindingsOfEventsAsync(
        NpgsqlConnection connection, List<GalleryCell> cells, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("""
            select event_id, category, taxon_id, source, confidence, count, best_capture_id, best_captured_at
            from event_findings where event_id = any ($1)
            order by event_id, source = 2 desc, source = 3 desc, category = 5, category = 4, confidence desc nulls last,
              taxon_id
            """, connection)
        {
            Parameters = { new() { Value = cells.Select(c => c.Id).ToArray() } },
        };
        return await ReadFindingsAsync(command, cancellationToken);
    }

    internal static async Task<ILookup<Guid, GalleryFinding>> ReadFindingsAsync(
        NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var findings = new List<(Guid Id, GalleryFinding Finding)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            findings.Add((reader.GetGuid(0), new GalleryFinding(
                (Category)reader.GetInt16(1),
                reader.GetInt32(2),
                (IdentificationSource)reader.GetInt16(3),
                reader.IsDBNull(4) ? null : reader.GetFloat(4),
                reader.GetInt32(5),
                reader.GetGuid(6),
                reader.GetFieldValue<DateTimeOffset>(7))));
        }

        return findings.ToLookup(f => f.Id, f => f.Finding);
    }

    /// <summary>In the gallery of a finding, its own best picture stands for the event.</summary>
    static GalleryCell PickBest(GalleryCell cell, GalleryFilter filter)
    {
        var own = cell.Findings.FirstOrDefault(f =>
            filter.NamesFinding && (filter is { TaxonId: null, TaxonIds.Count: 0 } || filter.HasTaxon(f.TaxonId))
            && (filter.Category is null || f.Category == filter.Category));

        // The picture is that of the finding which names the cell: another's would make the words look wrong.
        own ??= cell.Findings.Count > 0 ? cell.Findings[0] : null;
        return own is null
            ? cell
            : cell with
            {
                BestCaptureId = own.BestCaptureId,
                BestCapturedAt = own.BestCapturedAt,
                Findings = [own, .. cell.Findings.Where(f => f != own)],
            };
    }

    internal static async Task<IReadOnlyList<GalleryCell>> WithThumbnailsAsync(
        NpgsqlConnection connection, List<GalleryCell> cells, CancellationToken cancellationToken)
    {
        var wanted = cells.Where(c => c.BestCaptureId is not null && c.BestCapturedAt is not null)
            .Select(c => (c.BestCaptureId!.Value, c.BestCapturedAt!.Value)).ToList();
        var facts = await ThumbnailsAsync(connection, wanted, cancellationToken);
        return cells.ConvertAll(c => c.BestCaptureId is { } id && facts.TryGetValue(id, out var thumbnail)
            ? c with { Thumbnail = thumbnail }
            : c);
    }

    internal static async Task<Dictionary<Guid, ThumbnailFacts>> ThumbnailsAsync(
        NpgsqlConnection connection, List<(Guid Id, DateTimeOffset At)> wanted, CancellationToken cancellationToken)
    {
        var facts = new Dictionary<Guid, ThumbnailFacts>();
        if (wanted.Count == 0)
        {
            return facts;
        }

        await using var command = new NpgsqlCommand("""
            select id, width, height, lightness, thumbnail_version, thumbnail_widths, integrity
            from captures where id = any ($1) and captured_at = any ($2) and captured_at between $3 and $4
            """, connection)
        {
            Parameters =
            {
                new() { Value = wanted.Select(w => w.Id).ToArray() },
                new() { Value = wanted.Select(w => w.At).ToArray() },
                new() { Value = wanted.Min(w => w.At) },
                new() { Value = wanted.Max(w => w.At) },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            facts[reader.GetGuid(0)] = ReadThumbnail(reader, 0);
        }

        return facts;
    }

    /// <summary>Seven columns from <paramref name="at"/>: id, size, lightness, version, widths, integrity.</summary>
    internal static ThumbnailFacts ReadThumbnail(NpgsqlDataReader reader, int at) => new(
        reader.GetGuid(at),
        reader.IsDBNull(at + 1) ? null : reader.GetInt32(at + 1),
        reader.IsDBNull(at + 2) ? null : reader.GetInt32(at + 2),
        reader.IsDBNull(at + 3) ? null : reader.GetInt16(at + 3),
        reader.GetInt16(at + 4),
        Array.ConvertAll(reader.GetFieldValue<short[]>(at + 5), w => (int)w),
        reader.GetInt16(at + 6));
}
