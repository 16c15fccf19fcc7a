using Npgsql;

namespace WildCam.Storage.Desk;

/// <summary>Something that happened in a project; <paramref name="Sequence"/> is the order of visibility.</summary>
public sealed record LiveRow(long Sequence, int ProjectId, string Kind, string Subject);

/// <summary>Reads page events by keyset; one read serves every listener of a hub.</summary>
public sealed class LiveTable(NpgsqlDataSource database)
{
    public async Task<long> LastSequenceAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select coalesce(max(sequence), 0) from page_events");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async Task<IReadOnlyList<LiveRow>> ListSinceAsync(
        long sequence, int countMax, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            select sequence, project_id, kind, subject from page_events where sequence > $1 order by sequence limit $2
            """);
        command.Parameters.Add(new() { Value = sequence });
        command.Parameters.Add(new() { Value = countMax });
        return await ReadAsync(command, cancellationToken);
    }

    public async Task<IReadOnlyList<LiveRow>> ListSinceAsync(
        int projectId, long sequence, int countMax, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            select sequence, project_id, kind, subject from page_events
            where project_id = $1 and sequence > $2 order by sequence limit $3
            """);
        command.Parameters.Add(new() { Value = projectId });
        command.Parameters.Add(new() { Value = sequence });
        command.Parameters.Add(new() { Value = countMax });
        return await ReadAsync(command, cancellationToken);
    }

    static async Task<IReadOnlyList<LiveRow>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var rows = new List<LiveRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new LiveRow(reader.GetInt64(0), reader.GetInt32(1), reader.GetString(2), reader.GetString(3)));
        }

        return rows;
    }
}
