using Npgsql;
using NpgsqlTypes;

namespace WildCam.Storage.Clocks;

/// <summary>A camera's clock that is wrong by about an offset, from what arrived and what the device claimed.</summary>
/// <param name="DeploymentId">Null: pictures that no deployment holds at their present time.</param>
/// <param name="Offset">To be added to what the device claimed.</param>
/// <param name="FromImports">The pictures came by card: their arrival tells nothing, and the offset is zero.</param>
public sealed record ClockProposal(
    int CameraId, int? DeploymentId, int Captures, DateTimeOffset FromAt, DateTimeOffset UntilAt, TimeSpan Offset,
    bool FromImports);

/// <summary>What a correction would do to one picture.</summary>
public readonly record struct ClockSample(Guid CaptureId, DateTimeOffset Before, DateTimeOffset After);

/// <summary>How far a correction is; clock_corrections.state.</summary>
public enum ClockState : short
{
    Doing = 1,
    Done = 2,
    Undoing = 3,
    Undone = 4,
}

/// <summary>A correction of the times of one camera in a span.</summary>
public sealed record ClockCorrection(
    Guid Id, int ProjectId, int CameraId, int AccountId, DateTimeOffset FromAt, DateTimeOffset UntilAt, TimeSpan Offset,
    ClockState State, int Total, int Done, string Account, DateTimeOffset CreatedAt);

/// <summary>Wrong clocks: what is proposed, what it would do, what was done.</summary>
public sealed class ClockCorrectionsTable(NpgsqlDataSource database)
{
    /// <summary>A clock that is off by less needs no correction.</summary>
    public static readonly TimeSpan OffsetMin = TimeSpan.FromMinutes(5);

    /// <summary>Pictures that a preview shows.</summary>
    public const int SamplesMax = 12;

    /// <summary>Most pictures of one correction.</summary>
    public const int CapturesMax = 1_000_000;

    public const int ListMax = 50;

    /// <summary>Which captures a correction moves: the device said when, and the hub could not check it.</summary>
    internal const string IsMovable = "c.device_time is not null and c.clock_quality in (3, 4)";

