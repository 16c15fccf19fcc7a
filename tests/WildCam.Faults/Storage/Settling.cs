namespace WildCam.Faults.Storage;

/// <summary>The end of a point: what waits is done at once, and the invariants are checked.</summary>
static class Settling
{
    /// <summary>
    /// Jobs that failed for the broken world wait for their next attempt; the point does not sit out those minutes.
    /// </summary>
    public static Task HurryAsync(WorldDatabase database) =>
        database.RunAsync("update jobs set run_at = now() where state = 4");

    /// <summary>As above, and jobs whose claim or end was lost with the database do not wait for their lease.</summary>
    public static Task HurryLeasesAsync(WorldDatabase database) => database.RunAsync("""
        update jobs set run_at = case state when 4 then now() else run_at end,
          lease_until = case state when 2 then now() else lease_until end
        where state in (2, 4)
        """);

    /// <summary>Every picture of the load is stored once, whole and finished.</summary>
    public static Task CheckAsync(FleetWorld world, Load load, string? blobFolder = null) =>
        CheckAsync(world, load.Taken, blobFolder ?? world.BlobFolder);

    /// <summary>Of these pictures every one is, and no other.</summary>
    public static async Task CheckAsync(FleetWorld world, IReadOnlyList<TakenPicture> taken, string blobFolder)
    {
        await new Invariants(world.Database, blobFolder).CheckAsync(taken);
        Must.Equal(
            0L, await world.Database.ReadAsync<long>("select count(*) from captures where integrity <> 1"),
            "whole pictures that are taken for damaged ones");
    }

    /// <summary>Changes tables under the hub's hands; its statements in flight may deadlock with that.</summary>
    public static async Task RunPastDeadlocksAsync(WorldDatabase database, string sql)
    {
        const int attemptsMax = 10;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await database.RunAsync(sql);
                return;
            }
            catch (Npgsql.PostgresException fault)
                when (fault.SqlState == Npgsql.PostgresErrorCodes.DeadlockDetected && attempt < attemptsMax)
            {
                // Again.
            }
        }
    }
}
