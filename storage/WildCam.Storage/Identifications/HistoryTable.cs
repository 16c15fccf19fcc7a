using Npgsql;

namespace WildCam.Storage.Identifications;

/// <summary>What one decision says of a capture.</summary>
public readonly record struct HistoryFinding(Category Category, int TaxonId, int Count);

/// <summary>A version: who decided, when, from which model's suggestion; or who took which decision back.</summary>
public sealed record HistoryEntry(
    long Id, string Account, IdentificationSource Source, DateTimeOffset At, bool IsOfEvent, bool IsOfMany,
    long? Undoes, bool IsUndone, string? Model, IReadOnlyList<HistoryFinding> Findings);

/// <summary>The versions of what people said of one capture.</summary>
public sealed class HistoryTable(NpgsqlDataSource database)
{
    /// <summary>Most versions that one read gives, the newest.</summary>
    public const int EntriesMax = 200;

    /// <summary>Newest first, for the picture's page: decisions that cover the capture, and what undid them.</summary>
    public async Task<IReadOnlyList<HistoryEntry>> ListAsync(
        Guid captureId, DateTimeOffset capturedAt, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            with said as (
              select identification_id as id,
                jsonb_agg(jsonb_build_array(category, coalesce(taxon_id, 0), count) order by ordinal) as findings
              from wildlife_detections
              where capture_id = $1 and captured_at = $2 and identification_id <> 0
              group by identification_id)
            select i.id, a.name, i.source, i.created_at, i.capture_id is null, i.batch is not null, i.undoes,
              exists (select from identifications u where u.undoes = i.id), m.name || ' ' || m.version,
              coalesce(said.findings, '[]')::text
            from identifications i
            join accounts a on a.id = i.account_id
            left join said on said.id = i.id
            left join models m on m.id = i.model_id
            where i.id in (select id from said)
              or i.undoes in (select id from said)
            order by i.id desc limit $3
            """, captureId, capturedAt.UtcDateTime, EntriesMax);
        var entries = new List<HistoryEntry>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var findings = System.Text.Json.JsonSerializer.Deserialize<int[][]>(reader.GetString(9))!;
            entries.Add(new HistoryEntry(
                reader.GetInt64(0), reader.GetString(1), (IdentificationSource)reader.GetInt16(2),
                reader.GetFieldValue<DateTimeOffset>(3), reader.GetBoolean(4), reader.GetBoolean(5),
                reader.Get<long>(6), reader.GetBoolean(7), reader.Text(8),
                [.. findings.Select(f => new HistoryFinding((Category)f[0], f[1], f[2]))]));
        }

        return entries;
    }
}
