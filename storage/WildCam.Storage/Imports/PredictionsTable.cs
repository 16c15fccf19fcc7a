using Npgsql;
using NpgsqlTypes;

namespace WildCam.Storage.Imports;

/// <summary>A capture that a file's name may mean.</summary>
public sealed record NamedCapture(
    Guid Id, DateTime CapturedAt, string Camera, string? FileName, byte[] Sha256, int? Width, int? Height);

/// <summary>One thing that a prediction says; the box in shares of the picture, from top left.</summary>
public sealed record PredictedRow(
    Guid CaptureId, DateTime CapturedAt, short Ordinal, Category Category, int? TaxonId, float? Confidence, float? X,
    float? Y, float? Width, float? Height);

/// <summary>Predictions that were made elsewhere: which captures they mean, and filing them as a model's.</summary>
public sealed class PredictionsTable(NpgsqlDataSource database)
{
    /// <summary>The family of models whose findings come as files.</summary>
    public const string Family = "imported";

    /// <summary>Most captures of one filing, and most names looked up at once.</summary>
    public const int BatchMax = 500;

    /// <summary>Captures of a project by the names of their files, for matching.</summary>
    public async Task<IReadOnlyList<NamedCapture>> FindByNameForMatchingAsync(
        int projectId, string[] names, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select c.id, c.captured_at, k.code, c.file_name, c.sha256, c.width, c.height
            from captures c join cameras k on k.id = c.camera_id
            where c.project_id = $1 and c.file_name = any($2)
            """, projectId, names);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Captures of a project by public id or device id, for matching.</summary>
    public async Task<IReadOnlyList<NamedCapture>> FindByIdForMatchingAsync(
        int projectId, Guid[] ids, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select c.id, c.captured_at, k.code, c.file_name, c.sha256, c.width, c.height
            from capture_identities i
            join captures c on c.id = i.id and c.captured_at = i.captured_at
            join cameras k on k.id = c.camera_id
            where i.id = any($2) and i.state = 1 and c.project_id = $1
            """, projectId, ids);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Captures of a project by SHA-256, for matching; it looks at all of them: to be asked seldom.</summary>
    public async Task<IReadOnlyList<NamedCapture>> FindByHashForMatchingAsync(
        int projectId, byte[][] hashes, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select c.id, c.captured_at, k.code, c.file_name, c.sha256, c.width, c.height
            from captures c join cameras k on k.id = c.camera_id
            where c.project_id = $1 and c.sha256 = any($2)
            """, projectId, hashes);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Ids of taxa by scientific name, whatever the case.</summary>
    public async Task<IReadOnlyDictionary<string, int>> FindTaxaForMatchingAsync(
        string[] names, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select lower(scientific_name), min(id) from taxa
            where lower(scientific_name) = any($1) group by lower(scientific_name)
            """, names);
        var found = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(reader.GetString(0), reader.GetInt32(1));
        }

        return found;
    }

    /// <summary>The model that a file names; null: the name and version belong to weights that run here.</summary>
    public async Task<int?> EnsureModelAsync(string name, string version, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            with added as (
              insert into models (name, version, family, manifest) values ($1, $2, $3, '{}')
              on conflict (name, version) do nothing returning id)
            select id from added
            union all select id from models where name = $1 and version = $2 and family = $3
            """, name, version, Family);
        return (int?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>
    /// Files what the model says of captures, in one transaction; what it said of a capture before stays. Gives how
    /// many captures it now speaks of for the first time.
    /// </summary>
    public async Task<int> FileAsync(
        int modelId, IReadOnlyList<PredictedRow> rows, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
        {
            return 0;
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var ids = rows.Select(r => r.CaptureId).Distinct().ToArray();
        // As every writer of detections does, against decisions and corrections of clocks.
        await using (var gate = connection.Command("""
            select from capture_identities where id = any($1) and state = 1 order by id for no key update
            """, ids))
        {
            await gate.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var command = connection.Command("""
            with new as (
              select * from unnest($2::uuid[], $3::smallint[], $4::smallint[], $5::int[], $6::real[], $7::real[],
                $8::real[], $9::real[], $10::real[])
                as n (id, ordinal, category, taxon_id, confidence, x, y, width, height)),
            said as (
              select distinct d.capture_id from wildlife_detections d
              where d.model_id = $1 and d.capture_id = any($2) and d.captured_at between $11 and $12),
            added as (
              insert into wildlife_detections (capture_id, captured_at, model_id, ordinal, source, project_id,
                camera_id, site_id, event_id, category, taxon_id, confidence, box_x, box_y, box_width, box_height,
                is_current, local_date, local_hour)
              select c.id, c.captured_at, $1, n.ordinal, 1, c.project_id, c.camera_id, c.site_id, c.event_id,
                n.category, n.taxon_id, n.confidence, n.x, n.y, n.width, n.height, false, l.at::date,
                extract(hour from l.at)
              from new n
              join capture_identities i on i.id = n.id and i.state = 1
              join captures c on c.id = i.id and c.captured_at = i.captured_at
              join projects p on p.id = c.project_id
              left join sites s on s.id = c.site_id
              cross join lateral (select c.captured_at at time zone coalesce(s.time_zone, p.time_zone) as at) l
              where not exists (select from said where said.capture_id = n.id)
              on conflict do nothing
              returning capture_id, captured_at)
            select array_agg(distinct capture_id), array_agg(distinct captured_at) from added
            """, modelId);
        Add(command, NpgsqlDbType.Uuid, rows.Select(r => r.CaptureId).ToArray());
        Add(command, NpgsqlDbType.Smallint, rows.Select(r => r.Ordinal).ToArray());
        Add(command, NpgsqlDbType.Smallint, rows.Select(r => (short)r.Category).ToArray());
        Add(command, NpgsqlDbType.Integer, rows.Select(r => r.TaxonId).ToArray());
        Add(command, NpgsqlDbType.Real, rows.Select(r => r.Confidence).ToArray());
        Add(command, NpgsqlDbType.Real, rows.Select(r => r.X).ToArray());
        Add(command, NpgsqlDbType.Real, rows.Select(r => r.Y).ToArray());
        Add(command, NpgsqlDbType.Real, rows.Select(r => r.Width).ToArray());
        Add(command, NpgsqlDbType.Real, rows.Select(r => r.Height).ToArray());
        command.Parameters.Add(new() { Value = rows.Min(r => r.CapturedAt) });
        command.Parameters.Add(new() { Value = rows.Max(r => r.CapturedAt) });
        var filed = (Guid[]?)null;
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            await reader.ReadAsync(cancellationToken);
            filed = reader.IsDBNull(0) ? [] : reader.GetFieldValue<Guid[]>(0);
        }

        if (filed.Length > 0)
        {
            await using var settle = connection.Command("""
                select settle_detections(array_agg(id), array_agg(captured_at)) from capture_identities
                where id = any($1)
                """, filed);
            await settle.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return filed.Length;
    }

    static void Add(NpgsqlCommand command, NpgsqlDbType type, Array values) =>
        command.Parameters.Add(new NpgsqlParameter { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type });

    static async Task<List<NamedCapture>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var captures = new List<NamedCapture>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            captures.Add(new NamedCapture(
                reader.GetGuid(0), reader.GetDateTime(1), reader.GetString(2), reader.Text(3),
                reader.GetFieldValue<byte[]>(4), reader.Get<int>(5), reader.Get<int>(6)));
        }

        return captures;
    }
}
