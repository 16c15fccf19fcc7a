using System.Text.RegularExpressions;
using Npgsql;
using WildCam.Storage.Accounts;

namespace WildCam.Storage.Cameras;

/// <summary>
/// Adds sites and corrects their names and coordinates, each with its audit row. Pages, API and command line alike come
/// through here.
/// </summary>
public sealed partial class SiteRegistration(NpgsqlDataSource database)
{
    public const int NameCharsMax = 100;

    /// <summary>Adds a site; its id, or null where the project has one of this slug.</summary>
    public async Task<int?> AddAsync(
        int projectId, NewSite site, Actor actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var id = await AddAsync(connection, projectId, site, actor, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return id;
    }

    internal static async Task<int?> AddAsync(
        NpgsqlConnection connection, int projectId, NewSite site, Actor actor, CancellationToken cancellationToken)
    {
        if (await SitesTable.InsertAsync(connection, projectId, site, cancellationToken) is not { } id)
        {
            return null;
        }

        await AuditTable.AddAsync(
            connection,
            new AuditEntry(actor, "site.add", site.Slug)
            {
                ProjectId = projectId,
                After = new { site.Name, site.Latitude, site.Longitude, site.TimeZone },
            },
            cancellationToken);
        return id;
    }

    /// <summary>
    /// Corrects a site's name and coordinates: the place is the same one, better known. False: the project has none of
    /// this slug.
    /// </summary>
    public async Task<bool> CorrectAsync(
        int projectId, string slug, string name, double? latitude, double? longitude, Actor actor,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        object before;
        await using (var find = connection.Command("""
            select name, latitude, longitude from sites where project_id = $1 and slug = $2 for no key update
            """, projectId, slug))
        await using (var reader = await find.ExecuteReaderAsync(cancellationToken))
        {
            if (!await reader.ReadAsync(cancellationToken))
            {
                return false;
            }

            before = new
            {
                name = reader.GetString(0), latitude = reader.Get<double>(1), longitude = reader.Get<double>(2),
            };
        }

        await using (var change = connection.Command("""
            update sites set name = $3, latitude = $4::double precision, longitude = $5::double precision
            where project_id = $1 and slug = $2
            """, projectId, slug, name, latitude, longitude))
        {
            await change.ExecuteNonQueryAsync(cancellationToken);
        }

        await AuditTable.AddAsync(
            connection,
            new AuditEntry(actor, "site.correct", slug)
            {
                ProjectId = projectId,
                Before = before,
                After = new { name, latitude, longitude },
            },
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>Whether it can be a site: both coordinates or none, on Earth, and a zone that is known.</summary>
    public static bool IsSite(NewSite site) =>
        Slug().IsMatch(site.Slug) && CameraRegistration.IsName(site.Name)
        && ArePlace(site.Latitude, site.Longitude) && IsZone(site.TimeZone);

    public static bool IsSlug(string slug) => Slug().IsMatch(slug);

    public static bool ArePlace(double? latitude, double? longitude) =>
        (latitude, longitude) is (null, null) or (>= -90 and <= 90, >= -180 and <= 180);

    public static bool IsZone(string name) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) && zone.HasIanaId;

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,47}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    internal static partial Regex Slug();
}
