using Npgsql;

namespace WildCam.Storage.Watch;

/// <summary>Where a picture lies on the map: its southern, western, northern and eastern edge, in degrees.</summary>
public sealed record MapBounds(double South, double West, double North, double East);

/// <summary>A project's own ground for its map; a picture has bounds, GeoJSON has none.</summary>
public sealed record MapGround(string ContentType, string Version, MapBounds? Bounds);

/// <summary>The grounds of projects' maps.</summary>
public sealed class MapGroundsTable(NpgsqlDataSource database)
{
    public const int ContentBytesMax = 4 << 20;

    public const string GeoJson = "application/geo+json";

    public async Task<MapGround?> FindAsync(int projectId, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select content_type, version, south, west, north, east from map_grounds where project_id = $1
            """, projectId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new MapGround(
                reader.GetString(0), reader.GetString(1),
                reader.IsDBNull(2)
                    ? null
                    : new MapBounds(reader.GetDouble(2), reader.GetDouble(3), reader.GetDouble(4), reader.GetDouble(5)))
            : null;
    }

    public async Task<(string ContentType, byte[] Content)?> ReadAsync(
        int projectId, string version, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "select content_type, content from map_grounds where project_id = $1 and version = $2", projectId, version);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? (reader.GetString(0), reader.GetFieldValue<byte[]>(1))
            : null;
    }

    public async Task SaveAsync(
        int projectId, MapGround ground, byte[] content, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            insert into map_grounds (project_id, content_type, content, version, south, west, north, east)
            values ($1, $2, $3, $4, $5::float8, $6::float8, $7::float8, $8::float8)
            on conflict (project_id) do update set
              content_type = excluded.content_type, content = excluded.content, version = excluded.version,
              south = excluded.south, west = excluded.west, north = excluded.north, east = excluded.east,
              changed_at = now()
            """, projectId, ground.ContentType, content, ground.Version, ground.Bounds?.South, ground.Bounds?.West,
            ground.Bounds?.North, ground.Bounds?.East);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task DeleteAsync(int projectId, CancellationToken cancellationToken)
    {
        await using var command = database.Command("delete from map_grounds where project_id = $1", projectId);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
