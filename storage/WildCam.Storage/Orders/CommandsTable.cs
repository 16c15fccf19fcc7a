using System.Buffers.Binary;
using Npgsql;
using WildCam.Storage.Accounts;

namespace WildCam.Storage.Orders;

/// <summary>
/// Commands to cameras. A row is the truth, and it is the camera that says what became of it: until then it is sent
/// again, and the camera knows it by its id. That the time is up follows from the row, so nobody has to watch for it.
/// </summary>
public sealed class CommandsTable(NpgsqlDataSource database)
{
    /// <summary>Most commands that wait for one camera.</summary>
    public const int WaitingMax = 20;

    /// <summary>Most commands that one list returns.</summary>
    public const int PageMax = 100;

    /// <summary>Most cameras that one command goes to by a tag.</summary>
    public const int TaggedMax = 2000;

    /// <summary>An answer that does not come is asked for again after this.</summary>
    public static readonly TimeSpan RepeatAfter = TimeSpan.FromMinutes(1);

    // As people see it: what waits for a time that is over, or for a camera that is switched off, waits no more.
    const string StateNow = """
        case when c.state not in (0, 1) then c.state when k.revoked_at is not null then 5::smallint
          when c.expires_at <= now() then 4::smallint else c.state end
        """;

    const string RowSql = $"""
        select c.id, c.camera_id, k.code, c.kind, c.argument, c.capture_id, {StateNow}, c.code, a.name, c.asked_at,
          c.expires_at, c.delivered_at, c.ended_at
        from camera_commands c join cameras k on k.id = c.camera_id left join accounts a on a.id = c.asked_by
        """;

    /// <summary>
    /// Gives a camera a command, with its audit entry, and tells the hubs; twice with the same request is once.
    /// </summary>
    public async Task<(CommandRefusal Refusal, long Id)> AskAsync(
        int cameraId, NewCommand wanted, Actor actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (refusal, id) = await AskAsync(connection, cameraId, wanted, actor, cancellationToken);
        if (refusal != CommandRefusal.None)
        {
            return (refusal, 0);
        }

        await transaction.CommitAsync(cancellationToken);
        await TellAsync(connection, cameraId, cancellationToken);
        return (CommandRefusal.None, id);
    }

    /// <summary>
    /// Gives a command to every camera of a project that has the tag and is in use; those it was given to, by code.
    /// </summary>
    public async Task<IReadOnlyList<string>> AskTaggedAsync(
        int projectId, string tag, NewCommand wanted, Actor actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var given = new List<string>();
        foreach (var (id, code) in await ListTaggedAsync(connection, projectId, tag, cancellationToken))
        {
            var (refusal, _) = await AskAsync(connection, id, wanted, actor, cancellationToken);
            if (refusal == CommandRefusal.None)
            {
                given.Add(code);
            }
        }

        await transaction.CommitAsync(cancellationToken);
        await TellAsync(connection, null, cancellationToken);
        return given;
    }

    /// <summary>Takes a command back that its camera does not have yet; false where it is too late.</summary>
    public async Task<bool> WithdrawAsync(int cameraId, long id, Actor actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var command = connection.Command("""
            update camera_commands set state = 5, ended_at = now()
            where id = $1 and camera_id = $2 and state = 0 and expires_at > now()
            """, id, cameraId))
        {
            if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
            {
                return false;
            }
        }

        await AuditAsync(connection, cameraId, id, "command.withdraw", actor, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>A camera's commands, newest first, before one of them.</summary>
    public async Task<IReadOnlyList<CommandRow>> ListAsync(
        int cameraId, long? beforeId, int count, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, PageMax);
        await using var command = database.Command($"""
            {RowSql}
            where c.camera_id = $1 and ($2::bigint is null or c.id < $2::bigint) order by c.id desc limit $3
            """, cameraId, beforeId, count);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>One command of a camera; null: there is none.</summary>
    public async Task<CommandRow?> FindAsync(int cameraId, long id, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"{RowSql} where c.camera_id = $1 and c.id = $2", cameraId, id);
        return await ReadAsync(command, cancellationToken) is [var only] ? only : null;
    }

