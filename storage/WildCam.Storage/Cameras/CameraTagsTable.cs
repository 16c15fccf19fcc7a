using System.Text.RegularExpressions;
using Npgsql;
using WildCam.Storage.Accounts;

namespace WildCam.Storage.Cameras;

/// <summary>Tags of cameras, to name several by: for settings, commands and rollouts.</summary>
public sealed partial class CameraTagsTable(NpgsqlDataSource database)
{
    /// <summary>Most tags of one camera.</summary>
    public const int TagsMax = 10;

    /// <summary>Most tags that one list returns.</summary>
    public const int ListMax = 500;

    public static bool IsTag(string tag) => Tag().IsMatch(tag);

    /// <summary>Whether a camera may have these.</summary>
    public static bool AreTags(IReadOnlyCollection<string> tags) => tags.Count <= TagsMax && tags.All(IsTag);

    /// <summary>The tags of a camera, by name.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(int cameraId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await ListAsync(connection, cameraId, cancellationToken);
    }

    /// <summary>All tags of a project with the number of cameras in use that have each, by name.</summary>
    public async Task<IReadOnlyList<(string Tag, int Cameras)>> ListForProjectAsync(
        int projectId, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select t.tag, count(*)::int from camera_tags t join cameras k on k.id = t.camera_id
            where k.project_id = $1 and k.revoked_at is null group by t.tag order by t.tag limit {ListMax}
            """, projectId);
        var tags = new List<(string, int)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            tags.Add((reader.GetString(0), reader.GetInt32(1)));
        }

        return tags;
    }

    /// <summary>Gives a camera these tags and no others, with its audit entry.</summary>
    public async Task SetAsync(
        Camera camera, IReadOnlyCollection<string> tags, Actor actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var wait = connection.Command(
            "select from cameras where id = $1 for no key update", camera.Id))
        {
            await wait.ExecuteNonQueryAsync(cancellationToken);
        }

        await SetAsync(connection, camera.ProjectId, camera.Id, camera.Code, tags, actor, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    internal static async Task SetAsync(
        NpgsqlConnection connection, int projectId, int cameraId, string code, IReadOnlyCollection<string> tags,
        Actor actor, CancellationToken cancellationToken)
    {
        var wanted = tags.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        if (wanted.Length > TagsMax)
        {
            throw new ArgumentException($"{code} would have over {TagsMax} tags (TagsMax).", nameof(tags));
        }

        var before = await ListAsync(connection, cameraId, cancellationToken);
        if (before.SequenceEqual(wanted, StringComparer.Ordinal))
        {
            return;
        }

        await using (var change = connection.Command("""
            with gone as (delete from camera_tags where camera_id = $1 and tag <> all($2))
            insert into camera_tags (camera_id, tag) select $1, unnest($2) on conflict do nothing
            """, cameraId, wanted))
        {
            await change.ExecuteNonQueryAsync(cancellationToken);
        }

        await AuditTable.AddAsync(
            connection,
            new AuditEntry(actor, "camera.tag", code)
            {
                ProjectId = projectId,
                CameraId = cameraId,
                Before = new { tags = before },
                After = new { tags = wanted },
            },
            cancellationToken);
    }

    static async Task<IReadOnlyList<string>> ListAsync(
        NpgsqlConnection connection, int cameraId, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            "select tag from camera_tags where camera_id = $1 order by tag collate \"C\"", cameraId);
        var tags = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            tags.Add(reader.GetString(0));
        }

        return tags;
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,31}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    internal static partial Regex Tag();
}
