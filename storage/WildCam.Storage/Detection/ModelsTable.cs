using Npgsql;
using NpgsqlTypes;

namespace WildCam.Storage.Detection;

/// <summary>A detector that is known here. Only the embedded one has no weights.</summary>
public sealed record Model(
    int Id, string Name, string Version, string Family, byte[]? Sha256, string Manifest, string? BlobPath,
    bool IsActive, string? Problem, DateTimeOffset AddedAt);

/// <summary>A model to be added.</summary>
public sealed record NewModel(
    string Name, string Version, string Family, byte[] Sha256, string Manifest, string BlobPath);

/// <summary>A capture that the active model has not looked at.</summary>
public readonly record struct UnseenCapture(Guid Id, DateTimeOffset CapturedAt);

/// <summary>The detectors, of which one is active.</summary>
public sealed class ModelsTable(NpgsqlDataSource database)
{
    /// <summary>The family of the embedded detector.</summary>
    public const string EmbeddedFamily = "background";

    public async Task<IReadOnlyList<Model>> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select id, name, version, family, sha256, manifest::text, blob_path, is_active, problem, added_at
            from models order by is_active desc, added_at desc, id desc
            """);
        return await ReadAsync(command, cancellationToken);
    }

    public async Task<Model?> FindActiveAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select id, name, version, family, sha256, manifest::text, blob_path, is_active, problem, added_at
            from models where is_active
            """);
        return (await ReadAsync(command, cancellationToken)).FirstOrDefault();
    }

    public async Task<Model> GetEmbeddedAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select id, name, version, family, sha256, manifest::text, blob_path, is_active, problem, added_at
            from models where family = $1 order by id desc limit 1
            """, EmbeddedFamily);
        return (await ReadAsync(command, cancellationToken))[0];
    }

    /// <summary>Adds a model, or renews the manifest of one that has the same name, version and weights.</summary>
    /// <returns>Its id; null where name and version belong to other weights.</returns>
    public async Task<int?> AddAsync(NewModel model, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            insert into models (name, version, family, sha256, manifest, blob_path)
            values ($1, $2, $3, $4, $5, $6)
            on conflict (name, version) do update
              set manifest = excluded.manifest, family = excluded.family, problem = null
              where models.sha256 = excluded.sha256
            returning id
            """);
        command.Parameters.Add(new() { Value = model.Name });
        command.Parameters.Add(new() { Value = model.Version });
        command.Parameters.Add(new() { Value = model.Family });
        command.Parameters.Add(new() { Value = model.Sha256 });
        command.Parameters.Add(new() { Value = model.Manifest, NpgsqlDbType = NpgsqlDbType.Jsonb });
        command.Parameters.Add(new() { Value = model.BlobPath });
        return (int?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>Makes a model the active one; captures before <paramref name="backfillBefore"/> follow.</summary>
    public async Task ActivateAsync(int id, DateTimeOffset backfillBefore, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var rest = connection.Command(
            "update models set is_active = false, backfill_before = null where is_active and id <> $1", id);
        await rest.ExecuteNonQueryAsync(cancellationToken);
        await using var activate = connection.Command("""
            update models set is_active = true, problem = null,
              backfill_before = case when family = $3 then null else $2 end
            where id = $1
            """, id, backfillBefore.UtcDateTime, EmbeddedFamily);
        await activate.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    public async Task SetProblemAsync(int id, string problem, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "update models set problem = $2 where id = $1 and problem is distinct from $2", id, problem);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The model works again: what it missed meanwhile is looked at once more.</summary>
    public async Task ClearProblemAsync(int id, DateTimeOffset backfillBefore, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "update models set problem = null, backfill_before = $2 where id = $1 and problem is not null",
            id, backfillBefore.UtcDateTime);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// In the caller's transaction: the next captures, from the newest, that the active model has no row of, and moves
    /// the stored cursor past them. Empty where all were looked at, or where another hub is at it.
    /// </summary>
    public async Task<IReadOnlyList<UnseenCapture>> TakeBackfillAsync(
        NpgsqlConnection connection, int most, CancellationToken cancellationToken)
    {
        await using var lockCursor = connection.Command("""
            select id, backfill_before from models
            where is_active and problem is null and backfill_before is not null
            for no key update skip locked
            """);
        int id;
        DateTime before;
        await using (var reader = await lockCursor.ExecuteReaderAsync(cancellationToken))
        {
            if (!await reader.ReadAsync(cancellationToken))
            {
                return [];
            }

            (id, before) = (reader.GetInt32(0), reader.GetDateTime(1));
        }

        // Read in bounded steps, those that need nothing too, so that the cursor moves on over them.
        await using var read = connection.Command("""
            select c.id, c.captured_at, not exists (
              select from wildlife_detections d
              where d.capture_id = c.id and d.captured_at = c.captured_at and d.model_id = $3)
            from captures c
            where c.captured_at < $1 and c.integrity <> 3
            order by c.captured_at desc
            fetch first $2 rows with ties
            """, before, most, id);
        var unseen = new List<UnseenCapture>();
        DateTime? reached = null;
        await using (var reader = await read.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                reached = reader.GetDateTime(1);
                if (reader.GetBoolean(2))
                {
                    unseen.Add(new(reader.GetGuid(0), reader.GetFieldValue<DateTimeOffset>(1)));
                }
            }
        }

        await using var move = connection.Command(
            "update models set backfill_before = $2 where id = $1", id, reached);
        await move.ExecuteNonQueryAsync(cancellationToken);
        return unseen;
    }

    /// <summary>Whether at least so many jobs of detection are ready.</summary>
    public async Task<bool> IsQueueLongAsync(
        NpgsqlConnection connection, int jobs, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            "select count(*) >= $2 from (select from jobs where kind = $1 and state = 1 limit $2) as ready",
            JobKinds.Detection, jobs);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    static async Task<List<Model>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var models = new List<Model>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            models.Add(new Model(
                reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.GetString(3),
                await reader.IsDBNullAsync(4, cancellationToken) ? null : reader.GetFieldValue<byte[]>(4),
                reader.GetString(5), reader.Text(6), reader.GetBoolean(7), reader.Text(8),
                reader.GetFieldValue<DateTimeOffset>(9)));
        }

        return models;
    }
}
