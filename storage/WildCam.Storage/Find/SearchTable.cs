using Npgsql;

namespace WildCam.Storage.Find;

/// <summary>A species that some word leads to; the word is what was found.</summary>
public sealed record FoundSpecies(int TaxonId, string Word);

/// <summary>A comment with the event and the picture it is on.</summary>
public sealed record FoundComment(
    long Id, string Text, string Account, DateTimeOffset CreatedAt, Guid? CaptureId);

/// <summary>A picture that came in as a file of a name.</summary>
public sealed record FoundPicture(Guid Id, string FileName, DateTimeOffset CapturedAt, int CameraId);

/// <summary>What one box for everything looks for in the tables; names that a page holds it looks up itself.</summary>
public sealed class SearchTable(NpgsqlDataSource database)
{
    /// <summary>Most results of one kind.</summary>
    public const int ResultsMax = 20;

    /// <summary>Most words of a search; the others are left out.</summary>
    public const int WordsMax = 8;

    /// <summary>
    /// Species among some by scientific name, any common name, the project's synonyms and codes: whole words first,
    /// then beginnings, then parts.
    /// </summary>
    public async Task<IReadOnlyList<FoundSpecies>> FindSpeciesAsync(
        int projectId, int[] among, string text, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select taxon_id, word from (
              select distinct on (t.id) t.id as taxon_id, w.word,
                case when lower(w.word) = lower($3) then 0 when starts_with(lower(w.word), lower($3)) then 1
                  when strpos(lower(w.word), ' ' || lower($3)) > 0 then 2 else 3 end as rank
              from taxa t
              cross join lateral (
                select t.scientific_name as word
                union all select n.name from taxon_names n where n.taxon_id = t.id
                union all select y.name from species_synonyms y where y.project_id = $1 and y.taxon_id = t.id
                union all select p.code from project_species p
                  where p.project_id = $1 and p.taxon_id = t.id and p.code is not null) w
              where t.id = any ($2) and strpos(lower(w.word), lower($3)) > 0
              order by t.id, rank, w.word) as best
            order by rank, word, taxon_id limit {ResultsMax}
            """, projectId, among, text);
        return await ReadAsync(
            command, r => new FoundSpecies(r.GetInt32(0), r.GetString(1)), cancellationToken);
    }

    /// <summary>Comments with words that begin so, the newest first.</summary>
    public async Task<IReadOnlyList<FoundComment>> FindCommentsAsync(
        int projectId, string text, CancellationToken cancellationToken)
    {
        var words = Words(text);
        if (words.Count == 0)
        {
            return [];
        }

        await using var command = database.Command($"""
            select c.id, c.text, a.name, c.created_at, coalesce(c.capture_id, h.best_capture_id)
            from comments c
            join accounts a on a.id = c.account_id
            join events e on e.id = c.event_id
            join events h on h.id = coalesce(e.merged_into, e.id)
            where c.project_id = $1 and c.deleted_at is null
              and to_tsvector('simple', c.text) @@ to_tsquery('simple', $2)
            order by c.created_at desc, c.id desc limit {ResultsMax}
            """, projectId, string.Join(" & ", words.Select(w => $"'{w}':*")));
        return await ReadAsync(
            command,
            r => new FoundComment(
                r.GetInt64(0), r.GetString(1), r.GetString(2), r.GetFieldValue<DateTimeOffset>(3), r.Get<Guid>(4)),
            cancellationToken);
    }

    /// <summary>Pictures that came from a card under this very file name, the newest first.</summary>
    public async Task<IReadOnlyList<FoundPicture>> FindFilesAsync(
        int projectId, string fileName, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select id, file_name, captured_at, camera_id from captures
            where project_id = $1 and file_name = $2 order by captured_at desc, id desc limit {ResultsMax}
            """, projectId, fileName);
        return await ReadAsync(
            command,
            r => new FoundPicture(
                r.GetGuid(0), r.GetString(1), r.GetFieldValue<DateTimeOffset>(2), r.GetInt32(3)),
            cancellationToken);
    }

    /// <summary>The words of a text: letters and digits, so that none has a meaning of its own in a query.</summary>
    internal static IReadOnlyList<string> Words(string text)
    {
        var plain = string.Concat(text.Select(c => char.IsLetterOrDigit(c) ? c : ' '));
        return plain.Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(WordsMax).ToList();
    }

    static async Task<List<T>> ReadAsync<T>(
        NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var rows = new List<T>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
