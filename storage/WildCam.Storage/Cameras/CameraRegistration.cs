using System.Text.RegularExpressions;
using Npgsql;
using WildCam.Storage.Accounts;

namespace WildCam.Storage.Cameras;

/// <summary>
/// Adds, revokes and re-keys cameras, each in one transaction with its audit row, and tells all hubs. Pages, API and
/// command line alike come through here.
/// </summary>
public sealed partial class CameraRegistration(NpgsqlDataSource database)
{
    public const int NameCharsMax = 100;

    readonly CamerasTable _cameras = new(database);
    readonly SitesTable _sites = new(database);
    readonly DeploymentsTable _deployments = new(database);
    readonly CameraStatesTable _states = new(database);

    /// <summary>Adds a camera, with an open deployment where a site is named.</summary>
    public async Task<CameraAdded> AddAsync(NewCamera camera, CancellationToken cancellationToken)
    {
        if (!Code().IsMatch(camera.Code))
        {
            return new CameraAdded(0, camera.Code, null, CameraRefusal.BadCode);
        }

        if (camera.Name.Length is 0 or > NameCharsMax)
        {
            return new CameraAdded(0, camera.Code, null, CameraRefusal.BadName);
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await FindProjectAsync(connection, camera.ProjectSlug, cancellationToken) is not { } projectId)
        {
            return new CameraAdded(0, camera.Code, null, CameraRefusal.NoSuchProject);
        }

        int? siteId = null;
        if (camera.SiteSlug is not null)
        {
            siteId = await _sites.FindIdAsync(connection, projectId, camera.SiteSlug, cancellationToken);
            if (siteId is null)
            {
                return new CameraAdded(0, camera.Code, null, CameraRefusal.NoSuchSite);
            }
        }

        var (credential, hash) = CameraCredential.Create();
        var id = await _cameras.InsertAsync(
            connection, projectId, camera.Code, camera.Name, camera.Board, hash, cancellationToken);
        if (id is not { } cameraId)
        {
            return new CameraAdded(0, camera.Code, null, CameraRefusal.CodeTaken);
        }

        await _states.InsertAsync(connection, cameraId, cancellationToken);
        if (siteId is { } site)
        {
            await _deployments.OpenAsync(
                connection, projectId, cameraId, site, camera.DeployedFrom, cancellationToken);
        }

        await AuditAsync(connection, "camera.add", camera.Code, camera.Actor, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await TellAsync(connection, camera.Code, cancellationToken);
        return new CameraAdded(cameraId, camera.Code, credential, CameraRefusal.None);
    }

    /// <summary>Takes a camera's credential away for good; every hub drops its connection within 10 s.</summary>
    public async Task<CameraRefusal> RevokeAsync(string code, Actor actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await _cameras.RevokeAsync(connection, code, cancellationToken))
        {
            return await _cameras.FindByCodeAsync(code, cancellationToken) is null
                ? CameraRefusal.NoSuchCamera
                : CameraRefusal.Revoked;
        }

        await AuditAsync(connection, "camera.revoke", code, actor, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await TellAsync(connection, code, cancellationToken);
        return CameraRefusal.None;
    }

    /// <summary>
    /// Gives a camera another credential; the old one ends at once. Its boot count starts over, since a board that
    /// needs a new credential has often lost its memory.
    /// </summary>
    public async Task<CameraAdded> RotateAsync(string code, Actor actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (credential, hash) = CameraCredential.Create();
        var camera = await _cameras.FindByCodeAsync(code, cancellationToken);
        if (camera is null || !await _cameras.RotateAsync(connection, code, hash, cancellationToken))
        {
            var refusal = camera is null ? CameraRefusal.NoSuchCamera : CameraRefusal.Revoked;
            return new CameraAdded(camera?.Id ?? 0, code, null, refusal);
        }

        await _states.ForgetBootsAsync(connection, camera.Id, cancellationToken);
        await AuditAsync(connection, "camera.rotate", code, actor, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await TellAsync(connection, code, cancellationToken);
        return new CameraAdded(camera.Id, code, credential, CameraRefusal.None);
    }

    static async Task<int?> FindProjectAsync(
        NpgsqlConnection connection, string slug, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("select id from projects where slug = $1", slug);
        return (int?)await command.ExecuteScalarAsync(cancellationToken);
    }

    static async Task AuditAsync(
        NpgsqlConnection connection, string action, string code, Actor actor, CancellationToken cancellationToken)
    {
        await using var find = connection.Command("select id, project_id from cameras where code = $1", code);
        int id, project;
        await using (var reader = await find.ExecuteReaderAsync(cancellationToken))
        {
            await reader.ReadAsync(cancellationToken);
            (id, project) = (reader.GetInt32(0), reader.GetInt32(1));
        }

        await AuditTable.AddAsync(
            connection, new AuditEntry(actor, action, code) { CameraId = id, ProjectId = project }, cancellationToken);
    }

    static async Task TellAsync(NpgsqlConnection connection, string code, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("select pg_notify($1, $2)", Channels.Cameras, code);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,31}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    internal static partial Regex Code();
}