    /// <summary>The newest command about a picture's full frame; null: nobody asked.</summary>
    public async Task<CommandRow?> FindForPictureAsync(
        int cameraId, Guid captureId, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            {RowSql} where c.camera_id = $1 and c.capture_id = $2 order by c.id desc limit 1
            """, cameraId, captureId);
        return await ReadAsync(command, cancellationToken) is [var only] ? only : null;
    }

    /// <summary>The full picture of a stand-in, which has the number before it; null: it is not here.</summary>
    public async Task<Guid?> FindFullPictureAsync(Guid captureId, CancellationToken cancellationToken)
    {
        await using var find = database.Command(
            "select device_capture_id from capture_identities where id = $1 and state = 1", captureId);
        if (await find.ExecuteScalarAsync(cancellationToken) is not byte[] { Length: 16 } device)
        {
            return null;
        }

        var counter = BinaryPrimitives.ReadInt64LittleEndian(device.AsSpan(8)) - 1;
        BinaryPrimitives.WriteInt64LittleEndian(device.AsSpan(8), counter);
        await using var full = database.Command(
            "select id from capture_identities where device_capture_id = $1 and state = 1", [(object)device]);
        return await full.ExecuteScalarAsync(cancellationToken) as Guid?;
    }

    /// <summary>Of these cameras those that a command is to be sent to now.</summary>
    public async Task<IReadOnlyList<int>> ListDueAsync(int[] cameraIds, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select distinct camera_id from camera_commands
            where camera_id = any($1) and state in (0, 1) and expires_at > now()
              and (sent_at is null or sent_at < now() - $2)
            """, cameraIds, RepeatAfter);
        var ids = new List<int>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetInt32(0));
        }

        return ids;
    }

    /// <summary>
    /// Marks as sent, and gives, what a connected camera is to be sent: of the oldest that are open those that were not
    /// sent lately, or all of them. Closes what came too late.
    /// </summary>
    public async Task<IReadOnlyList<DueCommand>> TakeForOutboxAsync(
        int cameraId, bool isAgain, int openMax, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            with late as (
              update camera_commands set state = 4, ended_at = expires_at
              where camera_id = $1 and state in (0, 1) and expires_at <= now()),
            oldest as (
              select c.id from camera_commands c join cameras k on k.id = c.camera_id
              where c.camera_id = $1 and c.state in (0, 1) and c.expires_at > now() and k.revoked_at is null
              order by c.id limit $3)
            update camera_commands c set sent_at = now() from oldest
            where c.id = oldest.id and c.state in (0, 1) and ($2 or c.sent_at is null or c.sent_at < now() - $4)
            returning c.id, c.kind, c.argument, c.spool_id, c.counter, c.expires_at
            """, cameraId, isAgain, openMax, RepeatAfter);
        var due = new List<DueCommand>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            due.Add(new DueCommand(
                reader.GetInt64(0), reader.GetString(1), (uint)reader.GetInt64(2),
                unchecked((ulong)reader.GetInt64(3)), unchecked((ulong)reader.GetInt64(4)),
                reader.GetFieldValue<DateTimeOffset>(5)));
        }

        due.Sort((one, other) => one.Id.CompareTo(other.Id));
        return due;
    }

    /// <summary>What could not be sent is due as before.</summary>
    public async Task PutBackForOutboxAsync(IEnumerable<long> ids, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "update camera_commands set sent_at = null where id = any($1) and state in (0, 1)", ids.ToArray());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The camera acknowledged that it has a command; false where more is known already.</summary>
    public async Task<bool> DeliverAsync(long id, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            update camera_commands set state = 1, delivered_at = now() where id = $1 and state = 0
            """, id);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>
    /// The camera told what became of a command; false where it is not its own or that was known. Its word counts also
    /// for one that was given up or withdrawn meanwhile.
    /// </summary>
    public async Task<bool> EndAsync(
        int cameraId, long id, CommandState state, ushort code, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            update camera_commands set state = $3, code = $4, ended_at = now(),
              delivered_at = coalesce(delivered_at, now())
            where id = $1 and camera_id = $2 and (state in (0, 1) or (state in (4, 5) and $3 = 2))
            """, id, cameraId, (short)state, (short)code);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Has the hubs look at what waits for a camera, or for all.</summary>
    internal static async Task TellAsync(
        NpgsqlConnection connection, int? cameraId, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            "select pg_notify($1, coalesce($2::int::text, ''))", Channels.Calls, cameraId);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    internal static async Task<IReadOnlyList<(int Id, string Code)>> ListTaggedAsync(
        NpgsqlConnection connection, int projectId, string tag, CancellationToken cancellationToken)
    {
        await using var command = connection.Command($"""
            select k.id, k.code from cameras k join camera_tags t on t.camera_id = k.id
            where k.project_id = $1 and t.tag = $2 and k.revoked_at is null order by k.id limit {TaggedMax}
            """, projectId, tag);
        var cameras = new List<(int, string)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            cameras.Add((reader.GetInt32(0), reader.GetString(1)));
        }

        return cameras;
    }

    static async Task<(CommandRefusal Refusal, long Id)> AskAsync(
        NpgsqlConnection connection, int cameraId, NewCommand wanted, Actor actor,
        CancellationToken cancellationToken)
    {
        // The lock is for the count of what waits: two who ask at once are counted one after the other.
        await using (var find = connection.Command(
            "select revoked_at is not null from cameras where id = $1 for no key update", cameraId))
        {
            switch (await find.ExecuteScalarAsync(cancellationToken))
            {
                case null:
                    return (CommandRefusal.NoSuchCamera, 0);
                case true:
                    return (CommandRefusal.Revoked, 0);
            }
        }

        var (spoolId, counter) = (0L, 0L);
        if (wanted.CaptureId is { } captureId)
        {
            if (await FindFrameAsync(connection, cameraId, captureId, cancellationToken) is not { } frame)
            {
                return (CommandRefusal.NoStandIn, 0);
            }

            (spoolId, counter) = frame;
        }

        await using var command = connection.Command("""
            with known as (select id from camera_commands where camera_id = $1 and request_id = $2),
            waiting as (
              select count(*) from camera_commands where camera_id = $1 and state in (0, 1) and expires_at > now()),
            asked as (
              insert into camera_commands (
                camera_id, request_id, kind, argument, capture_id, spool_id, counter, asked_by, expires_at)
              select $1, $2, $3, $4, $5::uuid, $6, $7, $8::int, now() + $9
              where (select count from waiting) < $10 and not exists (select from known)
              on conflict (camera_id, request_id) do nothing
              returning id)
            select id, true from asked union all select id, false from known
            """, cameraId, wanted.RequestId, wanted.Kind, (long)wanted.Argument, wanted.CaptureId, spoolId,
            counter, actor.AccountId, wanted.Lasting, (long)WaitingMax);
        long id;
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            if (!await reader.ReadAsync(cancellationToken))
            {
                return (CommandRefusal.TooMany, 0);
            }

            id = reader.GetInt64(0);
            if (!reader.GetBoolean(1))
            {
                return (CommandRefusal.None, id);
            }
        }

        await AuditAsync(connection, cameraId, id, "command.ask", actor, cancellationToken);
        return (CommandRefusal.None, id);
    }

    /// <summary>
    /// The full frame of a stand-in has the number before it; null where it is none, or its frame is here.
    /// </summary>
    static async Task<(long SpoolId, long Counter)?> FindFrameAsync(
        NpgsqlConnection connection, int cameraId, Guid captureId, CancellationToken cancellationToken)
    {
        await using var find = connection.Command("""
            select i.device_capture_id from capture_identities i
            join captures c on c.id = i.id and c.captured_at = i.captured_at
            where i.id = $1 and i.camera_id = $2 and i.state = 1 and c.is_low_resolution
            """, captureId, cameraId);
        if (await find.ExecuteScalarAsync(cancellationToken) is not byte[] { Length: 16 } device)
        {
            return null;
        }

        var spoolId = BinaryPrimitives.ReadInt64LittleEndian(device);
        var counter = BinaryPrimitives.ReadInt64LittleEndian(device.AsSpan(8)) - 1;
        BinaryPrimitives.WriteInt64LittleEndian(device.AsSpan(8), counter);
        await using var has = connection.Command(
            "select exists (select from capture_identities where device_capture_id = $1)", [(object)device]);
        return await has.ExecuteScalarAsync(cancellationToken) is true ? null : (spoolId, counter);
    }

    static async Task AuditAsync(
        NpgsqlConnection connection, int cameraId, long id, string action, Actor actor,
        CancellationToken cancellationToken)
    {
        await using var find = connection.Command("""
            select k.project_id, k.code, c.kind, c.argument, c.capture_id, c.expires_at
            from camera_commands c join cameras k on k.id = c.camera_id where c.id = $1
            """, id);
        AuditEntry entry;
        await using (var reader = await find.ExecuteReaderAsync(cancellationToken))
        {
            await reader.ReadAsync(cancellationToken);
            entry = new AuditEntry(actor, action, reader.GetString(1))
            {
                ProjectId = reader.GetInt32(0),
                CameraId = cameraId,
                After = new
                {
                    command = id,
                    kind = reader.GetString(2),
                    argument = reader.GetInt64(3),
                    captureId = reader.Get<Guid>(4),
                    expiresAt = reader.GetFieldValue<DateTimeOffset>(5),
                },
            };
        }

        await AuditTable.AddAsync(connection, entry, cancellationToken);
    }

    static async Task<IReadOnlyList<CommandRow>> ReadAsync(
        NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var rows = new List<CommandRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new CommandRow(
                reader.GetInt64(0), reader.GetInt32(1), reader.GetString(2), reader.GetString(3),
                (uint)reader.GetInt64(4), reader.Get<Guid>(5), (CommandState)reader.GetInt16(6),
                (ushort)reader.GetInt16(7), reader.Text(8), reader.GetFieldValue<DateTimeOffset>(9),
                reader.GetFieldValue<DateTimeOffset>(10), reader.Get<DateTimeOffset>(11),
                reader.Get<DateTimeOffset>(12)));
        }

        return rows;
    }
}
