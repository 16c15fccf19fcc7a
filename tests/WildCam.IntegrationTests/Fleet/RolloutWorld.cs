using WildCam.Storage.Accounts;
using WildCam.Storage.Fleet;

namespace WildCam.IntegrationTests.Fleet;

/// <summary>A project of cameras, firmware in the catalogue and a clock of its own; cameras say what a test wants.
/// </summary>
sealed class RolloutWorld
{
    public const short Board = 2;

    readonly Dictionary<int, string> _codes = [];

    RolloutWorld(TestDatabase database)
    {
        Database = database;
        Firmware = new FirmwareTable(database.Source);
        Rollouts = new Rollouts(database.Source, Firmware, Clock);
        Work = new RolloutWork(database.Source, Clock);
        Pages = new RolloutPagesTable(database.Source);
    }

    public static Version Old { get; } = new(1, 4, 2);

    public static Version New { get; } = new(1, 5, 0);

    /// <summary>One camera, then three, then the rest; a day after each.</summary>
    public static RolloutPlan Plan { get; } = RolloutPlan.Careful with
    {
        Steps = [new(StepKind.Count, 1), new(StepKind.Count, 3), new(StepKind.Rest)],
    };

    public TestDatabase Database { get; }

    public TestClock Clock { get; } = new();

    public FirmwareTable Firmware { get; }

    public Rollouts Rollouts { get; }

    public RolloutWork Work { get; }

    public RolloutPagesTable Pages { get; }

    public int ProjectId { get; private set; }

    public int Ana { get; private set; }

    public int Ben { get; private set; }

    public int OldFirmware { get; private set; }

    public int NewFirmware { get; private set; }

    public int PublisherId { get; private set; }

    public IEnumerable<int> Cameras => _codes.Keys;

    public Actor AnaHere => new(Ana, "10.0.0.1");

    public Actor BenHere => new(Ben, "10.0.0.2");

    public static async Task<RolloutWorld> MakeAsync(TestDatabase database, int cameras)
    {
        var world = new RolloutWorld(database);
        var mark = Guid.NewGuid().ToString("n")[..12];
        world.ProjectId = await database.ReadAsync<int>(
            "insert into projects (slug, name, time_zone) values ($1, 'Test', 'UTC') returning id", "p" + mark);
        world.Ana = await database.ReadAsync<int>(
            "insert into accounts (email, name) values ($1, 'Ana') returning id", $"ana-{mark}@example.org");
        world.Ben = await database.ReadAsync<int>(
            "insert into accounts (email, name) values ($1, 'Ben') returning id", $"ben-{mark}@example.org");
        world.PublisherId = await database.ReadAsync<int>(
            "insert into firmware_publishers (name, public_key) values ($1, $2) returning id", mark,
            Guid.NewGuid().ToByteArray());
        world.OldFirmware = await world.AddFirmwareAsync(Old);
        world.NewFirmware = await world.AddFirmwareAsync(New);
        for (var n = 1; n <= cameras; n++)
        {
            await world.AddCameraAsync($"c{mark}-{n}");
        }

        return world;
    }

    public async Task<int> AddFirmwareAsync(Version version) => await Database.ReadAsync<int>("""
        insert into firmware (publisher_id, board, major, minor, patch, loader_major, loader_minor, size_bytes, digest,
          sha256, blob_path)
        values ($1, $2, $3, $4, $5, 1, 0, 40000, sha256('d'), sha256('s'), 'firmware/x.wcb')
        on conflict (board, major, minor, patch) do update set publisher_id = $1 returning id
        """, PublisherId, Board, version.Major, version.Minor, version.Build);

    public async Task<int> AddCameraAsync(string code)
    {
        var id = await Database.ReadAsync<int>("""
            insert into cameras (project_id, code, name, board, password_hash) values ($1, $2, $2, $3, sha256('x'))
            returning id
            """, ProjectId, code, Board);
        await Database.RunAsync("""
            insert into camera_states (camera_id, last_seen_at, next_contact_at, firmware, battery_percent)
            values ($1, now(), now() + interval '1 day', $2, 80)
            """, id, Old.ToString());
        await Database.RunAsync(
            "insert into camera_update_keys (camera_id, sealed_key) values ($1, '\\x00')", id);
        _codes.Add(id, code);
        return id;
    }

    public string CodeOf(int camera) => _codes[camera];

    public async Task<int> StartAsync(RolloutPlan? plan = null)
    {
        var answer = await Rollouts.StartAsync(ProjectId, NewFirmware, plan ?? Plan, AnaHere, default);
        Assert.Equal(RolloutRefusal.None, answer.Refusal);
        await Work.AdvanceAsync(answer.Id!.Value, default);
        return answer.Id.Value;
    }

    public async Task<Rollout> ReadAsync(int id) => (await Pages.FindAsync(ProjectId, id, default))!.Rollout;

    public async Task<IReadOnlyList<StepProgress>> StepsAsync(int id) =>
        (await Pages.FindAsync(ProjectId, id, default))!.Steps;

    public async Task<CameraUpdate> ShowAsync(int id, int camera) =>
        (await Pages.ListCamerasAsync(id, default)).First(c => c.Code == _codes[camera]).Update;

    /// <summary>The cameras of a step.</summary>
    public async Task<List<int>> CamerasOfAsync(int id, int step)
    {
        var lines = await Pages.ListCamerasAsync(id, default);
        return [.. _codes.Where(c => lines.Any(l => l.Code == c.Value && l.Step == step)).Select(c => c.Key)];
    }

    /// <summary>A hello of this version; gives the offer that the hub has for it.</summary>
    public async Task<DueOffer?> HelloAsync(int camera, Version version)
    {
        await Database.RunAsync(
            "update camera_states set firmware = $2, last_seen_at = $3 where camera_id = $1", camera,
            version.ToString(), Clock.GetUtcNow());
        return await Work.TakeOfferAsync(camera, isHello: true, default);
    }

    /// <summary>The camera tells how an offer stands; a number of its own where it calls it stale.</summary>
    public Task TellAsync(int camera, DueOffer offer, ReportedState state, int code = 0, long? number = null) =>
        Work.TellAsync(camera, offer.OfferId, number ?? offer.Number, state, code, 40_000, default);

    public Task DeliverAsync(int camera) => Database.RunAsync(
        "update camera_states set last_capture_at = $2 where camera_id = $1", camera, Clock.GetUtcNow());

    /// <summary>The whole of a good update, from the offer to the picture.</summary>
    public async Task UpdateAsync(int camera)
    {
        var offer = await HelloAsync(camera, Old);
        Assert.NotNull(offer);
        await InstallAsync(camera, offer);
        await ProveAsync(camera, offer);
    }

    public async Task InstallAsync(int camera, DueOffer offer)
    {
        await TellAsync(camera, offer, ReportedState.Downloading);
        await TellAsync(camera, offer, ReportedState.Verified);
    }

    public async Task ProveAsync(int camera, DueOffer offer)
    {
        await HelloAsync(camera, New);
        await TellAsync(camera, offer, ReportedState.Pending);
        Clock.Advance(TimeSpan.FromSeconds(30));
        await DeliverAsync(camera);
        await TellAsync(camera, offer, ReportedState.Confirmed);
    }

    public async Task FailAsync(int camera)
    {
        var offer = await HelloAsync(camera, Old);
        Assert.NotNull(offer);
        await InstallAsync(camera, offer);
        await HelloAsync(camera, New);
        await HelloAsync(camera, Old);
        await TellAsync(camera, offer, ReportedState.FellBack, 40);
    }
}
