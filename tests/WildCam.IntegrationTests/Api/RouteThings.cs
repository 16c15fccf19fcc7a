using System.Globalization;
using WildCam.Storage.Accounts;

namespace WildCam.IntegrationTests.Api;

/// <summary>What the lines of Api/Routes may name: each made in the project, for one call.</summary>
sealed class RouteThings(ApiWorld world)
{
    /// <summary>Names that a line may use; anything else stands for itself.</summary>
    public static readonly string[] Names =
        ["capture", "event", "camera", "fresh", "token", "rollout", "enrolment", "guid", "site"];

    public async Task<string> MakeAsync(string name, string caller) => name switch
    {
        "capture" => world.Captures[0].ToString(),
        "event" => (await EventAsync()).ToString(),
        "camera" => await CameraAsync(),
        "fresh" => Fresh(),
        "token" => await TokenAsync(caller),
        "rollout" => await RolloutAsync(),
        "site" => await SiteAsync(),
        "enrolment" => await EnrolmentAsync(),
        "guid" => Guid.NewGuid().ToString(),
        _ => name,
    };

    static string Fresh() => "n" + Guid.NewGuid().ToString("n")[..20];

    async Task<string> CameraAsync()
    {
        var code = Fresh();
        await world.Hub.Database.RunAsync("""
            with c as (
              insert into cameras (project_id, code, name, password_hash) values ($1, $2, 'Fresh', sha256('x'))
              returning id)
            insert into camera_states (camera_id) select id from c
            """, world.ProjectId, code);
        return code;
    }

    async Task<string> SiteAsync()
    {
        var slug = Fresh();
        await world.Hub.Database.RunAsync("""
            insert into sites (project_id, slug, name, time_zone) values ($1, $2, 'Fresh', 'UTC')
            """, world.ProjectId, slug);
        return slug;
    }

    async Task<string> TokenAsync(string caller)
    {
        var account = world.People.TryGetValue(caller, out var who) ? who.Id : world.People["viewer"].Id;
        var made = await new ApiTokensTable(world.Hub.Database.Source)
            .CreateAsync(account, "fresh", TimeSpan.FromDays(1), default);
        return made!.Value.Token.Id.ToString(CultureInfo.InvariantCulture);
    }

    async Task<Guid> EventAsync()
    {
        var id = Guid.Parse("0198f000-0000-7000-8000-000000000001");
        await world.Hub.Database.RunAsync("""
            insert into events (id, project_id, camera_id, started_at, ended_at, capture_count)
            values ($1, $2, $3, '2026-05-20 11:00Z', '2026-05-20 11:01Z', 1) on conflict do nothing
            """, id, world.ProjectId, world.CameraId);
        return id;
    }

    /// <summary>The fingerprint of a code with which a board came.</summary>
    Task<string> EnrolmentAsync() => world.Hub.Database.ReadAsync<string>("""
        insert into camera_enrolments
          (project_id, fingerprint, code_hash, expires_at, asked_at, board, firmware, remote)
        values ($1, $2, sha256('x'), now() + interval '1 day', now(), 2, '1.0.0', '10.0.0.9') returning fingerprint
        """, world.ProjectId, Guid.NewGuid().ToString("n")[..16]);

    /// <summary>One without cameras.</summary>
    async Task<string> RolloutAsync()
    {
        var id = await world.Hub.Database.ReadAsync<int>("""
            with p as (
              insert into firmware_publishers (name, public_key) values ($2, $2::bytea) returning id),
            f as (
              insert into firmware (publisher_id, board, major, minor, patch, loader_major, loader_minor, size_bytes,
                digest, sha256, blob_path)
              select id, 1, 1, 0, id, 1, 0, 1, sha256('d'), sha256('s'), 'firmware/x.wcb' from p returning id)
            insert into rollouts (project_id, firmware_id, plan, started_at, changed_at, expires_at)
            select $1, id, '{}', now(), now(), now() + interval '1 day' from f returning id
            """, world.ProjectId, Fresh());
        return id.ToString(CultureInfo.InvariantCulture);
    }
}
