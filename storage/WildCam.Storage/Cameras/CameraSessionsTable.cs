using Npgsql;

namespace WildCam.Storage.Cameras;

/// <summary>Which hub holds a camera's connection: the newest claim counts.</summary>
public sealed class CameraSessionsTable(NpgsqlDataSource database)
{
    /// <summary>Claims cameras for a hub. Each camera once. Returns the sequence of each claim.</summary>
    public async Task<IReadOnlyDictionary<int, long>> ClaimAsync(
        Guid hubId, IReadOnlyCollection<int> cameraIds, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            insert into camera_sessions (camera_id, hub_id, sequence, connected_at)
            select id, $1, nextval('camera_session_sequence'), now() from unnest($2::int[]) as t (id) order by id
            on conflict (camera_id) do update set
              hub_id = excluded.hub_id, sequence = excluded.sequence, connected_at = excluded.connected_at
              where camera_sessions.sequence < excluded.sequence
            returning camera_id, sequence
            """, hubId, cameraIds.Distinct().Order().ToArray());
        var claims = new Dictionary<int, long>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            claims.Add(reader.GetInt32(0), reader.GetInt64(1));
        }

        return claims;
    }

    /// <summary>Of these cameras those that another hub claimed since.</summary>
    public async Task<IReadOnlyList<int>> ListTakenOverAsync(
        Guid hubId, int[] cameraIds, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select camera_id from camera_sessions where camera_id = any($1) and hub_id <> $2
            """, cameraIds, hubId);
        var taken = new List<int>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            taken.Add(reader.GetInt32(0));
        }

        return taken;
    }
}
