using Npgsql;

namespace WildCam.Storage.Ingest;

/// <summary>Where a camera stood, for the preview of a card.</summary>
public sealed record CardPlace(string SiteName, DateTimeOffset From, DateTimeOffset? Until);

/// <summary>What is known of the files of a card before they are sent.</summary>
public sealed class CardFilesTable(NpgsqlDataSource database)
{
    /// <summary>Most names that are asked for at once.</summary>
    public const int NamesMax = 500;

    /// <summary>Which of these files of a camera are here already, by name and size; for a card's preview.</summary>
    public async Task<IReadOnlySet<(string Name, int Bytes)>> FindKnownForPreviewAsync(
        int projectId, int cameraId, string[] names, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select file_name, size_bytes from captures
            where project_id = $1 and camera_id = $2 and file_name = any($3)
            """, projectId, cameraId, names);
        var known = new HashSet<(string, int)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            known.Add((reader.GetString(0), reader.GetInt32(1)));
        }

        return known;
    }

    /// <summary>Where a camera stood, newest first.</summary>
    public async Task<IReadOnlyList<CardPlace>> ListPlacesForPreviewAsync(
        int cameraId, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select s.name, d.from_at, d.until_at from deployments d join sites s on s.id = d.site_id
            where d.camera_id = $1 order by d.from_at desc limit 100
            """, cameraId);
        var places = new List<CardPlace>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            places.Add(new CardPlace(
                reader.GetString(0), reader.GetFieldValue<DateTimeOffset>(1), reader.Get<DateTimeOffset>(2)));
        }

        return places;
    }
}