    /// <summary>
    /// Cameras whose unchecked pictures arrived long after, or before, the time that the device claims, for the page of
    /// clocks. A picture cannot arrive before it is taken, so the least delay of a span bounds the clock's error.
    /// </summary>
    public async Task<IReadOnlyList<ClockProposal>> ProposeAsync(int projectId, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select c.camera_id, c.deployment_id, count(*)::int, min(c.captured_at), max(c.captured_at),
              min(c.received_at - c.device_time) filter (where c.source = 1),
              bool_and(c.source = 2)
            from captures c
            where c.project_id = $1 and {IsMovable}
            group by c.camera_id, c.deployment_id
            having abs(extract(epoch from min(c.received_at - c.device_time) filter (where c.source = 1))) >= $2
              or (bool_and(c.source = 2) and bool_or(c.clock_quality = 4))
            order by count(*) desc, c.camera_id, c.deployment_id limit {ListMax}
            """, projectId, OffsetMin.TotalSeconds);
        var proposals = new List<ClockProposal>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            proposals.Add(new ClockProposal(
                reader.GetInt32(0), reader.Get<int>(1), reader.GetInt32(2), reader.GetFieldValue<DateTimeOffset>(3),
                reader.GetFieldValue<DateTimeOffset>(4), reader.Get<TimeSpan>(5) ?? TimeSpan.Zero,
                reader.GetBoolean(6)));
        }

        return proposals;
    }

    /// <summary>How many pictures a correction would move, to when at most, and the first of them.</summary>
    public async Task<(int Count, DateTimeOffset? LatestAfter, IReadOnlyList<ClockSample> Samples)> PreviewAsync(
        int cameraId, DateTimeOffset from, DateTimeOffset until, TimeSpan offset, CancellationToken cancellationToken)
    {
        var count = 0;
        DateTimeOffset? latest = null;
        await using (var command = database.Command($"""
            select count(*)::int, max(c.device_time) + $4 from captures c
            where c.camera_id = $1 and c.captured_at between $2 and $3 and {IsMovable}
            """, cameraId, from.UtcDateTime, until.UtcDateTime, offset))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            await reader.ReadAsync(cancellationToken);
            count = reader.GetInt32(0);
            latest = reader.Get<DateTimeOffset>(1);
        }

        await using var sample = database.Command($"""
            select c.id, c.captured_at, c.device_time + $4 from captures c
            where c.camera_id = $1 and c.captured_at between $2 and $3 and {IsMovable}
            order by c.captured_at, c.id limit {SamplesMax}
            """, cameraId, from.UtcDateTime, until.UtcDateTime, offset);
        var samples = new List<ClockSample>();
        await using var rows = await sample.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            samples.Add(new ClockSample(
                rows.GetGuid(0), rows.GetFieldValue<DateTimeOffset>(1), rows.GetFieldValue<DateTimeOffset>(2)));
        }

        return (count, latest, samples);
    }

    /// <summary>Begins a correction; sent again it is the same one. False: no such camera in the project.</summary>
    public async Task<bool> BeginAsync(
        ClockCorrection correction, int total, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            with camera as (select id from cameras where id = $3 and project_id = $2),
            begun as (
              insert into clock_corrections (id, project_id, camera_id, account_id, from_at, until_at, offset_ms, total)
              select $1, $2, id, $4, $5, $6, $7, $8 from camera on conflict (id) do nothing)
            select exists (select from camera)
            """, correction.Id, correction.ProjectId, correction.CameraId, correction.AccountId,
            correction.FromAt.UtcDateTime, correction.UntilAt.UtcDateTime, (long)correction.Offset.TotalMilliseconds,
            total);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Takes a correction back, also one that is still at work. False: no such one in the project.</summary>
    public async Task<bool> UndoAsync(int projectId, Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            update clock_corrections set state = 3, ended_at = null
            where id = $2 and project_id = $1 and state in (1, 2, 3)
            """, projectId, id);
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    /// <summary>Ends a correction that has nothing left to move.</summary>
    public async Task EndAsync(Guid id, bool isUndo, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "update clock_corrections set state = $3, ended_at = now() where id = $1 and state = $2", id,
            (short)(isUndo ? 3 : 1), (short)(isUndo ? 4 : 2));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public Task<IReadOnlyList<ClockCorrection>> ListAsync(int projectId, CancellationToken cancellationToken) =>
        ReadAsync("k.project_id = $1", projectId, cancellationToken);

    /// <summary>By its id alone, for the job that carries it out.</summary>
    public async Task<ClockCorrection?> FindForJobAsync(Guid id, CancellationToken cancellationToken) =>
        await ReadAsync("k.id = $1", id, cancellationToken) is [var found] ? found : null;

    async Task<IReadOnlyList<ClockCorrection>> ReadAsync(
        string which, object value, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select k.id, k.project_id, k.camera_id, k.account_id, k.from_at, k.until_at, k.offset_ms, k.state, k.total,
              k.done, a.name, k.created_at
            from clock_corrections k join accounts a on a.id = k.account_id
            where {which} order by k.created_at desc, k.id limit {ListMax}
            """, value);
        var corrections = new List<ClockCorrection>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            corrections.Add(new ClockCorrection(
                reader.GetGuid(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetInt32(3),
                reader.GetFieldValue<DateTimeOffset>(4), reader.GetFieldValue<DateTimeOffset>(5),
                TimeSpan.FromMilliseconds(reader.GetInt64(6)), (ClockState)reader.GetInt16(7), reader.GetInt32(8),
                reader.GetInt32(9), reader.GetString(10), reader.GetFieldValue<DateTimeOffset>(11)));
        }

        return corrections;
    }
}
