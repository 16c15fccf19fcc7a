using Npgsql;
using WildCam.Storage.Accounts;

namespace WildCam.Storage.Cameras;

/// <summary>What people may say of a camera; null: as it is.</summary>
public sealed record CameraEdit(string? Name = null, short? Board = null, string? Notes = null);

/// <summary>A move of a camera that was made or refused.</summary>
/// <param name="Site">Where it stands against the move, by name; null: nowhere.</param>
/// <param name="At">Since when, or until when, it stands there.</param>
/// <param name="Misfiled">Pictures from then on that are filed where it stood before.</param>
public sealed record CameraMove(
    CameraRefusal Refusal, string? Site = null, DateTimeOffset? At = null, int Misfiled = 0);

/// <summary>
/// Changes what is said of a camera and where it stands, each with its audit row. A move ends a deployment and begins
/// the next; what was is never edited.
/// </summary>
public sealed class CameraEdits(NpgsqlDataSource database)
{
    readonly SitesTable _sites = new(database);
    readonly DeploymentsTable _deployments = new(database);
    readonly RefileTable _refile = new(database);

    public async Task<CameraRefusal> EditAsync(
        Camera camera, CameraEdit edit, Actor actor, CancellationToken cancellationToken)
    {
        if (edit.Name is { } name && !CameraRegistration.IsName(name))
        {
            return CameraRefusal.BadName;
        }

        if (edit.Notes is { } notes && !CameraRegistration.IsNotes(notes))
        {
            return CameraRefusal.BadNotes;
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var before = new Dictionary<string, object?>(StringComparer.Ordinal);
        var after = new Dictionary<string, object?>(StringComparer.Ordinal);
        await using (var find = connection.Command(
            "select name, board, notes from cameras where id = $1 for no key update", camera.Id))
        await using (var reader = await find.ExecuteReaderAsync(cancellationToken))
        {
            if (!await reader.ReadAsync(cancellationToken))
            {
                return CameraRefusal.NoSuchCamera;
            }

            Note("name", reader.GetString(0), edit.Name);
            Note("board", reader.GetInt16(1), edit.Board);
            Note("notes", reader.GetString(2), edit.Notes);
        }

        if (after.Count == 0)
        {
            return CameraRefusal.None;
        }

        await using (var change = connection.Command("""
            update cameras set name = coalesce($2::text, name), board = coalesce($3::smallint, board),
              notes = coalesce($4::text, notes), changed_at = clock_timestamp()
            where id = $1
            """, camera.Id, edit.Name, edit.Board, edit.Notes))
        {
            await change.ExecuteNonQueryAsync(cancellationToken);
        }

        await AuditTable.AddAsync(
            connection,
            new AuditEntry(actor, "camera.edit", camera.Code)
            {
                ProjectId = camera.ProjectId,
                CameraId = camera.Id,
                Before = before,
                After = after,
            },
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await CameraRegistration.TellAsync(connection, camera.Code, cancellationToken);
        return CameraRefusal.None;

        void Note(string field, object was, object? wanted)
        {
            if (wanted is not null && !wanted.Equals(was))
            {
                before[field] = was;
                after[field] = wanted;
            }
        }
    }

    /// <summary>
    /// Ends the open deployment, if any, at a time that is over, and begins one at another site then. Null: it stands
    /// nowhere from then on.
    /// </summary>
    public async Task<CameraMove> MoveAsync(
        Camera camera, string? siteSlug, DateTimeOffset at, Actor actor, CancellationToken cancellationToken)
    {
        if (at > DateTimeOffset.UtcNow + CameraRegistration.AheadMax)
        {
            return new CameraMove(CameraRefusal.BadTime);
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var last = await LockAsync(connection, camera.Id, cancellationToken);
        if (last is null)
        {
            return new CameraMove(CameraRefusal.Revoked);
        }

        int? siteId = null;
        if (siteSlug is not null)
        {
            siteId = await _sites.FindIdAsync(connection, camera.ProjectId, siteSlug, cancellationToken);
            if (siteId is null)
            {
                return new CameraMove(CameraRefusal.NoSuchSite);
            }
        }

        var isOpen = last.FromAt is not null && last.UntilAt is null;
        if (isOpen ? siteId == last.SiteId : siteId is null)
        {
            return new CameraMove(CameraRefusal.SameSite, last.Site, last.FromAt);
        }

        // To the microsecond, as the database keeps it.
        if (isOpen ? at <= last.FromAt : at < last.UntilAt)
        {
            return new CameraMove(CameraRefusal.Overlaps, last.Site, isOpen ? last.FromAt : last.UntilAt);
        }

        await using (var close = connection.Command("""
            update deployments set until_at = $2 where camera_id = $1 and until_at is null
            """, camera.Id, at.ToUniversalTime()))
        {
            await close.ExecuteNonQueryAsync(cancellationToken);
        }

        if (siteId is { } next)
        {
            await _deployments.OpenAsync(connection, camera.ProjectId, camera.Id, next, at, cancellationToken);
        }

        var misfiled = await RefileTable.CountAsync(connection, camera.Id, at, cancellationToken);
        await _refile.EnqueueAsync(connection, camera.Id, at, cancellationToken);
        await AuditTable.AddAsync(
            connection,
            new AuditEntry(actor, "camera.move", camera.Code)
            {
                ProjectId = camera.ProjectId,
                CameraId = camera.Id,
                Before = new { site = isOpen ? last.Site : null },
                After = new { site = siteSlug, from = at, picturesFiledAnew = misfiled },
            },
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await CameraRegistration.TellAsync(connection, camera.Code, cancellationToken);
        return new CameraMove(CameraRefusal.None, Misfiled: misfiled);
    }

    /// <summary>The camera's last deployment, its row locked: two moves at once see each other. Null: it is ended.
    /// </summary>
    static async Task<LastDeployment?> LockAsync(
        NpgsqlConnection connection, int cameraId, CancellationToken cancellationToken)
    {
        await using (var wait = connection.Command(
            "select from cameras where id = $1 and revoked_at is null for no key update", cameraId))
        await using (var found = await wait.ExecuteReaderAsync(cancellationToken))
        {
            if (!found.HasRows)
            {
                return null;
            }
        }

        await using var command = connection.Command("""
            select d.site_id, t.name, d.from_at, d.until_at
            from deployments d join sites t on t.id = d.site_id
            where d.camera_id = $1 order by d.from_at desc limit 1
            """, cameraId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new LastDeployment(
                reader.GetInt32(0), reader.GetString(1), reader.Get<DateTimeOffset>(2), reader.Get<DateTimeOffset>(3))
            : new LastDeployment(null, null, null, null);
    }

    sealed record LastDeployment(int? SiteId, string? Site, DateTimeOffset? FromAt, DateTimeOffset? UntilAt);
}
