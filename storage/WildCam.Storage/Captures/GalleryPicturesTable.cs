using System.Text;
using Npgsql;

namespace WildCam.Storage.Captures;

/// <summary>The gallery by single picture: the exception one asks for.</summary>
public sealed class GalleryPicturesTable(NpgsqlDataSource database)
{
    /// <summary>A page of pictures, newest first whichever way it was read.</summary>
    public async Task<IReadOnlyList<GalleryCell>> ListAsync(
        GalleryFilter filter, GalleryKey? key, GalleryWay way, int countMax, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = Command(connection, filter, key, way, countMax);
        var cells = await GalleryTable.ReadCellsAsync(command, way, cancellationToken);
        var findings = await FindingsAsync(connection, cells, cancellationToken);
        var withFindings = cells.ConvertAll(c => c with { Findings = findings[c.Id].ToList() });
        return await GalleryTable.WithThumbnailsAsync(connection, withFindings, cancellationToken);
    }

    /// <summary>Where a picture stands; null: not in this project.</summary>
    public async Task<GalleryKey?> FindKeyAsync(int projectId, Guid captureId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand("""
            select i.captured_at, i.id
            from capture_identities i join cameras c on c.id = i.camera_id
            where i.id = $1 and c.project_id = $2
            """, connection)
        {
            Parameters = { new() { Value = captureId }, new() { Value = projectId } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new GalleryKey(reader.GetFieldValue<DateTimeOffset>(0), reader.GetGuid(1))
            : null;
    }

    static NpgsqlCommand Command(
        NpgsqlConnection connection, GalleryFilter filter, GalleryKey? key, GalleryWay way, int countMax)
    {
        var command = connection.CreateCommand();
        var sql = new StringBuilder();
        string Add(object value)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
            return "$" + command.Parameters.Count;
        }

        var finds = filter.NamesFinding || filter.ConfidenceMin is not null;
        var (table, id) = filter.NamesFinding ? ("d", "d.capture_id") : ("c", "c.id");
        var direction = way == GalleryWay.Newer ? "asc" : "desc";
        var ofGroup = filter.TaxonIds.Count > 0;
        sql.Append($"""
            select {(filter.NamesFinding ? $"distinct on (d.captured_at, {id}) " : "")}c.id, c.captured_at,
              c.captured_at as ended_at, 1, c.camera_id, c.site_id, c.id as best_id, c.captured_at as best_at
            from {(filter.NamesFinding
                ? "wildlife_detections d join captures c on c.id = d.capture_id and c.captured_at = d.captured_at"
                : "captures c")}
            left join sites s on s.id = c.site_id
            where {table}.project_id = {Add(filter.ProjectId)}
            """);
        if (filter.NamesFinding)
        {
            sql.Append(" and d.is_current");
        }

        if (filter.TaxonId is { } taxon)
        {
            sql.Append($" and d.taxon_id = {Add(taxon)}");
        }

        if (ofGroup)
        {
            sql.Append(" and d.taxon_id = t.taxon_id");
        }

        if (filter.Category is { } category)
        {
            sql.Append($" and d.category = {Add((short)category)}");
        }

        if (filter.DeploymentId is { } deployment)
        {
            sql.Append($" and c.deployment_id = {Add(deployment)}");
        }

        if (filter.ConfidenceMin is { } confidence && finds)
        {
            var enough = $"(d.source <> 1 or d.confidence >= {Add((float)confidence)})";
            sql.Append(filter.NamesFinding
                ? $" and {enough}"
                : $"""
                     and exists (select from wildlife_detections d
                      where d.capture_id = c.id and d.captured_at = c.captured_at and d.is_current and {enough})
                    """);
        }

        if (filter.NamesEvents)
        {
            sql.Append(" and exists (select from events e where e.id = c.event_id");
            GalleryTable.AddRemarks(sql, filter, Add);
            sql.Append(')');
        }

        if (filter.CameraId is { } camera)
        {
            sql.Append($" and {table}.camera_id = {Add(camera)}");
        }

        if (filter.SiteId is { } site)
        {
            sql.Append($" and {table}.site_id = {Add(site)}");
        }

        GalleryTable.AddTimes(sql, filter, table + ".captured_at", "s.time_zone", Add);
        if (filter.NamesFinding)
        {
            // A join carries an equality to the other table's partitions, but no bound.
            GalleryTable.AddBounds(sql, filter, "c.captured_at", Add);
        }

        if (key is { } from)
        {
            var sign = way switch { GalleryWay.Newer => ">", GalleryWay.Older => "<", _ => "<=" };
            // The row comparison alone does not prune partitions.
            var bound = $"captured_at {(way == GalleryWay.Newer ? ">=" : "<=")} {Add(from.At)}";
            sql.Append($" and {table}.{bound}{(filter.NamesFinding ? $" and c.{bound}" : "")}");
            sql.Append($" and ({table}.captured_at, {id}) {sign} ({Add(from.At)}, {Add(from.Id)})");
        }

        var limit = countMax; // Written out: see CaptureSearch.
        sql.Append($" order by {table}.captured_at {direction}, {id} {direction} limit {limit}");
        if (ofGroup)
        {
            sql.Insert(0, $"""
                select distinct on (x.captured_at, x.id) x.*
                from unnest({Add(filter.TaxonIds.ToArray())}) as t (taxon_id)
                cross join lateral (
                """);
            sql.Append($") x order by x.captured_at {direction}, x.id {direction} limit {limit}");
        }

        command.CommandText = sql.ToString();
        return command;
    }

    static async Task<ILookup<Guid, GalleryFinding>> FindingsAsync(
        NpgsqlConnection connection, List<GalleryCell> cells, CancellationToken cancellationToken)
    {
        if (cells.Count == 0)
        {
            return Enumerable.Empty<GalleryFinding>().ToLookup(_ => Guid.Empty);
        }

        await using var command = new NpgsqlCommand("""
            select capture_id, category, coalesce(taxon_id, 0), min(source)::smallint, max(confidence),
              sum(count)::int, capture_id, captured_at
            from wildlife_detections
            where capture_id = any ($1) and captured_at between $2 and $3 and is_current
            group by capture_id, captured_at, category, coalesce(taxon_id, 0)
            order by capture_id, min(source) = 2 desc, min(source) = 3 desc, category = 5, category = 4,
              max(confidence) desc nulls last
            """, connection)
        {
            Parameters =
            {
                new() { Value = cells.Select(c => c.Id).ToArray() },
                new() { Value = cells.Min(c => c.StartedAt) },
                new() { Value = cells.Max(c => c.StartedAt) },
            },
        };
        return await GalleryTable.ReadFindingsAsync(command, cancellationToken);
    }
}
