using System.Text.RegularExpressions;
using Npgsql;
using WildCam.Storage.Accounts;
using WildCam.Storage.Orders;

namespace WildCam.Storage.Cameras;

/// <summary>
/// Adds cameras, gives them credentials and takes them away, each in one transaction with its audit row, and tells all
/// hubs. Pages, API and command line alike come through here.
/// </summary>
public sealed partial class CameraRegistration(NpgsqlDataSource database)
{
    public const int NameCharsMax = 100;
    public const int NotesCharsMax = 2000;

    /// <summary>Most cameras that are added at once.</summary>
    public const int ManyMax = 1000;

    /// <summary>How far a time may be ahead of the hub's: clocks differ.</summary>
    public static readonly TimeSpan AheadMax = TimeSpan.FromMinutes(5);

    /// <summary>Codes that are addresses of pages beside those of cameras.</summary>
    static readonly string[] PageWords = ["new", "many"];

    readonly CamerasTable _cameras = new(database);
    readonly SitesTable _sites = new(database);
    readonly DeploymentsTable _deployments = new(database);
    readonly CameraStatesTable _states = new(database);
    readonly RefileTable _refile = new(database);

    /// <summary>Adds a camera, with an open deployment where a site is named.</summary>
    public async Task<CameraAdded> AddAsync(NewCamera camera, CancellationToken cancellationToken)
    {
        var (added, _) = await AddManyAsync([camera], cancellationToken);
        return added[^1];
    }

    /// <summary>
    /// Adds cameras of one project, all or none. Where one is refused, its index, and its answer is the last one.
    /// </summary>
    public async Task<(IReadOnlyList<CameraAdded> Added, int? RefusedAt)> AddManyAsync(
        IReadOnlyList<NewCamera> cameras, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfZero(cameras.Count, nameof(cameras));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cameras.Count, ManyMax, nameof(cameras));
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var projectId = await FindProjectAsync(connection, cameras[0].ProjectSlug, cancellationToken);
        var all = new List<CameraAdded>(cameras.Count);
        foreach (var camera in cameras)
        {
            var added = projectId is { } id
                ? await AddAsync(connection, id, camera, cancellationToken)
                : Refused(camera, CameraRefusal.NoSuchProject);
            all.Add(added);
            if (added.Refusal != CameraRefusal.None)
            {
                return (all, all.Count - 1);
            }
        }

        await transaction.CommitAsync(cancellationToken);
        foreach (var added in all)
        {
            await TellAsync(connection, added.Code, cancellationToken);
        }

        return (all, null);
    }

    async Task<CameraAdded> AddAsync(
        NpgsqlConnection connection, int projectId, NewCamera camera, CancellationToken cancellationToken)
    {
        if (Refuse(camera) is var refusal and not CameraRefusal.None)
        {
            return Refused(camera, refusal);
        }

        int? siteId = null;
        if (camera.NewSite is { } site)
        {
            siteId = await SiteRegistration.AddAsync(connection, projectId, site, camera.Actor, cancellationToken);
            if (siteId is null)
            {
                return Refused(camera, CameraRefusal.SiteTaken);
            }
        }
        else if (camera.SiteSlug is { } slug)
        {
            siteId = await _sites.FindIdAsync(connection, projectId, slug, cancellationToken);
            if (siteId is null)
            {
                return Refused(camera, CameraRefusal.NoSuchSite);
            }
        }

        var (credential, hash) = CameraCredential.Create();
        if (await _cameras.InsertAsync(connection, projectId, camera, hash, cancellationToken) is not { } cameraId)
        {
            return Refused(camera, CameraRefusal.CodeTaken);
        }

        await _states.InsertAsync(connection, cameraId, cancellationToken);
        if (siteId is { } at)
        {
            await _deployments.OpenAsync(connection, projectId, cameraId, at, camera.DeployedFrom, cancellationToken);
        }

        await AuditAsync(
            connection, "camera.add", camera.Code, camera.Actor, null,
            new { camera.Name, site = camera.NewSite?.Slug ?? camera.SiteSlug, camera.Board }, cancellationToken);
        await CameraTagsTable.SetAsync(
            connection, projectId, cameraId, camera.Code, camera.Tags, camera.Actor, cancellationToken);
        if (camera.Wanted is { } wanted)
        {
            await SettingsTable.ChangeAsync(connection, cameraId, null, wanted, camera.Actor, cancellationToken);
        }

        return new CameraAdded(cameraId, camera.Code, credential, CameraRefusal.None);
    }

    /// <summary>What is wrong with a camera to be added, before anything is looked up.</summary>
    public static CameraRefusal Refuse(NewCamera camera) =>
        !IsCode(camera.Code) ? CameraRefusal.BadCode
        : !IsName(camera.Name) ? CameraRefusal.BadName
        : !IsNotes(camera.Notes) ? CameraRefusal.BadNotes
        : !CameraTagsTable.AreTags(camera.Tags) ? CameraRefusal.BadTags
        : camera.DeployedFrom > DateTimeOffset.UtcNow + AheadMax ? CameraRefusal.BadTime
        : camera.NewSite is { } site && !SiteRegistration.IsSite(site) ? CameraRefusal.BadSite
        : CameraRefusal.None;

    public static bool IsCode(string code) =>
        Code().IsMatch(code) && !PageWords.Contains(code, StringComparer.Ordinal);

    /// <summary>Whether it is a name: without control characters, which no page shows.</summary>
    public static bool IsName(string name) =>
        name.Trim().Length > 0 && name.Length <= NameCharsMax && !name.Any(char.IsControl);

    /// <summary>Whether these are notes: lines of text.</summary>
    public static bool IsNotes(string notes) =>
        notes.Length <= NotesCharsMax && !notes.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t'));

    static CameraAdded Refused(NewCamera camera, CameraRefusal refusal) => new(0, camera.Code, null, refusal);

    static async Task<int?> FindProjectAsync(
        NpgsqlConnection connection, string slug, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("select id from projects where slug = $1", slug);
        return (int?)await command.ExecuteScalarAsync(cancellationToken);
    }

    static async Task AuditAsync(
        NpgsqlConnection connection, string action, string code, Actor actor, object? before, object? after,
        CancellationToken cancellationToken)
    {
        await using var find = connection.Command("select id, project_id from cameras where code = $1", code);
        int id, project;
        await using (var reader = await find.ExecuteReaderAsync(cancellationToken))
        {
            await reader.ReadAsync(cancellationToken);
            (id, project) = (reader.GetInt32(0), reader.GetInt32(1));
        }

        await AuditTable.AddAsync(
            connection,
            new AuditEntry(actor, action, code)
            {
                CameraId = id,
                ProjectId = project,
                Before = before,
                After = after,
            },
            cancellationToken);
    }

    internal static async Task TellAsync(
        NpgsqlConnection connection, string code, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("select pg_notify($1, $2)", Channels.Cameras, code);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,31}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    internal static partial Regex Code();
}
