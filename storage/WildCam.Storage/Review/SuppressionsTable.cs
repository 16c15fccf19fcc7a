using Npgsql;
using WildCam.Storage.Identifications;

namespace WildCam.Storage.Review;

/// <summary>A box that a model found again and again at one place of a camera's picture.</summary>
public sealed record RepeatedBox(
    int CameraId, Category Category, Box Box, int Captures, DateTimeOffset FirstAt, DateTimeOffset LastAt,
    Guid ExampleId, DateTimeOffset ExampleAt);

/// <summary>A box at a camera that does not count, until it is lifted.</summary>
public sealed record Suppression(
    Guid Id, int ProjectId, int CameraId, Category Category, Box Box, DateTimeOffset FromAt, string Account,
    DateTimeOffset CreatedAt, DateTimeOffset? LiftedAt, bool IsSettled);

/// <summary>False positives that repeat: what is offered, and what people suppressed.</summary>
public sealed class SuppressionsTable(NpgsqlDataSource database)
{
    /// <summary>So many pictures with the same box, over so many hours, are no animal.</summary>
    public const int RepeatsMin = 12;

    public const int SpanHoursMin = 3;

    /// <summary>How far back repeats are looked for.</summary>
    public const int LookBackDays = 14;

    /// <summary>Most of a list.</summary>
    public const int ListMax = 50;

    /// <summary>Captures that are settled again in one transaction.</summary>
    public const int SettleMax = 500;

