namespace WildCam.IntegrationTests.Watch;

/// <summary>Rollouts and how cameras fared in them, by plain SQL.</summary>
static class FailedUpdates
{
    /// <summary>Rollouts of a project, the newest last.</summary>
    public static async Task<IReadOnlyList<int>> AddRolloutsAsync(TestDatabase database, int projectId, int count)
    {
        var firmware = await database.ReadAsync<int>("""
            with p as (insert into firmware_publishers (name, public_key) values ($1, $1::bytea) returning id)
            insert into firmware (publisher_id, board, major, minor, patch, loader_major, loader_minor, size_bytes,
              digest, sha256, blob_path)
            select id, 1, 1, 0, id, 1, 0, 1, sha256('d'), sha256('s'), 'firmware/x.wcb' from p returning id
            """, Guid.NewGuid().ToString("n"));
        var rollouts = new List<int>();
        for (var i = 0; i < count; i++)
        {
            rollouts.Add(await database.ReadAsync<int>("""
                insert into rollouts (project_id, firmware_id, plan, started_at, changed_at, expires_at)
                values ($1, $2, '{}', now(), now(), now() + interval '1 day') returning id
                """, projectId, firmware));
        }

        return rollouts;
    }

    public static Task AddCameraAsync(TestDatabase database, int rolloutId, int cameraId, short state) =>
        database.RunAsync("""
            insert into rollout_cameras (rollout_id, camera_id, step, state, since) values ($1, $2, 0, $3, now())
            """, rolloutId, cameraId, state);
}