    /// <summary>Places that are offered for suppression: boxes alike within a twentieth of the picture.</summary>
    public async Task<IReadOnlyList<RepeatedBox>> FindRepeatsAsync(
        int projectId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            with seen as (
              select camera_id, category, box_x, box_y, box_width, box_height, capture_id, captured_at
              from wildlife_detections
              where project_id = $1 and category in (1, 2, 3) and is_current and source = 1 and box_x is not null
                and captured_at >= $2 and captured_at < $3),
            places as (
              select camera_id, category, avg(box_x)::real as x, avg(box_y)::real as y, avg(box_width)::real as w,
                avg(box_height)::real as h, count(distinct capture_id)::int as captures, min(captured_at) as first,
                max(captured_at) as last, (array_agg(capture_id order by captured_at desc))[1] as example
              from seen
              group by camera_id, category, round(((box_x + box_width / 2) * 20)::numeric),
                round(((box_y + box_height / 2) * 20)::numeric), round((box_width * 20)::numeric),
                round((box_height * 20)::numeric)
              having count(distinct capture_id) >= {RepeatsMin}
                and max(captured_at) - min(captured_at) >= interval '{SpanHoursMin} hours')
            select camera_id, category, x, y, w, h, captures, first, last, example from places
            order by captures desc, camera_id limit {ListMax}
            """, projectId, now.AddDays(-LookBackDays).UtcDateTime, now.AddDays(1).UtcDateTime);
        var repeats = new List<RepeatedBox>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var last = reader.GetFieldValue<DateTimeOffset>(8);
            repeats.Add(new RepeatedBox(
                reader.GetInt32(0), (Category)reader.GetInt16(1), ReadBox(reader, 2), reader.GetInt32(6),
                reader.GetFieldValue<DateTimeOffset>(7), last, reader.GetGuid(9), last));
        }

        return repeats;
    }

    /// <summary>Suppresses a place; sent again it is the same one. False: no such camera in the project.</summary>
    public async Task<bool> AddAsync(
        Suppression suppression, int accountId, CancellationToken cancellationToken)
    {
        var box = suppression.Box;
        await using var command = database.Command("""
            with camera as (select id from cameras where id = $3 and project_id = $2),
            added as (
              insert into suppressions (id, project_id, camera_id, account_id, category, box_x, box_y, box_width,
                box_height, from_at)
              select $1, $2, id, $4, $5, $6, $7, $8, $9, $10 from camera on conflict (id) do nothing)
            select exists (select from camera)
            """, suppression.Id, suppression.ProjectId, suppression.CameraId, accountId, (short)suppression.Category,
            box.X, box.Y, box.Width, box.Height, suppression.FromAt.UtcDateTime);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Lets a place count again. False: none such stands in the project.</summary>
    public async Task<bool> LiftAsync(int projectId, Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            update suppressions set lifted_at = now(), settled_until = null
            where id = $2 and project_id = $1 and lifted_at is null
            """, projectId, id);
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    public async Task<IReadOnlyList<Suppression>> ListAsync(int projectId, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select s.id, s.project_id, s.camera_id, s.category, s.box_x, s.box_y, s.box_width, s.box_height, s.from_at,
              a.name, s.created_at, s.lifted_at, s.settled_until = 'infinity'
            from suppressions s join accounts a on a.id = s.account_id
            where s.project_id = $1 order by s.lifted_at is not null, s.created_at desc, s.id limit {ListMax}
            """, projectId);
        var list = new List<Suppression>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            list.Add(new Suppression(
                reader.GetGuid(0), reader.GetInt32(1), reader.GetInt32(2), (Category)reader.GetInt16(3),
                ReadBox(reader, 4), reader.GetFieldValue<DateTimeOffset>(8), reader.GetString(9),
                reader.GetFieldValue<DateTimeOffset>(10), reader.Get<DateTimeOffset>(11),
                reader.Get<bool>(12) == true));
        }

        return list;
    }

    /// <summary>
    /// Settles again the next captures that have the box, after a suppression was made or lifted; how many. None: all
    /// are settled, and that is noted.
    /// </summary>
    public async Task<int> SettleNextAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (ids, times) = await FindNextAsync(connection, id, cancellationToken);
        if (ids.Count > 0)
        {
            await using (var identities = connection.Command("""
                select from capture_identities where id = any($1) order by id for no key update
                """, ids.ToArray()))
            {
                await identities.ExecuteNonQueryAsync(cancellationToken);
            }

            await using var settle = connection.Command("""
                select settle_detections(array_agg(i.id), array_agg(i.captured_at))
                from capture_identities i where i.id = any($1) and i.state = 1 having count(*) > 0
                """, ids.ToArray());
            await settle.ExecuteNonQueryAsync(cancellationToken);
        }

        await using (var note = ids.Count == 0
            ? connection.Command("update suppressions set settled_until = 'infinity' where id = $1", id)
            : connection.Command("update suppressions set settled_until = $2 where id = $1", id, times.Max()))
        {
            await note.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return ids.Count;
    }

    static async Task<(List<Guid> Ids, List<DateTime> Times)> FindNextAsync(
        NpgsqlConnection connection, Guid id, CancellationToken cancellationToken)
    {
        // Whole moments, so that the last time is a place to go on from.
        await using var command = connection.Command($"""
            with own as (select * from suppressions where id = $1 and settled_until is distinct from 'infinity'
              for update),
            boxes as (
              select d.capture_id, d.captured_at from own s
              join wildlife_detections d on d.camera_id = s.camera_id and d.source = 1 and d.category = s.category
                and d.captured_at >= s.from_at and d.captured_at > coalesce(s.settled_until, '-infinity')
              where box_overlap(s.box_x, s.box_y, s.box_width, s.box_height, d.box_x, d.box_y, d.box_width,
                d.box_height) >= 0.6
              order by d.captured_at fetch first {SettleMax} rows with ties)
            select distinct capture_id, captured_at from boxes
            """, id);
        var ids = new List<Guid>();
        var times = new List<DateTime>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetGuid(0));
            times.Add(reader.GetDateTime(1));
        }

        return (ids, times);
    }

    static Box ReadBox(NpgsqlDataReader reader, int at) => new(
        reader.GetFloat(at), reader.GetFloat(at + 1), reader.GetFloat(at + 2), reader.GetFloat(at + 3));
}
